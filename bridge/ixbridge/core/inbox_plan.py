"""What is the next step where the target takes an order, then its invoice, and answers both later?

The stages of the plan from the order on. Nothing is looked up, as there is nothing to look in: a
`Word` says what the target was heard to say, and what is not said yet is waited for, visibly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from ixbridge.core import drafts, keys
from ixbridge.core.again import forgotten, is_due, once_more
from ixbridge.core.life import Event, Life, Stage
from ixbridge.core.model import Document, DocumentLine, Invoice, Totals
from ixbridge.core.money import print_decimal
from ixbridge.core.money import told as amount
from ixbridge.core.moves import Ask, Bill, Create, Draw, Facts, Move, NeedCustomer, Note, Park, Rest
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.policy import Policy
from ixbridge.core.records import Payload
from ixbridge.core.recovery import TOLD_MAX
from ixbridge.core.steps import (
    CreateDocument,
    Creation,
    FetchDocument,
    RequestInvoice,
    WriteDraft,
    WriteInvoice,
    WritePayment,
)

SILENCE_MAX = timedelta(hours=24)
"""After so long without a verdict, the vendor says, support is to be asked."""
TENANT = "tenant"
"""The option that tells apart clubs whose instalments have the same codes."""


# --- the order --------------------------------------------------------------------------------


def order(life: Life, facts: Facts, invoice: Invoice, intent: Payload, policy: Policy) -> Move:
    """The order of an instalment, under a reference and an id that follow from its code alone."""
    if facts.customer is None and facts.delivered is not None:
        return NeedCustomer(facts.delivered.customer_id)
    tenant = invoice.options.get(TENANT, "")
    talk = life.talk
    reference = talk.order or keys.order_reference(tenant, life.code)
    id = talk.order_id or keys.request_id(tenant, life.code, "order")
    due = invoice.due_date or _later(invoice.date, invoice.options.get("due_days", ""))
    said: Payload = {
        **intent,
        "order": reference,
        "order_id": id,
        "invoice_id": talk.invoice_id or keys.request_id(tenant, life.code, "invoice"),
        "due": due.isoformat(),
        "lines": len(invoice.lines),
        "rows": _rows(invoice) if policy.target.takes_numbers else [],
        "number": None,
    }
    if facts.word.order_ok:
        return Note(Event.RESULT, {**said, "draft": reference, "by": "notice"})
    creation = Creation(str(intent["creation"]))
    return Create(CreateDocument(invoice, creation, facts.customer, reference, id), said)


def ordered(life: Life, facts: Facts) -> Move | None:
    """The order was sent, and its receipt lost: has anything been heard of it?"""
    word = facts.word
    if word.order_ok or word.order_refused:
        return Note(Event.RESULT, {"number": None, "draft": life.talk.order, "by": "notice"})
    return None


def unsure(life: Life) -> Move:
    what = f"order {life.talk.order} was sent and its receipt lost; it cannot be sent again as it was"
    return Park(park(Reason.UNCERTAIN_CREATE, what))


def _booked(life: Life, facts: Facts, policy: Policy) -> Move:
    """The order was received. Was it taken?"""
    if life.by_hand:
        return _numbered(life.number or "", "")
    if _is_edited(life, facts):
        return _edited()
    if facts.word.order_ok:
        return Note(Event.DRAFTED, {"draft": life.talk.order})
    if facts.word.order_refused:
        return Note(Event.NOSEND, {"refused": f"order {life.talk.order}: {facts.word.order_refused}"})
    return _waiting(life, facts, "order", policy)


# --- its invoice ------------------------------------------------------------------------------


def _open(life: Life, facts: Facts, policy: Policy) -> Move:
    """The order is taken: tell iXpole of the draft if it is to be one, ask for the invoice, wait for it."""
    if life.talk.refused:
        return told(life)
    if _is_edited(life, facts):
        return _edited()
    if facts.offered and life.told >= TOLD_MAX:
        return forgotten(life)
    # Where the invoice is known to be made, its number may be with iXpole already, whatever an old list says.
    known = bool(facts.word.numbers) or facts.word.invoice_ok
    if life.was_draft and (life.handed is None or (facts.offered and not known)):
        return _hand(life)
    if not life.talk.invoicing:
        return _bill(life, facts, policy)
    made = _invoiced(life, facts) if policy.target.takes_numbers else _made_there(life, facts)
    return made or _unmade(life, facts, policy)


def _invoiced(life: Life, facts: Facts) -> Move | None:
    """Our own number counts once the invoice is confirmed."""
    return _believed(life, facts, life.talk.reference) if facts.word.invoice_ok else None


def _made_there(life: Life, facts: Facts) -> Move | None:
    """The number is what the service says it is."""
    word = facts.word
    if word.numbers and word.documents:
        return _believed(life, facts, word.numbers[0])
    if word.numbers:
        return Rest(f"invoice {word.numbers[0]} is said to be made; its document is not there yet")
    if word.invoice_ok:
        return Rest(f"the invoice of order {life.talk.order} is confirmed and not made yet")
    return None


def _unmade(life: Life, facts: Facts, policy: Policy) -> Move:
    word, talk = facts.word, life.talk
    if word.invoice_refused:
        words = f"invoice {talk.reference} of order {talk.order}: {word.invoice_refused}"
        taken = life.asked_number if word.number_taken else None
        return Note(Event.DECLINED, {"refused": words, "taken": taken})
    if not talk.invoice_receipts:
        return _bill(life, facts, policy)
    return _waiting(life, facts, "invoice of order", policy)


def _hand(life: Life) -> Move:
    report = drafts.next_report(None, draft_id=life.talk.order, number=None)
    if isinstance(report, drafts.Report):
        return Ask(WriteDraft(life.code, report.number), Event.HANDED, {"said": report.number})
    return Park(report) if isinstance(report, Parked) else Rest()


def _bill(life: Life, facts: Facts, policy: Policy) -> Move:
    """Ask for the invoice of all lines; the same again while its receipt is missing."""
    talk = life.talk
    if facts.delivered is None and life.handed is None:
        what = (
            f"iXpole no longer delivers the instalment; order {talk.order} is open at {policy.target.title}"
        )
        advice = f"Cancel order {talk.order} there, or bring the instalment back."
        return Park(park(Reason.SOURCE_WITHDRAWN, what, advice=advice))
    reference = talk.reference if talk.invoicing else f"IX{talk.order}"
    number = life.asked_number
    if policy.target.takes_numbers and not talk.invoicing:
        usable = drafts.real_number(facts.next_number or "")
        if isinstance(usable, Parked):
            return Park(usable)
        reference = number = usable
    day = life.day
    assert day is not None, "an instalment that was seen has a date"
    options = policy.target.told(policy.settings.target.options)
    step = RequestInvoice(
        life.customer_number,
        talk.order,
        reference,
        talk.invoice_id,
        day,
        talk.due or day,
        talk.lines,
        options,
    )
    return Bill(step, {"reference": reference, "number": number})


def _believed(life: Life, facts: Facts, number: str) -> Move:
    """The invoice is there, it is said. Believed once all agrees, and its document was read."""
    problem = _problem(life, facts)
    if problem:
        return Park(problem)
    key, unread = _document(facts)
    if facts.pdf is None and key:
        return Ask(FetchDocument(key))
    if unread:
        return Rest(f"the document of invoice {number} cannot be read yet")
    return _numbered(number, key)


def _problem(life: Life, facts: Facts) -> Parked | None:
    word, order = facts.word, life.talk.order
    if len(word.numbers) > 1:
        seen = f"order {order} is said to have the invoices {', '.join(word.numbers)}"
        return park(Reason.NUMBER_CHANGED, seen)
    if any(each != life.currency for each in word.currencies):
        seen = f"the invoice of order {order} is said to be in {', '.join(word.currencies)}"
        return park(Reason.TOTAL_DIFFERS, f"{seen}, iXpole says {life.currency}")
    wrong = [each for each in word.amounts_minor if each != life.gross_minor]
    if wrong:
        seen = f"the invoice of order {order} is said to come to {amount(wrong[0], currency=life.currency)}"
        return park(
            Reason.TOTAL_DIFFERS, f"{seen}, iXpole says {amount(life.gross_minor, currency=life.currency)}"
        )
    return None


def _document(facts: Facts) -> tuple[str, bool]:
    """The key of a document to read or that was read, and whether all that were named are missing."""
    there = [key for key in facts.word.documents if key not in facts.missing]
    return (there[0] if there else ""), bool(facts.word.documents) and not there


def _numbered(number: str, document: str) -> Move:
    real = drafts.real_number(number)
    if isinstance(real, Parked):
        return Park(real)
    return Note(Event.NUMBERED, {"number": real, "document": document})


# --- afterwards -------------------------------------------------------------------------------


def _final(life: Life, facts: Facts, policy: Policy) -> Move:
    """Report number, due date and PDF: the target's own, or where it makes none, one that is drawn."""
    if _is_edited(life, facts) and not life.by_hand:
        return _edited()
    key, unread = _document(facts)
    key = key or life.talk.document
    if facts.pdf is None and key and key not in facts.missing:
        return Ask(FetchDocument(key))
    if facts.pdf is None and (unread or key):
        return Rest(f"the document of invoice {life.number} cannot be read")
    if facts.pdf is None and life.talk.rows:
        return Draw(_paper(life))
    report = drafts.next_report(life.handed, draft_id=None, number=life.number)
    if isinstance(report, Parked):
        return Park(report)
    due = facts.word.due or life.talk.due or life.day
    assert due is not None, "an instalment that was seen has a date"
    step = WriteInvoice(life.code, life.number or "", due, facts.pdf)
    if life.stage is not Stage.FINAL and not facts.offered:
        return Ask(step, Event.REPAIRED)
    said: Payload = {"number": life.number, "due": due.isoformat()}
    return Ask(step, Event.REPORTED, {**said, **once_more(life, facts)})


