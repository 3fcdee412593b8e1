"""What does a move of the plan do? Each is carried out here, and what was heard becomes a fact or a record."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ixbridge.core.life import Event
from ixbridge.core.model import Product
from ixbridge.core.moves import (
    Ask,
    Bill,
    Create,
    Draw,
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
from ixbridge.core.policy import Policy
from ixbridge.core.recovery import LOOKS_S
from ixbridge.core.steps import FetchDocument, ReadDocument, ReadProduct, WriteDraft
from ixbridge.core.target import Pdf
from ixbridge.core.wire import Cause, No, Unknown, Yes
from ixbridge.shell.creation import Left, left
from ixbridge.shell.desk import ArticleDesk, CustomerDesk
from ixbridge.shell.exchange import value_or_halt
from ixbridge.shell.maker import Maker
from ixbridge.shell.paper import drawn, invoice_pdf

if TYPE_CHECKING:
    from ixbridge.shell.cases import Case
    from ixbridge.shell.exchange import Exchange
    from ixbridge.shell.library import Library
    from ixbridge.shell.notebook import Notebook


@dataclass(slots=True)
class Hands:
    exchange: Exchange
    policy: Policy
    notebook: Notebook
    library: Library
    maker: Maker
    products: dict[int, Product | None] = field(default_factory=dict)
    """As iXpole shows them, by its id; None: it does not know it."""
    _customers: CustomerDesk = field(init=False)
    _articles: ArticleDesk = field(init=False)

    def __post_init__(self) -> None:
        ledger, settings, target = self.notebook.ledger, self.policy.settings, self.policy.target
        self._customers = CustomerDesk(self.exchange, ledger, settings, target, self.notebook.taken)
        self._articles = ArticleDesk(self.exchange, ledger, settings)

    def apply(self, case: Case, move: Move) -> Rest | Park | Left | None:
        """Do it. None: go on; anything else: this instalment is done for now."""
        match move:
            case NeedProducts() | NeedCustomer() | NeedArticles():
                return self._gather(case, move)
            case Look():
                return self.library.look(case, move)
            case Ask():
                return self._ask(case, move)
            case Create():
                return self.maker.create(case, move)
            case Bill():
                return self.maker.bill(case, move)
            case Draw(document=document):
                case.facts = replace(case.facts, pdf=invoice_pdf(document, case.life))
            case Note(event=event, payload=payload):
                self.notebook.note(case, event, payload)
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
                return self.notebook.park(case, parked)
            case Rest(waiting=waiting):
                case.waiting = waiting
                return move
        return None

    # --- gather ---------------------------------------------------------------------------

    def _gather(self, case: Case, move: NeedProducts | NeedCustomer | NeedArticles) -> Park | Left | None:
        got: str | frozenset[str] | Parked | Left | None
        match move:
            case NeedProducts(ids=ids):
                got = self._read_products(ids)
            case NeedCustomer(customer_id=customer_id):
                got = self._customers.number_for(customer_id)
            case NeedArticles(articles=articles):
                got = self._articles.ensure(articles, self.products)
        match got:
            case Parked():
                return self.notebook.park(case, got)
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
            if product_id in self.products:
                continue
            match value_or_halt(self.exchange.ask(ReadProduct(product_id)), "iXpole"):
                case No(cause=Cause.NOT_FOUND):
                    self.products[product_id] = None
                case No() | Unknown() as problem:
                    return left(problem, f"product {product_id}")
                case Product() as product:
                    self.products[product_id] = product
        return None

    # --- ask ------------------------------------------------------------------------------

    def _ask(self, case: Case, move: Ask) -> Park | Left | None:
        if isinstance(move.step, ReadDocument):
            return self._read_document(case, move.step)
        if isinstance(move.step, FetchDocument):
            return self._fetch(case, move.step)
        self.notebook.claims.hold(case.life.code)
        lost = self.exchange.counts.lost
        outcome = self.exchange.ask(move.step)
        late = isinstance(move.step, WriteDraft) and self.exchange.counts.lost > lost
        if late and not isinstance(outcome, Yes) and not case.life.doubted:
            self.notebook.note(case, Event.DOUBTED, {})
        answer = value_or_halt(outcome, "iXpole")
        match answer:
            case None:
                assert move.then is not None
                self.notebook.note(case, move.then, {**move.payload, "late": True} if late else move.payload)
                return None
            case No(cause=Cause.NOT_FOUND, reason=reason):
                return self.notebook.park(case, park(Reason.SOURCE_WITHDRAWN, f"iXpole: {reason}"))
            case No(cause=Cause.INVALID | Cause.CONFLICT) as no if case.life.again:
                # A late D may stand in the way; the real number is written once more.
                return left(no, "iXpole")
            case No(cause=Cause.INVALID | Cause.CONFLICT, reason=reason):
                return self.notebook.park(case, park(Reason.REFUSED_BY_SOURCE, f"iXpole: {reason}"))
            case No() | Unknown() as problem:
                return left(problem, "iXpole")

    def _read_document(self, case: Case, step: ReadDocument) -> Park | Left | None:
        answer = value_or_halt(self.exchange.ask(step), "the accounting system")
        match answer:
            case No(cause=Cause.UNREADABLE, reason=reason) if step.with_pdf:
                return self.notebook.park(case, park(Reason.PDF_UNUSABLE, reason))
            case No() | Unknown() as problem:
                return left(problem, f"document {step.number}")
            case documents:
                if step.with_pdf and self.policy.target.pdf is Pdf.RENDERED:
                    documents = tuple(drawn(each, case.life) for each in documents)
                case.facts = replace(case.facts, read=documents, read_pdf=step.with_pdf)
                return None

    def _fetch(self, case: Case, step: FetchDocument) -> Park | Left | None:
        answer = value_or_halt(self.exchange.ask(step), "the accounting system")
        match answer:
            case No(cause=Cause.NOT_FOUND):
                case.facts = replace(case.facts, missing=case.facts.missing | {step.key})
            case No(cause=Cause.UNREADABLE | Cause.INVALID, reason=reason):
                return self.notebook.park(case, park(Reason.PDF_UNUSABLE, reason))
            case No() | Unknown() as problem:
                return left(problem, f"document {step.key}")
            case pdf:
                case.facts = replace(case.facts, pdf=pdf)
        return None
