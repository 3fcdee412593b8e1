"""With which credentials does a connector come in, and whose are they?"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ixmocks.engine import jwt
from ixmocks.engine.outcome import Presented, Refused, Violation, Why
from ixmocks.engine.system import Ask, Credentials
from ixmocks.ixpole import tokens
from ixmocks.ixpole.state import State
from ixmocks.ixpole.tokens import Verdict

SCHEME = "oauth"
PREFIX = "ixp_"


def credentials(world: str) -> Credentials:
    """The same for a world of the same name, on every machine. Test credentials: no secret lies in them."""
    key = f"{PREFIX}{world}"
    secret = secret_of(key)
    return Credentials(key, secret, {"IXKIT_IXPOLE_CLIENT_ID": key, "IXKIT_IXPOLE_CLIENT_SECRET": secret})


def secret_of(client_id: str) -> str:
    """The secret that belongs to a client id."""
    return hashlib.sha256(f"ixpole client secret of {client_id}".encode("utf-8", "replace")).hexdigest()[:40]


def is_known(*, client_id: str, secret: str) -> bool:
    """Compares in constant time. Client ids of other worlds are known too; their tokens open nothing here."""
    # ASSUMED: the token call knows the client ids of every world.
    same = hmac.compare_digest(secret.encode("utf-8", "replace"), secret_of(client_id).encode())
    return same and client_id.startswith(PREFIX)


def credential_of(presented: Presented, form: Mapping[str, Any]) -> str:
    """The client id: in the form of a token request, else inside the bearer token."""
    told = form.get("client_id")
    if isinstance(told, str) and told:
        return told
    payload = jwt.payload_of(tokens.bearer(presented[SCHEME])) or {}
    client_id = payload.get("client_id", "")
    return client_id if isinstance(client_id, str) else ""


def admit(state: State, presented: Presented, own: Credentials, at: datetime) -> Refused | None:
    """IXP-26: only a token that this club gave this client within the last hour."""
    header = presented[SCHEME]
    token = tokens.bearer(header)
    if not token:
        seen = "an Authorization header without a bearer token" if header else "no Authorization header"
        return _refused("IXP-26", seen)
    verdict = tokens.judge(token, client_id=own.key, key=state.token_key, at=at)
    if verdict is Verdict.GOOD:
        return None
    return _refused("IXP-44" if verdict is Verdict.FOREIGN else "IXP-26", verdict.value)


def sign_in(own: Credentials, ask: Ask) -> dict[str, str]:
    """The header of a connector that has just asked for a token."""
    form = {"grant_type": "client_credentials", "client_id": own.key, "client_secret": own.secret}
    token = ask("POST", "/oauth/token", form)["access_token"]
    return {"authorization": f"Bearer {token}"}


def _refused(rule: str, seen: str) -> Refused:
    violation = Violation(
        rule, "header.Authorization", seen, "Bearer and a token of this club, at most 3600 s old",
        advice="Ask POST /oauth/token for a new token.",
    )  # fmt: skip
    return Refused((violation,), 401, Why.UNAUTHORISED)
