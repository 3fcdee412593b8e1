"""Does a connector that is started now and then hear what was posted between its runs? With real mocks."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from ixconform.control import Control
from ixconform.data import Step
from ixconform.drivers.command import CommandDriver
from ixconform.history import History
from ixconform.play import play
from ixconform.profile import Claims, profile_of
from ixconform.scenarios.asked import Asked, case, trigger
from ixconform.server import serving
from ixconform.stage import Stage
from ixconform.systems.registry import target_of

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
