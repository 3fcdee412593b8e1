"""Do real bridges, killed with SIGKILL at the worst moments, book everything once? Real sockets, real files.

`ixkit serve` runs as a process of its own; each case gets a world of its own in it. Between bridge and
Silvasoft stands a wire that holds one request at one of four points, and there the bridge is killed.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from ixbridge.core.keys import codes_in
from support.holding import PATIENCE_S, Point, Wire, holding
from support.nursery import Nursery, nursery

if TYPE_CHECKING:
    from support.postgres import Cluster

KILLS = int(os.environ.get("IXKIT_KILLS", "1000"))
"""How many bridges the long campaign kills."""
KILL_PARTS = 20
CONFIG = """
customers: {create: true}
products: {create: true}
tax:
  codes: {"0": {percentage: 0}, "6": {percentage: 6}, "12": {percentage: 12}, "21": {percentage: 21}}
ledger: {fallback: "8000"}
"""
OWN_NUMBERS = CONFIG + "numbers: {series: own, start: 900000}\n"
_names = count(1)


@dataclass
class Mocks:
    control: httpx.Client

    def world(self, scenario: str = "documents") -> dict[str, str]:
        name = f"p{next(_names)}"
        asked = {"name": name, "scenario": scenario, "readings": {"SILV-31": "none"}}
        answer = self.control.post("/v1/worlds", json=asked)
        assert answer.status_code in (200, 201), answer.text
        return {**answer.json()["env"], "WORLD": name}

    def forget(self, env: dict[str, str]) -> None:
        self.control.delete(f"/v1/worlds/{env['WORLD']}")

    def tags(self, env: dict[str, str]) -> Counter[str]:
        """How many invoices of Silvasoft carry each instalment's tag."""
        heads = {"ApiKey": env["IXKIT_SILVASOFT_API_KEY"], "Username": env["IXKIT_SILVASOFT_USERNAME"]}
        found: Counter[str] = Counter()
        for offset in range(0, 10_000, 100):
            query = {"Limit": 100, "Offset": offset}
            url = f"{env['IXKIT_SILVASOFT_URL']}/rest/listsalesinvoices/"
            rows = self.control.get(url, params=query, headers=heads).json()
            found.update(code for row in rows for code in codes_in(row.get("InvoiceNotes") or ""))
            if len(rows) < 100:
                return found
        raise AssertionError("too many invoices")


