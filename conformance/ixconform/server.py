"""Where do the mocks come from? `ixkit serve` in a process of its own, or a server that is there already."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ixconform.control import Control, ControlError
from ixconform.drivers.warden import WARDEN

BASE = Path(__file__).parent / "world" / "base"
"""The scenario that every case begins with."""
STOP_S = 5.0


class ServerError(Exception):
    """The mocks did not start, or are not those that are needed. Says what to do."""


@contextmanager
def serving(url: str = "") -> Iterator[Control]:
    """A control port, until the block ends. With a URL: that server, else one of our own on free ports."""
    if url:
        yield from _attached(url)
        return
    command = [sys.executable, "-m", "ixmocks.cli", "serve", "--scenario", str(BASE), "--port-base", "0"]
    command += ["--faithful", "--format", "json"]
    with tempfile.TemporaryFile() as said:
        # A session of its own: Ctrl-C reaches the kit, and the kit stops the server when it is done with it.
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, start_new_session=True
        )
        WARDEN.watch(server.pid)
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if not line:
                server.wait()
                said.seek(0)
                raise ServerError(
                    f"ixkit serve did not start: {said.read().decode(errors='replace').strip()[-500:]}"
                )
            control = Control(json.loads(line)["control"], os.environ.get("IXKIT_CONTROL_TOKEN", ""))
            yield control
            control.close()
        finally:
            fell = server.poll()
            server.terminate()
            try:
                server.wait(STOP_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
            WARDEN.release(server.pid)
            assert server.stdout is not None
            server.stdout.close()
        if fell is not None:
            said.seek(0)
            text = said.read().decode(errors="replace").strip()[-500:]
            raise ServerError(
                f"ixkit serve ended in the middle, with exit code {fell}: {text or 'it said nothing'}"
            )


def _attached(url: str) -> Iterator[Control]:
    control = Control(url, os.environ.get("IXKIT_CONTROL_TOKEN", ""))
    try:
        started = control.ask("GET", "/v1/worlds/default")["scenario"]
    except ControlError as error:
        raise ServerError(f"IXKIT_URL={url}: no control port answers there ({error})") from error
    if started != BASE.name:
        control.base = {
            each.stem: each.read_text("utf-8") for each in BASE.glob("*.yaml") if each.stem != "scenario"
        }
    yield control
    control.close()
