"""How are all instalments taken one step further? Gather, decide, apply, until nothing is left to do.

Two rounds: first everything is booked, then everything is checked, reported and followed, so that
one reading of the target's list serves all. What cannot go on stays where it is; the journal knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ixbridge.core.audit import Found
from ixbridge.core.life import Event, Life, Stage, after, standing_after
from ixbridge.core.model import Product
from ixbridge.core.moves import (
    Ask,
    Bill,
    Create,
    Draw,
    Facts,
    Fresh,
    Look,
    Move,
    NeedArticles,
    NeedCustomer,
    NeedProducts,
    Note,
    Park,
    Reopen,
    Rest,
)
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.plan import next_move
from ixbridge.core.policy import Policy
from ixbridge.core.records import SERIES, Entry, Payload, Record, is_instalment, is_notice
from ixbridge.core.recovery import LOOKS_S
from ixbridge.core.steps import (
    Delivered,
    FetchDocument,
    ReadDocument,
    ReadInstalments,
    ReadProduct,
    Unusable,
    WriteDraft,
)
from ixbridge.core.target import Lookup, Pdf
from ixbridge.core.wire import Cause, No, Unknown, Yes
from ixbridge.shell.books import Books
from ixbridge.shell.cases import Case, Window, next_number, shelves_of, taken_numbers, window_of
from ixbridge.shell.claims import ALONE, WAIT_S, WAITS_MAX, Claims
from ixbridge.shell.creation import Clash, Left, Lost, Refusal, create, left
from ixbridge.shell.desk import ArticleDesk, CustomerDesk, Ledger
from ixbridge.shell.exchange import Halt, value_or_halt
from ixbridge.shell.files import Files
from ixbridge.shell.inbox import Inbox
from ixbridge.shell.limits import Limits
from ixbridge.shell.paper import drawn, invoice_pdf
from ixbridge.shell.report import Item, Report, item_of, item_of_unusable

if TYPE_CHECKING:
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.journal import Journal

MOVES_MAX = 60
"""Moves of one instalment in one round; more means a circle."""
LIST_AGE_MAX_S = 60.0
"""From a list of instalments that is older nothing is booked; it is read again first."""
LEFTS_MAX = 3
"""So many instalments in a row that could not go on: the system is out of reach for all."""
BEFORE_BOOKED = frozenset({Stage.NEW, Stage.DROPPED, Stage.SEEN, Stage.ASKED})
SYNCED = frozenset(
    {
        Event.INTENT,
        Event.RESULT,
        Event.REQUESTED,
        Event.RECEIVED,
        Event.PARKED,
        Event.ADOPTED,
    }
)
"""Records that the next request relies on, or that a person must not lose."""

Watch = Callable[[int, int, str], None]
Stop = Callable[[], bool]


def unwatched(done: int, total: int, code: str) -> None:
    """Nobody looks on."""


def never() -> bool:
    """Nobody asks for an early end."""
    return False


class Runner:
    def __init__(
        self,
        exchange: Exchange,
        journal: Journal,
        policy: Policy,
        *,
        limit: int | None = None,
        watch: Watch = unwatched,
        stop: Stop = never,
        claims: Claims = ALONE,
        audit: bool = False,
    ) -> None:
        """``claims``: who shares the work. ``audit``: look at everything again, paid instalments too."""
        self._exchange, self._journal, self._policy = exchange, journal, policy
        self._limit, self._watch, self._stop = limit, watch, stop
        self._claims, self._audit = claims, audit
        self._busy = 0
        self._limits = Limits(exchange, journal)
        self._ledger = Ledger(journal, claims=claims, learn=self._learn)
        self._products: dict[int, Product | None] = {}
        self._cases: dict[str, Case] = {}
        self._nameless: list[Item] = []
        self._lefts = 0
        self._read_at = 0.0
        self._booked_now = False
        self._customers = CustomerDesk(exchange, self._ledger, policy.settings, policy.target)
        self._articles = ArticleDesk(exchange, self._ledger, policy.settings)
        self._books: Books | Files | None = None
        self._inbox = Inbox() if policy.target.lookup is Lookup.INBOX else None
        zone = policy.target.zone
        self._today = exchange.today(zone) if zone else None
        self._followed: Books | None = None

    def run(self) -> Report:
        """One poll: everything goes as far as it can. What stops it is in the report."""
        before = len(self._journal.records())
        halted, advice = None, ""
        try:
            self._remember()
            self._limits.respect()
            delivered = self._delivered()
            todo = self._intake(delivered)
            self._customers.taken = taken_numbers(self._ledger.standings, delivered)
            self._books = self._open_books()
            self._round([code for code in todo if self._is_before_booked(code)], booking=True)
            if self._booked_now:
                self._read_again()
            self._followed = self._read_followed()
            # Whatever is still not booked could not go on, and is not tried again in this run.
            after_booking = [code for code in todo if not self._is_before_booked(code)]
            self._round([*after_booking, *self._paid_in_view(todo)], booking=False)
        except Halt as halt:
            halted, advice = str(halt), halt.advice
            self._limits.keep()
        self._journal.flush()
        items = [
            item_of(case.life, changed=case.changed, waiting=case.waiting)
            for case in self._cases.values()
            if case.changed or not case.life.is_over
        ]
        records = len(self._journal.records()) - before
        sent = self._exchange.counts.sent
        return Report((*items, *self._nameless), halted, advice, sent, records, self._busy)

    def _is_before_booked(self, code: str) -> bool:
        return self._cases[code].life.stage in BEFORE_BOOKED

    # --- gather ---------------------------------------------------------------------------

    def _remember(self) -> None:
        self._claims.news()  # what others wrote is among the records now
        for record in self._journal.records():
            self._fold(record)

    def _fold(self, record: Record) -> None:
        subject = record.subject
        if is_instalment(subject):
            case = self._cases.setdefault(subject, Case(Life(subject)))
            case.life = after(case.life, record.kind, record.payload)
        elif not (self._limits.fold(record) or is_notice(subject)):
            standing = standing_after(self._ledger.of(subject), record.kind, record.payload)
            self._ledger.standings[subject] = standing

    def _learn(self, records: Sequence[Record]) -> None:
        """Others wrote: what was read before may be older than what they did."""
        for record in records:
            self._fold(record)
            standing = self._ledger.standings.get(record.subject)
            kind, _, name = record.subject.partition(" ")
            if kind == "customer" and standing is not None and standing.number is not None:
                self._customers.taken.setdefault(standing.number, int(name))
            case = self._cases.get(record.subject)
            if case is None:
                continue
            case.facts = replace(case.facts, found=None, read=None, looks=0, offered=False, next_number=None)
            if record.kind == Event.INTENT.value:
                case.facts = replace(case.facts, earlier=False)
                if self._books is not None:
                    self._books.created()

    def _delivered(self) -> Mapping[str, Delivered]:
        heard = value_or_halt(self._exchange.ask(ReadInstalments()), "iXpole")
        if isinstance(heard, (No, Unknown)):
            # Never "nothing to do": what was not read may be anything.
            raise Halt(
                f"iXpole's list of instalments: {heard.reason}", advice="Check address and credentials."
            )
        self._read_at = self._exchange.monotonic()
        return {each.code: each for each in heard}

    def _read_again(self) -> None:
        """iXpole's list once more: it locks nothing, and what people change meanwhile must not be booked or told.

        One request for all: before a create from a list that grew old, and before any number of this run is told.
        """
        delivered = self._delivered()
        for code, case in self._cases.items():
            each = delivered.get(code)
            if isinstance(each, Unusable) or case.facts.delivered is None or case.life.is_told:
                continue
            if each is None or each != case.facts.delivered:
                case.facts = replace(case.facts, delivered=each)

    def _intake(self, delivered: Mapping[str, Delivered]) -> list[str]:
        """Which instalments are taken up in this run, in iXpole's order, then those only we remember."""
        new = 0
        todo: list[str] = []
        for code, each in delivered.items():
            if isinstance(each, Unusable):
                self._set_aside(each)
                continue
            case = self._cases.setdefault(code, Case(Life(code, customer_name=each.customer_name)))
            case.facts = replace(
                case.facts, delivered=each, products=self._products, offered=case.life.is_told
            )
            if case.life.stage in (Stage.NEW, Stage.DROPPED):
                new += 1
                if self._limit is not None and new > self._limit:
                    case.waiting = f"beyond --limit {self._limit}"
                    continue
            todo.append(code)
        remembered = [
            code for code, case in self._cases.items() if code not in delivered and not case.life.is_over
        ]
        return todo + remembered

    def _set_aside(self, unusable: Unusable) -> None:
        parked = park(Reason.INSTALMENT_UNREADABLE, unusable.reason)
        if unusable.code.startswith("#"):
            self._nameless.append(item_of_unusable(unusable.code, parked))
            return
        case = self._cases.setdefault(unusable.code, Case(Life(unusable.code)))
        # A document of an earlier day is followed no matter what the list says now.
        if case.life.stage in (Stage.NEW, Stage.DROPPED, Stage.SEEN) and case.life.parked != parked:
            if case.life.stage is Stage.DROPPED:
                case.life = Life(unusable.code)
            self._park(case, parked)

    def _open_books(self) -> Books | Files | None:
        lookup = self._policy.target.lookup
        if lookup is Lookup.INBOX:
            return None
        if lookup is not Lookup.WINDOW:
            return Files(self._exchange, lookup)
        window = window_of(self._cases.values(), self._policy, audit=self._audit)
        shelves = shelves_of(self._cases.values(), self._policy)
        return None if window is None else Books(self._exchange, window, shelves)

    def _paid_in_view(self, todo: list[str]) -> list[str]:
        """Paid instalments whose document is seen anyway; all of them in an audit."""
        others = set(self._cases).difference(todo)
        paid = [code for code in others if self._cases[code].life.stage is Stage.PAID]
        return sorted(code for code in paid if self._audit or self._known(self._cases[code]))

    def _known(self, case: Case) -> Found | None:
        """What was read of it in this run anyway, if it was."""
        life = case.life
        for books in (self._books, self._followed):
            found = books.known(life.code, life.day, life.customer_number) if books else None
            if found is not None:
                return found
        return None

    def _read_followed(self) -> Books | None:
        """The list of the days of what is not paid yet, where it costs no more than asking for each invoice.

        It shows more: a second document of the same instalment, which a doubled create made and a stale list hid.
        """
        if self._policy.target.lookup is not Lookup.WINDOW:
            return None
        days = [
            case.life.day
            for code, case in self._cases.items()
            if case.life.stage is Stage.REPORTED and case.life.day is not None
            if self._books is None or self._books.known(code, case.life.day, "") is None
        ]
        if not days:
            return None
        books = Books(self._exchange, Window(min(days), max(days)), pages_max=max(1, len(days) // 2))
        problem = books.read()
        if isinstance(problem, No) and problem.cause in (Cause.CREDENTIALS, Cause.REDIRECT, Cause.LIMITED):
            value_or_halt(problem, "the accounting system")
        return books if problem is None else None

    # --- decide and apply -----------------------------------------------------------------

    def _round(self, codes: list[str], *, booking: bool) -> None:
        for done, code in enumerate(codes):
            if self._stop():
                break
            if self._inbox is not None:
                self._inbox.catch_up(self._journal.records())
            self._watch(done, len(codes), code)
            if booking and self._exchange.monotonic() - self._read_at > LIST_AGE_MAX_S:
                self._read_again()
            self._drive(self._cases[code], booking=booking)
        self._watch(len(codes), len(codes), "")
        self._journal.flush()

    def _drive(self, case: Case, *, booking: bool) -> None:
        """One instalment as far as it goes, unless another bridge is at it."""
        news = self._claims.take(case.life.code)
        if news is None:
            case.waiting = "another bridge is at it"
            self._busy += 1
            return
        self._learn(news)
        try:
            self._driven(case, booking=booking)
        except Halt:
            self._claims.give_back(case.life.code)
            raise
        self._claims.give_back(case.life.code)

    def _driven(self, case: Case, *, booking: bool) -> None:
        """What nothing came of stays parked as it was."""
        case.waiting = ""
        try:
            stopped = self._moved(case, booking=booking)
        finally:
            if case.reopened is not None and case.life.parked is None:
                case.life = replace(case.life, parked=case.reopened)
            case.reopened = None
        if isinstance(stopped, Left):
            self._leave(case, stopped)
        elif stopped is not None:
            self._lefts = 0

    def _moved(self, case: Case, *, booking: bool) -> Rest | Park | Left | None:
        for _ in range(MOVES_MAX):
            if booking and case.life.stage not in BEFORE_BOOKED:
                return None
            move = next_move(case.life, self._facts(case), self._policy)
            stopped = self._apply(case, move)
            if stopped is not None:
                return stopped
        raise AssertionError(f"{case.life.code} goes in circles at {case.life.stage.value}")

    def _facts(self, case: Case) -> Facts:
        life, facts = case.life, case.facts
        known: dict[str, Any] = {"now": self._exchange.now(), "products": self._products}
        if life.stage in (Stage.REPORTED, Stage.PAID) and facts.found is None:
            found = self._known(case)
            known["found"] = None if found is None else found.without(life.superseded)
        if not facts.suspect:
            known["suspect"] = self._audit or (life.doubtful and not self._policy.target.key_enforced)
        if life.stage is Stage.SEEN and facts.today is None:
            known["today"] = self._today
        if self._inbox is not None:
            known["word"] = self._inbox.word_of(life)
        if self._takes_number(life) and facts.next_number is None:
            series = self._ledger.of(SERIES).number
            known["next_number"] = next_number(self._cases.values(), self._policy, series)
        case.facts = replace(facts, **known)
        return case.facts

    def _takes_number(self, life: Life) -> bool:
        if self._inbox is None:
            return life.stage is Stage.SEEN
        return life.stage in (Stage.DRAFTED, Stage.HANDED)

    def _apply(self, case: Case, move: Move) -> Rest | Park | Left | None:
        """Do it. None: go on; anything else: this instalment is done for now."""
        match move:
            case NeedProducts() | NeedCustomer() | NeedArticles():
                return self._gather(case, move)
            case Look():
                return self._look(case, move)
            case Ask():
                return self._ask(case, move)
            case Create():
                return self._create(case, move)
            case Bill():
                return self._bill(case, move)
            case Draw(document=document):
                case.facts = replace(case.facts, pdf=invoice_pdf(document, case.life))
            case Note(event=event, payload=payload):
                self._note(case, event, payload)
            case Reopen():
                case.reopened, case.life = case.life.parked, replace(case.life, parked=None)
                doubled = case.reopened is not None and case.reopened.reason is Reason.DUPLICATE_DOCUMENTS
                case.facts = replace(
                    case.facts,
                    suspect=case.facts.suspect or doubled,
                    doubled=doubled,
                    # It was looked for long enough when it was parked: one more look is enough, or two that agree.
                    looks=len(LOOKS_S) - (2 if doubled else 1),
                )
            case Park(parked=parked):
                return self._park(case, parked)
            case Rest(waiting=waiting):
                case.waiting = waiting
                return move
        return None

    def _gather(self, case: Case, move: NeedProducts | NeedCustomer | NeedArticles) -> Park | Left | None:
        got: str | frozenset[str] | Parked | Left | None
        match move:
            case NeedProducts(ids=ids):
                got = self._read_products(ids)
            case NeedCustomer(customer_id=customer_id):
                got = self._customers.number_for(customer_id)
            case NeedArticles(articles=articles):
                got = self._articles.ensure(articles, self._products)
        match got:
            case Parked():
                return self._park(case, got)
            case Left():
                return got
            case str():
                customer = (
                    self._customers.read.get(move.customer_id) if isinstance(move, NeedCustomer) else None
                )
                case.facts = replace(case.facts, customer_number=got, customer=customer)
            case frozenset():
                case.facts = replace(
                    case.facts, articles=case.facts.articles | got, known_articles=self._articles.there
                )
        return None

    def _read_products(self, ids: tuple[int, ...]) -> Left | None:
        for product_id in ids:
            if product_id in self._products:
                continue
            match value_or_halt(self._exchange.ask(ReadProduct(product_id)), "iXpole"):
                case No(cause=Cause.NOT_FOUND):
                    self._products[product_id] = None
                case No() | Unknown() as problem:
                    return left(problem, f"product {product_id}")
                case Product() as product:
                    self._products[product_id] = product
        return None

    def _look(self, case: Case, move: Look) -> Left | None:
        assert self._books is not None, "there are books whenever an instalment has a date"
        self._exchange.sleep(move.pause_s)
        customer = case.life.customer_number or case.facts.customer_number or ""
        found = self._books.find(case.life.code, move.fresh, case.life.day, customer)
        if isinstance(found, (No, Unknown)):
            value_or_halt(found, "the accounting system")
            return left(found, "documents")
        found = found.without(case.life.superseded)
        case.facts = replace(case.facts, found=found, looks=case.facts.looks + 1)
        return None

    def _ask(self, case: Case, move: Ask) -> Park | Left | None:
        if isinstance(move.step, ReadDocument):
            return self._read_document(case, move.step)
        if isinstance(move.step, FetchDocument):
            return self._fetch(case, move.step)
        self._claims.hold(case.life.code)
        lost = self._exchange.counts.lost
        outcome = self._exchange.ask(move.step)
        late = isinstance(move.step, WriteDraft) and self._exchange.counts.lost > lost
        if late and not isinstance(outcome, Yes) and not case.life.doubted:
            self._note(case, Event.DOUBTED, {})
        answer = value_or_halt(outcome, "iXpole")
        match answer:
            case None:
                assert move.then is not None
                self._note(case, move.then, {**move.payload, "late": True} if late else move.payload)
                return None
            case No(cause=Cause.NOT_FOUND, reason=reason):
                return self._park(case, park(Reason.SOURCE_WITHDRAWN, f"iXpole: {reason}"))
            case No(cause=Cause.INVALID | Cause.CONFLICT) as no if case.life.again:
                return left(
                    no, "iXpole"
                )  # a late D may stand in the way; the real number is written once more
            case No(cause=Cause.INVALID | Cause.CONFLICT, reason=reason):
                return self._park(case, park(Reason.REFUSED_BY_SOURCE, f"iXpole: {reason}"))
            case No() | Unknown() as problem:
                return left(problem, "iXpole")

    def _read_document(self, case: Case, step: ReadDocument) -> Park | Left | None:
        answer = value_or_halt(self._exchange.ask(step), "the accounting system")
        match answer:
            case No(cause=Cause.UNREADABLE, reason=reason) if step.with_pdf:
                return self._park(case, park(Reason.PDF_UNUSABLE, reason))
            case No() | Unknown() as problem:
                return left(problem, f"document {step.number}")
            case documents:
                if step.with_pdf and self._policy.target.pdf is Pdf.RENDERED:
                    documents = tuple(drawn(each, case.life) for each in documents)
                case.facts = replace(case.facts, read=documents, read_pdf=step.with_pdf)
                return None

    def _fetch(self, case: Case, step: FetchDocument) -> Park | Left | None:
        answer = value_or_halt(self._exchange.ask(step), "the accounting system")
        match answer:
            case No(cause=Cause.NOT_FOUND):
                case.facts = replace(case.facts, missing=case.facts.missing | {step.key})
            case No(cause=Cause.UNREADABLE | Cause.INVALID, reason=reason):
                return self._park(case, park(Reason.PDF_UNUSABLE, reason))
            case No() | Unknown() as problem:
                return left(problem, f"document {step.key}")
            case pdf:
                case.facts = replace(case.facts, pdf=pdf)
        return None

    def _bill(self, case: Case, move: Bill) -> Park | Left | None:
        case.facts = replace(case.facts, next_number=None)
        since: Payload = {"since": self._exchange.now().isoformat(timespec="seconds")}
        made = create(
            self._exchange,
            move.step,
            self._exchange.kind_of(move.step),
            intend=lambda: self._note(case, Event.REQUESTED, {**move.intent, **since}),
            not_sent=lambda: self._note(case, Event.DECLINED, {}),
        )
        match made:
            case Yes(value=receipt):
                self._note(case, Event.RECEIVED, {"receipt": receipt, **since})
                return None
            case Refusal(no=no):
                return self._park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
            case Clash(no=no):
                self._note(case, Event.DECLINED, {})
                return self._park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
            case Lost(reason=reason):
                return Left(reason)  # sent again in the next run, under the same id
            case Left():
                return made

    def _create(self, case: Case, move: Create) -> Park | Left | None:
        if move.step.invoice.number is not None:
            return self._create_numbered(case, move)
        return self._create_now(case, move)

    def _create_numbered(self, case: Case, move: Create) -> Park | Left | None:
        """With a number of our own series, which two bridges must not both take."""
        subject = SERIES
        for _ in range(WAITS_MAX):
            news = self._claims.take(subject)
            if news is not None:
                break
            self._exchange.sleep(WAIT_S)
        else:
            return Left("another bridge has been giving numbers for too long")
        self._learn(news)
        try:
            series = self._ledger.of(SERIES).number
            due = next_number(self._cases.values(), self._policy, series)
            if case.life.asked_number is None and move.step.invoice.number != due:
                case.facts = replace(case.facts, next_number=due)
                return None  # decided anew, with the number that is due now
            return self._create_now(case, move)
        finally:
            self._claims.give_back(subject)

    def _create_now(self, case: Case, move: Create) -> Park | Left | None:
        kind = self._exchange.kind_of(move.step)
        self._booked_now = True
        self._created()
        case.facts = replace(case.facts, found=None, looks=0, read=None, next_number=None, earlier=False)
        made = create(
            self._exchange,
            move.step,
            kind,
            intend=lambda: self._note(case, Event.INTENT, move.intent),
            not_sent=lambda: self._note(case, Event.NOSEND, {}),
        )
        self._created()
        match made:
            case Yes(value=document):
                result: Payload = {"number": document.number, "draft": document.draft_id, "by": "answer"}
                if self._inbox is not None:
                    since = self._exchange.now().isoformat(timespec="seconds")
                    result = {**result, "receipt": document.reference, "since": since}
                self._note(case, Event.RESULT, result)
                return None
            case Refusal(no=no):
                return self._park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
            case Clash(no=no):
                return self._clash(case, move, no)
            case Lost(reason=reason) if self._inbox is not None:
                return Left(reason)  # sent again in the next run, under the same id
            case Lost():
                return None  # the plan looks for it
            case Left():
                return made

    def _created(self) -> None:
        if self._books is not None:
            self._books.created()

    def _clash(self, case: Case, move: Create, no: No) -> Park | Left | None:
        """Our number was refused: is it our own document that has it?"""
        if self._inbox is not None:
            self._note(case, Event.NOSEND, {})
            return self._park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
        stopped = self._look(case, Look(Fresh.NOW))
        if stopped is not None or (case.facts.found and not case.facts.found.is_empty):
            return stopped
        if self._policy.target.key_enforced:
            self._note(case, Event.NOSEND, {})
            return self._park(case, park(Reason.REFUSED_BY_TARGET, no.reason))
        number = move.step.invoice.number or ""
        there = value_or_halt(
            self._exchange.ask(ReadDocument(number, with_pdf=False)), "the accounting system"
        )
        if isinstance(there, (No, Unknown)):
            return left(there, f"document {number}")
        self._note(case, Event.NOSEND, {"taken": number if there else None})
        reason = Reason.NUMBER_TAKEN if there else Reason.REFUSED_BY_TARGET
        return self._park(case, park(reason, f"number {number}: {no.reason}"))

    # --- remember -------------------------------------------------------------------------

    def _note(self, case: Case, event: Event, payload: Payload) -> None:
        if case.reopened is not None:
            self._append(case, Event.REOPENED, {})
            case.reopened = None
        self._append(case, event, payload)

    def _append(self, case: Case, event: Event, payload: Payload) -> None:
        life = after(case.life, event.value, payload)  # first: what cannot follow is not written
        self._journal.append(Entry(case.life.code, event.value, payload), sync=event in SYNCED)
        if event in (Event.HANDED, Event.REPORTED, Event.REPAIRED):
            case.facts = replace(case.facts, offered=False)
        if event is Event.RELEASED:
            case.facts = replace(case.facts, found=None, read=None, read_pdf=False)
        if life.stage is not case.life.stage and event is not Event.RESULT:
            case.facts = replace(case.facts, looks=0)
        case.life, case.changed = life, True

    def _park(self, case: Case, parked: Parked) -> Park:
        digest, settings = case.facts.digest, self._policy.fingerprint
        same = case.reopened == parked and (case.life.parked_digest, case.life.settings) == (digest, settings)
        if same:
            return Park(parked)
        payload = {
            "reason": parked.reason.value,
            "message": parked.message,
            "advice": parked.advice,
            "digest": digest,
            "settings": settings,
        }
        case.reopened = None
        self._append(case, Event.PARKED, payload)
        return Park(parked)

    def _leave(self, case: Case, stopped: Left) -> None:
        case.waiting = stopped.reason
        self._lefts += 1
        if self._lefts >= LEFTS_MAX:
            raise Halt(stopped.reason, advice="The rest waits for the next run.")
