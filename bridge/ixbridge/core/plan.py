"""What is the next step of one instalment? Decided from its life and what is known now.

Gather, decide, apply: ``next_move`` only decides. It answers with a question to ask, a record to
write, or an end; the shell does it, adds what it heard to the facts, and asks again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ixbridge.core import drafts, inbox_plan, keys
from ixbridge.core.again import forgotten, is_due, once_more
from ixbridge.core.audit import expected_of, nets_of, the_one, wrong_with
from ixbridge.core.invoice import invoice_for
from ixbridge.core.life import Event, Life, Stage
from ixbridge.core.mapping import SplitCheck, mode_for
from ixbridge.core.model import Document, Instalment, Invoice, Mode
from ixbridge.core.money import told, vat_on
from ixbridge.core.moves import (
    Ask,
    Create,
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
from ixbridge.core.needs import in_time, missing_articles, missing_products, with_articles
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.policy import Policy
from ixbridge.core.records import Payload
from ixbridge.core.recovery import LOOKS_S, TOLD_MAX
from ixbridge.core.steps import (
    CreateDocument,
    Creation,
    ReadDocument,
    WriteDraft,
    WriteInvoice,
    WritePayment,
)
from ixbridge.core.target import Lookup, Target

ANY_NUMBER = "1"
"""Stands for the customer's number while nothing but the lines is judged."""


def next_move(life: Life, facts: Facts, policy: Policy) -> Move:
    if life.stage is Stage.DROPPED and facts.delivered is None:
        return Rest()
    if life.parked is not None:
        return _parked(life, facts, policy)
    if policy.target.lookup is Lookup.INBOX and life.stage in inbox_plan.STAGES:
        return inbox_plan.STAGES[life.stage](life, facts, policy)
    return _STAGES[life.stage](life, facts, policy)


def seen(instalment: Instalment, policy: Policy) -> Payload:
    """What is remembered of an instalment before anything is made of it."""
    return {
        "digest": keys.digest(instalment),
        "settings": policy.fingerprint,
        "mode": mode_for(instalment, policy.settings.mode).value,
        "customer": instalment.customer_id,
        "name": instalment.customer_name,
        "date": instalment.date.isoformat(),
        "currency": instalment.currency,
        "gross": instalment.gross_minor,
    }


# --- before the create ------------------------------------------------------------------------


def _new(life: Life, facts: Facts, policy: Policy) -> Move:
    return Note(Event.SEEN, seen(facts.delivered, policy)) if facts.delivered else Rest()


def _seen(life: Life, facts: Facts, policy: Policy) -> Move:
    """Convert first, since what cannot be booked must not leave a customer behind."""
    instalment = facts.delivered
    if life.talk.refused:
        return inbox_plan.told(life)
    if instalment is None:
        return _not_offered(life)
    if facts.digest != life.digest or mode_for(instalment, policy.settings.mode) is not life.mode:
        return Note(Event.SEEN, seen(instalment, policy))
    missing = missing_products(instalment, facts, policy.settings, policy.target)
    if missing:
        return NeedProducts(missing)
    invoice = _invoice(instalment, facts, policy, facts.customer_number or ANY_NUMBER)
    if isinstance(invoice, Parked):
        return Park(invoice)
    if facts.customer_number is None:
        return NeedCustomer(instalment.customer_id)
    creation = _creation(instalment, policy)
    if policy.target.lookup is Lookup.INBOX:
        return inbox_plan.order(life, facts, invoice, _intent(invoice, creation, policy.target), policy)
    return _bookable(life, facts, invoice, creation, policy.target)


def _not_offered(life: Life) -> Move:
    if life.superseded:
        return Rest("iXpole does not offer it: clear its number there, so that it is booked anew")
    return Note(Event.WITHDRAWN)


def _bookable(life: Life, facts: Facts, invoice: Invoice, creation: Creation, target: Target) -> Move:
    """Everything it names is there; a document must not be."""
    articles = missing_articles(invoice, facts) if target.names_articles(draft=creation.is_draft) else {}
    if articles:
        return NeedArticles(articles)
    if facts.found is None:
        return Look(Fresh.RUN)
    intent = _intent(invoice, creation, target)
    if facts.found.is_empty:
        named = with_articles(invoice, facts, target)
        if isinstance(named, Parked):
            return Park(named)
        invoice = named
        return Create(CreateDocument(invoice, creation), intent)
    return _taken_for(life, facts, intent)


