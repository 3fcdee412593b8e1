"""The one seam: what passes, what is refused, what is kept, and what the journal says of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ixmocks.engine.faults import DAMAGE, Fault, Harm, Place
from ixmocks.engine.outcome import Changed, Refused
from ixmocks.kit import AnswerLost, Kit, Reply

TEXTS = st.sampled_from(["first", "second", "third", "one two three four five six", "", 7, None])
NOTES = st.fixed_dictionaries({}, optional={"text": TEXTS, "amount": st.sampled_from([1, 100, 101, "1"])})


def add(kit: Kit, note: object, **more: object) -> Reply:
    return kit.ask("pocket", "POST", "/notes", json=note, **more)  # type: ignore[arg-type]


@given(notes=st.lists(NOTES, max_size=8))
@settings(max_examples=50)
def test_a_refused_call_changes_nothing_and_a_taken_one_is_kept(
    notes: list[object], tmp_path_factory: object
) -> None:
    kit = _kit(tmp_path_factory)
    for note in notes:
        before = kit.state("pocket")
        reply = add(kit, note)
        assert (kit.state("pocket") is before) == (reply.status != 200)
        assert bool(reply.violations) == (reply.status != 200)


def test_every_violation_is_said_at_once_schema_and_rules_together(pocket_kit: Kit) -> None:
    reply = add(pocket_kit, {"text": "one two three four five six", "amount": 101, "tags": ["a", "b", "c"]})
    assert reply.rules == ("POCK-02", "POCK-03", "POCK-04")
    assert reply.headers["ixkit-violations"] == (
        'POCK-02;at="body.amount", POCK-03;at="body.tags", POCK-04;at="body.text";by=rule'
    )


def test_a_rule_says_nothing_of_what_the_schema_already_refused(pocket_kit: Kit) -> None:
    assert add(pocket_kit, {"text": 7}).rules == ("schema",)


@pytest.mark.parametrize(
    ("method", "path", "options", "status", "at"),
    [
        ("GET", "/nowhere", {}, 404, "request.path"),
        ("DELETE", "/notes", {}, 405, "request.method"),
        ("HEAD", "/notes", {}, 405, "request.method"),
        ("GET", "/notes/first", {}, 400, "path.number"),
        ("GET", "/notes/9", {}, 404, "path.number"),
        ("GET", "/notes", {"query": {"limit": "many"}}, 400, "query.limit"),
        ("GET", "/notes", {"query": {"limit": 0}}, 400, "query.limit"),
        ("GET", "/notes", {"auth": False}, 401, "header.X-Key"),
        ("GET", "/w/nowhere/notes", {}, 404, "request.path"),
        ("POST", "/notes", {"data": b"{"}, 400, "body"),
        ("POST", "/notes", {"data": b""}, 400, "body"),
        ("POST", "/notes", {"data": b"null"}, 400, "body"),
        (
            "POST",
            "/notes",
            {"data": b"text=x", "headers": {"content-type": "text/plain"}},
            415,
            "header.Content-Type",
        ),
    ],
)
def test_each_gate_refuses_in_the_systems_own_envelope(
    pocket_kit: Kit, method: str, path: str, options: dict[str, object], status: int, at: str
) -> None:
    before = pocket_kit.world().moment.systems
    reply = pocket_kit.ask("pocket", method, path, **options)  # type: ignore[arg-type]
    assert (reply.status, reply.violations[0].at) == (status, at)
    assert method == "HEAD" or "error" in reply.json
    assert pocket_kit.world().moment.systems is before


def test_an_unknown_method_is_told_what_is_allowed(pocket_kit: Kit) -> None:
    assert pocket_kit.ask("pocket", "PUT", "/notes").headers["allow"] == "GET, POST"


def test_a_parameter_that_comes_twice_is_refused(pocket_kit: Kit) -> None:
    from ixmocks.engine.exchange import Received

    sent = pocket_kit.exchange(
        "pocket", Received("GET", "/notes", "limit=1&limit=2", ((b"x-key", b"pck_default"),))
    )
    assert sent.status == 400
    assert sent.event is not None
    assert sent.event.violations[0].at == "query.limit"


@pytest.mark.parametrize("text", ["crash", "odd status", "odd body"])
def test_our_own_mistake_is_a_500_that_keeps_nothing_and_says_so(pocket_kit: Kit, text: str) -> None:
    before = pocket_kit.state("pocket")
    reply = add(pocket_kit, {"text": text})
    assert (reply.status, reply.rules) == (500, ("defect",))
    assert pocket_kit.state("pocket") is before


def test_the_spec_itself_is_served_and_not_when_faithful(make_kit: Callable[..., Kit]) -> None:
    kit = make_kit()
    assert kit.ask("pocket", "GET", "/openapi.json").json["info"]["title"] == "Pocket"
    for port in kit.ports.values():
        port.faithful = True
        port.__post_init__()
    reply = kit.ask("pocket", "GET", "/openapi.json")
    assert reply.status == 404
    assert not [name for name in reply.headers if name.startswith("ixkit")]


@pytest.mark.parametrize("place", [Place.RECEIVED, Place.BEFORE_COMMIT, Place.AFTER_COMMIT])
@pytest.mark.parametrize("harm", [Harm.RESET, Harm.HANG, Harm.STATUS])
def test_a_fault_keeps_the_change_only_after_the_commit(pocket_kit: Kit, place: Place, harm: Harm) -> None:
    pocket_kit.world().faults.arm(Fault(place, harm, operation="addNote", status=503))
    before = pocket_kit.state("pocket")
    if harm is Harm.STATUS:
        assert add(pocket_kit, {"text": "second"}).status == 503
    else:
        with pytest.raises(AnswerLost, match=harm.value):
            add(pocket_kit, {"text": "second"})
    assert (pocket_kit.state("pocket") is not before) == (place is Place.AFTER_COMMIT)
    assert [event.fault for event in pocket_kit.world().journal][-1] == f"{harm.value}@{place.value}"


@pytest.mark.parametrize("harm", sorted(DAMAGE, key=lambda harm: harm.value))
def test_an_answer_damaged_on_its_way_was_committed(pocket_kit: Kit, harm: Harm) -> None:
    pocket_kit.world().faults.arm(Fault(Place.SENDING, harm, system="pocket"))
    before = pocket_kit.state("pocket")
    try:
        reply = add(pocket_kit, {"text": "second"})
    except AnswerLost:
        assert harm is Harm.CUT
    else:
        whole = (reply.body, reply.headers["content-type"]) == (
            b'{"text":"second","number":2}',
            "application/json",
        )
        assert whole == (harm is Harm.SLOW)
    assert pocket_kit.state("pocket") is not before


def test_a_window_is_counted_on_the_virtual_clock_and_refused_calls_count(
    make_kit: Callable[..., Kit],
) -> None:
    kit = make_kit(data={"limit": 2})
    assert [kit.ask("pocket", "GET", "/notes").status for _ in range(4)] == [200, 200, 429, 429]
    kit.advance(seconds=59)
    assert kit.ask("pocket", "GET", "/notes").status == 429
    kit.advance(seconds=1)
    assert kit.ask("pocket", "GET", "/notes").status == 200


def test_an_action_passes_the_same_seam(pocket_kit: Kit) -> None:
    assert isinstance(pocket_kit.act("pocket", "scribble", {"text": "by hand"}), Changed)
    before = pocket_kit.state("pocket")
    outcome = pocket_kit.act("pocket", "scribble", {"text": 7})
    assert isinstance(outcome, Refused)
    assert outcome.first.at == "with.text"
    assert pocket_kit.state("pocket") is before
    assert [event.operation for event in pocket_kit.world().journal] == ["act:scribble", "act:scribble"]


def _kit(factory: object) -> Kit:
    from support import pocket

    folder = pocket.write(factory.mktemp("pocket"))  # type: ignore[attr-defined]
    return Kit(str(folder / "scene"), specs=folder, systems=[pocket.SYSTEM])
