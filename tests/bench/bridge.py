"""How fast does the bridge book, and what does an invoice cost? `python tests/bench/bridge.py`.

The mocks run as a process of their own, this process is the bridge: real HTTP, a real journal file,
no pace. Exit code 4 when the run proves nothing.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from ixbridge.core.mapping import DraftAs
from ixbridge.core.model import Mode
from ixbridge.core.policy import Policy, policy_of
from ixbridge.shell.clock import RealClock, ShiftedClock
from ixbridge.shell.config import read_settings
from ixbridge.shell.report import Report, Status
from ixbridge.shell.rounds import joined
from ixbridge.shell.runner import Runner
from ixbridge.shell.sqlite import SqliteJournal
from ixbridge.shell.systems import CONNECTIONS
from ixbridge.shell.watch import Locked, RealBell
from ixbridge.shell.watch_cli import Parts, assembled
from ixbridge.shell.wiring import credentials_from, exchange_for

DONE = (Status.BOOKED, Status.DRAFTED, Status.FINALISED, Status.PAID)
ROWS: Mapping[str, tuple[str, str, Mode, DraftAs | None]] = {
    "silvasoft, direct": ("silvasoft", "club-season", Mode.DIRECT, None),
    "silvasoft, orders": ("silvasoft", "club-season", Mode.DRAFT, DraftAs.ORDER),
    "telecomx, direct": ("telecomx", "danish-season", Mode.DIRECT, None),
    "crmcom, direct": ("crmcom", "club-season", Mode.DIRECT, None),
    "riverty, direct": ("riverty", "club-season", Mode.DIRECT, None),
}
READINGS = {"SILV-31": "none", "TCX-06": "automatic"}
"""No limit of requests, and invoices that are numbered when they are made."""
POLLS_MAX = 12
"""After so many polls, everything that can come has come."""


class CountedJournal(SqliteJournal):
    """Counts the commits that reached the disk."""

    commits = 0

    def flush(self) -> None:
        self.commits += bool(self._pending)
        super().flush()


class Mocks:
    """`ixkit serve` in a process of its own; a new world for each row."""

    def __init__(self, control: str) -> None:
        self._control, self._opener = control, build_opener(ProxyHandler({}))

    def world(self, name: str, scenario: str) -> tuple[dict[str, str], datetime]:
        """Its addresses and credentials, and what time it is there."""
        made = self._post("", {"name": name, "scenario": scenario, "readings": READINGS})
        env: dict[str, str] = made["env"]
        return env, datetime.fromisoformat(made["clock"]["now"])

    def let_time_pass(self, name: str, **how: object) -> None:
        self._post(f"/{name}/clock/advance", how)

    def _post(self, path: str, asked: object) -> Any:
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self._control}/v1/worlds{path}", json.dumps(asked).encode(), headers)
        with self._opener.open(request, timeout=30) as answer:
            return json.load(answer)


@contextmanager
def mocks() -> Iterator[Mocks]:
    command = [sys.executable, "-c", "from ixmocks.cli import main; main()", "serve", "--port-base", "0"]
    with subprocess.Popen(
        [*command, "--scenario", "documents", "--format", "json"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            yield Mocks(json.loads(process.stdout.readline())["control"])
        finally:
            process.terminate()


def policy(target: str, mode: Mode, draft_as: DraftAs | None, folder: Path) -> Policy:
    from importlib.resources import files

    name = "example.bridge.yaml" if target == "silvasoft" else f"example.{target}.yaml"
    config = folder / "bridge.yaml"
    config.write_text((files("ixbridge") / name).read_text("utf-8"), "utf-8")
    return policy_of(read_settings(config), target=CONNECTIONS[target].target, mode=mode, draft_as=draft_as)


def row(name: str, served: Mocks, number: int, profile: cProfile.Profile | None) -> dict[str, Any]:
    """One run over everything that is due; the figures of it."""
    target, scenario, mode, draft_as = ROWS[name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        chosen = policy(target, mode, draft_as, folder)
        env, at = served.world(f"bench{number}", scenario)
        credentials, urls = credentials_from({**os.environ, **env}, chosen)
        counted = CountedJournal(folder / "journal", RealClock())
        journal = Locked(counted)
        world = partial(served.let_time_pass, f"bench{number}")
        exchange = exchange_for(urls, credentials, chosen, journal, pace=(0, 0), clock=WorldTime(at, world))
        parts = Parts(chosen, credentials, journal, exchange, RealClock(), RealBell(), out=StringIO())
        timed = Timed(profile)
        if CONNECTIONS[target].notices is None:
            report = timed(Runner(exchange, journal, chosen).run)
        else:
            report = heard_out(parts, timed, partial(world, until_idle=True))
        journal.close()
    return figures(report, timed.took_s, counted.commits)


class WorldTime(ShiftedClock):
    """The mocks' calendar. Where the bridge would wait for a limit, the mocks' time passes instead."""

    def __init__(self, at: datetime, let_time_pass: Callable[..., None]) -> None:
        super().__init__(at)
        self._let_time_pass = let_time_pass

    def sleep(self, seconds: float) -> None:
        self._let_time_pass(by=max(0.0, seconds))


class Timed:
    """Adds up what the bridge's own work took."""

    def __init__(self, profile: cProfile.Profile | None) -> None:
        self._profile, self.took_s = profile, 0.0

    def __call__(self, work: Callable[[], Report]) -> Report:
        began = time.perf_counter()
        with self._profile or nullcontext():
            done = work()
        self.took_s += time.perf_counter() - began
        return done


