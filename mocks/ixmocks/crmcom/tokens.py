"""What is in a token, and is it ours? Made from values only: the same second gives the same token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from enum import Enum

from ixmocks.engine import jwt

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
    return jwt.signed(payload, key, header={"typ": "JWT", "alg": "HS256"})


def judge(token: str, *, user: str, key: str, at: datetime, is_released: Callable[[str], bool]) -> Verdict:
    """Whether this token lets this user in now. Using it does not make it last longer (CRM-15)."""
    payload = jwt.payload_of(token)
    if payload is None:
        return Verdict.MALFORMED
    if payload.get("usr") != user:
        return Verdict.FOREIGN
    if not jwt.is_genuine(token, key):
        return Verdict.FORGED
    expires = payload.get("exp")
    if not isinstance(expires, str) or not expires.isdigit() or int(at.timestamp()) >= int(expires):
        return Verdict.EXPIRED
    return Verdict.RELEASED if is_released(str(payload.get("jti"))) else Verdict.GOOD


def _jti(user: str, issued: int, number: int) -> str:
    return hashlib.sha256(f"crmcom token {user} {issued} {number}".encode()).hexdigest()[:32].upper()