def _invoice(instalment: Instalment, facts: Facts, policy: Policy, customer_number: str) -> Invoice | Parked:
    products = {number: product for number, product in facts.products.items() if product is not None}
    settings = policy.settings
    invoice = invoice_for(
        instalment,
        customer_number=customer_number,
        products=products,
        settings=settings,
        target=policy.target,
        number=facts.next_number if policy.target.takes_numbers else None,
    )
    if isinstance(invoice, Parked):
        return invoice
    if invoice.annex and settings.lines.annex_required:
        # ASSUMED: neither a booking nor an order takes a file we hold (only a public URL, or a
        # container whose name is not documented), so a summed-up invoice cannot carry its annex.
        return park(Reason.ANNEX_IMPOSSIBLE, "the summed-up lines need an annex, which cannot be attached")
    if _creation(instalment, policy) is Creation.ORDER:
        gross = sum(line.net_minor + vat_on(line.net_minor, line.vat_percentage) for line in invoice.lines)
        if abs(gross - instalment.gross_minor) > settings.tolerance_minor:
            money = partial(told, currency=instalment.currency)
            what = f"an order would come to {money(gross)}, iXpole says {money(instalment.gross_minor)}"
            return park(Reason.TOTAL_NOT_REACHABLE, what)
    return in_time(invoice, facts, policy.target)


def _creation(instalment: Instalment, policy: Policy) -> Creation:
    mode = mode_for(instalment, policy.settings.mode)
    return policy.draft_as if mode is Mode.DRAFT else Creation.TRANSACTION


def _intent(invoice: Invoice, creation: Creation, target: Target) -> Payload:
    return {
        "creation": creation.value,
        "number": invoice.number,
        "customer_number": invoice.customer_number,
        "nets": list(nets_of(invoice, creation, target.amounts)),
        "lines": len(invoice.lines),
    }


# --- after the create -------------------------------------------------------------------------


def _asked(life: Life, facts: Facts, policy: Policy) -> Move:
    """A create was sent, or was about to be, and nobody knows what became of it: look."""
    if policy.target.lookup is Lookup.INBOX:
        return inbox_plan.ordered(life, facts) or _again(life, facts, policy) or inbox_plan.unsure(life)
    if facts.found is None:
        return Look(_since_create(facts), LOOKS_S[0])
    if not facts.found.is_empty:
        return _taken_for(life, facts, {})
    enforced = life.asked_number is not None and policy.target.number_enforced
    if enforced or policy.target.key_enforced:
        again = _again(life, facts, policy)
        if again:
            return again
    if facts.looks < len(LOOKS_S):
        return Look(Fresh.NOW, LOOKS_S[facts.looks])
    what = "a create was sent and its answer lost; no document carries its tag so far"
    return Park(park(Reason.UNCERTAIN_CREATE, what))


def _since_create(facts: Facts) -> Fresh:
    return Fresh.RUN if facts.earlier else Fresh.CREATED


def _again(life: Life, facts: Facts, policy: Policy) -> Move | None:
    """The same number again: the target refuses it if the first one arrived after all."""
    instalment = facts.delivered
    if instalment is None or facts.digest != life.digest:
        return None
    known = {each.product_id for each in instalment.lines if each.product_id is not None}
    missing = tuple(sorted(known - set(facts.products)))
    if missing:
        return NeedProducts(missing)
    settings = policy.settings
    products = {number: product for number, product in facts.products.items() if product is not None}
    invoice = invoice_for(
        instalment,
        customer_number=life.customer_number,
        products=products,
        settings=settings,
        target=policy.target,
        number=life.asked_number,
    )
    if isinstance(invoice, Parked) or life.creation is None:
        return None
    if policy.target.lookup is Lookup.INBOX:
        intent = _intent(invoice, life.creation, policy.target)
        return inbox_plan.order(life, facts, invoice, intent, policy)
    articles = missing_articles(invoice, facts)
    if policy.target.names_articles(draft=life.creation.is_draft) and articles and policy.target.key_enforced:
        return NeedArticles(articles)
    named = with_articles(invoice, facts, policy.target)
    if isinstance(named, Parked):
        return None
    return Create(CreateDocument(named, life.creation), _intent(named, life.creation, policy.target))


