"""How do bytes become JSON values and back, without losing a digit or hiding a mistake?"""

from __future__ import annotations

import json
from decimal import MAX_PREC, MIN_EMIN, Context, Decimal, Overflow
from itertools import chain, compress
from typing import Any
from urllib.parse import parse_qsl

import msgspec

DEPTH_MAX = 32
NODES_MAX = 200_000
_NESTED = frozenset({dict, list})

# A number from 1e308 on is vast: it overflows here, or it is a whole number of that many digits.
_DIGITS_OF_A_DOUBLE = 308
_EXACT = Context(prec=MAX_PREC, Emax=_DIGITS_OF_A_DOUBLE - 1, Emin=MIN_EMIN, traps=[Overflow])
_LONG_RUN = b"0" * _DIGITS_OF_A_DOUBLE
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_STEP = 22
_SAMPLED_RUN = b"0" * (_DIGITS_OF_A_DOUBLE // _STEP)
"""What every 22nd character of so long a run shows at least."""

_decode = msgspec.json.Decoder(float_hook=_EXACT.create_decimal).decode
_decode_vast = msgspec.json.Decoder(float_hook=Decimal).decode
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
    vast = _has_long_run(raw)
    try:
        try:
            value = _decode(raw)
        except Overflow:
            vast = True
            value = _decode_vast(raw)
    except RecursionError:
        raise NotJson(f"nested deeper than {DEPTH_MAX} levels") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        if not raw.strip():
            raise NotJson("the body is empty; expected one JSON value") from None
        raise NotJson(str(error)) from None
    except (ArithmeticError, ValueError) as error:
        raise NotJson(f"a number is out of any range ({error})") from None
    if not _is_flat(value, raw):
        names, depth, nodes = _measure(value)
        if depth > DEPTH_MAX:
            raise NotJson(f"nested {depth} levels deep; at most {DEPTH_MAX} are taken")
        if nodes > NODES_MAX:
            raise NotJson(f"{nodes} values; at most {NODES_MAX} are taken")
        if not _names_once(raw, names):
            _refuse_duplicates(raw)
    return value, vast


def _has_long_run(raw: bytes) -> bool:
    """Whether so many digits follow one another that a whole number may be vast; a sample mostly says no."""
    if len(raw) < _DIGITS_OF_A_DOUBLE:
        return False
    return _SAMPLED_RUN in raw[::_STEP].translate(_DIGITS) and _LONG_RUN in raw.translate(_DIGITS)


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


_ONLY_OBJECTS = {dict}


def _is_flat(value: Any, raw: bytes) -> bool:
    """Whether it is an object of plain members, flat objects and lists of flat objects, each name once; not too long.

    That is what nearly every request looks like. Names are counted as far as was looked: where the text has no more
    of them, no deeper object has any, and where no more lists begin than were met, nothing lies deeper than an
    empty object.
    """
    if type(value) is not dict:
        return False
    names, nodes, lists = len(value), 1 + len(value), 0
    for member in value.values():
        kind = type(member)
        if kind is dict:
            names += len(member)
            nodes += len(member)
        elif kind is list:
            lists += 1
            nodes += len(member)
            if {*map(type, member)} == _ONLY_OBJECTS:
                within = sum(map(len, member))
                names += within
                nodes += within
    return nodes <= NODES_MAX and not _more_than(lists, b"[", raw) and _names_once(raw, names)


def _more_than(most: int, sign: bytes, raw: bytes) -> bool:
    """Whether a rare sign comes more often than that: looking for each one is quicker than counting."""
    at = -1
    for _ in range(most + 1):
        at = raw.find(sign, at + 1)
        if at < 0:
            return False
    return True


def _measure(value: Any) -> tuple[int, int, int]:
    """Names in all objects, depth, and number of values; level by level, without recursion.

    Long bodies pass here, so the loops are left to the interpreter's own iterators.
    """
    names = depth = 0
    nodes = 1
    level = [value] if type(value) in _NESTED else []
    while level:
        depth += 1
        objects = [item for item in level if type(item) is dict]
        members = [*chain.from_iterable(map(dict.values, objects))]
        names += len(members)
        if len(objects) < len(level):
            members += chain.from_iterable(item for item in level if type(item) is list)
        nodes += len(members)
        kinds = [*map(type, members)]
        level = [] if _NESTED.isdisjoint(kinds) else [*compress(members, map(_NESTED.__contains__, kinds))]
    return names, depth, nodes


def _names_once(raw: bytes, names: int) -> bool:
    """Whether no name can have come twice, by counting: each name is followed by a colon.

    As many colons as distinct names proves it. Texts hold colons too; so count those behind a
    quotation mark, if no name is parted from its colon by a blank. False proves nothing.
    """
    if raw.count(b":") == names:
        return True
    return raw.count(b'":') == names and not any(blank in raw and blank + b":" in raw for blank in _BLANKS)


_BLANKS = (b"\t", b"\n", b"\r", b" ")


def _refuse_duplicates(raw: bytes) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            twice = next(name for name, _ in pairs if sum(name == other for other, _ in pairs) > 1)
            raise NotJson(f"the name {twice!r} comes more than once in one object")
        return members

    # Numbers stay text here: only the names matter, and a long integer must not stop the check.
    json.loads(raw, object_pairs_hook=unique, parse_int=str, parse_float=str)
