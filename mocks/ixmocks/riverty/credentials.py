"""With which key does a connector come in, and whose is it?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Presented, Refused, Violation, Why
from ixmocks.engine.system import Ask, Credentials
from ixmocks.riverty.state import State

SCHEME = "SubscriptionKey"
SECONDARY = "-secondary"
BUSINESS = "1000"


def credentials(world: str) -> Credentials:
    """The same for a world of the same name, on every machine. Test keys: no secret lies in them."""
    key = f"riv_{world}"
    env = {"IXKIT_RIVERTY_SUBSCRIPTION_KEY": key, "IXKIT_RIVERTY_BUSINESS_CODE": BUSINESS}
    return Credentials(key, key + SECONDARY, env)


def credential_of(presented: Presented, fields: Mapping[str, Any]) -> str:
    """Both keys of a pair find the same world (RIV-45)."""
    return presented[SCHEME].removesuffix(SECONDARY)


def admit(state: State, presented: Presented, own: Credentials, at: datetime) -> Refused | None:
    if presented[SCHEME] in (own.key, own.secret):
        return None
    seen = "another key" if presented[SCHEME] else "nothing"
    found = Violation("RIV-15", "header.X-Subscription-Key", seen, "a key of this world")
    return Refused((found,), state.settings.wrong_key, Why.UNAUTHORISED)


def sign_in(own: Credentials, ask: Ask) -> dict[str, str]:
    return {"X-Subscription-Key": own.key}
