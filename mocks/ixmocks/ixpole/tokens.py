"""What is in an access token, and is it ours? HS256, made from values only: the same second gives the same token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from enum import Enum
from typing import Any

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
    signed = f"{_encode({'alg': 'HS256', 'typ': 'JWT'})}.{_encode(payload)}"
    return f"{signed}.{_signature(signed, key)}"


def judge(token: str, *, client_id: str, key: str, at: datetime) -> Verdict:
    """Whether this token lets this client in now. No clock skew is forgiven."""
    payload = read(token)
    if payload is None:
        return Verdict.MALFORMED
    signed, _, signature = token.rpartition(".")
    if payload.get("client_id") != client_id:
        return Verdict.FOREIGN
    if not hmac.compare_digest(signature.encode(), _signature(signed, key).encode()):
        return Verdict.FORGED
    expires = payload.get("exp")
    if not isinstance(expires, int) or at.timestamp() >= expires:
        return Verdict.EXPIRED
    return Verdict.GOOD


def read(token: str) -> dict[str, Any] | None:
    """The payload, unchecked; None where there is none."""
    parts = token.split(".")
    if len(parts) != 3 or not token.isascii():
        return None
    try:
        payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def bearer(header: str) -> str:
    """The token of an Authorization header; empty where it has none."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _encode(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _signature(signed: str, key: str) -> str:
    digest = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