def _taken_for(life: Life, facts: Facts, intent: Payload) -> Move:
    """A document carries our tag: adopt it. Whether it is right is the audit's question."""
    assert facts.found is not None
    one = the_one(facts.found, life.code)
    if isinstance(one, Parked):
        return Park(one)
    assert one is not None
    return Note(Event.RESULT, {**intent, "number": one.number, "draft": one.draft_id, "by": "lookup"})


def _booked(life: Life, facts: Facts, policy: Policy) -> Move:
    """Read back: exactly one document, ours, with the total that was meant."""
    if facts.delivered and facts.digest != life.digest and not life.by_hand:
        return _edited()
    if life.by_hand:
        return _by_hand(life, facts, policy)
    one = _sought(life, facts, _since_create(facts), gone="cannot be found")
    if not isinstance(one, Document):
        return one
    problem = _problem(life, one, policy)
    if problem:
        return Park(problem)
    return _numbered(one) if one.number is not None else Note(Event.DRAFTED, {"draft": one.draft_id})


def _by_hand(life: Life, facts: Facts, policy: Policy) -> Move:
    """The document that an operator named: its number finds it, its total must agree."""
    if facts.read is None:
        return Ask(_read(life, policy))
    one = _readable(life, facts, policy)
    if isinstance(one, Parked):
        return Park(one)
    if one.number is None and one.draft_id is not None:
        return Note(Event.DRAFTED, {"draft": one.draft_id})
    return _numbered(one, {"draft": one.draft_id} if policy.target.reads_by_id else {})


def _sought(life: Life, facts: Facts, fresh: Fresh, *, gone: str) -> Document | Move:
    """The instalment's one document, or what to do to find it."""
    if facts.found is None:
        return Look(fresh)
    one = the_one(facts.found, life.code)
    if isinstance(one, Parked):
        return Park(one)
    if one is not None:
        return _once_again(facts) or one
    if facts.looks < len(LOOKS_S):
        return Look(Fresh.NOW, LOOKS_S[facts.looks])
    return Park(park(Reason.DOCUMENT_GONE, f"document {life.number or life.draft_id} {gone}"))


def _once_again(facts: Facts) -> Look | None:
    """Where two documents were seen before, a list that shows one may be old: another look must agree."""
    if facts.doubled and facts.looks < len(LOOKS_S):
        return Look(Fresh.NOW, LOOKS_S[facts.looks])
    return None


def _numbered(one: Document, more: Payload | None = None) -> Move:
    number = drafts.real_number(one.number or "")
    if isinstance(number, Parked):
        return Park(number)
    return Note(Event.NUMBERED, {"number": number, **(more or {})})


def _read(life: Life, policy: Policy, *, with_pdf: bool = False) -> ReadDocument:
    number = life.number or ""
    # An operator names a document by the number, or by the id where only that is known.
    id = (life.draft_id or number) if policy.target.reads_by_id else ""
    return ReadDocument(number, with_pdf=with_pdf, id=id)


def _problem(life: Life, one: Document, policy: Policy) -> Parked | None:
    settings = policy.settings
    expected = expected_of(
        life,
        tolerance_minor=settings.tolerance_minor,
        judge_split=settings.tax.split_check is not SplitCheck.GROSS_ONLY,
    )
    problem = wrong_with(one, expected, by_hand=life.by_hand)
    if problem or life.number is None or one.number in (None, life.number) or one.draft_id == life.number:
        return problem
    return park(Reason.NUMBER_CHANGED, f"the document was {life.number} and is now {one.number}")


def _edited() -> Move:
    return Park(park(Reason.SOURCE_CHANGED, "the instalment was edited after its document was made"))


def _draft(life: Life, facts: Facts, policy: Policy) -> Move:
    """Hand the draft over, or see whether it has become real."""
    if facts.delivered and facts.digest != life.digest:
        return _edited()
    if life.by_hand:  # it need not carry our tag, so its id finds it
        one = _read_again(life, facts, policy)
    else:
        one = _sought(life, facts, Fresh.RUN, gone="was deleted in the accounting system")
    if not isinstance(one, Document):
        return one
    problem = _problem(life, one, policy)
    if problem:
        return Park(problem)
    if one.number is not None:
        return _numbered(one)
    said = None if facts.offered else life.handed
    if facts.offered and life.told >= TOLD_MAX:
        return forgotten(life)
    report = drafts.next_report(said, draft_id=one.draft_id, number=None)
    match report:
        case Parked():
            return Park(report)
        case drafts.Wait():
            return Rest("the draft has no real number yet")
        case drafts.Report(number=number):
            return Ask(WriteDraft(life.code, number), Event.HANDED, {"said": number})