def _told(life: Life, facts: Facts, policy: Policy) -> Move:
    """iXpole has the number; once more where it lost it, or a late D may have undone it. A paid one rests."""
    if facts.offered and _is_edited(life, facts) and not life.by_hand:
        return _edited()
    if is_due(life, facts):
        again = facts.offered and life.told >= TOLD_MAX
        return forgotten(life) if again else _final(life, facts, policy)
    return Rest() if life.stage is Stage.PAID else _reported(life, facts, policy)


def _reported(life: Life, facts: Facts, policy: Policy) -> Move:
    others = [each for each in facts.word.numbers if each != life.number]
    if others and not life.by_hand:
        seen = f"iXpole holds invoice {life.number}; order {life.talk.order} is now said to have {others[0]}"
        return Park(park(Reason.NUMBER_CHANGED, seen))
    if not facts.word.paid:
        return Rest("not paid yet")
    assert life.day is not None
    payment = keys.payment_number(policy.target_name, life.number or "", life.day)
    return Ask(WritePayment(life.code, payment), Event.PAID, {"payment": payment})


def told(life: Life) -> Move:
    """A refusal that no person has been told of yet."""
    reason = Reason.NUMBER_TAKEN if life.burnt_number else Reason.REFUSED_BY_TARGET
    return Park(park(reason, life.talk.refused))


