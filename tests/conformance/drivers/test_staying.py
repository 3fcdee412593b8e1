"""Do drivers of connectors that stay come to an end? The base connector in a loop, and behind a small HTTP server."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import pytest

from ixconform.control import Control
from ixconform.drivers.driver import Driver
from ixconform.drivers.http import HttpDriver
from ixconform.drivers.service import ServiceDriver
from ixconform.driving import idle_polls
from ixconform.judge import judge
from ixconform.play import play
from ixconform.profile import Claims, profile_of
from ixconform.scenarios.asked import Asked, Omitted, recording
from ixconform.scenarios.catalogue import SCENARIOS
from ixconform.stage import Stage
from ixconform.systems.registry import target_of

CONNECTORS = Path(__file__).parents[1] / "connectors"
LOOP = """
import os, sys, threading
sys.path.insert(0, {folder!r})
import connector
while True:
    connector.silvasoft(dict(os.environ))
    threading.Event().wait({pause})
"""
SERVER = """
import http.server, json, os, sys
sys.path.insert(0, {folder!r})
import connector
class Round(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        os.environ.update(body["env"])
        code = connector.silvasoft(dict(os.environ))
        self.send_response(500 if code else 200); self.end_headers()
    def log_message(self, *about):
        pass
server = http.server.HTTPServer(("127.0.0.1", {port}), Round)
server.serve_forever()
"""


def free_port() -> int:
    import socket

    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))
        return int(there.getsockname()[1])


def service(pause: float = 0.1) -> tuple[Driver, str]:
    script = LOOP.format(folder=str(CONNECTORS), pause=pause)
    return ServiceDriver([sys.executable, "-c", script], quiet_s=1.0), "quiet"


def posted() -> tuple[Driver, str]:
    port = free_port()
    script = SERVER.format(folder=str(CONNECTORS), port=port)
    return HttpDriver(f"http://127.0.0.1:{port}/round", command=[sys.executable, "-c", script]), "exit"


@pytest.mark.parametrize("made", [service, posted])
def test_a_right_connector_that_stays_is_judged_and_ended(control: Control, made: object) -> None:
    assert callable(made)
    driver, ended = made()
    profile = profile_of("ixpole-silvasoft-direct")
    stage = Stage(
        control=control, driver=driver, target=target_of("silvasoft"), profile=profile.name, mode="direct",
        readings={"SILV-31": "none"}, run_limit_s=20.0,
    )  # fmt: skip
    history = play(stage, recording(Asked(profile=profile, claims=Claims())))
    assert judge(history, stage.target, Claims()) == []
    assert {run.ended for run in history.runs} == {ended}
    assert all(told.number for told in history.shelf.instalments.values())
    assert not any(each.path.startswith("/w/") for each in history.asked)
    if isinstance(driver, HttpDriver):
        with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
            client.get(driver.url)


def test_wrong_credentials_bring_one_that_stays_to_rest_as_well(control: Control) -> None:
    driver, rests = service(pause=0.6)  # faster is hammering
    profile = profile_of("ixpole-silvasoft-direct")
    stage = Stage(
        control=control, driver=driver, target=target_of("silvasoft"), profile=profile.name, mode="direct",
        run_limit_s=20.0,
    )  # fmt: skip
    wrong = next(each for each in SCENARIOS if each.id == "C-002").cases(
        Asked(profile=profile, claims=Claims())
    )
    assert not isinstance(wrong, Omitted)
    history = play(stage, wrong[0])
    assert judge(history, stage.target, Claims()) == []
    assert (history.runs[0].ended, len(history.runs)) == (rests, 1)
    assert 0 < history.runs[0].seconds < stage.run_limit_s


def test_polls_that_change_nothing_are_counted_and_pages_are_not() -> None:
    def event(
        operation: str, query: str = "", *, changed: bool = False, status: int = 200
    ) -> dict[str, object]:
        return {"operation": operation, "query": query, "changed": changed, "status": status}

    ask = event("getInstalments")
    assert idle_polls([]) == 0
    assert idle_polls([ask]) == 0
    assert idle_polls([ask, event("listrelations"), ask, ask]) == 2
    assert idle_polls([ask, ask, event("putInstalments", changed=True), ask]) == 0
    assert idle_polls([event("getInstalments", f"page={n}") for n in range(5)]) == 0
    no = event("postToken", status=401)
    assert idle_polls([no, no, no]) == 2
    assert idle_polls([event("listrelations"), no, no, no]) == 0
