"""Two processes over real sockets: does `ixkit bridge watch` book a season with Riverty, and stop when told?"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from acceptance.conftest import Ixkit, World

PATIENCE_S = 30


class Running:
    """A watch, and what it says on its error stream."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder
        self.said: list[dict[str, Any]] = []
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._lines.put(line)
        self._lines.put("")

    def until(self, event: str, **facts: Any) -> dict[str, Any]:
        """The next line of this event with these facts."""
        while True:
            line = self._lines.get(timeout=PATIENCE_S)
            assert line, self.said
            self.said.append(json.loads(line))
            if self.said[-1]["event"] == event and facts.items() <= self.said[-1].items():
                return self.said[-1]

    def ends(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@contextmanager
def watching(folder: Path, env: Mapping[str, str], *options: str) -> Iterator[Running]:
    ours = ("--listen", "127.0.0.1:0", "--interval", "3600", "--log-format", "json", "--per-minute", "0",
            "--per-second", "0", "--ready-file", "ready.json")  # fmt: skip
    command = [sys.executable, "-m", "ixmocks.cli", "bridge", "watch", *ours, *options]
    with subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, text=True, bufsize=1, env=env
    ) as process:
        try:
            yield Running(process, folder)
        finally:
            process.kill()


@pytest.fixture
def env(world: World) -> dict[str, str]:
    from acceptance.conftest import environment

    return environment(world.env)


def passes(world: World, seconds: int) -> None:
    world.post("/clock/advance", {"by": seconds})


def test_a_watch_hears_verdicts_books_and_stops_when_told(
    world: World, ixkit: Ixkit, env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bridge.yaml").write_text(ixkit("bridge", "example", "--target", "riverty").stdout)
    with watching(tmp_path, env) as running:
        running.until("notifications are posted here")
        running.until("poll", instalments=3)
        for _ in range(3):
            passes(world, 40)
            running.until("poll")
        booked = [
            each for each in running.said if each["event"] == "instalment" and each["status"] == "booked"
        ]
        assert len(booked) == 3
        world.post("/actions/riverty/forgeNotification", {"orderReference": booked[0]["number"][2:]})
        running.until("notification", outcome="stored")
        running.until("poll", records=0)
        world.post("/actions/riverty/registerPayment", {"invoiceReference": booked[0]["number"]})
        passes(world, 86_400)
        running.until("instalment", status="paid")
        url = json.loads((tmp_path / "ready.json").read_text())["url"]
        assert world.control.get(f"{url}/readyz").json()["ready"] is True
        metrics = world.control.get(f"{url}/metrics").text
        assert "ixkit_bridge_notifications_unmatched 1\n" in metrics
        assert 'ixkit_bridge_notifications_total{outcome="stored"} 14\n' in metrics
        assert running.ends(signal.SIGTERM) == 0
    assert world.env["IXKIT_RIVERTY_SUBSCRIPTION_KEY"] not in json.dumps(running.said)
    told = [each for each in world.events() if each.get("operation") == "putInstalments"]
    assert [each["status"] for each in told] == [200] * 4, "three numbers and a payment"
    status = ixkit("bridge", "status").stdout
    assert status.count("booked") >= 2 and "1 notifications agree with nothing that was sent" in status


def test_a_second_start_registers_no_second_time_and_ctrl_c_is_graceful_too(
    world: World, ixkit: Ixkit, env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bridge.yaml").write_text(ixkit("bridge", "example", "--target", "riverty").stdout)
    public = ("--public-url", "https://bridge.example")
    for _ in range(2):
        with watching(tmp_path, env, *public) as running:
            running.until("poll")
            other = ixkit("bridge", "run", env=world.env)
            assert other.returncode == 4 and "another bridge is running on this journal" in other.stderr
            assert running.ends(signal.SIGINT) == 0
    calls = [each for each in world.events() if each.get("operation") == "createNotificationCallback"]
    assert len(calls) == 1
