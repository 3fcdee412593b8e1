"""What is in an access token, and is it ours? Made from values only: the same second gives the same token."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from ixmocks.engine import jwt

LIFE_S = 3600


class Verdict(Enum):
    GOOD = "good"
    MALFORMED = "not a token of this system"
    FORGED = "a token with a wrong signature"
    FOREIGN = "a token of another client"
    EXPIRED = "an expired token"


def issue(*, client_id: str, key: str, at: datetime) -> str:
    issued = int(at.timestamp())
    payload = {"iss": "ixpole", "client_id": client_id, "iat": issued, "exp": issued + LIFE_S}
    return jwt.signed(payload, key)


def judge(token: str, *, client_id: str, key: str, at: datetime) -> Verdict:
    """Whether this token lets this client in now. No clock skew is forgiven."""
    payload = jwt.payload_of(token)
    if payload is None:
        return Verdict.MALFORMED
    if payload.get("client_id") != client_id:
        return Verdict.FOREIGN
    if not jwt.is_genuine(token, key):
        return Verdict.FORGED
    expires = payload.get("exp")
    if not isinstance(expires, int) or at.timestamp() >= expires:
        return Verdict.EXPIRED
    return Verdict.GOOD


def bearer(header: str) -> str:
    """The token of an Authorization header; empty where it has none."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
