"""How does a lost journal come back? By what is left of it, what iXpole offers, and what the target shows.

Nothing is sent: only records are decided. A create that may have been sent and that nobody
remembers becomes an intent, so that the bridge looks for its document in each run, adopts it when it
turns up, and never makes a second one unless a person says that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ixbridge.core import keys
from ixbridge.core.audit import Found, the_one
from ixbridge.core.booking import seen
from ixbridge.core.inbox_plan import TENANT
from ixbridge.core.life import Event, Life, Stage, Standing
from ixbridge.core.mapping import known_customer_number, mode_for
from ixbridge.core.model import Document, Instalment, Mode
from ixbridge.core.policy import Policy
from ixbridge.core.records import SERIES, Entry, Payload, customer_subject
from ixbridge.core.steps import Creation
from ixbridge.core.target import Lookup


class Fate(Enum):
    """What rebuilding made of an instalment."""

    KEPT = "known from what is left of the journal"
    ADOPTED = "its document was found and is checked in the next run"
    STRANDED = "iXpole offers it no more; its document was found and is followed again"
    NEW = "nothing was made of it so far"
    AGAIN = "its order may have been sent; it goes out again under the same reference, which is taken once"
    UNCERTAIN = (
        "nothing was found; it is looked for in each run and parked until somebody says what became of it"
    )


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of one instalment code."""

    code: str
    delivered: Instalment | None = None
    found: Found | None = None
    """None: it could not be looked for."""
    life: Life | None = None
    """As what is left of the journal has it."""


def rebuilt(trace: Trace, policy: Policy, *, not_created: bool) -> tuple[Fate, tuple[Entry, ...]]:
    """``not_created``: a person vouches that what is not found was never made."""
    life = trace.life or Life(trace.code)
    if life.stage not in (Stage.NEW, Stage.DROPPED, Stage.SEEN):
        return Fate.KEPT, ()
    one = the_one(trace.found, trace.code) if trace.found is not None else None
    if trace.delivered is None and trace.found is None:
        return Fate.KEPT, ()
    if trace.delivered is not None:
        begun = _seen_entry(trace.code, seen(trace.delivered, policy))
        if policy.target.lookup is Lookup.INBOX:
            return Fate.AGAIN, (begun, *_sent_once(trace.code, policy, trace.delivered))
        if isinstance(one, Document):
            return Fate.ADOPTED, (begun, *_made(trace.code, one, policy, trace.delivered))
        if one is None and (not_created or not _may_exist(trace, policy)):
            return Fate.NEW, () if life.stage is Stage.SEEN else (begun,)
        return Fate.UNCERTAIN, (begun, _intent(trace.code, policy, trace.delivered))
    if isinstance(one, Document):
        begun = _seen_entry(trace.code, _seen_of(one, policy))
        return Fate.STRANDED, (begun, *_made(trace.code, one, policy, None))
    return Fate.KEPT, ()


def _sent_once(code: str, policy: Policy, delivered: Instalment) -> tuple[Entry, ...]:
    """An order that may have been sent: its references are known again, and that one was there before."""
    tenant = policy.target.told(policy.settings.target.options).get(TENANT, "")
    intent = _intent(code, policy, delivered)
    order: Payload = {
        **intent.payload,
        "order": keys.order_reference(tenant, code),
        "order_id": keys.request_id(tenant, code, "order"),
        "invoice_id": keys.request_id(tenant, code, "invoice"),
    }
    return Entry(code, Event.INTENT.value, order), Entry(code, Event.NOSEND.value, {"by": "rebuild"})


def _may_exist(trace: Trace, policy: Policy) -> bool:
    """May a create be under way or hidden, although nothing was found?"""
    if policy.target.key_enforced and trace.found is not None:
        return False  # a second one would be refused
    assert trace.delivered is not None
    # A document is only made once iXpole knows the customer's number.
    rules = policy.settings.customers
    known = known_customer_number(trace.delivered.customer_id, trace.delivered.customer_code, rules)
    return known is not None or trace.delivered.customer_code is not None or rules.shared


def customers(
    delivered: Mapping[str, Instalment],
    standings: Mapping[str, Standing],
    policy: Policy,
    *,
    not_created: bool,
) -> tuple[Entry, ...]:
    """New customers may have been made without anybody remembering: they are looked for before they are made."""
    if not_created:
        return ()
    rules = policy.settings.customers
    entries: dict[str, Entry] = {}
    for each in delivered.values():
        subject = customer_subject(each.customer_id)
        if (
            subject not in standings
            and known_customer_number(each.customer_id, each.customer_code, rules) is None
        ):
            entries[subject] = Entry(
                subject, Event.INTENT.value, {"number": None, "known": [], "by": "rebuild"}
            )
    return tuple(entries.values())


def series(numbers: frozenset[str], policy: Policy) -> tuple[Entry, ...]:
    """Our own number series goes on above what is in use."""
    start = policy.settings.numbers.start
    used = [int(each) for each in numbers if each.isdecimal() and start is not None and int(each) >= start]
    return (Entry(SERIES, Event.RESULT.value, {"number": str(max(used)), "by": "rebuild"}),) if used else ()


# --- records ----------------------------------------------------------------------------------


def _seen_entry(code: str, payload: Payload) -> Entry:
    return Entry(code, Event.SEEN.value, payload)


def _seen_of(one: Document, policy: Policy) -> Payload:
    """What the document shows of an instalment that iXpole offers no more. Its total cannot be compared."""
    gross = one.totals.gross_minor if one.totals else 0
    currency = one.currency or next(iter(policy.settings.currencies), "EUR")
    return {
        "digest": "",
        "settings": policy.fingerprint,
        "mode": (Mode.DIRECT if one.number else Mode.DRAFT).value,
        "customer": 0,
        "name": "",
        "date": one.date.isoformat(),
        "currency": currency,
        "gross": gross,
        "by": "rebuild",
    }


def _intent(code: str, policy: Policy, delivered: Instalment) -> Entry:
    mode = mode_for(delivered, policy.settings.mode)
    creation = policy.draft_as if mode is Mode.DRAFT else Creation.TRANSACTION
    number = known_customer_number(delivered.customer_id, delivered.customer_code, policy.settings.customers)
    return _intent_entry(code, creation, number or delivered.customer_code or "")


def _intent_entry(code: str, creation: Creation, customer_number: str) -> Entry:
    said: Payload = {
        "creation": creation.value,
        "number": None,
        "customer_number": customer_number,
        "nets": [],
        "lines": 0,
        "by": "rebuild",
    }
    return Entry(code, Event.INTENT.value, said)


def _made(code: str, one: Document, policy: Policy, delivered: Instalment | None) -> tuple[Entry, ...]:
    direct = one.number is not None
    if delivered is not None:
        direct = mode_for(delivered, policy.settings.mode) is Mode.DIRECT
    creation = Creation.TRANSACTION if direct else policy.draft_as
    said: Payload = {"number": one.number, "draft": one.draft_id, "by": "rebuild"}
    return _intent_entry(code, creation, one.customer_number), Entry(code, Event.RESULT.value, said)