def _read_again(life: Life, facts: Facts, policy: Policy) -> Document | Move:
    if facts.read is None:
        return Ask(_read(life, policy))
    one = _readable(life, facts, policy)
    return Park(one) if isinstance(one, Parked) else one


def _final(life: Life, facts: Facts, policy: Policy) -> Move:
    """Report number, due date and PDF: those of this very document, read now."""
    if facts.delivered and facts.digest != life.digest and not life.by_hand:
        return _edited()
    if facts.read is None or not facts.read_pdf:
        return Ask(_read(life, policy, with_pdf=True))
    one = _readable(life, facts, policy)
    if isinstance(one, Parked):
        return Park(one)
    if one.due_date is None:
        return Rest(f"document {life.number} has no due date yet")
    report = drafts.next_report(life.handed, draft_id=None, number=one.number)
    if isinstance(report, Parked):
        return Park(report)
    step = WriteInvoice(life.code, life.number or "", one.due_date, one.pdf)
    if life.stage is not Stage.FINAL and not facts.offered:
        return Ask(step, Event.REPAIRED)
    said: Payload = {"number": life.number, "due": one.due_date.isoformat()}
    return Ask(step, Event.REPORTED, {**said, **once_more(life, facts)})


def _readable(life: Life, facts: Facts, policy: Policy) -> Document | Parked:
    read = facts.read or ()
    if len(read) != 1:
        seen = f"{len(read)} documents have the number {life.number}"
        return park(Reason.DUPLICATE_DOCUMENTS if read else Reason.DOCUMENT_GONE, seen)
    return _problem(life, read[0], policy) or read[0]


def _reported(life: Life, facts: Facts, policy: Policy) -> Move:
    """Told once more where that is due; one document still? Paid? The sign is that nothing is outstanding."""
    if facts.offered and facts.delivered and life.digest and facts.digest != life.digest and not life.by_hand:
        return _edited()
    if is_due(life, facts):
        return forgotten(life) if facts.offered and life.told >= TOLD_MAX else _final(life, facts, policy)
    # The list of its customer shows the document as well as asking for it does, and whether there are two.
    second = _second(life, facts, look=policy.target.lookup is Lookup.CUSTOMER)
    if second is not None:
        return second
    return _followed(life, facts, policy)


def _second(life: Life, facts: Facts, *, look: bool = False) -> Move | None:
    """Is there another document of this instalment, which came late or was delivered twice?"""
    if life.kept or life.by_hand:
        return None
    if facts.found is None:
        return Look(Fresh.RUN) if look or facts.suspect else None
    one = the_one(facts.found, life.code)
    return Park(one) if isinstance(one, Parked) else _once_again(facts)


def _followed(life: Life, facts: Facts, policy: Policy) -> Move:
    one = _current(life, facts)
    if one is None and facts.read is None:
        return Ask(_read(life, policy))
    if one is None:
        return Park(park(Reason.DOCUMENT_GONE, f"document {life.number} is no longer there"))
    if one.number != life.number:
        reason = Reason.NUMBER_CHANGED if one.number else Reason.NUMBER_VANISHED
        return Park(park(reason, f"the document was {life.number} and is now {one.number or 'without one'}"))
    if one.void:
        seen = f"document {life.number} was {one.void} in the accounting system"
        return Park(park(Reason.DOCUMENT_GONE, seen))
    if facts.suspect:
        problem = _problem(life, one, policy)
        if problem:
            return Park(problem)
    if one.outstanding_minor is None or one.outstanding_minor != 0:
        return Rest("not paid yet")
    payment = keys.payment_number(policy.target_name, life.number or "", one.date)
    return Ask(WritePayment(life.code, payment), Event.PAID, {"payment": payment})


