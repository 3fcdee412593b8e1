"""What is in a token, and is it ours? HS256, made from values only: the same second gives the same token."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any

LIFE_S = 7200


class Verdict(Enum):
    GOOD = "good"
    MALFORMED = "not a token of this system"
    FORGED = "a token with a wrong signature"
    FOREIGN = "a token of another organisation"
    EXPIRED = "an expired token"
    RELEASED = "a token that was released"


def issue(
    *, user: str, organisation: str, unit: str, key: str, at: datetime, is_released: Callable[[str], bool]
) -> str:
    """A token of this user. Where the one of this second was released, the next one."""
    issued = int(at.timestamp())
    number = 0
    while is_released(jti := _jti(user, issued, number)):
        number += 1
    payload = {
        "usr": user, "org": organisation, "oun": unit, "exp": str(issued + LIFE_S), "iat": str(issued), "jti": jti
    }  # fmt: skip
    signed = f"{_encode({'typ': 'JWT', 'alg': 'HS256'})}.{_encode(payload)}"
    return f"{signed}.{_signature(signed, key)}"


def judge(token: str, *, user: str, key: str, at: datetime, is_released: Callable[[str], bool]) -> Verdict:
    """Whether this token lets this user in now. Using it does not make it last longer (CRM-15)."""
    payload = read(token)
    if payload is None:
        return Verdict.MALFORMED
    signed, _, signature = token.rpartition(".")
    if payload.get("usr") != user:
        return Verdict.FOREIGN
    if not hmac.compare_digest(signature.encode(), _signature(signed, key).encode()):
        return Verdict.FORGED
    expires = payload.get("exp")
    if not isinstance(expires, str) or not expires.isdigit() or int(at.timestamp()) >= int(expires):
        return Verdict.EXPIRED
    return Verdict.RELEASED if is_released(str(payload.get("jti"))) else Verdict.GOOD


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


def _jti(user: str, issued: int, number: int) -> str:
    return hashlib.sha256(f"crmcom token {user} {issued} {number}".encode()).hexdigest()[:32].upper()


def _encode(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def _signature(signed: str, key: str) -> str:
    digest = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
