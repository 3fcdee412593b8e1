"""What does a connector find around it in a world? Its own variable names, filled; and secrets that must not leak."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ixconform.control import Place
from ixconform.data import Case
from ixconform.drivers.driver import Surroundings
from ixconform.ear import Ear
from ixconform.stage import Stage


def surroundings(stage: Stage, case: Case, place: Place, store: Path, ear: Ear | None) -> Surroundings:
    """The environment of all runs in a world. `IXKIT_NOW` in it is kept up to date by whoever plays."""
    env = {name: os.environ[name] for name in stage.passed if name in os.environ}
    env |= {**place.env, "IXKIT_STATE_PATH": str(store), "IXKIT_MODE": stage.mode}
    env["IXKIT_NOW"] = case.clock
    env["IXKIT_CLOCK"] = "running" if case.running else "frozen"
    env["IXKIT_PROFILE"] = stage.profile
    values = values_of(place, store)
    if ear is not None:
        heard = {"webhook.url": ear.url, "webhook.folder": str(ear.folder)}
        if "{webhook.port}" in f"{stage.hears}{stage.env}":
            heard["webhook.port"] = str(_free_port())
        values |= heard
        env |= {f"IXKIT_{name.upper().replace('.', '_')}": text for name, text in heard.items()}
        ear.onward = filled(stage.hears, values)
    env |= {name: filled(text, values) for name, text in stage.env.items()}
    return Surroundings(env=env, folder=store, secrets=place.secrets, world=place.name)


def at_home(now: str, case: Case) -> str:
    """A moment as the case tells time: in the zone of its clock."""
    home = datetime.fromisoformat(case.clock).tzinfo
    return datetime.fromisoformat(now.replace("Z", "+00:00")).astimezone(home).isoformat()


def without(text: str, secrets: Mapping[str, str]) -> str:
    """What a connector said, fit for a report: each secret by its name."""
    for name, value in secrets.items():
        text = text.replace(value, f"[{name}]")
    return text


def spoiled(place: Place) -> Place:
    """The same world with secrets that open nothing."""
    wrong = {value: value[:-1] + ("x" if value[-1] != "x" else "y") for value in place.secrets.values()}
    systems = {
        name: {
            **found,
            "credentials": {key: wrong.get(text, text) for key, text in found["credentials"].items()},
        }
        for name, found in place.systems.items()
    }
    env = {name: wrong.get(text, text) for name, text in place.env.items()}
    return Place(place.name, systems, env, place.readings)


def values_of(place: Place, store: Path) -> dict[str, str]:
    """What placeholders stand for: `{silvasoft.url}`, `{ixpole.client_id}`, `{state}`."""
    values: dict[str, str] = {"state": str(store), "world": place.name}
    for system, found in place.systems.items():
        values[f"{system}.url"] = found["url"]
        values |= {f"{system}.{name}": value for name, value in found["credentials"].items()}
    return values


def filled(text: str, values: Mapping[str, str]) -> str:
    """Each `{name}` replaced; a name that nobody knows raises KeyError with the names there are."""
    parts = []
    rest = text
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, closed, rest = rest.partition("}")
        if not closed or name not in values:
            raise KeyError(f"{{{name}}} is no placeholder; there are: {', '.join(sorted(values))}")
        parts += [before, values[name]]
    return "".join([*parts, rest])


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
