"""What is Silvasoft to the engine? A bookkeeping package: two headers to get in, three windows, its own envelope."""

from __future__ import annotations

from functools import lru_cache

from ixmocks.engine.outcome import Readings, Refused, Violation, Why
from ixmocks.engine.system import System, Window
from ixmocks.silvasoft import handlers, seed
from ixmocks.silvasoft.actions import ACTIONS
from ixmocks.silvasoft.credentials import admit, credential_of, credentials, sign_in
from ixmocks.silvasoft.envelope import refuse
from ixmocks.silvasoft.state import State


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