def may_go_on(life: Life, facts: Facts, policy: Policy) -> bool:
    """Is the reason gone for which an order, or its invoice, was set aside?"""
    assert life.parked is not None
    match life.parked.reason:
        case Reason.REFUSED_BY_TARGET | Reason.NUMBER_TAKEN:
            return policy.fingerprint != life.settings
        case Reason.SOURCE_WITHDRAWN:
            return facts.delivered is not None and facts.digest == life.digest
        case _:
            return False


def _waiting(life: Life, facts: Facts, what: str, policy: Policy) -> Move:
    """Nothing was heard. That is no answer, neither yes nor no, however long it lasts."""
    since = life.talk.since
    title = policy.target.title
    asked = datetime.fromisoformat(since) if since else None
    if facts.now is not None and asked is not None and facts.now - asked > SILENCE_MAX:
        seen = f"{title} has said nothing about {what} {life.talk.order} since {since[:16]}"
        return Park(park(Reason.NO_VERDICT, seen))
    return Rest(f"waits for the verdict of {title} on {what} {life.talk.order}")


def _is_edited(life: Life, facts: Facts) -> bool:
    return facts.delivered is not None and facts.digest != life.digest


def _edited() -> Move:
    return Park(park(Reason.SOURCE_CHANGED, "the instalment was edited after its order was made"))


def _later(day: date, days: str) -> date:
    """Some days later; the day itself where the calendar ends or nobody says how many."""
    try:
        return day + timedelta(days=int(days or "0"))
    except (OverflowError, ValueError):
        return day


# --- a drawn invoice --------------------------------------------------------------------------


def _rows(invoice: Invoice) -> list[str]:
    """Each line in one text: rate, net and VAT in minor units, and the description."""
    return [
        f"{print_decimal(line.vat_percentage)} {line.net_minor} {line.vat_minor} {line.description}"
        for line in invoice.lines
    ]


def _paper(life: Life) -> Document:
    rows = [row.split(" ", 3) for row in life.talk.rows]
    net, vat = sum(int(row[1]) for row in rows), sum(int(row[2]) for row in rows)
    assert life.day is not None
    return Document(
        number=life.number,
        draft_id=life.talk.order,
        date=life.day,
        due_date=life.talk.due,
        totals=Totals(net, vat, net + vat),
        outstanding_minor=None,
        notes=f"Order {life.talk.order}",
        lines=tuple(DocumentLine(text, "1", int(minor), f"{rate} %") for rate, minor, _, text in rows),
        currency=life.currency,
    )


STAGES: Mapping[Stage, Callable[[Life, Facts, Policy], Move]] = {
    Stage.BOOKED: _booked,
    Stage.DRAFTED: _open,
    Stage.HANDED: _open,
    Stage.FINAL: _final,
    Stage.REPORTED: _told,
    Stage.PAID: _told,
}
