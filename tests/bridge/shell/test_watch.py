"""Does the bridge poll, hear, and stop in time, and is nothing heard twice or lost on the way in?"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ixbridge.core.records import Entry
from ixbridge.core.wire import NoReply, Reply
from ixbridge.shell.cli import bridge as command
from ixbridge.shell.clock import RealClock
from ixbridge.shell.exchange import Exchange, Line
from ixbridge.shell.health import Health, Poll
from ixbridge.shell.inbox import STRANGERS_MAX, Inbox, Letterbox, Put
from ixbridge.shell.journal import JournalError
from ixbridge.shell.log import Log
from ixbridge.shell.metrics import Metrics
from ixbridge.shell.report import Report
from ixbridge.shell.runner import Runner
from ixbridge.shell.sqlite import SqliteJournal
from ixbridge.shell.watch import SETTLE_S, Callback, Locked, RealBell, Watcher
from ixbridge.targets import riverty
from ixbridge.targets.riverty_notices import notices_in
from support.bridging import EvenChance, MemoryJournal, StillClock
from support.notices import verdict
from support.targets import Bench, bench, one

NOTHING = Report(())


@dataclass
class Hand:
    """Rings by itself after so many seconds, and stops the loop when nobody rings any more."""

    clock: StillClock
    rings: list[float | None]
    """None: nobody rings."""
    stopped: bool = False
    waited: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> bool:
        after = self.rings.pop(0) if self.rings else None
        passed = seconds if after is None else min(after, seconds)
        self.clock.sleep(passed)
        self.waited.append(passed)
        self.stopped = not self.rings
        return after is not None and after <= seconds

    def pause(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.waited.append(seconds)


@dataclass
class Station:
    """A loop on a workbench, and what it said."""

    poll: Callable[[], Report] = lambda: NOTHING
    rings: list[float | None] = field(default_factory=lambda: [None])

    def __post_init__(self) -> None:
        self.clock = StillClock()
        self.bell, self.out = Hand(self.clock, self.rings), io.StringIO()
        self.metrics, self.health = Metrics(), Health()
        self.journal = MemoryJournal(self.clock)
        log = Log(self.out, self.clock, as_json=True)
        parts = self.journal, self.bell, self.clock, log, self.metrics, self.health, 60
        self.watcher = Watcher(self._polled, *parts)

    def _polled(self) -> Report:
        return self.poll()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.getvalue().splitlines()]


# --- the loop ---------------------------------------------------------------------------------


def test_it_polls_at_its_interval_and_soon_after_it_heard_something() -> None:
    made = Station(rings=[None, 7, None, None])
    assert made.watcher.run() == 0
    assert made.bell.waited == [60, 7, SETTLE_S, 60, 60]
    assert made.metrics.value("polls_total", result="ok") == 4


def test_an_outage_does_not_end_it_and_is_told() -> None:
    reports = [Report((), "Riverty is out of reach"), NOTHING]
    made = Station(poll=lambda: reports.pop(0), rings=[None, None])
    assert made.watcher.run() == 0
    assert [each["event"] for each in made.events] == ["poll halted", "poll"]
    assert made.metrics.value("polls_total", result="halted") == 1 and made.health.poll is Poll.OK


@pytest.mark.parametrize(("error", "code", "word"), [(JournalError("disk full"), 4, "disk full"),
                                                     (KeyError("x"), 5, "defect")])  # fmt: skip
def test_a_journal_that_fails_or_a_defect_ends_it(error: Exception, code: int, word: str) -> None:
    def poll() -> Report:
        raise error

    made = Station(poll=poll, rings=[None] * 3)
    assert made.watcher.run() == code and word in made.out.getvalue()


def test_what_changed_is_told_with_its_status() -> None:
    with_order = bench("riverty")
    made = Station(poll=with_order.run, rings=[None] * 4)
    made.watcher.run()
    told = [each for each in made.events if each["event"] == "instalment"]
    assert [each["status"] for each in told] == ["waiting", "waiting", "booked"]
    assert told[-1]["number"].startswith("IX")
    assert made.metrics.value("instalments", status="booked") == 1
    assert made.metrics.value("requests_total", request="riverty.createOrder") == 0, (
        "of the last run's exchange"
    )


def test_asked_to_stop_the_current_instalment_is_finished_and_the_next_not_begun() -> None:
    made = bench("riverty", *(one("riverty", f"C-{n}") for n in range(5)))
    made.wait()
    journal = MemoryJournal(made.clock, made.disk)
    report = runner(made, journal, lambda: made.wire.count("createOrder") >= 2).run()
    assert made.wire.count("createOrder") == 2 and report.halted is None
    ordered = {each.subject for each in made.disk if each.kind == "result"}
    assert ordered == {"C-0", "C-1", "customer 1001"}
    made.starts = 1
    while made.run().changed:
        pass
    assert len(made.wire.documents()) == 5


def runner(made: Bench, journal: Any, stop: Callable[[], bool]) -> Runner:
    from ixbridge.core.steps import Side
    from ixbridge.shell.start import Credentials, Parts, exchange_of

    known = made.wire.kit.world(made.wire.world).credentials["riverty"].env
    own = {name: known[made.policy.target.env(name)] for name in made.policy.target.credentials}
    credentials = Credentials("a-client", "a-client-secret", own)
    transports = {Side.SOURCE: made.wire, Side.TARGET: made.wire}
    exchange = exchange_of(Parts(transports, credentials, made.clock, EvenChance(), journal, made.policy))
    return Runner(exchange, journal, made.policy, stop=stop)


def test_a_real_bell_rings_once_and_stops_for_good() -> None:
    bell = RealBell()
    assert not bell.wait(0)
    bell.ring()
    assert bell.wait(0) and not bell.wait(0)
    bell.ring()
    bell.pause(0)
    assert not bell.wait(0), "what rang meanwhile is served by the next poll"
    bell.stop()
    assert bell.wait(60) and bell.stopped


# --- the callback -----------------------------------------------------------------------------


class Answering:
    def __init__(self, *heard: Any) -> None:
        self.heard, self.sent = list(heard), []

    def send(self, request: Any, /) -> Any:
        self.sent.append(request)
        return self.heard.pop(0)


class NoAuth:
    def signed(self, request: Any) -> Any:
        return request

    def used(self) -> None: ...

    def renew(self) -> bool:
        return False


def callback(
    journal: MemoryJournal, transport: Answering, url: str = "https://b.example/x/secret"
) -> Callback:
    from ixbridge.core.steps import Side

    lines = {Side.TARGET: Line(riverty, transport, NoAuth())}
    return Callback(url, Letterbox(journal), Exchange(lines, StillClock(), EvenChance()))


def test_an_address_is_registered_once_for_all_and_not_written_down() -> None:
    journal, url = MemoryJournal(StillClock()), "https://b.example/x/secret"
    fine = Reply(200, {}, json.dumps({"callbackUrl": url, "id": "x"}).encode())
    transport = Answering(NoReply(sent=True, reason="timeout"), fine)
    assert callback(journal, transport).register() is None
    assert len(transport.sent) == 2, "a lost answer is asked for again: registered twice does no harm"
    assert callback(MemoryJournal(StillClock(), journal.durable), Answering()).register() is None
    assert "secret" not in repr(journal.durable)
    other = callback(journal, Answering(Reply(400, {}, b'{"description": "no"}')), "https://c.example/x")
    assert "no" in str(other.register())


def test_nothing_is_asked_before_the_address_is_registered() -> None:
    journal = MemoryJournal(StillClock())
    fine = Reply(200, {}, json.dumps({"callbackUrl": "https://b.example/x/secret", "id": "x"}).encode())
    refused = Reply(400, {}, b'{"description": "later"}')
    polls: list[int] = []
    watcher = watching(journal, callback(journal, Answering(refused, fine)), polls)
    watcher._once()
    assert (polls, watcher.health.registered) == ([], False), "its verdicts would be posted to nobody"
    watcher._once()
    assert (polls, watcher.health.registered) == ([1], True)


def watching(journal: MemoryJournal, registering: Callback, polls: list[int]) -> Watcher:
    def poll() -> Report:
        polls.append(1)
        return NOTHING

    clock, health = StillClock(), Health(needs_callback=True)
    log = Log(io.StringIO(), clock, as_json=False, secrets=())
    return Watcher(poll, journal, RealBell(), clock, log, Metrics(), health, 1.0, registering)


def test_without_its_address_registered_it_is_not_ready() -> None:
    health = Health(needs_callback=True)
    health.note(poll=Poll.OK)
    assert not health.ready()[0]
    health.note(registered=True)
    assert health.ready() == (
        True,
        {"ready": True, "stopping": False, "journal": True, "poll": "ok", "callback": True},
    )
    health.note(stopping=True)
    assert not health.ready()[0] and health.alive()[0]


# --- the inbox --------------------------------------------------------------------------------


def test_strangers_are_kept_up_to_a_bound() -> None:
    box = Letterbox(MemoryJournal(StillClock()))
    bodies = [verdict(f"O{n}", "id") for n in range(STRANGERS_MAX + 5)]
    assert {put for body in bodies for put in box.put(notices_in(body))} == {Put.STRANGE}
    assert box.unmatched({}) == STRANGERS_MAX
    assert box.put(notices_in(bodies[0])) == [Put.DOUBLED]


def test_news_from_many_threads_while_the_loop_writes_is_kept_once_each(tmp_path: Path) -> None:
    clock = RealClock()
    opened = SqliteJournal(tmp_path / "journal", clock)
    journal = Locked(opened)
    box, outcomes = Letterbox(journal), []

    def post(start: int) -> None:
        for n in range(start, start + 10):
            outcomes.extend(box.put(notices_in(verdict(f"O{n}", "id"))))

    threads = [threading.Thread(target=post, args=(start,)) for start in (0, 5, 10)]
    for thread in threads:
        thread.start()
    for n in range(50):
        journal.append(Entry(f"customer {n}", "result", {"number": str(n)}), sync=n % 7 == 0)
    for thread in threads:
        thread.join()
    journal.close()
    again = SqliteJournal(tmp_path / "journal", clock)
    inbox = Inbox()
    inbox.catch_up(again.records())
    again.close()
    assert len(inbox.names) == 20 and outcomes.count(Put.STRANGE) == 20 and outcomes.count(Put.DOUBLED) == 10


# --- the command ------------------------------------------------------------------------------

ENVIRONMENT = {
    "IXKIT_IXPOLE_URL": "https://club.ixpole.example",
    "IXKIT_IXPOLE_CLIENT_ID": "a-client",
    "IXKIT_IXPOLE_CLIENT_SECRET": "a-client-secret",
    "IXKIT_RIVERTY_URL": "https://riverty.example",
    "IXKIT_RIVERTY_SUBSCRIPTION_KEY": "a-key",
    "IXKIT_RIVERTY_BUSINESS_CODE": "1000",
}


def typed(folder: Path, *words: str) -> Any:
    example = CliRunner().invoke(command, ["example", "--target", "riverty"]).stdout
    (folder / "bridge.yaml").write_text(example)
    files = ["--config", str(folder / "bridge.yaml"), "--journal", str(folder / "journal")]
    return CliRunner().invoke(command, [*words, *files], env=ENVIRONMENT)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--listen", "nowhere"), 2, "expected HOST:PORT"),
        (("--listen", ":4720"), 2, "expected HOST:PORT"),
        (("--listen", "127.0.0.1:99999"), 2, "expected HOST:PORT"),
        (("--allow-host", "bridge.example:4720"), 2, "without scheme, port and path"),
        (("--listen", "0.0.0.0:0"), 2, "is not loopback"),
        (("--public-url", "http://bridge.example"), 2, "http is for this machine only"),
        (("--public-url", "https://me:secret@bridge.example"), 2, "holds a user name or password"),
        (("--listen", "192.0.2.1:0", "--public-url", "https://b.example"), 4, "choose another port"),
        (("--interval", "0"), 2, "is not in the range"),
    ],
)
def test_a_mistake_in_the_options_is_told(
    tmp_path: Path, options: tuple[str, ...], code: int, words: str
) -> None:
    told = typed(tmp_path, "watch", *options)
    assert told.exit_code == code and words in told.stderr


def test_a_watch_has_the_journal_of_the_other_commands_and_cannot_share_it(tmp_path: Path) -> None:
    example = CliRunner().invoke(command, ["example", "--target", "riverty"]).stdout
    (tmp_path / "bridge.yaml").write_text(example)
    words = ["watch", "--config", str(tmp_path / "bridge.yaml"), "--listen", "192.0.2.1:0"]
    words += ["--public-url", "https://b.example"]
    mine = tmp_path / "mine.sqlite"
    assert CliRunner().invoke(command, words, env={**ENVIRONMENT, "IXKIT_JOURNAL": str(mine)}).exit_code == 4
    assert mine.exists()
    shared = "postgresql://me:secret@db.example/books"
    told = CliRunner().invoke(command, words, env={**ENVIRONMENT, "IXKIT_JOURNAL": shared})
    assert told.exit_code == 2
    assert "postgresql://db.example/books: a watch keeps its journal in a file of its own" in told.stderr
    assert "secret" not in told.stderr


def test_a_run_without_a_registered_address_says_that_nothing_will_be_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ixbridge.shell.transport.HttpTransport", lambda url: Answering(*[UNREACHABLE] * 9))
    monkeypatch.setattr("ixbridge.shell.clock.RealClock.sleep", lambda self, seconds: None)
    told = typed(tmp_path, "run")
    assert told.exit_code == 4 and "`ixkit bridge watch` registers for them" in told.stderr


UNREACHABLE = NoReply(sent=False, reason="connection refused")
