"""Where does one instalment stand? Its records, folded into one value.

The table below is the whole life of an instalment. Being parked is not a stage: a parked
instalment keeps the stage it had, so that it goes on from there when the reason is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from ixbridge.core.model import Mode
from ixbridge.core.notices import NOTHING_SAID, Talk, talk_after
from ixbridge.core.parked import Parked, Reason
from ixbridge.core.records import Broken, Payload, Record, Value
from ixbridge.core.steps import Creation


class Stage(Enum):
    NEW = "new"
    """Nothing is known of it."""
    SEEN = "seen"
    """iXpole delivers it; no document can exist yet."""
    ASKED = "asked"
    """A create was about to be sent: a document may exist."""
    BOOKED = "booked"
    """The document is known, not yet checked."""
    DRAFTED = "drafted"
    """A draft, checked."""
    HANDED = "handed"
    """iXpole has the draft's D number."""
    FINAL = "final"
    """The real number is known and checked."""
    REPORTED = "reported"
    """iXpole has number, due date and PDF."""
    PAID = "paid"
    CREDITED = "credited"
    """An operator says by which document it was credited; that is not checked yet."""
    DROPPED = "dropped"
    """Withdrawn in iXpole before anything was made."""


class Event(Enum):
    SEEN = "seen"
    INTENT = "intent"
    NOSEND = "nosend"
    RESULT = "result"
    DRAFTED = "drafted"
    NUMBERED = "numbered"
    DOUBTED = "doubted"
    HANDED = "handed"
    REPORTED = "reported"
    REPAIRED = "repaired"
    PAID = "paid"
    UNPAID = "unpaid"
    WITHDRAWN = "withdrawn"
    ADOPTED = "adopted"
    # only where the target answers later, and takes an order before its invoice
    REQUESTED = "requested"
    """The invoice was about to be asked for."""
    RECEIVED = "received"
    """It was taken, with a receipt."""
    DECLINED = "declined"
    """It did not leave, or was refused."""
    KEPT = "kept"
    REPLACED = "replaced"
    RELEASED = "released"
    PARKED = "parked"
    REOPENED = "reopened"


