"""Are customer and articles there? Found or made in the target, once each, whatever gets lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ixbridge.core import relations
from ixbridge.core.life import Event, Standing, standing_after
from ixbridge.core.mapping import Settings, known_customer_number
from ixbridge.core.model import Customer, Product
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.records import Entry, Payload, Record, customer_subject, product_subject
from ixbridge.core.recovery import LOOKS_S
from ixbridge.core.steps import (
    AddProduct,
    AddRelation,
    Article,
    By,
    FindProduct,
    FindRelations,
    ReadCustomer,
    Relation,
    WriteCustomerCode,
)
from ixbridge.core.target import PLAIN, Customers, Target
from ixbridge.core.wire import Cause, No, Unknown, Yes
from ixbridge.shell.claims import ALONE, WAIT_S, WAITS_MAX, Claims
from ixbridge.shell.creation import Clash, Left, Lost, Refusal, create, left
from ixbridge.shell.exchange import Halt, value_or_halt

if TYPE_CHECKING:
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal

PAGES_MAX = 50


@dataclass(slots=True)
class Ledger:
    """What the journal knows of customers and articles; every change goes through it."""

    journal: Journal
    standings: dict[str, Standing] = field(default_factory=dict)
    claims: Claims = ALONE
    learn: Callable[[Sequence[Record]], None] = lambda records: None
    """What others wrote is taken in here."""

    def of(self, subject: str) -> Standing:
        return self.standings.get(subject, Standing())

    @contextmanager
    def taken(self, subject: str, exchange: Exchange) -> Iterator[bool]:
        """While the block runs, nobody else makes this. False: somebody has been at it for too long."""
        for _ in range(WAITS_MAX):
            news = self.claims.take(subject)
            if news is not None:
                break
            exchange.sleep(WAIT_S)
        else:
            yield False
            return
        self.learn(news)
        try:
            yield True
        except Halt:
            self.claims.give_back(subject)
            raise
        self.claims.give_back(subject)

    def note(self, subject: str, event: Event, payload: Payload, *, sync: bool) -> None:
        self.journal.append(Entry(subject, event.value, payload), sync=sync)
        self.standings[subject] = standing_after(self.of(subject), event.value, payload)


@dataclass(slots=True)
class CustomerDesk:
    exchange: Exchange
    ledger: Ledger
    settings: Settings
    target: Target = PLAIN
    taken: dict[str, int] = field(default_factory=dict)
    """Which iXpole customer has which number in the target."""
    read: dict[int, Customer] = field(default_factory=dict)
    """As iXpole shows them, by its id."""
    _settled: dict[int, str | Parked] = field(default_factory=dict)

    def number_for(self, customer_id: int) -> str | Parked | Left:
        """The customer's number in the target, which iXpole then knows as well."""
        settled = self._settled.get(customer_id)
        if settled is not None:
            return settled
        with self.ledger.taken(customer_subject(customer_id), self.exchange) as ours:
            return self._settle(customer_id) if ours else Left(f"another bridge is at customer {customer_id}")

    def _settle(self, customer_id: int) -> str | Parked | Left:
        customer = value_or_halt(self.exchange.ask(ReadCustomer(customer_id)), "iXpole")
        match customer:
            case No(cause=Cause.NOT_FOUND, reason=reason):
                return park(
                    Reason.REFUSED_BY_SOURCE, f"iXpole does not know customer {customer_id}: {reason}"
                )
            case No() | Unknown() as problem:
                return left(problem, f"customer {customer_id}")
        self.read[customer_id] = customer
        along = self.target.customers is Customers.ALONG
        number = self._named(customer) if along else self._number(customer)
        if isinstance(number, str):
            number = self._told(customer, number)
        if not isinstance(number, Left):
            self._settled[customer_id] = number
        return number

    def _number(self, customer: Customer) -> str | Parked | Left:
        rules = self.settings.customers
        standing = self.ledger.of(customer_subject(customer.id))
        known = known_customer_number(customer.id, customer.code, rules)
        if known is not None:
            problem = relations.number_problem(known, self.target)
            problem = problem or relations.shared(known, customer, rules, self.taken)
            if problem:
                return problem
            if standing.number == known:
                return known
            found = self._listed(By.NUMBER, known)
            if isinstance(found, (No, Unknown)):
                return left(found, "customers")
            fitting = {each.number for each in found if known in (each.number, each.alias)}
            if len(fitting) > 1:
                numbers = ", ".join(sorted(fitting))
                return park(Reason.CUSTOMER_AMBIGUOUS, f"several customers have {known}: {numbers}")
            if fitting:
                return self._found(customer, known, fitting.pop())
            return self._unknown_number(customer, known)
        if standing.number is not None:
            return standing.number
        return self._unnumbered(customer, standing)

    def _named(self, customer: Customer) -> str | Parked:
        """The customer's code, or a number of our own making: the target takes any, as orders carry the rest."""
        rules = self.settings.customers
        standing = self.ledger.of(customer_subject(customer.id))
        code = known_customer_number(customer.id, customer.code, rules) or standing.number
        if code is None and not rules.create:
            return park(Reason.CUSTOMER_NUMBER_MISSING, f"customer {customer.id} has no code")
        number = code or f"IX{customer.id}"
        problem = relations.incomplete(customer) or relations.number_problem(number, self.target)
        problem = problem or relations.shared(number, customer, rules, self.taken)
        if problem or standing.number == number:
            return problem or number
        return self._taken_as(customer, number, "code" if code else "made")

    def _found(self, customer: Customer, known: str, number: str) -> str | Parked:
        """The one that is known by this number; documents may name it by another."""
        problem = relations.shared(number, customer, self.settings.customers, self.taken)
        return problem or self._taken_as(customer, number, "code")

    def _unknown_number(self, customer: Customer, known: str) -> str | Parked | Left:
        """A number that the target does not have is made only where the settings list it.

        A code in iXpole that leads nowhere speaks of a wrong administration or a deleted customer.
        """
        rules = self.settings.customers
        if rules.create and customer.id in rules.numbers:
            return self._make(customer, known, frozenset())
        advice = (
            "Correct the customer's code in iXpole, or clear it so that the customer is looked for or made."
        )
        return park(Reason.CUSTOMER_NOT_FOUND, f"the target has no customer {known}", advice=advice)

    def _unnumbered(self, customer: Customer, standing: Standing) -> str | Parked | Left:
        """iXpole has no number: an existing relation that fits, our own lost one, or a new one."""
        rules = self.settings.customers
        candidates = self._candidates(customer)
        if isinstance(candidates, Left):
            return candidates
        if standing.intent:
            return self._born(customer, standing.asked, standing.known, candidates)
        fitting = relations.chosen(customer, candidates, rules=rules, taken=self.taken)
        if isinstance(fitting, Parked):
            return fitting
        if fitting is not None:
            return self._taken_as(customer, fitting.number, "match")
        if not rules.create:
            return park(Reason.CUSTOMER_NUMBER_MISSING, f"customer {customer.id} has no code, and none fits")
        return self._make(customer, None, frozenset(each.number for each in candidates if each.number))

    def _make(self, customer: Customer, asked: str | None, known: frozenset[str]) -> str | Parked | Left:
        problem = relations.incomplete(customer)
        if problem:
            return problem
        subject = customer_subject(customer.id)
        intent: Payload = {"number": asked, "known": sorted(known)}
        made = create(
            self.exchange,
            AddRelation(customer, asked),
            self.exchange.kind_of(AddRelation(customer, asked)),
            intend=lambda: self.ledger.note(subject, Event.INTENT, intent, sync=True),
            not_sent=lambda: self.ledger.note(subject, Event.NOSEND, {}, sync=False),
        )
        match made:
            case Yes(value=relation):
                wrong = relations.made(customer, relation, asked=asked, known=known, taken=self.taken)
                if wrong is not None:
                    self.ledger.note(subject, Event.NOSEND, {}, sync=False)
                    return wrong
                return self._taken_as(customer, relation.number, "made")
            case Refusal(no=no):
                return park(
                    Reason.REFUSED_BY_TARGET, f"new customer {relations.name_of(customer)!r}: {no.reason}"
                )
            case Left():
                return made
            case Clash(no=no):
                return self._looked_again(customer, asked, known, refused=no)
            case Lost():
                return self._looked_again(customer, asked, known, refused=None)

    def _looked_again(
        self, customer: Customer, asked: str | None, known: frozenset[str], *, refused: No | None
    ) -> str | Parked | Left:
        """Was it made? Looked up at once and once more after a pause."""
        result: str | Parked | Left = Left("the customer's creation is not certain")
        for pause_s in LOOKS_S:
            self.exchange.sleep(pause_s)
            candidates = self._candidates(customer, asked)
            if isinstance(candidates, Left):
                return candidates
            result = self._born(customer, asked, known, candidates)
            if isinstance(result, str):
                return result
        if refused is not None:
            self.ledger.note(customer_subject(customer.id), Event.NOSEND, {}, sync=False)
            return park(Reason.REFUSED_BY_TARGET, f"new customer {asked}: {refused.reason}")
        return result

    def _born(
        self, customer: Customer, asked: str | None, known: frozenset[str], candidates: list[Relation]
    ) -> str | Parked | Left:
        if asked is not None:
            candidates = [each for each in candidates if asked in (each.number, each.alias)]
        found = relations.born(customer, candidates, known=known, taken=self.taken)
        if isinstance(found, Parked):
            return found
        if found is not None:
            return self._taken_as(customer, found.number, "lookup")
        what = f"the creation of customer {relations.name_of(customer)!r} was sent and its answer lost"
        advice = "Look for the customer by hand; write its number into iXpole, or `resolve --not-created`."
        return park(Reason.UNCERTAIN_CREATE, what, advice=advice)

    def _taken_as(self, customer: Customer, number: str, by: str) -> str:
        payload = {"number": number, "by": by}
        self.ledger.note(customer_subject(customer.id), Event.RESULT, payload, sync=by in ("made", "lookup"))
        self.taken.setdefault(number, customer.id)
        return number

    def _told(self, customer: Customer, number: str) -> str | Parked | Left:
        """Write the number back, only where iXpole has no code yet."""
        if customer.code is not None and customer.code.strip():
            return number
        told = value_or_halt(self.exchange.ask(WriteCustomerCode(customer.id, number)), "iXpole")
        match told:
            case None:
                return number
            case No(cause=Cause.CONFLICT, reason=reason):
                if self.settings.customers.shared:
                    return number
                return park(
                    Reason.CUSTOMER_SHARED, f"another iXpole customer has the code {number}: {reason}"
                )
            case No(cause=Cause.INVALID | Cause.NOT_FOUND, reason=reason):
                return park(Reason.REFUSED_BY_SOURCE, f"customer {customer.id}, code {number}: {reason}")
            case No() | Unknown() as problem:
                return left(problem, f"code of customer {customer.id}")

    def _candidates(self, customer: Customer, asked: str | None = None) -> list[Relation] | Left:
        found: dict[str, Relation] = {}
        searches = relations.searches(customer, self.settings.customers, self.target)
        for by, value in ((By.NUMBER, asked),) if asked is not None else searches:
            listed = self._listed(by, value)
            if isinstance(listed, (No, Unknown)):
                return left(listed, "customers")
            found |= {each.number: each for each in listed}
        return list(found.values())

    def _listed(self, by: By, value: str) -> list[Relation] | No | Unknown:
        found: list[Relation] = []
        offset = 0
        for _ in range(PAGES_MAX):
            page = value_or_halt(self.exchange.ask(FindRelations(by, value, offset)), "the accounting system")
            if isinstance(page, (No, Unknown)):
                return page
            found += page.items
            if page.next_offset is None:
                return found
            offset = page.next_offset
        return No(Cause.UNREADABLE, f"more than {PAGES_MAX} pages of customers for one search")