@pytest.fixture(scope="module")
def mocks() -> Iterator[Mocks]:
    command = [
        sys.executable,
        "-c",
        "from ixmocks.cli import main; main()",
        "serve",
        "--scenario",
        "documents",
    ]
    options = ["--port-base", "0", "--format", "json"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            facts = json.loads(process.stdout.readline())
            with httpx.Client(base_url=facts["control"], timeout=PATIENCE_S, trust_env=False) as control:
                yield Mocks(control)
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def bridges() -> Iterator[Nursery]:
    with nursery() as made:
        yield made


@contextmanager
def wired(env: dict[str, str]) -> Iterator[tuple[Wire, dict[str, str]]]:
    with holding(env["IXKIT_SILVASOFT_URL"]) as wire:
        yield wire, {**env, "IXKIT_SILVASOFT_URL": wire.url}


def words(journal: str, *more: str) -> list[str]:
    pace = ["--per-second", "0", "--per-minute", "0"]
    return [
        "run",
        "--config",
        "bridge.yaml",
        "--journal",
        journal,
        "--mode",
        "direct",
        *pace,
        "--format",
        "json",
        *more,
    ]


def told(folder: Path) -> Any:
    text = (folder / "out").read_text()
    return json.loads(text[text.index("{") :]) if "{" in text else text


# --- one bridge, killed and started again -----------------------------------------------------


def killed_once(
    mocks: Mocks, bridges: Nursery, folder: Path, *, operation: str, nth: int, point: Point, config: str
) -> str:
    """One case: what became of it, after all that must hold was checked."""
    folder.mkdir(exist_ok=True)
    (folder / "bridge.yaml").write_text(config)
    env = mocks.world()
    with wired(env) as (wire, where):
        wire.hold(operation, nth, point)
        pid = bridges.start(words("journal", "--until-idle"), env=where, folder=folder)
        if wire.held.wait(PATIENCE_S):
            bridges.kill(pid)
        assert bridges.wait(pid) == -9, (folder / "out").read_text()
        wire.go.set()
        acknowledged = records_in(folder / "journal")
        for _ in range(2):
            pid = bridges.start(words("journal", "--until-idle"), env=where, folder=folder)
            assert bridges.wait(pid) in (0, 1), (folder / "out").read_text()
    assert records_in(folder / "journal") >= acknowledged
    tags = mocks.tags(env)
    assert set(tags.values()) <= {1}, (operation, nth, point, tags)
    items = told(folder)["instalments"]
    assert {each["status"] for each in items} <= {"booked", "paid", "parked"}, items
    uncertain = [each for each in items if each["reason"] == "uncertain_create"]
    enforced = config is OWN_NUMBERS and operation != "addprivaterelation"
    if point is not Point.ARRIVED or enforced:
        assert not uncertain, uncertain
    mocks.forget(env)
    return point.value


def records_in(path: Path) -> int:
    """How many records are on the disk, whoever holds the journal."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as hand:
        found: int = hand.execute("SELECT count(*) FROM records").fetchone()[0]
    return found


@pytest.mark.parametrize("point", [Point.ARRIVED, Point.HALF])  # the long campaign has all four
def test_a_bridge_killed_at_its_create_books_everything_once(
    mocks: Mocks, bridges: Nursery, tmp_path: Path, point: Point
) -> None:
    killed_once(
        mocks, bridges, tmp_path, operation="addsalestransaction", nth=2, point=point, config=OWN_NUMBERS
    )


@pytest.mark.long
@pytest.mark.parametrize("part", range(KILL_PARTS))
def test_a_thousand_bridges_killed_book_everything_once(
    mocks: Mocks, bridges: Nursery, tmp_path: Path, part: int, record_property: Any
) -> None:
    """IXKIT_KILLS says how many. Every create, read and list; every point; with and without own numbers."""
    rng = random.Random(f"kills {part}")
    calls = [
        ("addsalestransaction", 1),
        ("addsalestransaction", 2),
        ("addprivaterelation", 1),
        ("listsalesinvoices", 1),
        ("listsalesinvoices", 3),
        ("listrelations", 1),
    ]
    seen: Counter[str] = Counter()
    for number in range(part, KILLS, KILL_PARTS):
        operation, nth = rng.choice(calls)
        point, config = rng.choice(list(Point)), rng.choice([CONFIG, OWN_NUMBERS])
        case = {"operation": operation, "nth": nth, "point": point, "config": config}
        seen[killed_once(mocks, bridges, tmp_path / f"k{number}", **case)] += 1  # type: ignore[arg-type]
    record_property("bridges killed", seen.total())
    print(f"{seen.total()} bridges killed: {dict(seen)}")
    assert seen.total() == len(range(part, KILLS, KILL_PARTS))


# --- several bridges, one journal -------------------------------------------------------------


def shared_work(
    mocks: Mocks, bridges: Nursery, postgres: Cluster, folder: Path, workers: int, point: Point
) -> None:
    """Several bridges share a season; one is killed in the middle of a create. Everything is done once."""
    url, env = postgres.database(), mocks.world("club-season")
    folders = [folder / f"w{n}" for n in range(workers)]
    for each in folders:
        each.mkdir()
        (each / "bridge.yaml").write_text(OWN_NUMBERS)
    with ExitStack() as stack:
        wire, where = stack.enter_context(wired(env))
        wire.hold("addsalestransaction", 3, point)
        first = bridges.start(words(url, "--until-idle"), env=where, folder=folders[0])
        assert wire.held.wait(PATIENCE_S), (folders[0] / "out").read_text()
        others = [
            (each, bridges.start(words(url, "--until-idle"), env=where, folder=each)) for each in folders[1:]
        ]
        bridges.kill(first)
        wire.go.set()
        assert bridges.wait(first) == -9
        for each, pid in others:
            assert bridges.wait(pid) in (0, 1), (each / "out").read_text()
        last = bridges.start(words(url, "--until-idle"), env=where, folder=folders[0])
        assert bridges.wait(last) in (0, 1), (folders[0] / "out").read_text()
    tags = mocks.tags(env)
    assert len(tags) > 10 and set(tags.values()) == {1}, tags
    items = told(folders[0])["instalments"]
    assert {each["status"] for each in items} <= {"booked", "paid", "parked"}, items
    assert not [
        each
        for each in items
        if each["reason"] in ("uncertain_create", "duplicate_documents", "number_taken")
    ]
    booked = {each["code"] for each in items if each["status"] in ("booked", "paid")}
    assert booked == set(tags), "what is booked is known, and what is known is booked"
    mocks.forget(env)


def test_two_bridges_share_a_season_and_one_is_killed_in_the_middle_of_a_create(
    mocks: Mocks, bridges: Nursery, postgres: Cluster, tmp_path: Path
) -> None:
    shared_work(mocks, bridges, postgres, tmp_path, 2, Point.PROCESSED)


@pytest.mark.long
@pytest.mark.parametrize("point", list(Point))
def test_four_bridges_share_a_season_and_one_is_killed_in_the_middle_of_a_create(
    mocks: Mocks, bridges: Nursery, postgres: Cluster, tmp_path: Path, point: Point
) -> None:
    shared_work(mocks, bridges, postgres, tmp_path, 4, point)
