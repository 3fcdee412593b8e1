"""How do bytes become JSON values and back, without losing a digit or hiding a mistake?"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import msgspec

DEPTH_MAX = 32
NODES_MAX = 200_000
_DIGITS_OF_A_DOUBLE = 308
_VAST = 10**_DIGITS_OF_A_DOUBLE

_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


class NotJson(ValueError):
    """The bytes are no JSON text that we take; the message says where and why."""


def parse(raw: bytes) -> Any:
    """One JSON value. Numbers with a fraction or exponent are exact Decimals, the rest are ints.

    Refuses what standard parsers let pass: duplicate names, NaN, depth beyond 32, a second
    document behind the first, lone surrogates.
    """
    return read(raw)[0]


def read(raw: bytes) -> tuple[Any, bool]:
    """As `parse`; and whether some number lies beyond what a double can hold."""
    try:
        value = _decode(raw)
    except RecursionError:
        raise NotJson(f"nested deeper than {DEPTH_MAX} levels") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if not raw.strip():
            raise NotJson("the body is empty; expected one JSON value") from None
        raise NotJson(str(error)) from None
    except (ArithmeticError, ValueError) as error:
        raise NotJson(f"a number is out of any range ({error})") from None
    names, depth, nodes, vast = _measure(value)
    if depth > DEPTH_MAX:
        raise NotJson(f"nested {depth} levels deep; at most {DEPTH_MAX} are taken")
    if nodes > NODES_MAX:
        raise NotJson(f"{nodes} values; at most {NODES_MAX} are taken")
    # Each name is followed by a colon: as many colons as distinct names means no name came twice.
    if raw.count(b":") != names:
        _refuse_duplicates(raw)
    return value, vast


def dump(value: Any) -> bytes:
    """JSON text; a Decimal is printed as the number it is."""
    return _encode(value)


def amount(minor: int, exponent: int = 2) -> Decimal:
    """Minor units as a plain number without trailing zeros, as vendors print amounts: 69240 is 692.4."""
    whole, rest = divmod(abs(minor), 10**exponent)
    text = f"{whole}.{rest:0{exponent}d}".rstrip("0").rstrip(".") if rest else str(whole)
    return Decimal(f"-{text}" if minor < 0 else text)


def parse_form(raw: bytes) -> dict[str, str]:
    """A form body as a mapping. Raises NotJson when a field comes twice or the text is no UTF-8."""
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(raw),
            max_num_fields=100,
            errors="strict",
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise NotJson(f"not a form: {error}") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
        raise NotJson(f"the field {twice!r} comes more than once")
    return fields


def _measure(value: Any) -> tuple[int, int, int, bool]:
    """Names in all objects, depth, number of values, and whether a number is vast; without recursion.

    Every request passes here, so it is written to be quick.
    """
    names = depth = 0
    nodes = 1
    vast = False
    level: list[Any] = [[value]]
    while level:
        below: list[Any] = []
        for item in level:
            if type(item) is dict:
                names += len(item)
            nodes += len(item)
            for member in item.values() if type(item) is dict else item:
                kind = type(member)
                if kind is str:
                    continue
                if kind is dict or kind is list:
                    below.append(member)
                elif kind is Decimal:
                    vast = vast or member.adjusted() >= _DIGITS_OF_A_DOUBLE
                elif kind is int:
                    vast = vast or not -_VAST < member < _VAST
        depth += bool(below)
        level = below
    return names, depth, nodes, vast


def _refuse_duplicates(raw: bytes) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
            raise NotJson(f"the name {twice!r} comes more than once in one object")
        return members

    # Numbers stay text here: only the names matter, and a long integer must not stop the check.
    json.loads(raw, object_pairs_hook=unique, parse_int=str, parse_float=str)