def heard_out(parts: Parts, timed: Timed, let_time_pass: Callable[[], None]) -> Report:
    """Polls with an open ear until nothing changes; the accounting system's time in between is not counted."""
    endpoint, watcher = assembled(parts, ("127.0.0.1", 0), None, (), 1)
    assert watcher.callback is not None
    endpoint.open()
    try:
        problem = watcher.callback.register()
        if problem is not None:
            raise SystemExit(f"bench: Riverty takes no address for its notifications: {problem}")
        report = timed(watcher.poll)
        for _ in range(POLLS_MAX):
            let_time_pass()
            latest = timed(watcher.poll)
            report = joined(report, latest)
            if not latest.changed:
                break
    finally:
        endpoint.close()
    return report


def figures(report: Report, took_s: float, commits: int) -> dict[str, Any]:
    done = sum(item.status in DONE for item in report.items)
    sent = sum(report.requests.values())
    return {
        "instalments": len(report.items),
        "done": done,
        "halted": report.halted,
        "instalments a second": round(len(report.items) / took_s, 1),
        "commits per instalment": round(commits / max(1, len(report.items)), 2),
        "requests per booked invoice": round(sent / done, 1) if done else None,
        "requests": dict(report.requests),
    }


def longest(profile: cProfile.Profile, many: int = 8) -> list[str]:
    """Where the time went: our own functions, by what they took in all."""
    rows = pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
    ours = [
        (took, f"{Path(file).stem}.{name}")
        for (file, _, name), (_, _, _, took, _) in rows
        if "ixbridge" in file
    ]
    return [f"{took:.3f} s  {name}" for took, name in sorted(ours, reverse=True)[:many]]


def main() -> None:
    asked = argparse.ArgumentParser(description="Instalments a second, commits, requests per invoice.")
    asked.add_argument("--only", choices=list(ROWS), action="append")
    asked.add_argument("--profile", action="store_true", help="Where the time goes; slows everything down.")
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    found: dict[str, Any] = {}
    profile = cProfile.Profile() if given.profile else None
    with mocks() as served:
        for number, name in enumerate(given.only or ROWS):
            found[name] = row(name, served, number, profile)
            shown = {key: value for key, value in found[name].items() if key != "requests"}
            print(name, json.dumps(shown), flush=True)
    if profile is not None:
        print("the longest steps:", *longest(profile), sep="\n  ")
    if given.out:
        given.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    if any(each["halted"] or not each["instalments"] for each in found.values()):
        print("bench: this run proves nothing: a run stopped early or had nothing to do", file=sys.stderr)
        sys.exit(4)


if __name__ == "__main__":
    main()