@dataclass(slots=True)
class ArticleDesk:
    exchange: Exchange
    ledger: Ledger
    settings: Settings
    there: dict[str, Article] = field(default_factory=dict)
    """By number, as the target knows them."""

    def ensure(
        self, articles: Mapping[str, tuple[int | None, str | None]], products: Mapping[int, Product | None]
    ) -> frozenset[str] | Parked | Left:
        """All of these articles exist; those that did not were made of iXpole's products."""
        for number, (product_id, tax_code) in articles.items():
            if number in self.there:
                continue
            product = products.get(product_id) if product_id is not None else None
            with self.ledger.taken(product_subject(number), self.exchange) as ours:
                busy = Left(f"another bridge is at article {number!r}")
                article = self._ensure(number, product, tax_code) if ours else busy
            if not isinstance(article, Article):
                return article
            self.there[number] = article
        return frozenset(articles)

    def _ensure(self, number: str, product: Product | None, tax_code: str | None) -> Article | Parked | Left:
        there = self._found(number)
        if there is not None:
            return there
        rules = self.settings.products
        if not rules.create or product is None:
            why = "" if rules.create else "; `products.create` is false"
            source = "" if product else ", and iXpole has no product for it"
            return park(Reason.PRODUCT_UNKNOWN, f"the target has no article {number!r}{source}{why}")
        step = AddProduct(number, product, rules.category, tax_code)
        result: Article | Parked | Left = Left(f"the creation of article {number!r} is not certain")
        for _ in LOOKS_S:
            # The article number is unique there, so the same one may be sent again.
            result = self._made(step)
            if not isinstance(result, Left):
                break
        return result

    def _made(self, step: AddProduct) -> Article | Parked | Left:
        subject, number = product_subject(step.number), step.number
        made = create(
            self.exchange,
            step,
            self.exchange.kind_of(step),
            intend=lambda: self.ledger.note(subject, Event.INTENT, {}, sync=True),
            not_sent=lambda: self.ledger.note(subject, Event.NOSEND, {}, sync=False),
        )
        if isinstance(made, (Clash, Lost)):
            there = self._found(number)
            if there is not None and not isinstance(there, Article):
                return there
            made = Yes(there) if there is not None else made
        match made:
            case Yes(value=article):
                self.ledger.note(subject, Event.RESULT, {"number": number}, sync=False)
                return article
            case Clash(no=no) | Refusal(no=no):
                self.ledger.note(subject, Event.NOSEND, {}, sync=False)
                return park(Reason.REFUSED_BY_TARGET, f"new article {number!r}: {no.reason}")
            case Lost(reason=reason) | Left(reason=reason):
                return Left(f"new article {number!r}: {reason}")

    def _found(self, number: str) -> Article | Parked | Left | None:
        found = value_or_halt(self.exchange.ask(FindProduct(number)), "the accounting system")
        if isinstance(found, (No, Unknown)):
            return left(found, f"article {number}")
        ids = {each.id for each in found}
        if len(ids) > 1:
            seen = f"{len(ids)} articles of the target have the number {number!r}: {', '.join(sorted(ids))}"
            return park(Reason.ARTICLE_AMBIGUOUS, seen)
        return found[0] if found else None
