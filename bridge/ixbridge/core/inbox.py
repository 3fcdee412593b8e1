"""Which news about an instalment may be believed? Only what agrees with what the bridge itself has sent.

Notifications carry no signature, come late, twice, out of order or not at all, and anybody may post
one. So they are no events but a heap: what is believed follows from the heap and the bridge's own
journal alone, never from the order in which it was piled up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from ixbridge.core.life import Life
from ixbridge.core.notices import Notice, Talk, Told

ORDER_KEY, INVOICE_KEY = "ORDERREFERENCE", "INVOICEREFERENCE"

Letter = tuple[Notice, int]
"""A notice and its epoch."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a target has said so far about one instalment, as far as it is believed."""

    order_ok: bool = False
    order_refused: str = ""
    invoice_ok: bool = False
    invoice_refused: str = ""
    number_taken: bool = False
    """The invoice was refused as its number is somebody else's."""
    numbers: tuple[str, ...] = ()
    """Every number under which its invoice was made; more than one is a contradiction."""
    documents: tuple[str, ...] = ()
    amounts_minor: tuple[int, ...] = ()
    currencies: tuple[str, ...] = ()
    due: date | None = None
    paid: bool = False

    @property
    def is_silent(self) -> bool:
        return self == Word()


SILENCE = Word()


def word_of(life: Life, letters: Iterable[Letter]) -> Word:
    """What these notices say about an instalment, whatever their order and however often they came."""
    heap: _Heap | None = None
    for notice, epoch in letters:
        heap = heap or _Heap(life, Ours.of(life.talk))
        if belongs(life, notice, heap.ours):
            _PILES[notice.told](heap, notice, epoch)
    return heap.word() if heap else SILENCE


@dataclass(frozen=True, slots=True)
class Ours:
    """By which ids a verdict may name what was sent: by our own, or by those of the receipts."""

    order: frozenset[str]
    invoice: frozenset[str]

    @classmethod
    def of(cls, talk: Talk) -> Ours:
        return cls(
            _ids(talk.order_id, *talk.order_receipts),
            _ids(talk.invoice_id, *talk.invoice_receipts) if talk.invoices_sent else frozenset(),
        )


def belongs(life: Life, notice: Notice, ours: Ours) -> bool:
    """Does the notice speak of what we sent: of our order, and of our own request or customer?"""
    talk = life.talk
    if not talk.order or not is_order(notice.order, talk.order):
        return False
    if notice.told is Told.VERDICT:
        of_invoice = notice.transaction in ours.invoice and notice.invoice in ("", talk.reference)
        return notice.transaction in ours.order or of_invoice
    if notice.told is Told.OTHER or notice.customer not in ("", life.customer_number):
        return False
    if notice.told is Told.PAYMENT:
        return notice.invoice in ("", talk.reference, life.number)
    return bool(notice.invoice) and talk.invoices_sent > 0


def is_order(seen: str, ours: str) -> bool:
    """Some notifications put a zero before the reference (RIV-34)."""
    return seen in (ours, f"0{ours}")


def _ids(*ids: str) -> frozenset[str]:
    return frozenset(plain(each) for each in ids if each)


def plain(id: str) -> str:
    """Ids come with and without dashes, in capitals and not."""
    return "".join(each for each in id.lower() if each.isalnum())


# --- one heap, piled up -----------------------------------------------------------------------


@dataclass(slots=True)
class _Heap:
    life: Life
    ours: Ours
    order_ok: bool = False
    invoice_ok: bool = False
    paid: bool = False
    order_refused: set[str] = field(default_factory=set)
    invoice_refused: set[str] = field(default_factory=set)
    number_taken: bool = False
    numbers: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    amounts: set[int] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    dues: set[date] = field(default_factory=set)

    def word(self) -> Word:
        # A yes outweighs every no: of the same request sent twice, one may be refused for the other.
        return Word(
            order_ok=self.order_ok,
            order_refused="" if self.order_ok else "; ".join(sorted(self.order_refused)),
            invoice_ok=self.invoice_ok,
            invoice_refused="" if self._is_made else "; ".join(sorted(self.invoice_refused)),
            number_taken=self.number_taken and not self._is_made,
            numbers=tuple(sorted(self.numbers)),
            documents=tuple(sorted(self.documents)),
            amounts_minor=tuple(sorted(self.amounts)),
            currencies=tuple(sorted(self.currencies)),
            due=min(self.dues, default=None),
            paid=self.paid,
        )

    @property
    def _is_made(self) -> bool:
        return self.invoice_ok or bool(self.numbers)


def _verdict(heap: _Heap, notice: Notice, epoch: int) -> None:
    talk = heap.life.talk
    of_order = notice.transaction in heap.ours.order
    if notice.ok:
        heap.order_ok |= of_order
        heap.invoice_ok |= not of_order
        return
    if epoch != talk.refusals:
        return  # it was acted on before what is now sent
    key, sent = (ORDER_KEY, talk.orders_sent) if of_order else (INVOICE_KEY, talk.invoices_sent)
    taken = key in notice.fields
    if taken and sent > 1:
        return  # of our own request sent again: that the first one arrived is no refusal
    words = "; ".join(notice.reasons) or "refused without a reason"
    (heap.order_refused if of_order else heap.invoice_refused).add(words)
    heap.number_taken |= taken and not of_order


def _made(heap: _Heap, notice: Notice, epoch: int) -> None:
    heap.numbers.add(notice.invoice)
    if notice.document:
        heap.documents.add(notice.document)
    if notice.amount_minor is not None:
        heap.amounts.add(notice.amount_minor)
    if notice.currency:
        heap.currencies.add(notice.currency)
    if notice.due is not None:
        heap.dues.add(notice.due)


def _payment(heap: _Heap, notice: Notice, epoch: int) -> None:
    """Paid is what leaves no more than the tolerance, of exactly the amount that was invoiced."""
    owed, paid, left = notice.amount_minor, notice.paid_minor, notice.remaining_minor
    if owed is None or paid is None or left is None:
        return
    adds_up = owed == heap.life.gross_minor and paid + left == owed
    agrees = notice.currency in ("", heap.life.currency)
    heap.paid |= adds_up and agrees and left <= max(notice.tolerance_minor or 0, 0)


_PILES = {Told.VERDICT: _verdict, Told.INVOICE: _made, Told.DOCUMENT: _made, Told.PAYMENT: _payment}