def _paid(life: Life, facts: Facts, policy: Policy) -> Move:
    """Judged only where the document is seen anyway: a payment may bounce, a second document turn up."""
    if facts.offered or is_due(life, facts):
        return _reported(life, facts, policy)
    second = _second(life, facts)
    if second is not None:
        return second
    one = _current(life, facts)
    if one is None or one.void or one.number != life.number:
        return Rest()
    if one.outstanding_minor in (None, 0):
        return Rest()
    return Ask(WritePayment(life.code, None), Event.UNPAID, {})


# --- credited and replaced --------------------------------------------------------------------


def _credited(life: Life, facts: Facts, policy: Policy) -> Move:
    """Does the document that the operator named take back all of ours? Then it is booked anew."""
    if policy.target.key_enforced:
        what = f"{policy.target.title} takes one document of an instalment code, even a credited one"
        advice = "Book it by hand, then `ixkit bridge resolve CODE --adopt NUMBER`."
        return Park(park(Reason.NOT_EXPRESSIBLE, what, advice=advice))
    if facts.delivered is None:
        return Rest("iXpole does not offer it: clear its number there, so that it is booked anew")
    if facts.read is None:
        by_id = policy.target.reads_by_id
        return Ask(ReadDocument(life.credit, with_pdf=False, id=life.credit if by_id else ""))
    money = partial(told, currency=life.currency or facts.delivered.currency)
    credits = [each for each in facts.read if each.totals is not None]
    if len(credits) != 1 or credits[0].totals is None:
        return Park(
            park(Reason.CREDIT_UNPROVED, f"{len(facts.read)} documents have the number {life.credit}")
        )
    taken_back = -credits[0].totals.gross_minor
    if abs(taken_back - life.gross_minor) > policy.settings.tolerance_minor:
        what = f"document {life.credit} takes back {money(taken_back)}, document {life.number} has"
        return Park(park(Reason.CREDIT_UNPROVED, f"{what} {money(life.gross_minor)}"))
    if credits[0].customer_number not in ("", life.customer_number) and life.customer_number:
        what = f"document {life.credit} is for customer {credits[0].customer_number}"
        return Park(park(Reason.CREDIT_UNPROVED, f"{what}, ours for {life.customer_number}"))
    return Note(Event.RELEASED, seen(facts.delivered, policy))


def _current(life: Life, facts: Facts) -> Document | None:
    read = facts.read or ()
    listed = facts.found.invoices if facts.found else ()
    return next(
        (
            each
            for each in (*read, *listed)
            if each.number == life.number or (life.draft_id and each.draft_id == life.draft_id)
        ),
        None,
    )


# --- parked -----------------------------------------------------------------------------------

_LOOKED_FOR_AGAIN = frozenset(
    {
        Reason.UNCERTAIN_CREATE,
        Reason.NO_VERDICT,
        Reason.JOURNAL_LOST,
        Reason.DOCUMENT_GONE,
        Reason.DUPLICATE_DOCUMENTS,
        Reason.TOTAL_DIFFERS,
    }
)
"""Reasons that may go away by themselves, or by what a person does in the accounting system."""


def _parked(life: Life, facts: Facts, policy: Policy) -> Move:
    assert life.parked is not None
    if life.parked.reason in _LOOKED_FOR_AGAIN:
        return Rest() if life.stage is Stage.PAID and facts.found is None else Reopen()
    if life.stage in (Stage.NEW, Stage.SEEN):
        if facts.delivered is None:
            return Note(Event.WITHDRAWN) if life.stage is Stage.SEEN else Rest()
        changed = facts.digest != life.parked_digest or policy.fingerprint != life.settings
        return Reopen() if changed else Rest()
    undone = life.parked.reason is Reason.SOURCE_CHANGED and facts.digest == life.digest
    if policy.target.lookup is Lookup.INBOX:
        undone = undone or inbox_plan.may_go_on(life, facts, policy)
    return Reopen() if undone else Rest()


_STAGES: Mapping[Stage, Callable[[Life, Facts, Policy], Move]] = {
    Stage.NEW: _new,
    Stage.DROPPED: _new,
    Stage.SEEN: _seen,
    Stage.ASKED: _asked,
    Stage.BOOKED: _booked,
    Stage.DRAFTED: _draft,
    Stage.HANDED: _draft,
    Stage.FINAL: _final,
    Stage.REPORTED: _reported,
    Stage.PAID: _paid,
    Stage.CREDITED: _credited,
}
