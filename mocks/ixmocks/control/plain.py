"""How does any state look as JSON? A walk over frozen dataclasses and persistent maps, names sorted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from ixmocks.control.redact import REDACTED, is_secret
from ixmocks.env import instant


def plain(value: Any) -> Any:
    """JSON values only: amounts exact, secrets taken out, files as length and digest."""
    if value is None or (isinstance(value, (str, int, float, Decimal)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (date, time, timedelta)):
        return _time(value)
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    return _whole(value)


def _whole(value: Any) -> Any:
    members = members_of(value)
    if members is not None:
        return {name: shown(name, members[name]) for name in sorted(members)}
    if isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda pair: order_of(pair[0]))
        return {name_of(key): shown(name_of(key), item) for key, item in pairs}
    if isinstance(value, Set):
        return [plain(item) for item in sorted(value, key=order_of)]
    if isinstance(value, Sequence) or hasattr(value, "__iter__"):
        return [plain(item) for item in value]
    return str(value)


def members_of(value: Any) -> dict[str, Any] | None:
    if is_dataclass(value):
        return {member.name: getattr(value, member.name) for member in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    return None


def shown(name: str, value: Any) -> Any:
    """The value under this name. A number, a yes or a no is no secret, whatever its name."""
    if is_secret(name) and value and not isinstance(value, (bool, int, Decimal)):
        return REDACTED
    return plain(value)


def _time(value: date | time | timedelta) -> Any:
    if isinstance(value, datetime):
        return instant(value) if value.tzinfo is not None else value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value.isoformat()


def name_of(key: Any) -> str:
    if isinstance(key, tuple):
        return "|".join(name_of(part) for part in key)
    if isinstance(key, bytes):
        return key.hex()
    shown = plain(key)
    return shown if isinstance(shown, str) else str(shown)


def order_of(key: Any) -> tuple[int, int, str]:
    """Numbers by size, then everything else by its text."""
    return (0, key, "") if isinstance(key, int) else (1, 0, name_of(key))
