"""How is a scenario written, so that people can read it and its amounts stay exact? A few lines of YAML out.

Small mappings stand on one line, so that an invoice of 75 lines is 75 lines here too. Amounts are
``Cents``, printed from the integer; a float is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

WIDTH = 110


class Cents(int):
    """An amount in cents; printed as 12.50."""


class Inline(dict[str, Any]):
    """A mapping that stays on one line however long it is."""


def dump(value: Mapping[str, Any]) -> str:
    return "".join(f"{line}\n" for line in _block(value, 0))


def scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Cents():
            whole, rest = divmod(abs(value), 100)
            return f"{'-' if value < 0 else ''}{whole}.{rest:02d}"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case date():
            return f'"{value.isoformat()}"'
        case str():
            return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"{value!r} has no exact form in a scenario")


def inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return scalar(value)


def _block(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for key, item in value.items():
        if _fits(item, depth, key):
            yield f"{pad}{key}: {inline(item)}"
        elif isinstance(item, Mapping):
            yield f"{pad}{key}:"
            yield from _block(item, depth + 1)
        else:
            yield f"{pad}{key}:"
            yield from _items(item, depth + 1)


def _items(items: Sequence[Any], depth: int) -> Iterator[str]:
    pad = "  " * depth
    for item in items:
        if _fits(item, depth, "- "):
            yield f"{pad}- {inline(item)}"
        else:
            first, *rest = _block(item, depth + 1)
            yield f"{pad}- {first.lstrip()}"
            yield from rest


def _fits(item: Any, depth: int, key: str) -> bool:
    if isinstance(item, Inline) or not isinstance(item, Mapping | list | tuple) or not item:
        return True
    if isinstance(item, list | tuple) and any(isinstance(each, Mapping) for each in item):
        return False
    return 2 * depth + len(key) + 2 + len(inline(item)) <= WIDTH
