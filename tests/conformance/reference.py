"""The reference bridge as the conformance kit drives it: one callable, one poll, nothing but its environment.

Waiting costs no real time: the bridge's own clock stands still and moves when the bridge sleeps. Its calendar is the
one that the kit names in `IXKIT_NOW`.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ixbridge.shell.transport
from ixbridge.core.mapping import DraftAs
from ixbridge.core.model import Mode
from ixbridge.core.notices import Notice
from ixbridge.core.policy import policy_of
from ixbridge.core.reading import Unreadable
from ixbridge.core.steps import Side
from ixbridge.shell.clock import Clock, RealChance, RealClock
from ixbridge.shell.config import read_settings
from ixbridge.shell.inbox import Letterbox
from ixbridge.shell.report import Status
from ixbridge.shell.sqlite import SqliteJournal
from ixbridge.shell.start import Credentials, Parts, exchange_of, runner_of
from ixbridge.shell.systems import CONNECTIONS
from ixbridge.shell.transport import HttpTransport, Paced, Transport
from ixbridge.shell.watch import Callback

GIVES_UP_S = 8.0
"""As `gives_up_s` in ixkit.toml says: slow answers are played, and nobody wants to wait half a minute for each."""
SHARED = Path(__file__).parents[2] / "bridge" / "ixbridge"
EXAMPLES = {
    "riverty": "example.riverty.yaml",
    "silvasoft": "example.bridge.yaml",
    "telecomx": "example.telecomx.yaml",
    "crmcom": "example.crmcom.yaml",
}


class PatientClock:
    """Moves when somebody sleeps, and never by itself."""

    def __init__(self, began: datetime) -> None:
        self._began, self._passed_s = began, 0.0

    def now(self) -> datetime:
        return self._began + timedelta(seconds=self._passed_s)

    def monotonic(self) -> float:
        return self._passed_s

    def sleep(self, seconds: float) -> None:
        self._passed_s += seconds


def sync(env: Mapping[str, str]) -> int:
    """One poll. 0: all is well; 1: something waits for a person, which the output names."""
    target, mode = aimed(env["IXKIT_PROFILE"], env["IXKIT_MODE"])
    settings = read_settings(SHARED / EXAMPLES[target])
    settings = replace(settings, mode=replace(settings.mode, default=mode, rules=()))
    connection = CONNECTIONS[target]
    policy = policy_of(settings, target=connection.target, mode=mode, draft_as=_draft_as(env, target))
    clock: Clock = PatientClock(datetime.fromisoformat(env["IXKIT_NOW"]))
    pace = (0, 0)
    if env["IXKIT_CLOCK"] == "running":  # limits by the second are kept by waiting for real
        clock, pace = RealClock(), (2, 50)
    own = {field: env[connection.target.env(field)] for field in connection.target.credentials}
    credentials = Credentials(env["IXKIT_IXPOLE_CLIENT_ID"], env["IXKIT_IXPOLE_CLIENT_SECRET"], own)
    transports: dict[Side, Transport] = {
        Side.SOURCE: HttpTransport(env["IXKIT_IXPOLE_URL"]),
        Side.TARGET: Paced(
            HttpTransport(env[connection.target.url_env]), clock, per_second=pace[0], per_minute=pace[1]
        ),
    }
    journal = SqliteJournal(Path(env["IXKIT_STATE_PATH"]) / "journal.sqlite", clock)
    try:
        parts = Parts(transports, credentials, clock, RealChance(), journal, policy)
        problem = hear(env, parts, connection.notices) if connection.notices is not None else None
        if problem is not None:
            print(f"nothing is asked, as nobody would hear the answers: {problem}")
            return 1
        report = runner_of(parts).run()
    finally:
        journal.close()
    for item in report.items:
        if item.status is Status.PARKED:
            print(f"{item.code}: {item.message or item.reason}")
    return 1 if report.exit_code else 0


def aimed(profile: str, mode: str) -> tuple[str, Mode]:
    """Where it books, and how. For the source alone any system will do: nobody looks into it."""
    if mode == "source-only":
        return "silvasoft", Mode.DIRECT
    return profile.split("-")[1], Mode(mode)


def hear(env: Mapping[str, str], parts: Parts, read: Callable[[bytes], tuple[Notice, ...]]) -> str | None:
    """Says where notifications are to go, once, and puts what lies there into the inbox, as `watch` does.

    Why nothing will be heard, if so."""
    letterbox = Letterbox(parts.journal)
    problem = Callback(env["IXKIT_WEBHOOK_URL"], letterbox, exchange_of(parts)).register()
    for path in sorted(Path(env["IXKIT_WEBHOOK_FOLDER"]).glob("*.json")):
        with contextlib.suppress(Unreadable):
            letterbox.put(read(path.read_bytes()))
        path.unlink()
    return problem


def _draft_as(env: Mapping[str, str], target: str) -> DraftAs | None:
    return DraftAs(os.environ.get("IXKIT_DRAFT_AS", "order")) if target == "silvasoft" else None


def _warm() -> None:
    """Load what the first run would load, so that a fork of this process begins at once."""
    import reportlab.pdfgen.canvas  # noqa: F401

    ixbridge.shell.transport.READ_S = GIVES_UP_S

    with tempfile.TemporaryDirectory() as folder:
        SqliteJournal(Path(folder) / "journal.sqlite", PatientClock(datetime.now(UTC))).close()
    HttpTransport("http://127.0.0.1:9")
    for name in EXAMPLES.values():
        read_settings(SHARED / name)


_warm()