NEXT: Mapping[tuple[Stage, Event], Stage] = {
    (Stage.NEW, Event.SEEN): Stage.SEEN,
    (Stage.DROPPED, Event.SEEN): Stage.SEEN,
    (Stage.SEEN, Event.SEEN): Stage.SEEN,  # edited before anything was made
    (Stage.SEEN, Event.WITHDRAWN): Stage.DROPPED,
    (Stage.SEEN, Event.INTENT): Stage.ASKED,
    (Stage.SEEN, Event.RESULT): Stage.BOOKED,  # found before it was made: the journal had lost it
    (Stage.ASKED, Event.INTENT): Stage.ASKED,  # same number again, where the target enforces it
    (Stage.ASKED, Event.NOSEND): Stage.SEEN,
    (Stage.ASKED, Event.RESULT): Stage.BOOKED,
    (Stage.BOOKED, Event.DRAFTED): Stage.DRAFTED,
    (Stage.BOOKED, Event.NUMBERED): Stage.FINAL,
    (Stage.DRAFTED, Event.DOUBTED): Stage.DRAFTED,  # a D number was sent and its answer lost
    (Stage.HANDED, Event.DOUBTED): Stage.HANDED,
    (Stage.DRAFTED, Event.HANDED): Stage.HANDED,
    (Stage.HANDED, Event.HANDED): Stage.HANDED,  # iXpole had lost it
    (Stage.DRAFTED, Event.NUMBERED): Stage.FINAL,
    (Stage.HANDED, Event.NUMBERED): Stage.FINAL,
    # the invoice of an order, where the target takes them one after the other
    (Stage.DRAFTED, Event.REQUESTED): Stage.DRAFTED,
    (Stage.DRAFTED, Event.RECEIVED): Stage.DRAFTED,
    (Stage.DRAFTED, Event.DECLINED): Stage.DRAFTED,
    (Stage.HANDED, Event.REQUESTED): Stage.HANDED,
    (Stage.HANDED, Event.RECEIVED): Stage.HANDED,
    (Stage.HANDED, Event.DECLINED): Stage.HANDED,
    (Stage.FINAL, Event.REPORTED): Stage.REPORTED,
    (Stage.REPORTED, Event.REPAIRED): Stage.REPORTED,  # once more, as a late D may have undone it
    (Stage.PAID, Event.REPAIRED): Stage.PAID,
    (Stage.REPORTED, Event.REPORTED): Stage.REPORTED,  # iXpole had lost it
    (Stage.PAID, Event.REPORTED): Stage.REPORTED,
    (Stage.REPORTED, Event.PAID): Stage.PAID,
    (Stage.PAID, Event.UNPAID): Stage.REPORTED,  # the payment bounced
    # the document is gone and an operator said so: start again
    (Stage.BOOKED, Event.NOSEND): Stage.SEEN,
    (Stage.DRAFTED, Event.NOSEND): Stage.SEEN,
    (Stage.HANDED, Event.NOSEND): Stage.SEEN,
    # an operator says which document it is
    (Stage.SEEN, Event.ADOPTED): Stage.BOOKED,
    (Stage.ASKED, Event.ADOPTED): Stage.BOOKED,
    (Stage.BOOKED, Event.ADOPTED): Stage.BOOKED,
    (Stage.DRAFTED, Event.ADOPTED): Stage.BOOKED,
    (Stage.HANDED, Event.ADOPTED): Stage.BOOKED,
    (Stage.FINAL, Event.ADOPTED): Stage.BOOKED,
    (Stage.REPORTED, Event.ADOPTED): Stage.BOOKED,
    (Stage.PAID, Event.ADOPTED): Stage.BOOKED,
    # an operator says that of several documents the reported one counts
    (Stage.REPORTED, Event.KEPT): Stage.REPORTED,
    (Stage.PAID, Event.KEPT): Stage.PAID,
    # credit and replace: an operator names the credit, the bridge checks it and books anew
    (Stage.BOOKED, Event.REPLACED): Stage.CREDITED,
    (Stage.FINAL, Event.REPLACED): Stage.CREDITED,
    (Stage.REPORTED, Event.REPLACED): Stage.CREDITED,
    (Stage.PAID, Event.REPLACED): Stage.CREDITED,
    (Stage.CREDITED, Event.REPLACED): Stage.CREDITED,
    (Stage.CREDITED, Event.RELEASED): Stage.SEEN,
}

PARKABLE = frozenset(set(Stage) - {Stage.DROPPED})


@dataclass(frozen=True, slots=True)
class Life:
    code: str
    stage: Stage = Stage.NEW
    parked: Parked | None = None
    digest: str = ""
    """Of the instalment, as it was when it was last seen before the create."""
    settings: str = ""
    """Fingerprint of the settings at that time, or when it was parked."""
    parked_digest: str = ""
    mode: Mode | None = None
    creation: Creation | None = None
    customer_id: int | None = None
    customer_name: str = ""
    day: date | None = None
    currency: str = ""
    gross_minor: int = 0
    nets_minor: tuple[int, ...] = ()
    """What the target's net total may be, by every way of rounding; empty: not known."""
    customer_number: str = ""
    asked_number: str | None = None
    """The number we asked for; then the create may be sent again, as it is unique there."""
    burnt_number: str | None = None
    """A number that we asked for and that somebody else's document has."""
    number: str | None = None
    draft_id: str | None = None
    handed: str | None = None
    """The D number that iXpole holds."""
    due_date: date | None = None
    payment_no: str | None = None
    by_hand: bool = False
    """An operator named the document; it need not carry our tag."""
    talk: Talk = NOTHING_SAID
    """What was sent to a target that answers later."""
    doubted: bool = False
    """A D number was sent and its answer lost: it may still arrive."""
    again: str = ""
    """From when on the real number is to be written once more (ISO 8601, UTC), as a late D may undo it."""
    told: int = 0
    """How often iXpole was told a number, D or real."""
    doubtful: bool = False
    """Created anew after an operator said that an uncertain one was not: both may turn up."""
    kept: bool = False
    """An operator said that of several documents this one counts."""
    credit: str = ""
    """The document that credits ours, as an operator says."""
    superseded: frozenset[str] = frozenset()
    """Numbers of documents that carry our tag and count no more: credited ones and their credits."""

    @property
    def said(self) -> str | None:
        """Which number iXpole holds."""
        told = self.stage in (Stage.REPORTED, Stage.PAID)
        return self.number if told else self.handed

    @property
    def was_draft(self) -> bool:
        """Made as a draft, or made outright and still without a number when it was looked at."""
        return self.handed is not None or (self.creation is not None and self.creation.is_draft)

    @property
    def is_over(self) -> bool:
        return self.stage in (Stage.PAID, Stage.DROPPED) and self.parked is None and not self.again

    @property
    def is_told(self) -> bool:
        """Does iXpole hold a number of it, as far as we know?"""
        return self.stage in (Stage.HANDED, Stage.REPORTED, Stage.PAID)


