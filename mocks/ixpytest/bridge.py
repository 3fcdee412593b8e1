"""How does a test run a connector against its world? As a process, with the world's addresses in its environment."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ixpytest.world import World

IXKIT = (sys.executable, "-c", "from ixmocks.cli import main; main()")
WAIT_S = 300.0


class PlaceholderError(ValueError):
    """A text of `[connector.env]` names what nobody knows; the message lists what there is."""


class Connector:
    """Any command that does one poll and ends; it finds its world in the variables `IXKIT_…`.

    ``env``: more variables; `{silvasoft.url}`, `{silvasoft.api_key}` and the like stand for values of the world,
    `{world}` for its name and `{state}` for the folder that is kept between the polls of one test.
    Raises PlaceholderError.
    """

    def __init__(
        self, world: World, command: Sequence[str], folder: Path, state: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        if not world.server.is_reachable:
            raise RuntimeError(
                "a connector is a process of its own and cannot reach mocks that have no sockets; "
                "run with --ixkit-mode=thread"
            )
        self.world, self.command, self.folder, self.state = world, list(command), folder, state
        state.mkdir(exist_ok=True)
        known = {"world": world.name, "state": str(state)}
        for name, vendor in world.systems.items():
            known[f"{name}.url"] = vendor.url
            known |= {f"{name}.{member}": value for member, value in vendor.credentials.items()}
        self._named = {name: _filled(text, known) for name, text in (env or {}).items()}

    @property
    def env(self) -> dict[str, str]:
        """All variables that the command gets."""
        ours = {**self.world.env, "IXKIT_NOW": self.world.clock.now, "IXKIT_STATE_PATH": str(self.state)}
        return {**os.environ, **ours, **self._named}

    def run_once(self, *more: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One poll. With ``check``, raises AssertionError where it ends with an exit code of 2 or more."""
        done = subprocess.run(
            [*self.command, *more], cwd=self.folder, env=self.env, capture_output=True, text=True, timeout=WAIT_S,
            check=False,
        )  # fmt: skip
        assert not check or done.returncode < 2, f"exit code {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done


class ReferenceBridge(Connector):
    """`ixkit bridge run` with the example mapping of its target, and a journal in the test's folder."""

    def __init__(
        self, world: World, folder: Path, target: str = "silvasoft", options: Sequence[str] = ()
    ) -> None:
        config = folder / f"{target}.yaml"
        more = ["--target", target] if target != "silvasoft" else []
        example = subprocess.run(
            [*IXKIT, "bridge", "example", *more], capture_output=True, text=True, check=True, timeout=WAIT_S
        )
        config.write_text(example.stdout, "utf-8")
        command = [
            *IXKIT, "bridge", "run", "--config", str(config), "--journal", str(folder / f"{target}.sqlite"),
            "--per-second", "0", "--per-minute", "0", "--format", "json", *options,
        ]  # fmt: skip
        super().__init__(world, command, folder, folder / "state")

    def run(self, *more: str) -> dict[str, Any]:
        """One poll; the report as `ixkit bridge run --format json` prints it."""
        report: dict[str, Any] = json.loads(self.run_once(*more).stdout)
        return report


def _filled(text: str, known: Mapping[str, str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1]:
            return os.environ.get(found[2], "")
        if found[2] not in known:
            raise PlaceholderError(
                f"{found[0]} in [connector.env] is no placeholder; there are {', '.join(sorted(known))}"
            )
        return known[found[2]]

    return re.sub(r"(\$?)\{([\w.]*)\}", value, text)
