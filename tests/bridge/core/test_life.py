"""Does the life of an instalment follow its table, whatever the journal brings?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.life import NEXT, PARKABLE, Event, Life, Stage, Standing, after, standing_after
from ixbridge.core.parked import Reason
from ixbridge.core.records import Broken, Payload

SEEN: Payload = {
    "digest": "d",
    "settings": "s",
    "mode": "draft",
    "customer": 1001,
    "name": "Demo",
    "date": "2026-04-01",
    "currency": "EUR",
    "gross": 12100,
}
PAYLOADS: dict[Event, Payload] = {
    Event.SEEN: SEEN,
    Event.INTENT: {"creation": "transaction", "number": None, "customer_number": "7", "nets": [10000]},
    Event.NOSEND: {},
    Event.RESULT: {"number": "5", "draft": None, "by": "answer"},
    Event.DRAFTED: {"draft": "C-1"},
    Event.NUMBERED: {"number": "5"},
    Event.DOUBTED: {},
    Event.HANDED: {"said": "DC-1"},
    Event.REPORTED: {"number": "5", "due": "2026-05-01"},
    Event.REPAIRED: {},
    Event.PAID: {"payment": "P"},
    Event.UNPAID: {},
    Event.WITHDRAWN: {},
    Event.ADOPTED: {"number": "77"},
    Event.REQUESTED: {"reference": "IXA", "number": None, "since": "2026-04-15T09:00:00+00:00"},
    Event.RECEIVED: {"receipt": "r-1", "since": "2026-04-15T09:00:00+00:00"},
    Event.DECLINED: {"refused": "no"},
    Event.KEPT: {"number": "5"},
    Event.REPLACED: {"credit": "9"},
    Event.RELEASED: SEEN,
    Event.PARKED: {
        "reason": "uncertain_create",
        "message": "m",
        "advice": "a",
        "digest": "d",
        "settings": "s",
    },
    Event.REOPENED: {},
}


def lived(*events: Event) -> Life:
    life = Life("C-1")
    for event in events:
        life = after(life, event.value, PAYLOADS[event])
    return life


@given(st.lists(st.sampled_from(list(Event)), max_size=30))
def test_a_life_goes_where_the_table_says_and_nowhere_else(events: list[Event]) -> None:
    life = Life("C-1")
    for event in events:
        allowed = (life.stage, event) in NEXT or event is Event.REOPENED
        allowed = allowed or (event is Event.PARKED and life.stage in PARKABLE)
        if not allowed:
            with pytest.raises(Broken):
                after(life, event.value, PAYLOADS[event])
            continue
        before, life = life, after(life, event.value, PAYLOADS[event])
        if event in (Event.PARKED, Event.REOPENED):
            assert life.stage is before.stage and (life.parked is None) is (event is Event.REOPENED)
        else:
            assert life.stage is NEXT[before.stage, event] and life.parked is None


def test_a_paid_one_moves_only_when_it_bounced_was_forgotten_or_an_operator_says_so() -> None:
    ways = {event for stage, event in NEXT if stage is Stage.PAID}
    assert ways == {
        Event.UNPAID,
        Event.REPAIRED,
        Event.REPORTED,
        Event.ADOPTED,
        Event.KEPT,
        Event.REPLACED,
    }


def test_what_was_credited_is_remembered_when_it_is_booked_anew() -> None:
    credited = lived(Event.SEEN, Event.INTENT, Event.RESULT, Event.NUMBERED, Event.PARKED, Event.REPLACED)
    assert (credited.stage, credited.credit, credited.number) == (Stage.CREDITED, "9", "5")
    anew = after(credited, "released", {**SEEN, "digest": "e"})
    assert (anew.stage, anew.superseded, anew.number) == (Stage.SEEN, frozenset({"5", "9"}), None)
    assert after(anew, "seen", SEEN).superseded == frozenset({"5", "9"})


def test_every_stage_can_be_reached() -> None:
    assert {Stage.NEW, *NEXT.values()} == set(Stage)


def test_only_a_create_or_an_operator_makes_a_document() -> None:
    ways = {event for (_, event), stage in NEXT.items() if stage is Stage.BOOKED}
    assert ways == {Event.RESULT, Event.ADOPTED}


def test_the_data_of_a_direct_life() -> None:
    life = lived(Event.SEEN, Event.INTENT, Event.RESULT, Event.NUMBERED, Event.REPORTED)
    assert (life.number, life.due_date, life.gross_minor) == ("5", date(2026, 5, 1), 12100)
    assert (life.said, life.nets_minor, life.customer_number) == ("5", (10000,), "7")


def test_the_data_of_a_draft_life() -> None:
    life = lived(Event.SEEN, Event.INTENT, Event.RESULT, Event.DRAFTED, Event.HANDED)
    assert (life.handed, life.said) == ("DC-1", "DC-1")
    assert (
        lived(Event.SEEN, Event.INTENT, Event.RESULT, Event.DRAFTED, Event.HANDED, Event.NUMBERED).said
        == "DC-1"
    )


def test_a_parked_life_keeps_its_stage_and_its_reason() -> None:
    life = lived(Event.SEEN, Event.INTENT, Event.PARKED)
    assert life.stage is Stage.ASKED and life.parked is not None
    assert life.parked.reason is Reason.UNCERTAIN_CREATE
    assert replace(life, parked=None) == lived(Event.SEEN, Event.INTENT, Event.PARKED, Event.REOPENED)


def test_an_instalment_that_was_edited_forgets_what_was_known() -> None:
    life = lived(Event.SEEN, Event.INTENT, Event.NOSEND)
    assert after(life, "seen", {**SEEN, "digest": "e", "gross": 5}).gross_minor == 5


def test_a_number_that_is_taken_is_remembered_as_burnt() -> None:
    asked = after(lived(Event.SEEN), "intent", {**PAYLOADS[Event.INTENT], "number": "700"})
    assert asked.asked_number == "700"
    assert after(asked, "nosend", {"taken": "700"}).burnt_number == "700"
    assert after(asked, "nosend", {}).burnt_number is None


def test_a_record_of_an_unknown_kind_is_a_broken_journal() -> None:
    with pytest.raises(Broken, match="unknown kind 'sneezed'"):
        after(Life("C-1"), "sneezed", {})


def test_a_customer_stands_where_the_records_say() -> None:
    standing = standing_after(Standing(), "intent", {"number": None, "known": [3, 4]})
    assert standing == Standing(None, True, None, frozenset({"3", "4"}))
    assert standing_after(standing, "nosend", {}) == Standing()
    assert standing_after(standing, "result", {"number": "5"}) == Standing("5")
