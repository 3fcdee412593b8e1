"""With which two headers does a connector come in, and whose are they?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Presented, Refused, Violation, Why
from ixmocks.engine.system import Ask, Credentials
from ixmocks.silvasoft.state import State


def credentials(world: str) -> Credentials:
    key, user = f"slv_{world}", f"api@{world}.example"
    return Credentials(key, user, {"IXKIT_SILVASOFT_API_KEY": key, "IXKIT_SILVASOFT_USERNAME": user})


def credential_of(presented: Presented, form: Mapping[str, Any]) -> str:
    return presented["ApiKey"]


def admit(state: State, presented: Presented, own: Credentials, at: datetime) -> Refused | None:
    """Key and user name belong together; one body for whatever is wrong or missing (SILV-26)."""
    if presented["ApiKey"] == own.key and presented["Username"] == own.secret:
        return None
    wrong = "ApiKey" if presented["ApiKey"] != own.key else "Username"
    what = "another value" if presented[wrong] else "nothing"
    found = Violation("SILV-26", f"header.{wrong}", what, f"the {wrong} of this world")
    return Refused((found,), 401, Why.UNAUTHORISED)


def sign_in(own: Credentials, ask: Ask) -> dict[str, str]:
    return {"ApiKey": own.key, "Username": own.secret}
