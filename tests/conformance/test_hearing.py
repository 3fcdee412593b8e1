"""Does a connector hear what is posted, whether it is started now and then or stays? With real mocks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ixconform.control import Control
from ixconform.data import Step
from ixconform.drivers.command import CommandDriver
from ixconform.drivers.service import ServiceDriver
from ixconform.history import History
from ixconform.judge import judge
from ixconform.play import play
from ixconform.profile import Claims, profile_of
from ixconform.scenarios.asked import Asked, case, recording, trigger
from ixconform.server import serving
from ixconform.stage import Stage
from ixconform.systems.registry import target_of

HERE = Path(__file__).parent
LISTENER = """
import json, os, pathlib, sys, urllib.request
key, folder = os.environ["KEY"], pathlib.Path(os.environ["INBOX"])
if "--register" in sys.argv and not list(folder.iterdir()):
    body = json.dumps({"callbackUrl": os.environ["HOOK"], "notificationTypes": ["accounting/EDIErrorSent"]}).encode()
    url = os.environ["IXKIT_RIVERTY_URL"] + "/administration/v1/notification-callbacks"
    headers = {"X-Subscription-Key": key, "Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url, body, headers))
for path in sorted(folder.iterdir()):
    print(os.environ["IXKIT_NOW"], json.loads(path.read_bytes())["type"])
    path.unlink()
"""
ENV = {"HOOK": "{webhook.url}", "INBOX": "{webhook.folder}", "KEY": "{riverty.subscription_key}"}


@pytest.fixture(scope="module")
def control() -> Iterator[Control]:
    with serving() as there:
        yield there


def heard(control: Control, *words: str, registers: bool) -> History:
    profile = profile_of("ixpole-riverty-direct")
    stage = Stage(
        control=control, driver=CommandDriver([sys.executable, "-S", "-c", LISTENER, *words]), env=ENV,
        target=target_of("riverty"), profile=profile.name, mode=profile.mode, registers=registers,
    )  # fmt: skip
    asked = Asked(profile=profile, claims=Claims())
    forged = Step("act", {"system": "riverty", "action": "forgeNotification", "params": {}})
    return play(
        stage, case(asked, asked.maker(), (trigger(), forged, Step("advance", {"by": "1h"}), trigger()))
    )


@pytest.mark.parametrize(("words", "registers"), [(["--register"], True), ([], False)])
def test_what_was_posted_between_two_runs_lies_there_at_the_second(
    control: Control, words: list[str], registers: bool
) -> None:
    history = heard(control, *words, registers=registers)
    assert [each.code for each in history.runs] == [0, 0], history.runs
    assert [each.output.split() for each in history.runs] == [
        [], ["2026-04-15T10:00:00+02:00", "accounting/EDIErrorSent"],
    ]  # fmt: skip
    hook = next(each for each in history.exchanges if each.posted)
    assert (hook.status, hook.run, hook.system) == (200, 0, "riverty")
    assert [each.operation for each in history.asked] == (["createNotificationCallback"] if registers else [])


STAYS = """
import http.server, itertools, os, pathlib, sys, threading
sys.path.insert(0, {folder!r})
import reference
heard, numbers = pathlib.Path(os.environ["IXKIT_STATE_PATH"]) / "heard", itertools.count()
heard.mkdir(exist_ok=True)
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/riverty":
            part = heard / f"{{next(numbers):06}}.part"
            part.write_bytes(body)
            part.replace(part.with_suffix(".json"))
        self.send_response(200 if self.path == "/riverty" else 404); self.end_headers()
    def log_message(self, *about):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Hook)
threading.Thread(target=server.serve_forever, daemon=True).start()
while True:
    reference.sync({{**os.environ, "IXKIT_WEBHOOK_FOLDER": str(heard)}})
    threading.Event().wait(0.1)
"""


KILLED = {"kill": {"turn": 0, "place": "after_commit", "nth": 9}}
"""When its second order is there: the verdict on it comes while nobody listens."""


@pytest.mark.parametrize(
    ("name", "first"),
    [("ixpole-riverty-direct", {}), ("ixpole-riverty-draft", {}), ("ixpole-riverty-direct", KILLED)],
    ids=["direct", "draft", "killed"],
)
def test_a_service_with_an_endpoint_of_its_own_books_by_what_is_passed_on_to_it(
    control: Control, name: str, first: dict[str, object]
) -> None:
    profile = profile_of(name)
    script = STAYS.format(folder=str(HERE))
    stage = Stage(
        control=control, driver=ServiceDriver([sys.executable, "-u", "-c", script], quiet_s=1.0),
        target=target_of("riverty"), profile=profile.name, mode=profile.mode, env={"PORT": "{webhook.port}"},
        run_limit_s=20.0, hears="http://127.0.0.1:{webhook.port}/riverty",
    )  # fmt: skip
    plain = recording(Asked(profile=profile, claims=Claims()))
    steps = (replace(plain.steps[0], args=first), *plain.steps[1:])
    history = play(stage, replace(plain, steps=steps, faulty=bool(first)))
    assert judge(history, stage.target, Claims()) == []
    assert [run.ended for run in history.runs if run.ended != "quiet"] == ["killed"] * bool(first)
    assert [each for each in history.exchanges if each.posted and each.status == 200]
    assert all(told.number and not told.number.startswith("D") for told in history.shelf.instalments.values())