def life_of(code: str, records: Iterable[Record]) -> Life:
    life = Life(code)
    for record in records:
        life = after(life, record.kind, record.payload)
    return life


def after(life: Life, kind: str, payload: Payload) -> Life:
    """The life with one more record. A record that cannot follow means a broken journal."""
    try:
        event = Event(kind)
    except ValueError:
        raise Broken(f"{life.code}: the journal has a record of the unknown kind {kind!r}") from None
    if event is Event.PARKED:
        if life.stage not in PARKABLE:
            raise Broken(f"{life.code}: parked although it is {life.stage.value}")
        return _parked(life, payload)
    if event is Event.REOPENED:
        return replace(life, parked=None)
    stage = NEXT.get((life.stage, event))
    if stage is None:
        raise Broken(f"{life.code}: {event.value} cannot follow when it is {life.stage.value}")
    talk = talk_after(life.talk, kind, payload)
    if stage is not life.stage or life.parked is not None or talk is not life.talk:
        life = replace(life, stage=stage, parked=None, talk=talk)
    return _FOLDS[event](life, payload)


def _parked(life: Life, payload: Payload) -> Life:
    parked = Parked(Reason(_text(payload, "reason")), _text(payload, "message"), _text(payload, "advice"))
    return replace(
        life,
        parked=parked,
        parked_digest=_text(payload, "digest"),
        settings=_text(payload, "settings") or life.settings,
        talk=talk_after(life.talk, Event.PARKED.value, payload),
    )


def _seen(life: Life, payload: Payload) -> Life:
    fresh = Life(life.code, life.stage, talk=life.talk, superseded=life.superseded, doubtful=life.doubtful)
    return replace(
        fresh,
        digest=_text(payload, "digest"),
        settings=_text(payload, "settings"),
        mode=Mode(_text(payload, "mode")),
        customer_id=_integer(payload, "customer"),
        customer_name=_text(payload, "name"),
        day=date.fromisoformat(_text(payload, "date")),
        currency=_text(payload, "currency"),
        gross_minor=_integer(payload, "gross"),
    )


def _intent(life: Life, payload: Payload) -> Life:
    return replace(
        life,
        creation=Creation(_text(payload, "creation")),
        customer_number=_text(payload, "customer_number"),
        asked_number=_text(payload, "number") or None,
        nets_minor=_integers(payload, "nets"),
    )


def _result(life: Life, payload: Payload) -> Life:
    return replace(
        life,
        creation=Creation(_text(payload, "creation")) if payload.get("creation") else life.creation,
        customer_number=_text(payload, "customer_number") or life.customer_number,
        nets_minor=_integers(payload, "nets") or life.nets_minor,
        number=_text(payload, "number") or None,
        draft_id=_text(payload, "draft") or None,
    )


