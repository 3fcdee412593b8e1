"""Would the simulation notice? Broken bridges, each with one mistake that people make, which it must name.

Each canary patches the production bridge where it meets the world or decides, and says which invariant falls.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ixbridge.core import finding, following, inbox_plan
from ixbridge.core import plan as planning
from ixbridge.core.audit import Found
from ixbridge.core.keys import tag
from ixbridge.core.life import Event, Life, Stage
from ixbridge.core.money import as_decimal
from ixbridge.core.moves import Note, Park, Rest
from ixbridge.core.parked import Reason
from ixbridge.core.records import Entry
from ixbridge.core.recovery import Reaction
from ixbridge.core.wire import Cause, Heard, Kind, No, Request, Yes
from ixbridge.shell import creation, exchange
from ixbridge.shell.books import Books
from ixbridge.targets import silvasoft
from simulation.disk import DiskJournal
from simulation.wire import Wire


@dataclass(frozen=True, slots=True)
class Canary:
    name: str
    mistake: str
    falls: frozenset[str]
    """One of these must be named."""
    patch: Callable[[], AbstractContextManager[None]]
    way: str
    faults: tuple[str, ...] = ()
    """What brings it out, at whichever exchange; none: it falls without any fault."""
    at: str = ""
    """Only at points of this operation."""
    shape: str = "one"
    together: bool = False
    """It takes two bridges."""


@contextmanager
def swapped(owner: Any, name: str, new: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, new)
    try:
        yield
    finally:
        setattr(owner, name, before)


def naive_retry() -> AbstractContextManager[None]:
    """A create without an answer is simply sent again."""
    real = creation.reaction_to

    def reaction(outcome: Any, kind: Kind) -> Reaction | None:
        said = real(outcome, kind)
        return Reaction.NEW_INTENT if said is Reaction.RECONCILE else said

    return swapped(creation, "reaction_to", reaction)


def journal_after_call() -> AbstractContextManager[None]:
    """The intent reaches the disk only with the result."""
    real = DiskJournal.append

    def append(self: DiskJournal, entry: Entry, *, sync: bool) -> Any:
        return real(self, entry, sync=sync and entry.kind != Event.INTENT.value)

    return swapped(DiskJournal, "append", append)


def _with_another(when: Callable[[Request], Request | None], *, first: bool) -> AbstractContextManager[None]:
    """A request of its own besides the right one."""
    real = Wire.send

    def send(self: Wire, bridge: int, request: Request) -> Heard:
        other = when(request)
        if other is not None and first:
            real(self, bridge, other)
        heard = real(self, bridge, request)
        if other is not None and not first:
            real(self, bridge, other)
        return heard

    return swapped(Wire, "send", send)


def draft_again() -> AbstractContextManager[None]:
    """The D number once more, after the real one."""

    def other(request: Request) -> Request | None:
        said = json.loads(request.body or b"{}") if request.operation == "putInstalments" else {}
        if "invoicePdf" not in said:
            return None
        again = {"instalmentCode": said["instalmentCode"], "invoiceNumber": "D" + said["instalmentCode"]}
        return replace(request, body=json.dumps(again).encode())

    return _with_another(other, first=False)


def number_foretold() -> AbstractContextManager[None]:
    """The number is reported before the create is confirmed."""
    headers: dict[str, str] = {}

    def other(request: Request) -> Request | None:
        if request.system == "ixpole" and request.headers:
            headers.update(request.headers)
        if request.operation != "addsalestransaction":
            return None
        said = json.loads(request.body or b"{}")
        told = {
            "instalmentCode": said["InvoiceNotes"].partition("[iX:")[2].partition("]")[0],
            "invoiceNumber": str(said["InvoiceNumber"]), "invoiceDueDate": "2026-05-01",
        }  # fmt: skip
        return Request(
            "ixpole", "putInstalments", Kind.WRITE, "PUT", "/api/instalments", body=json.dumps(told).encode(),
            headers=headers,
        )  # fmt: skip

    return _with_another(other, first=True)


def float_money() -> AbstractContextManager[None]:
    """Amounts go through binary floating point and are cut to cents."""

    def cut(minor: int, *, currency: str) -> Any:
        exact = as_decimal(minor, currency=currency)
        binary = struct.unpack("f", struct.pack("f", float(exact)))[0]
        return type(exact)(int(binary * 100)) / 100

    return swapped(silvasoft.money, "as_decimal", cut)


def no_lookup() -> AbstractContextManager[None]:
    """After a crash the create is sent again without a look."""
    stages = dict(planning._STAGES)
    stages[Stage.ASKED] = lambda life, facts, policy: Note(Event.NOSEND)
    return swapped(planning, "_STAGES", stages)


@contextmanager
def swallowed_refusal() -> Iterator[None]:
    """A refused write-back counts as done, and that iXpole goes on offering the instalment is not looked at."""
    real = exchange.Exchange.ask

    def ask(self: exchange.Exchange, step: Any) -> Any:
        outcome = real(self, step)
        refused = isinstance(outcome, No) and outcome.cause in (
            Cause.INVALID,
            Cause.NOT_FOUND,
            Cause.CONFLICT,
        )
        return Yes(None) if refused and type(step).__name__ == "WriteInvoice" else outcome

    unasked = property(lambda self: False)
    with swapped(exchange.Exchange, "ask", ask), swapped(Life, "is_told", unasked):
        yield


def ignored_fence() -> AbstractContextManager[None]:
    """A bridge that was replaced goes on."""
    return swapped(DiskJournal, "is_replaced", lambda self: False)


@contextmanager
def adopted_by_name() -> Iterator[None]:
    """Any document of the customer will do, whatever code it carries."""
    real, judged = Books.find, finding.wrong_with

    def find(self: Books, code: str, fresh: Any, day: Any, customer: str) -> Any:
        found = real(self, code, fresh, day, customer)
        if isinstance(found, Found) and found.is_empty:
            others = [doc for shelves in self._by_code.values() for docs in shelves.values() for doc in docs]
            mine = [doc for doc in others if doc.customer_number == customer][:1]
            return Found(tuple(replace(doc, notes=tag(code)) for doc in mine))
        return found

    def not_whose(one: Any, expected: Any, *, by_hand: bool) -> Any:
        return judged(one, expected, by_hand=True)

    with swapped(Books, "find", find), swapped(finding, "wrong_with", not_whose):
        yield


def paid_on_part() -> AbstractContextManager[None]:
    """Anything paid at all counts as paid."""
    real = following._current

    def current(life: Any, facts: Any) -> Any:
        one = real(life, facts)
        if one is None or one.totals is None or one.outstanding_minor == one.totals.gross_minor:
            return one
        return replace(one, outstanding_minor=0)

    return swapped(following, "_current", current)


def limit_ignored() -> AbstractContextManager[None]:
    """Whatever a rate limit asks for, it is tried again at once."""
    return swapped(exchange, "backoff_s", lambda attempt, **_: 0.1)


def gone_unminded() -> AbstractContextManager[None]:
    """A document that is no longer there counts as not paid yet."""
    real = following._followed

    def followed(life: Any, facts: Any, policy: Any) -> Any:
        move = real(life, facts, policy)
        gone = isinstance(move, Park) and move.parked.reason is Reason.DOCUMENT_GONE
        return Rest("not paid yet") if gone else move

    return swapped(following, "_followed", followed)


def receipt_believed() -> AbstractContextManager[None]:
    """That a request for an invoice was received counts as the invoice."""

    def made(life: Any, facts: Any) -> Any:
        return inbox_plan._believed(life, facts, life.talk.reference) if life.talk.invoice_receipts else None

    return swapped(inbox_plan, "_made_there", made)


CANARIES: Mapping[str, Canary] = {
    canary.name: canary
    for canary in (
        Canary(
            "naive-retry", "sends a create again when its answer is lost", frozenset({"I15"}), naive_retry,
            "silvasoft-direct", ("answer-lost",), "addsalestransaction",
        ),
        Canary(
            "journal-after-call", "writes the intent after the create", frozenset({"I14"}), journal_after_call,
            "crmcom-posted",
        ),
        Canary(
            "draft-again", "sends D once more after the real number", frozenset({"I5"}), draft_again, "silvasoft-draft"
        ),
        Canary(
            "number-foretold", "reports a number before the create is confirmed", frozenset({"I4"}), number_foretold,
            "silvasoft-own-numbers",
        ),
        Canary("float-money", "calculates with binary floats", frozenset({"I3"}), float_money, "silvasoft-direct"),
        Canary(
            "no-lookup", "sends a create again after a crash without a look", frozenset({"I15"}), no_lookup,
            "telecomx-direct", ("killed-before",), "invoiceCreate",
        ),
        Canary(
            "swallowed-refusal", "takes a refused write-back for done", frozenset({"I8"}), swallowed_refusal,
            "silvasoft-direct", ("refused",), "putInstalments",
        ),
        Canary(
            "ignored-fence", "goes on after another bridge has taken over", frozenset({"I19"}), ignored_fence,
            "crmcom-posted", together=True,
        ),
        Canary(
            "adopted-by-name", "adopts a document by its customer, not by its tag", frozenset({"I4"}),
            adopted_by_name, "silvasoft-direct", ("killed-after",), "addsalestransaction", shape="twins",
        ),
        Canary(
            "paid-on-part", "reports a payment on part of the money", frozenset({"I7"}), paid_on_part,
            "silvasoft-direct",
        ),
        Canary("limit-ignored", "does not wait for a rate limit", frozenset({"I16"}), limit_ignored, "telecomx-direct",
               ("limited",)),
        Canary(
            "gone-unminded", "goes on waiting for the money of a document that was removed", frozenset({"I8"}),
            gone_unminded, "telecomx-direct", ("deleted",),
        ),
        Canary(
            "receipt-believed", "takes Riverty's receipt of a request for the invoice", frozenset({"I4"}),
            receipt_believed, "riverty-direct",
        ),
    )
}  # fmt: skip
