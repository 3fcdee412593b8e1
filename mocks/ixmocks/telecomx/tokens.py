"""What is in a token, and is it ours? Made from values only: the same second gives the same token.

`s1493967600~api~default~9f86d081884c7d65`: kind and number, employee, world, signature. The number of a
session is the second of its login, that of a machine's token its serial.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

LIFE = timedelta(minutes=15)
LIFE_MINUTES = 15
ENDLESS_MINUTES = -1
_TOKEN = re.compile(r"([spm])(\d{1,12})~([a-z0-9._-]{1,64})~([a-z0-9-]{1,40})~([0-9a-f]{16})", re.ASCII)
_USER = re.compile(r"([a-z0-9._-]{1,64})@([a-z0-9-]{1,40})\.example", re.ASCII)


class Kind(Enum):
    SESSION = "s"
    """Ends 15 minutes after its last use."""
    PERSISTENT = "p"
    """A login with `persist`: never ends."""
    MACHINE = "m"
    """Made for a machine: good until it is deleted."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    number: int
    user: str
    world: str

    @property
    def text(self) -> str:
        return f"{self._claim}~{_signature(self._claim)}"

    @property
    def _claim(self) -> str:
        return f"{self.kind.value}{self.number}~{self.user}~{self.world}"


def issue(kind: Kind, number: int, *, user: str, world: str) -> Token:
    return Token(kind, number, user, world)


def read(text: str) -> Token | None:
    """The token that a text is; None where it is none, or its signature is another's."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    token = Token(Kind(found[1]), int(found[2]), found[3], found[4])
    return token if hmac.compare_digest(token.text, text) else None


def split_user(user_name: str) -> tuple[str, str] | None:
    """Employee and world of a user name such as `api@default.example`."""
    found = _USER.fullmatch(user_name)
    return (found[1], found[2]) if found else None


def user_name(user: str, world: str) -> str:
    return f"{user}@{world}.example"


def password_of(name: str) -> str:
    """The password of an employee. Test credentials: no secret lies in them."""
    return hashlib.sha256(f"telecomx password of {name}".encode("utf-8", "replace")).hexdigest()[:24]


def is_known(*, name: str, password: str) -> bool:
    """Compares in constant time. Whether there is such an employee is another question."""
    return hmac.compare_digest(password.encode("utf-8", "replace"), password_of(name).encode())


def _signature(claim: str) -> str:
    return hmac.new(b"telecomx tokens", claim.encode(), hashlib.sha256).hexdigest()[:16]