def _adopted(life: Life, payload: Payload) -> Life:
    return replace(life, number=_text(payload, "number"), draft_id=None, by_hand=True, kept=False)


def _nosend(life: Life, payload: Payload) -> Life:
    return replace(
        life,
        asked_number=None,
        burnt_number=_text(payload, "taken") or None,
        number=None,
        draft_id=None,
        doubtful=life.doubtful or payload.get("by") == "operator",
    )


def _released(life: Life, payload: Payload) -> Life:
    gone = {each for each in (life.number, life.draft_id, life.credit) if each}
    return replace(_seen(life, payload), superseded=life.superseded | gone)


def _numbered(life: Life, payload: Payload) -> Life:
    return replace(life, number=_text(payload, "number"), draft_id=_text(payload, "draft") or life.draft_id)


def _reported(life: Life, payload: Payload) -> Life:
    due = date.fromisoformat(_text(payload, "due"))
    return replace(life, due_date=due, again=_text(payload, "again"), told=life.told + 1)


_FOLDS: Mapping[Event, Callable[[Life, Payload], Life]] = {
    Event.SEEN: _seen,
    Event.INTENT: _intent,
    Event.NOSEND: _nosend,
    Event.RESULT: _result,
    Event.DRAFTED: lambda life, payload: replace(life, draft_id=_text(payload, "draft") or life.draft_id),
    Event.NUMBERED: _numbered,
    Event.DOUBTED: lambda life, payload: replace(life, doubted=True),
    Event.HANDED: lambda life, payload: replace(
        life,
        handed=_text(payload, "said"),
        told=life.told + 1,
        doubted=life.doubted or bool(payload.get("late")),
    ),
    Event.REPORTED: _reported,
    Event.PAID: lambda life, payload: replace(life, payment_no=_text(payload, "payment")),
    Event.REPAIRED: lambda life, payload: replace(life, again=""),
    Event.UNPAID: lambda life, payload: replace(life, payment_no=None),
    Event.WITHDRAWN: lambda life, payload: life,
    Event.ADOPTED: _adopted,
    Event.REQUESTED: lambda life, payload: replace(life, asked_number=_text(payload, "number") or None),
    Event.RECEIVED: lambda life, payload: life,
    Event.DECLINED: lambda life, payload: replace(
        life,
        asked_number=life.asked_number if payload.get("again") else None,
        burnt_number=_text(payload, "taken") or life.burnt_number,
    ),
    Event.KEPT: lambda life, payload: replace(life, kept=True),
    Event.REPLACED: lambda life, payload: replace(life, credit=_text(payload, "credit")),
    Event.RELEASED: _released,
}


# --- customers and articles -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one customer (or article) that the bridge may have to make in the target."""

    number: str | None = None
    intent: bool = False
    """A create was about to be sent, and its result is not known."""
    asked: str | None = None
    known: frozenset[str] = frozenset()
    """Numbers that likely relations had before the create: what is new since then may be ours."""


def standing_of(records: Iterable[Record]) -> Standing:
    standing = Standing()
    for record in records:
        standing = standing_after(standing, record.kind, record.payload)
    return standing


def standing_after(standing: Standing, kind: str, payload: Payload) -> Standing:
    match Event(kind):
        case Event.INTENT:
            known = frozenset(str(each) for each in _list(payload, "known"))
            return Standing(standing.number, True, _text(payload, "number") or None, known)
        case Event.NOSEND:
            return Standing(standing.number)
        case Event.RESULT:
            return Standing(_text(payload, "number"))
        case _:
            return standing


def _text(payload: Payload, name: str) -> str:
    value: Value = payload.get(name)
    return "" if value is None else str(value)


def _integer(payload: Payload, name: str) -> int:
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Broken(f"the journal has no whole number for {name}")
    return value


def _integers(payload: Payload, name: str) -> tuple[int, ...]:
    return tuple(each for each in _list(payload, name) if isinstance(each, int))


def _list(payload: Payload, name: str) -> list[int] | list[str]:
    value = payload.get(name)
    return value if isinstance(value, list) else []
