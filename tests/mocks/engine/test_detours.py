"""Exchanges that are led another way: held, delivered twice, answered from the past, done late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.faults import Fault, FaultError, Harm, Place
from ixmocks.engine.holds import Hold, Then
from ixmocks.kit import AnswerLost, Held, Kit
from support import pocket
from support.listening import listening

PLACES = list(Place)
UNDECIDED = (Place.RECEIVED, Place.BEFORE_COMMIT)


def arm(kit: Kit, place: Place, harm: Harm, **more: Any) -> None:
    kit.world().faults.arm(Fault(place, harm, **more))


def add(kit: Kit, text: str) -> Any:
    return kit.ask("pocket", "POST", "/notes", json={"text": text}).json


def texts(kit: Kit) -> list[str]:
    return [note["text"] for _, note in sorted(kit.state("pocket").notes.items())]


def held(kit: Kit, text: str) -> Hold:
    with pytest.raises(Held) as told:
        add(kit, text)
    return told.value.hold


# ---- held ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_a_held_exchange_goes_on_as_if_nothing_had_been(pocket_kit: Kit, place: Place) -> None:
    arm(pocket_kit, place, Harm.HOLD)
    hold = held(pocket_kit, "second")
    assert texts(pocket_kit) == (["first"] if place in UNDECIDED else ["first", "second"])
    assert bool(hold.event) == (place not in UNDECIDED)
    reply = pocket_kit.release(hold.id)
    assert (reply.status, reply.json["number"]) == (200, 2)
    assert texts(pocket_kit) == ["first", "second"]
    assert [event.fault for event in pocket_kit.world().journal] == [f"hold@{place.value}"]
    assert pocket_kit.world().holds.listed() == ()


@pytest.mark.parametrize("place", PLACES)
def test_a_dropped_exchange_keeps_what_was_kept_and_no_more(pocket_kit: Kit, place: Place) -> None:
    arm(pocket_kit, place, Harm.HOLD)
    hold = held(pocket_kit, "second")
    with pytest.raises(AnswerLost):
        pocket_kit.release(hold.id, Then.DROP)
    assert texts(pocket_kit) == (["first"] if place in UNDECIDED else ["first", "second"])
    assert len(pocket_kit.world().journal) == 1


@pytest.mark.parametrize("place", PLACES)
def test_others_are_answered_while_one_waits(pocket_kit: Kit, place: Place) -> None:
    arm(pocket_kit, place, Harm.HOLD)
    hold = held(pocket_kit, "slow")
    assert add(pocket_kit, "quick")["text"] == "quick"
    assert pocket_kit.release(hold.id).json["text"] == "slow"
    assert texts(pocket_kit) == ["first", *(["quick", "slow"] if place in UNDECIDED else ["slow", "quick"])]


def test_what_was_decided_is_decided_again_where_another_was_quicker(pocket_kit: Kit) -> None:
    arm(pocket_kit, Place.BEFORE_COMMIT, Harm.HOLD)
    hold = held(pocket_kit, "the same")
    add(pocket_kit, "the same")
    assert pocket_kit.release(hold.id).rules == ("POCK-01",)
    assert texts(pocket_kit) == ["first", "the same"]


def test_a_reset_drops_what_waits(pocket_kit: Kit) -> None:
    arm(pocket_kit, Place.BEFORE_COMMIT, Harm.HOLD)
    hold = held(pocket_kit, "second")
    pocket_kit.world().reset()
    assert hold.outcome.result(0).fault is not None
    assert texts(pocket_kit) == ["first"]
    with pytest.raises(KeyError):
        pocket_kit.release(hold.id)


@contextmanager
def asked(url: str, text: str) -> Iterator[Any]:
    """A request in a thread of its own: the future of its answer."""
    with ThreadPoolExecutor(1) as pool, httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        yield pool.submit(client.post, "/notes", json={"text": text}, headers={"x-key": "pck_default"})


@pytest.mark.parametrize("then", list(Then))
@pytest.mark.parametrize("place", PLACES)
def test_over_http_one_waits_and_the_loop_goes_on(pocket_kit: Kit, place: Place, then: Then) -> None:
    world = pocket_kit.world()
    arm(pocket_kit, place, Harm.HOLD, key="slow")
    stirred = threading.Event()
    world.journal.watch(stirred.set)
    with (
        listening(pocket_kit) as urls,
        asked(urls["pocket"], "slow") as answer,
        asked(urls["pocket"], "quick") as other,
    ):
        assert other.result(20).status_code == 200
        while not world.holds.listed():
            assert stirred.wait(20)
            stirred.clear()
        assert not answer.done()
        with world.lock:
            world.holds.release("h1", then)
        if then is Then.CONTINUE:
            assert answer.result(20).json()["text"] == "slow"
        else:
            assert isinstance(answer.exception(20), httpx.HTTPError)
    assert ("slow" in texts(pocket_kit)) == (then is Then.CONTINUE or place not in UNDECIDED)


# ---- twice ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "status"), [(Place.RECEIVED, 200), (Place.AFTER_COMMIT, 400)])
def test_a_request_delivered_twice_is_done_twice(pocket_kit: Kit, place: Place, status: int) -> None:
    arm(pocket_kit, place, Harm.TWICE)
    reply = pocket_kit.ask("pocket", "POST", "/notes", json={"text": "second"})
    assert reply.status == status  # the second delivery breaks POCK-01: the text is there already
    assert [event.status for event in pocket_kit.world().journal] == [200, 400]


def test_a_second_delivery_may_come_later(make_kit: Callable[..., Kit]) -> None:
    kit = make_kit(readings={"POCK-01": "lenient"})
    arm(kit, Place.RECEIVED, Harm.TWICE, seconds=60)
    add(kit, "again")
    assert kit.advance(seconds=59) == []
    assert texts(kit) == ["first", "again"]
    assert kit.advance(seconds=1) == ["pocket: POST /notes is processed late (twice@received)"]
    assert texts(kit) == ["first", "again", "again"]


# ---- stale ---------------------------------------------------------------------------------------


def read(kit: Kit) -> list[str]:
    notes = kit.ask("pocket", "GET", "/notes").json
    return [note["text"] for note in sorted(notes, key=lambda note: note["number"])]


@given(changes=st.integers(1, 4), reads=st.integers(0, 3))
def test_a_stale_read_does_not_see_the_last_change(tmp_path_factory: Any, changes: int, reads: int) -> None:
    kit = _kit(tmp_path_factory.mktemp("stale"))
    for number in range(changes):
        add(kit, f"note {number}")
        for _ in range(reads):
            read(kit)
    arm(kit, Place.RECEIVED, Harm.STALE)
    moment = kit.world().moment
    assert read(kit) == texts(kit)[:-1]
    assert kit.world().moment.systems["pocket"] is moment.systems["pocket"]
    assert read(kit) == texts(kit)


def test_a_stale_read_sees_what_was_there_so_many_seconds_ago(pocket_kit: Kit) -> None:
    for text in ("a", "b", "c"):
        pocket_kit.advance(minutes=1)
        add(pocket_kit, text)
    for seconds, seen in (
        (1, ["first", "a", "b"]),
        (60, ["first", "a", "b"]),
        (61, ["first", "a"]),
        (3600, ["first"]),
    ):
        arm(pocket_kit, Place.RECEIVED, Harm.STALE, seconds=seconds)
        assert read(pocket_kit) == seen, seconds


def test_a_write_is_never_stale(pocket_kit: Kit) -> None:
    arm(pocket_kit, Place.RECEIVED, Harm.STALE)
    arm(pocket_kit, Place.RECEIVED, Harm.STALE, operation="addNote")
    add(pocket_kit, "second")
    assert texts(pocket_kit) == ["first", "second"]
    assert read(pocket_kit) == ["first"]  # the other fault still waited for a read


# ---- late ----------------------------------------------------------------------------------------


def test_a_late_request_is_done_at_its_time_and_not_before(pocket_kit: Kit) -> None:
    came = pocket_kit.now
    arm(pocket_kit, Place.RECEIVED, Harm.LATE, seconds=90)
    with pytest.raises(AnswerLost):
        add(pocket_kit, "late")
    assert texts(pocket_kit) == ["first"]
    pocket_kit.advance(seconds=89)
    assert texts(pocket_kit) == ["first"]
    assert pocket_kit.advance(hours=1) == ["pocket: POST /notes is processed late (late@received)"]
    assert texts(pocket_kit) == ["first", "late"]
    assert tuple(pocket_kit.world().journal)[-1].at == came + timedelta(seconds=90)
    assert pocket_kit.now == came + timedelta(seconds=89, hours=1)


def test_late_requests_come_in_the_order_of_their_time(pocket_kit: Kit) -> None:
    for seconds, text in ((30, "c"), (10, "a"), (20, "b")):
        arm(pocket_kit, Place.RECEIVED, Harm.LATE, seconds=seconds)
        with pytest.raises(AnswerLost):
            add(pocket_kit, text)
    pocket_kit.advance(days=1)
    assert texts(pocket_kit) == ["first", "a", "b", "c"]


def test_what_would_have_been_refused_is_not_done_later(pocket_kit: Kit) -> None:
    arm(pocket_kit, Place.RECEIVED, Harm.LATE, seconds=5)
    with pytest.raises(AnswerLost):
        pocket_kit.ask("pocket", "POST", "/notes", json={"text": "x"}, auth=False)
    assert pocket_kit.advance(days=1) == []


def test_a_rewind_forgets_what_came_later(pocket_kit: Kit) -> None:
    add(pocket_kit, "kept")
    for text in ("a", "b"):
        arm(pocket_kit, Place.RECEIVED, Harm.LATE, seconds=5)
        with pytest.raises(AnswerLost):
            add(pocket_kit, text)
    assert pocket_kit.world().rewind("e2")
    pocket_kit.advance(days=1)
    assert texts(pocket_kit) == ["first", "kept", "a"]


def test_a_reset_forgets_what_is_late(pocket_kit: Kit) -> None:
    arm(pocket_kit, Place.RECEIVED, Harm.LATE, seconds=5)
    with pytest.raises(AnswerLost):
        add(pocket_kit, "late")
    pocket_kit.world().reset()
    pocket_kit.advance(days=1)
    assert texts(pocket_kit) == ["first"]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"place": Place.SENDING, "harm": Harm.TWICE}, "use `received or after_commit`"),
        ({"place": Place.AFTER_COMMIT, "harm": Harm.TWICE, "seconds": 1}, "use the place `received`"),
        ({"place": Place.BEFORE_COMMIT, "harm": Harm.STALE}, "use `received`"),
        ({"place": Place.RECEIVED, "harm": Harm.LATE}, "late needs `seconds`"),
    ],
)
def test_a_detour_that_leads_nowhere_cannot_be_armed(options: dict[str, Any], says: str) -> None:
    with pytest.raises(FaultError, match=says):
        Fault(**options)


def _kit(folder: Path) -> Kit:
    pocket.write(folder)
    return Kit(str(folder / "scene"), specs=folder, systems=[pocket.SYSTEM])
