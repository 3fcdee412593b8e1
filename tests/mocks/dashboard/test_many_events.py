"""A world with ten thousand events: pages stay of one size, and pictures count each step once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ixmocks.dashboard import coverage
from ixmocks.dashboard.coverage import Coverage
from ixmocks.dashboard.known import known
from ixmocks.engine.journal import EVENTS_MAX
from ixmocks.engine.world import World
from ixmocks.kit import Kit

SIGNED = "/rest/addsalestransaction/"
ROWS_MAX, BYTES_MAX = 160, 150_000


def machines(kit: Kit) -> list[tuple[str, Any]]:
    return [(system, machine) for system in kit.worlds.systems for machine in known(system).machines]


def busy(kit: Kit, world: World, invoice: Any, times: int) -> None:
    """People and a connector at work, days that pass, a branch of time that is taken back."""
    start = world.journal.written + 1
    for n in range(times):
        kit.ask("silvasoft", "POST", SIGNED, json=invoice, world=world.name)
        if n % 3 == 0:
            kit.act("silvasoft", "bookByHand", {}, world=world.name)
        if n % 4 == 0:
            kit.act("silvasoft", "registerPayment", {"Serial": 1 + n}, world=world.name)
        if n % 5 == 0:
            kit.ask("silvasoft", "GET", "/rest/listtaxcodes/", world=world.name)
    kit.advance(world=world.name, days=40)
    world.rewind(f"e{start + times // 2}")
    for _ in range(times // 2):
        kit.ask("silvasoft", "POST", SIGNED, json=invoice, world=world.name)


def test_many_events_at_once_show_what_each_alone_shows(
    kit: Kit, world: World, invoice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(kit, world, invoice, 24)
    found = {}
    for size in (1, 7, 128):
        monkeypatch.setattr(coverage, "RUN", size)
        found[size] = {
            (system, machine.name): Coverage(system, machine).look(world) for system, machine in machines(kit)
        }
    assert found[1] == found[7] == found[128]
    assert sum(found[1]["silvasoft", "invoice"].steps.values()) > 40


def test_what_came_since_the_last_look_is_added(kit: Kit, world: World, invoice: Any) -> None:
    (machine,) = [each for system, each in machines(kit) if (system, each.name) == ("silvasoft", "invoice")]
    grown = Coverage("silvasoft", machine)
    for _ in range(3):
        busy(kit, world, invoice, 6)
        seen = grown.look(world)
    assert seen.steps == Coverage("silvasoft", machine).look(world).steps


@pytest.mark.long
def test_ten_thousand_events_make_no_page_longer(
    browser: Any, kit: Kit, make: Callable[..., World], invoice: Any
) -> None:
    world = make()
    for n in range(EVENTS_MAX):
        if n % 2:
            kit.ask("silvasoft", "POST", SIGNED, json=invoice, world=world.name)
        else:
            kit.ask("silvasoft", "GET", "/rest/listtaxcodes/", world=world.name)
    assert len(world.journal) == EVENTS_MAX
    base = f"/ui/w/{world.name}"
    pages = (
        "instalments", "instalments/C-2025-0001-01", "journal", "journal?q=nothing", "journal?before=e5000",
        "journal/e5000", "controls", "states",
    )  # fmt: skip
    for page in pages:
        html = browser.see(f"{base}/{page}")
        assert len(re.findall("<tr", html)) < ROWS_MAX, page
        assert len(html.encode()) < BYTES_MAX, page
    assert "5 000 of 10 000" in browser.see(f"{base}/journal?operation=addsalestransaction").replace(
        "\u202f", " "
    )
