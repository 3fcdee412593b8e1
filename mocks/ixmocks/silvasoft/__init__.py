"""What is Silvasoft to the engine? A bookkeeping package: two headers to get in, three windows, its own envelope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from ixmocks.engine.outcome import Presented, Readings, Refused, Violation, Why
from ixmocks.engine.system import Ask, Credentials, System, Window
from ixmocks.silvasoft import handlers, seed
from ixmocks.silvasoft.actions import ACTIONS
from ixmocks.silvasoft.envelope import refuse
from ixmocks.silvasoft.state import State


def credentials(world: str) -> Credentials:
    key, user = f"slv_{world}", f"api@{world}.example"
    return Credentials(key, user, {"IXKIT_SILVASOFT_API_KEY": key, "IXKIT_SILVASOFT_USERNAME": user})


def credential_of(presented: Presented, form: Mapping[str, Any]) -> str:
    return presented["ApiKey"]


def admit(state: State, presented: Presented, own: Credentials, at: datetime) -> Refused | None:
    """Key and user name belong together; one body for whatever is wrong or missing."""
    if presented["ApiKey"] == own.key and presented["Username"] == own.secret:
        return None
    wrong = "ApiKey" if presented["ApiKey"] != own.key else "Username"
    what = "another value" if presented[wrong] else "nothing"
    found = Violation("SILV-26", f"header.{wrong}", what, f"the {wrong} of this world")
    return Refused((found,), 401, Why.UNAUTHORISED)


def sign_in(own: Credentials, ask: Ask) -> dict[str, str]:
    return {"ApiKey": own.key, "Username": own.secret}


def windows(state: State, readings: Readings) -> tuple[Window, ...]:
    return _windows(state.settings.requests_per_hour, readings.get("SILV-31", "hourly"))


def limited(window: Window) -> Refused:
    seen = f"more than {window.limit} requests in {window.seconds} s"
    found = Violation("SILV-31", "request", seen, f"at most {window.limit} requests in {window.seconds} s")
    return Refused((found,), 401, Why.LIMITED)


def fold(path: str) -> str:
    """Case and a closing slash do not matter: the documents write both, and clients do."""
    return path.rstrip("/").lower()


@lru_cache(maxsize=64)
def _windows(per_hour: int, reading: str) -> tuple[Window, ...]:
    hourly = Window(3600, per_hour)
    if reading == "none":
        return ()
    return (hourly, Window(60, 50), Window(1, 2)) if reading == "all" else (hourly,)


SYSTEM = System(
    name="silvasoft",
    handlers=handlers,
    load=seed.load,
    refuse=refuse,
    credentials=credentials,
    credential_of=credential_of,
    admit=admit,
    sign_in=sign_in,
    actions=ACTIONS,
    windows=windows,
    limited=limited,
    fold=fold,
)
