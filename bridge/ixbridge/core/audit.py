"""Is this the document of this instalment, and is it what was meant? Judged on what was read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from ixbridge.core import keys
from ixbridge.core.life import Life
from ixbridge.core.model import Document, Invoice
from ixbridge.core.money import Rounding, predicted, told
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.steps import Creation
from ixbridge.core.target import Amounts


@dataclass(frozen=True, slots=True)
class Found:
    """Every document of the target that carries one instalment's tag."""

    invoices: tuple[Document, ...] = ()
    orders: tuple[Document, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.invoices and not self.orders

    def without(self, superseded: frozenset[str]) -> Found:
        """Without documents that were credited and replaced, and their credits."""
        if not superseded:
            return self

        def counts(each: Document) -> bool:
            return each.number not in superseded and each.draft_id not in superseded

        return Found(tuple(filter(counts, self.invoices)), tuple(filter(counts, self.orders)))


@dataclass(frozen=True, slots=True)
class Expected:
    """What the document must show."""

    code: str
    gross_minor: int
    nets_minor: tuple[int, ...]
    """Empty: the split into net and VAT is not judged."""
    customer_number: str
    day: date | None
    """None: the date may have been changed when a draft was made real."""
    tolerance_minor: int = 0
    currency: str = "EUR"


def nets_of(invoice: Invoice, creation: Creation, amounts: Amounts = Amounts.GROSS) -> tuple[int, ...]:
    """The net totals the target may compute, the likeliest first."""
    if creation is Creation.ORDER or amounts is not Amounts.GROSS:
        return (sum(line.net_minor for line in invoice.lines),)
    likely = invoice.expected.net_minor
    return tuple(dict.fromkeys([likely, *(predicted(invoice.lines, each).net_minor for each in Rounding)]))


def expected_of(life: Life, *, tolerance_minor: int, judge_split: bool) -> Expected:
    return Expected(
        life.code,
        life.gross_minor,
        life.nets_minor if judge_split and not life.by_hand else (),
        "" if life.by_hand else life.customer_number,
        None if life.was_draft or life.by_hand else life.day,
        tolerance_minor,
        life.currency or "EUR",
    )


def the_one(found: Found, code: str) -> Document | Parked | None:
    """The one document of an instalment; an order counts until there is an invoice of it."""
    # A document listed on two pages, because a new one pushed it along, is still one.
    invoices = list({(each.number, each.draft_id): each for each in found.invoices}.values())
    orders = list({each.draft_id: each for each in found.orders}.values())
    for several in (invoices, orders):
        if len(several) > 1:
            names = ", ".join(each.number or f"draft {each.draft_id}" for each in several)
            return park(
                Reason.DUPLICATE_DOCUMENTS, f"{len(several)} documents carry the tag of {code}: {names}"
            )
    return invoices[0] if invoices else orders[0] if orders else None


def wrong_with(document: Document, expected: Expected, *, by_hand: bool = False) -> Parked | None:
    """Why this document is not what was meant."""
    name = document.number or f"draft {document.draft_id}"
    if document.void:
        seen = f"document {name} was {document.void} in the accounting system"
        return park(Reason.DOCUMENT_GONE, seen, advice="Look why; book the instalment by hand if it is due.")
    if not by_hand and keys.codes_of(document) != (expected.code,):
        return park(Reason.DOCUMENT_NOT_OURS, f"document {name} does not carry the tag of {expected.code}")
    if document.totals is not None:
        problem = _wrong_totals(document, expected, name)
        if problem:
            return problem
    if expected.customer_number and document.customer_number not in ("", expected.customer_number):
        seen = f"document {name} is for customer {document.customer_number}"
        return park(Reason.DOCUMENT_NOT_OURS, f"{seen}, expected customer {expected.customer_number}")
    if expected.day is not None and document.date != expected.day:
        seen = f"document {name} is dated {document.date}, expected {expected.day}"
        return park(Reason.DOCUMENT_NOT_OURS, seen, advice="Correct the date, or credit the document.")
    return None


def _wrong_totals(document: Document, expected: Expected, name: str) -> Parked | None:
    totals = document.totals
    assert totals is not None
    say = partial(told, currency=expected.currency)
    if abs(totals.gross_minor - expected.gross_minor) > expected.tolerance_minor:
        seen = f"document {name} has the total {say(totals.gross_minor)}"
        return park(Reason.TOTAL_DIFFERS, f"{seen}, iXpole says {say(expected.gross_minor)}")
    if expected.nets_minor and totals.net_minor not in expected.nets_minor:
        wanted = " or ".join(say(each) for each in expected.nets_minor)
        seen = f"document {name} has the net total {say(totals.net_minor)}, expected {wanted}"
        return park(Reason.TAX_SPLIT_DIFFERS, seen)
    return None
