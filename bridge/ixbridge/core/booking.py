"""What is the next step until a document is made? Convert, gather what it names, look, create.

A create whose answer was lost belongs here too: only when somebody knows what became of it is the instalment booked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ixbridge.core import inbox_plan, keys
from ixbridge.core.audit import nets_of, the_one
from ixbridge.core.finding import since_create
from ixbridge.core.invoice import invoice_for
from ixbridge.core.life import Event, Life, Stage
from ixbridge.core.mapping import mode_for
from ixbridge.core.model import Instalment, Invoice, Mode
from ixbridge.core.money import told, vat_on
from ixbridge.core.moves import (
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
    Rest,
)
from ixbridge.core.needs import in_time, missing_articles, missing_products, with_articles
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.policy import Policy
from ixbridge.core.records import Payload
from ixbridge.core.recovery import LOOKS_S
from ixbridge.core.steps import CreateDocument, Creation
from ixbridge.core.target import Lookup, Target

ANY_NUMBER = "1"
"""Stands for the customer's number while nothing but the lines is judged."""


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


# --- its answer was lost ----------------------------------------------------------------------


def _asked(life: Life, facts: Facts, policy: Policy) -> Move:
    """A create was sent, or was about to be, and nobody knows what became of it: look."""
    if policy.target.lookup is Lookup.INBOX:
        return inbox_plan.ordered(life, facts) or _again(life, facts, policy) or inbox_plan.unsure(life)
    if facts.found is None:
        return Look(since_create(facts), LOOKS_S[0])
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


STAGES: Mapping[Stage, Callable[[Life, Facts, Policy], Move]] = {
    Stage.NEW: _new,
    Stage.DROPPED: _new,
    Stage.SEEN: _seen,
    Stage.ASKED: _asked,
}
