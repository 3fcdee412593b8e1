"""Was every promise kept? A small model of its own, fed with the mocks' journal event by event.

It reads what the mocks recorded and hold, and the bridge's records as data. It uses no decision, no sum
and no tag of the bridge: what it judges was worked out a second time.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from simulation import ledgers
from simulation.faults import FAULTS
from simulation.ledgers import Doc
from simulation.sums import key_of, slot_of, vats
from simulation.worlds import IXPOLE, Stage

if TYPE_CHECKING:
    from ixmocks.engine.journal import Event
    from simulation.disk import Disk
    from simulation.wire import Exchange

INVARIANTS: Mapping[str, str] = {
    "I1": "nothing is lost: every instalment ends with its real number in iXpole, or visibly parked with a reason",
    "I2": "at most one live document per instalment code",
    "I3": "the document's total is the instalment's, to the cent; its VAT is per line or per rate",
    "I4": "each write-back names a document that exists, is of that code, and carries its due date and PDF",
    "I5": "a D number is D and the document's own; it never follows a real number",
    "I6": "a real number that was reported never changes",
    "I7": "a payment is reported after the real number, when nothing is outstanding, and once",
    "I8": "at rest, journal, iXpole and the target tell the same",
    "I9": "a customer's code is written back only when the target has that customer, and never blank",
    "I10": "one target customer per iXpole customer, one product per product, and none shared",
    "I11": "a document at Silvasoft has 1 to 75 lines",
    "I12": "every line survives, with its rate and its sign",
    "I13": "the instalment code is the same to the byte in every write-back",
    "I14": "no create without a synced intent, and none after the journal failed",
    "I15": "a create of unknown outcome is not sent again unless the target enforces its key, and then with the same",
    "I16": "no request before a rate limit allows it; at most twice the requests of a quiet life",
    "I17": "calendar dates are the instalment's and the document's own",
    "I18": "no secret in journal or report",
    "I19": "only the newest writer writes",
    "I20": "each line of an order at Riverty ends invoiced or cancelled, never both, and on one invoice",
    "I21": "−1 is no invoice number",
    "I22": "a document goes to the customer of its own instalment",
}
CREATES = frozenset({
    "addsalestransaction", "addsalesinvoice", "addorder", "invoiceCreate", "invoicesCreate", "createOrder",
    "createInvoice",
})  # fmt: skip
OPENED_BY: Mapping[str, str] = {"createInvoice": "requested"}
"""Which record must be on the disk before a create: an intent, unless it stands here."""
STEPS = frozenset({"intent", "nosend", "result", "adopted", "requested", "received", "declined"})
LISTS = frozenset({"listsalesinvoices", "listorders", "invoiceList"})
"""Reads that show all documents of a customer or of some days, and so what is no longer among them."""
AS_IT_IS = frozenset({"", *(name for name, fault in FAULTS.items() if fault.klass == "A7")})
"""What may strike a read whose answer is still what the books hold: nothing, or a person just before it."""
LINES_MAX = 75
PAPERS = frozenset({"listsalesinvoices", "downloadDocument"})


@dataclass(frozen=True, slots=True)
class Violation:
    invariant: str
    witness: str

    def __str__(self) -> str:
        return f"{self.invariant} broken: {self.witness} ({INVARIANTS[self.invariant]})"


class Broken(AssertionError):
    """An invariant does not hold."""

    def __init__(self, violation: Violation) -> None:
        super().__init__(str(violation))
        self.violation = violation


@dataclass(slots=True)
class Judge:
    stage: Stage
    seen: int = 0
    real: dict[str, str] = field(default_factory=dict)
    """Of each code, the real number that was sent to iXpole, whatever came of it."""
    paid: dict[str, str] = field(default_factory=dict)
    uncertain: dict[str, bytes] = field(default_factory=dict)
    """Of each code, the number that was asked for in a create of which nobody knows."""
    totals: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    """Of each code, every total and VAT that its instalment ever had."""
    owners: dict[str, int] = field(default_factory=dict)
    """Which iXpole customer a target customer belongs to."""
    papers: dict[str, str] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    """PDFs that Riverty handed out."""
    known: frozenset[tuple[str, frozenset[str], str | None]] = frozenset()
    """What stood in Riverty's books when they were judged last: time alone changes them, too."""
    limited: dict[str, datetime] = field(default_factory=dict)
    waived: frozenset[str] = frozenset()
    """What no bridge could keep under this plan; ``life.waived`` says why."""
    listed: dict[str, int] = field(default_factory=dict)
    """Of each code, what iXpole's list said last."""
    raced: set[str] = field(default_factory=set)
    """Edited after the list was read for the last time before its number was told: iXpole locks nothing."""
    removed: dict[str, frozenset[str]] = field(default_factory=dict)
    """Of each code, the names of the document that somebody removed, while the bridge has not been shown that."""
    requests: int = 0

    def __post_init__(self) -> None:
        if not self.totals:
            self._remember_totals()

    def copy(self) -> Judge:
        return Judge(
            self.stage, self.seen, dict(self.real), dict(self.paid), dict(self.uncertain),
            {code: set(each) for code, each in self.totals.items()}, dict(self.owners), dict(self.papers),
            set(self.shown), self.known, dict(self.limited), self.waived, dict(self.listed),
            set(self.raced), dict(self.removed), self.requests,
        )  # fmt: skip

    # --- the three sides --------------------------------------------------------------------

    @property
    def system(self) -> str:
        return self.stage.way.system

    def instalments(self, moment: Any = None) -> Mapping[str, Any]:
        return (moment or self.stage.world.moment).systems[IXPOLE].instalments  # type: ignore[no-any-return]

    def documents(self, moment: Any = None) -> tuple[Doc, ...]:
        return ledgers.documents(self.system, (moment or self.stage.world.moment).systems[self.system])

    def _fail(self, invariant: str, witness: str) -> None:
        if invariant not in self.waived:
            raise Broken(Violation(invariant, witness))

    # --- as requests leave and answers arrive ------------------------------------------------

    def sending(self, exchange: Exchange, disk: Disk, at: datetime, *, newest: bool) -> None:
        """Before a byte has left: may it be sent at all?"""
        self.requests += 1
        request = exchange.request
        until = self.limited.get(request.system)
        if until is not None and at < until:
            self._fail(
                "I16", f"{exchange.point} sent {(until - at).total_seconds():g} s before the limit ends"
            )
        if request.kind.value == "R":
            return
        if disk.broken:
            self._fail("I14", f"{exchange.point} sent after a journal write had failed")
        if not newest:
            self._fail("I19", f"{exchange.point} sent by a bridge that another one has replaced")
        if request.kind.value == "WI":
            if request.operation == "putInstalments":
                self._sending_number(json.loads(request.body or b"{}"))
            return
        if request.operation in CREATES:
            self._creating(exchange, disk)
        else:
            self._supplying(exchange, disk)

    def _supplying(self, exchange: Exchange, disk: Disk) -> None:
        """A customer or product is made: is any such intent open on the disk?"""
        last = {record.subject: record.kind for record in disk.records if " " in record.subject}
        if "intent" not in last.values():
            self._fail("I14", f"{exchange.point} sent without a synced intent")

    def _creating(self, exchange: Exchange, disk: Disk) -> None:
        """A document is made: is its own intent on the disk, and may it be sent (again)?"""
        code, number = key_of(exchange.request)
        mine = (record.kind for record in reversed(disk.records) if record.subject == code)
        last = next((kind for kind in mine if kind in STEPS), "")
        if last != OPENED_BY.get(exchange.request.operation, "intent"):
            self._fail("I14", f"{exchange.point} for {code} sent without a synced intent")
        slot = slot_of(exchange.request.operation, code)
        if slot in self.uncertain:
            if not self.stage.way.enforced:
                self._fail("I15", f"{exchange.point}: {code} sent again though its create may have been done")
            elif self.uncertain[slot] != number:
                self._fail("I15", f"{exchange.point}: {code} sent again under another number")

    def _sending_number(self, said: Mapping[str, Any]) -> None:
        """The order in which numbers are sent counts, whatever order the network makes of it."""
        code, number = str(said.get("instalmentCode")), said.get("invoiceNumber")
        if number is None:
            return
        if number.startswith("D") and code in self.real:
            self._fail("I5", f"{code}: {number} sent after the real number {self.real[code]}")
        if not number.startswith("D"):
            before = self.real.setdefault(code, number)
            if before != number:
                self._fail("I6", f"{code}: {number} sent after {before}")

    def heard(self, exchange: Exchange, *, unknown: bool, answered: Any, at: datetime) -> None:
        request = exchange.request
        if request.operation in CREATES and unknown:
            code, number = key_of(request)
            self.uncertain.setdefault(slot_of(request.operation, code), number)
        if self.removed and answered is not None and answered.status in (200, 404):
            self._shown(exchange)
        if answered is not None and answered.status == 429:
            asked = answered.headers.get("retry-after", "")
            if asked.isdecimal() and int(asked) <= 3600:
                self.limited[request.system] = at + timedelta(seconds=int(asked))

    def _shown(self, exchange: Exchange) -> None:
        """Which removals does this answer show? Of what was paid, and is watched no more, it shows nobody anything."""
        request = exchange.request
        if request.system != self.system or request.kind.value != "R" or exchange.fault not in AS_IT_IS:
            return
        asked = f"{request.path} {request.query} {(request.body or b'').decode('utf-8', 'replace')}"
        for code, names in tuple(self.removed.items()):
            if code not in self.paid and (
                request.operation in LISTS or any(name in asked for name in {code, *names})
            ):
                del self.removed[code]

    # --- as the mocks record it --------------------------------------------------------------

    def step(self) -> None:
        """Everything that the mocks recorded since last time."""
        journal = self.stage.world.journal
        if journal.written == self.seen:
            return
        fresh = journal.written - self.seen
        self.seen = journal.written
        events = list(journal)[-fresh:]
        for event in events:
            if event.operation == "putInstalments":
                self._written_back(event)
            elif event.operation == "getInstalments":
                offered = self.instalments(event.before).items()
                self.listed |= {code: each.gross_cents for code, each in offered if not each.invoice_number}
            elif event.operation == "patchCustomer":
                self._coded(event)
            elif event.system == self.system:
                if event.operation in PAPERS:
                    self._keep_papers(event)
                if event.changed:
                    self._booked(event)
            elif event.changed:
                self._remember_totals()

    def _remember_totals(self) -> None:
        for code, one in self.instalments().items():
            self.totals.setdefault(code, set()).update((one.gross_cents, vat) for vat in vats(one.lines))

    def _keep_papers(self, event: Event) -> None:
        if event.operation == "downloadDocument":
            if event.answer.startswith(b"%PDF"):
                paper = base64.b64encode(event.answer).decode()
                self.shown.add(paper)
            return
        if b"Base64PDF" not in event.answer:
            return
        for each in json.loads(event.answer):
            self.papers[str(each.get("InvoiceNumber"))] = each.get("Base64PDF", "")

    def _booked(self, event: Event) -> None:
        """The target's books changed."""
        documents = self.documents(event.after)
        before: Set[tuple[str, frozenset[str], str | None]] = self.known
        if self.stage.way.hears:
            self.known = frozenset((doc.code, doc.names, doc.number) for doc in documents)
            self._judge_orders(event.after.systems[self.system])
        else:
            before = {(doc.code, doc.names, doc.number) for doc in self.documents(event.before)}
        live: dict[str, int] = {}
        for doc in documents:
            live[doc.code] = live.get(doc.code, 0) + doc.live
        if event.operation.startswith("act:"):
            for doc in self.documents(event.before):
                if doc.live and not live.get(doc.code) and not doc.is_order:
                    self.removed[doc.code] = doc.names | ({doc.number} if doc.number else set())
        doubled = {code: count for code, count in live.items() if count > 1}
        if doubled:
            self._fail("I2", f"{event.operation}: live documents {doubled}")
        for doc in documents:
            by_hand = event.operation.startswith("act:") and not self.stage.way.hears
            if (doc.code, doc.names, doc.number) not in before and not by_hand:
                self._made(doc, event)
        world = self.stage.world
        first, now = world.first.systems[self.system], event.after.systems[self.system]
        people = len({customer for customer, _ in self.stage.shape.instalments})
        if ledgers.customers(self.system, now) - ledgers.customers(self.system, first) > people:
            self._fail("I10", f"{event.operation}: more customers than iXpole has")
        if ledgers.products(self.system, now) - ledgers.products(self.system, first) > 3:
            self._fail("I10", f"{event.operation}: more products than iXpole has")

    def _judge_orders(self, state: Any) -> None:
        """No line of an order is on two invoices, and none is on one and cancelled."""
        on: dict[tuple[str, int], str] = {}
        for one in state.invoices.values():
            for line in one.lines if one.status.value != "replaced" else ():
                if on.setdefault((one.order, line.number), one.reference) != one.reference:
                    self._fail("I20", f"line {line.number} of order {one.order} is on two invoices")
        for (_, reference), order in state.orders.items():
            for line in order.lines if reference in ledgers.CODES else ():
                if ((reference, line.number) in on) != (line.status.value == "invoiced"):
                    self._fail("I20", f"line {line.number} of order {reference} is {line.status.value}")

    def _made(self, doc: Doc, event: Event) -> None:
        if doc.code not in self.totals:
            self._fail("I13", f"a document for {doc.code!r}, which iXpole never had")
            return
        if (doc.total_cents, doc.vat_cents) not in self.totals[doc.code]:
            self._fail(
                "I3",
                f"{doc.code}: {doc.total_cents} with VAT {doc.vat_cents}, not of {self.totals[doc.code]}",
            )
        if self.system == "silvasoft" and not 1 <= len(doc.lines) <= LINES_MAX:
            self._fail("I11", f"{doc.code}: {len(doc.lines)} lines")
        instalment = self.instalments(event.before).get(doc.code)
        if instalment is None:
            return  # withdrawn while the request was on its way
        if doc.day != instalment.day and (doc.real or self.system != "crmcom"):
            # A draft at CRM.COM has no date of its own: it gets one when somebody posts it.
            self._fail("I17", f"{doc.code}: dated {doc.day}, iXpole says {instalment.day}")
        if instalment.gross_cents == doc.total_cents:
            self._judge_lines(doc, instalment)
        owner = self.owners.setdefault(doc.customer, instalment.customer_id)
        if owner != instalment.customer_id:
            self._fail("I22", f"{doc.code} of customer {instalment.customer_id} booked on that of {owner}")
        if list(self.owners.values()).count(owner) > 1:
            self._fail("I10", f"customer {owner} has several numbers in the target")

    def _judge_lines(self, doc: Doc, instalment: Any) -> None:
        meant: dict[int, int] = {}
        for line in instalment.lines:
            rate = int(line.vat_rate.percentage * 100)
            meant[rate] = meant.get(rate, 0) + 1
        told: dict[int, int] = {}
        for rate, _ in doc.lines:
            told[rate] = told.get(rate, 0) + 1
        signs = sorted(line.net_cents < 0 for line in instalment.lines)
        if meant != told or signs != sorted(cents < 0 for _, cents in doc.lines):
            self._fail("I12", f"{doc.code}: lines by rate {told}, iXpole has {meant}")

    def _coded(self, event: Event) -> None:
        said = json.loads(event.body)
        code = said.get("customerCode") if isinstance(said, dict) else None
        state = event.before.systems[self.system]
        if not isinstance(code, str) or not code.strip():
            self._fail("I9", f"customer code {code!r} written back")
        elif not ledgers.has_customer(self.system, state, code):
            self._fail("I9", f"customer code {code!r} written back, which the target does not have")

    def _written_back(self, event: Event) -> None:
        body = json.loads(event.body)
        for said in body if isinstance(body, list) else [body]:
            code = said.get("instalmentCode")
            if code not in self.totals:
                self._fail("I13", f"write-back for {code!r}, which iXpole never had")
            number = said.get("invoiceNumber")
            held = self.instalments(event.before).get(code)
            if held is not None and self.listed.get(code, held.gross_cents) != held.gross_cents:
                self.raced.add(code)
            if number in ("-1", "D-1"):
                self._fail("I21", f"{code}: {number} reported")
            if number is not None and number.startswith("D"):
                self._draft_told(code, number, event)
            elif number is not None:
                self._real_told(code, number, said, event)
            if said.get("paymentNo") is not None:
                self._payment_told(code, said["paymentNo"], event)

    def _of(self, code: str, event: Event) -> list[Doc]:
        return [doc for doc in self.documents(event.before) if doc.code == code]

    def _draft_told(self, code: str, number: str, event: Event) -> None:
        held = event.before.systems[IXPOLE].instalments.get(code)
        if event.changed and held is not None and held.invoice_number[:1] not in ("", "D"):
            self._fail("I5", f"{code}: iXpole took {number} after the real number {held.invoice_number}")
        if not any(number[1:] in doc.names for doc in self._of(code, event)) and code not in self.removed:
            self._fail("I5", f"{code}: {number} is the number of no draft of it")

    def _real_told(self, code: str, number: str, said: Mapping[str, Any], event: Event) -> None:
        before = self.real.setdefault(code, number)
        if before != number:
            self._fail("I6", f"{code}: {number} after {before}")
        doc = next((doc for doc in self._of(code, event) if doc.number == number), None)
        if doc is None:
            if code not in self.removed:
                self._fail("I4", f"{code}: {number} is no document of it")
            return
        due = said.get("invoiceDueDate")
        if not isinstance(due, str) or doc.due is None or due[:10] != doc.due.isoformat():
            self._fail("I17", f"{code}: due date {due}, the document says {doc.due}")
        paper = said.get("invoicePdf")
        shown = self.papers.get(number)
        foreign = self.stage.way.hears and paper not in self.shown
        if not paper or foreign or (shown is not None and paper != shown):
            self._fail("I4", f"{code}: {'no PDF' if not paper else 'the PDF of another document'}")

    def _payment_told(self, code: str, payment: str, event: Event) -> None:
        before = self.paid.setdefault(code, payment)
        if before != payment:
            self._fail("I7", f"{code}: paid as {payment} after {before}")
        if code not in self.real:
            self._fail("I7", f"{code}: payment reported before the real number")
        mine = (doc for doc in self._of(code, event) if doc.live and doc.number == self.real.get(code))
        owed = [doc.outstanding_cents for doc in mine]
        if owed != [0] and code not in self.removed:
            self._fail("I7", f"{code}: payment reported, outstanding is {owed}")

    # --- at the end --------------------------------------------------------------------------

    def rest(self, items: Iterable[Any], disk: Disk, *, secrets: Iterable[str]) -> None:
        """Everything has come to rest: is anything lost, and do the three sides agree?"""
        parked = {
            item.code for item in items if item.status.value == "parked" and item.reason and item.message
        }
        now = self.instalments()
        documents = [doc for doc in self.documents() if doc.live]
        for code in self.stage.shape.codes:
            mine = [doc for doc in documents if doc.code == code]
            instalment = now.get(code)
            self._judge_reported(code, instalment, disk)
            if code in parked or (instalment is None and not mine):
                continue
            if instalment is None:
                self._fail("I1", f"{code} was withdrawn, has a document, and is not parked")
                continue
            number, payment = instalment.invoice_number, instalment.payment_no
            if not number or number.startswith("D"):
                self._fail("I1", f"{code} is neither reported nor parked (iXpole holds {number!r})")
            if not mine and code in self.removed:
                continue  # removed behind the bridge's last look
            if [doc.number for doc in mine] != [number]:
                self._fail("I8", f"{code}: iXpole has {number}, the target {[doc.number for doc in mine]}")
            if self.stage.way.hears:
                self._judge_whole(code)
            if mine and mine[0].total_cents != instalment.gross_cents and code not in self.raced:
                self._fail(
                    "I8", f"{code}: {mine[0].total_cents} booked, iXpole says {instalment.gross_cents}"
                )
            if bool(payment) != (mine[0].outstanding_cents == 0):
                self._fail("I8", f"{code}: paid {payment!r}, outstanding {mine[0].outstanding_cents}")
            self._judge_records(code, number, payment, disk)
        text = " ".join(str(record.payload) for record in disk.records) + str(list(items))
        for secret in secrets:
            if secret in text:
                self._fail("I18", "a secret stands in the journal or the report")

    def _judge_whole(self, code: str) -> None:
        """Of what is neither parked nor lost, every line is invoiced."""
        orders = self.stage.world.moment.systems[self.system].orders
        lines = [
            line
            for order in orders.values()
            if ledgers.CODES.get(order.reference) == code
            for line in order.lines
        ]
        left = [line.number for line in lines if line.status.value == "open"]
        if left and "I1" not in self.waived:
            self._fail("I20", f"{code}: lines {left} of its order are neither invoiced nor cancelled")

    def _judge_reported(self, code: str, instalment: Any, disk: Disk) -> None:
        """What the journal takes for reported, iXpole has; parked or not."""
        told = [
            record.payload.get("number")
            for record in disk.records
            if (record.subject, record.kind) == (code, "reported")
        ]
        if told and instalment is not None and instalment.invoice_number != told[-1]:
            self._fail(
                "I8",
                f"{code}: the journal says {told[-1]} was reported, iXpole has {instalment.invoice_number!r}",
            )

    def _judge_records(self, code: str, number: str, payment: str, disk: Disk) -> None:
        told = {record.kind: record.payload for record in disk.records if record.subject == code}
        if told.get("numbered", {}).get("number") != number or "reported" not in told:
            self._fail("I8", f"{code}: the journal knows {told.get('numbered')}, iXpole {number}")
        if payment and told.get("paid", {}).get("payment") != payment:
            self._fail("I8", f"{code}: the journal knows {told.get('paid')}, iXpole {payment}")
