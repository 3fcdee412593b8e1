"""Worlds are apart from each other, and any moment can be gone back to."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ixmocks.engine.clock import Clock, ClockError
from ixmocks.engine.worlds import WorldError
from ixmocks.kit import Kit
from support import pocket


class Timelines(RuleBasedStateMachine):
    """Adding, resetting, rewinding and forking, against plain lists of texts."""

    @initialize()
    def start(self) -> None:
        import tempfile
        from pathlib import Path

        self._folder = tempfile.TemporaryDirectory()
        folder = pocket.write(Path(self._folder.name))
        self.kit = Kit(str(folder / "scene"), specs=folder, systems=[pocket.SYSTEM])
        self.texts = {"default": ["first"]}
        self.past: dict[str, list[tuple[str, list[str]]]] = {"default": []}
        self.begun = {"default": ["first"]}

    def teardown(self) -> None:
        self._folder.cleanup()

    @rule(text=st.sampled_from(["a", "b", "c", "d"]), pick=st.integers(0, 9))
    def add(self, text: str, pick: int) -> None:
        world = self._world(pick)
        reply = self.kit.ask("pocket", "POST", "/notes", json={"text": text}, world=world)
        assert (reply.status == 200) == (text not in self.texts[world])
        if reply.status == 200:
            self.texts[world] = [*self.texts[world], text]
        self.past[world].append((reply.event.id, self.texts[world]))

    @rule(pick=st.integers(0, 9))
    def reset(self, pick: int) -> None:
        world = self._world(pick)
        self.kit.world(world).reset()
        self.texts[world] = self.begun[world]
        self.past[world] = []

    @rule(pick=st.integers(0, 9), back=st.integers(0, 9))
    def rewind(self, pick: int, back: int) -> None:
        world = self._world(pick)
        if self.past[world]:
            event, texts = self.past[world][back % len(self.past[world])]
            assert self.kit.world(world).rewind(event)
            self.texts[world] = texts

    @rule(pick=st.integers(0, 9))
    def fork(self, pick: int) -> None:
        source = self._world(pick)
        name = f"w{len(self.texts)}"
        self.kit.worlds.fork(self.kit.world(source), name)
        self.texts[name] = self.begun[name] = self.texts[source]
        self.past[name] = []

    @invariant()
    def each_world_holds_its_own_notes(self) -> None:
        for world, texts in getattr(self, "texts", {}).items():
            state = self.kit.state("pocket", world)
            assert [state.notes[n]["text"] for n in sorted(state.notes)] == texts

    def _world(self, pick: int) -> str:
        return sorted(self.texts)[pick % len(self.texts)]


Timelines.TestCase.settings = settings(max_examples=30, stateful_step_count=20)
test_worlds_keep_apart_and_go_back = Timelines.TestCase


def test_a_world_is_found_by_its_key_as_well_as_by_its_path(pocket_kit: Kit, pocket_scene: str) -> None:
    pocket_kit.create("other", scenario=pocket_scene)
    pocket_kit.ask(
        "pocket", "POST", "/notes", json={"text": "there"}, headers={"x-key": "pck_other"}, auth=False
    )
    assert len(pocket_kit.state("pocket", "other").notes) == 2
    assert len(pocket_kit.state("pocket").notes) == 1


def test_the_key_of_one_world_does_not_open_another(pocket_kit: Kit, pocket_scene: str) -> None:
    pocket_kit.create("other", scenario=pocket_scene)
    reply = pocket_kit.ask("pocket", "GET", "/w/other/notes", headers={"x-key": "pck_default"}, auth=False)
    assert reply.status == 401


@pytest.mark.parametrize("name", ["", "A", "a/b", "../x", "a" * 41, "-a", "default"])
def test_a_world_needs_a_plain_new_name(pocket_kit: Kit, pocket_scene: str, name: str) -> None:
    with pytest.raises(WorldError):
        pocket_kit.create(name, scenario=pocket_scene)


def test_a_deleted_world_is_gone_with_its_key_and_the_default_stays(
    pocket_kit: Kit, pocket_scene: str
) -> None:
    pocket_kit.create("other", scenario=pocket_scene)
    assert pocket_kit.worlds.delete("other")
    assert not pocket_kit.worlds.delete("other")
    reply = pocket_kit.ask("pocket", "GET", "/notes", headers={"x-key": "pck_other"}, auth=False)
    assert reply.status == 401
    with pytest.raises(WorldError, match="reset"):
        pocket_kit.worlds.delete("default")


def test_a_reading_is_chosen_by_name_and_a_wrong_one_is_told_the_right_ones(
    pocket_kit: Kit, pocket_scene: str
) -> None:
    world = pocket_kit.create("loose", scenario=pocket_scene, readings={"POCK-01": "lenient"})
    assert world.readings["POCK-01"] == "lenient"
    assert pocket_kit.world().readings["POCK-01"] == "strict"
    with pytest.raises(WorldError, match="strict, lenient"):
        pocket_kit.create("odd", scenario=pocket_scene, readings={"POCK-01": "none"})
    with pytest.raises(WorldError, match="no rule NOPE-1"):
        pocket_kit.create("odd", scenario=pocket_scene, readings={"NOPE-1": "x"})


def test_a_clock_is_frozen_until_it_is_moved(pocket_kit: Kit) -> None:
    before = pocket_kit.now
    assert pocket_kit.now == before
    pocket_kit.advance(days=31, hours=1)
    assert (pocket_kit.now - before).total_seconds() == 31 * 86_400 + 3_600


def test_a_running_clock_runs_on() -> None:
    clock = Clock.parse("2026-01-05T09:00:00+01:00+")
    assert clock.mode == "running"
    assert clock.now() >= clock.moment


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-01-05", "2026-02-30T09:00:00Z", "2026-01-05T09:00:00", ""]
)
def test_a_clock_that_is_not_understood_says_what_is(text: str) -> None:
    with pytest.raises(ClockError, match=r"2026-01-05T|Z"):
        Clock.parse(text)
