"""With which key does a connector come in, and whose is it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Presented, Refused, Violation, Why
from ixmocks.engine.system import Ask, Credentials
from ixmocks.pocketbook.state import State

HEADER = "X-Pocket-Key"


def credentials(world: str) -> Credentials:
    key = f"pbk_{world}"
    return Credentials(key, "", {"IXKIT_POCKETBOOK_KEY": key})


def credential_of(presented: Presented, fields: Mapping[str, Any]) -> str:
    return presented["Key"]


def admit(state: State, presented: Presented, own: Credentials, at: datetime) -> Refused | None:
    if presented["Key"] == own.key:
        return None
    wrong = Violation("PBK-05", f"header.{HEADER}", "another key or none", "the key of this book")
    return Refused((wrong,), 401, Why.UNAUTHORISED)


def sign_in(own: Credentials, ask: Ask) -> dict[str, str]:
    return {HEADER: own.key}
