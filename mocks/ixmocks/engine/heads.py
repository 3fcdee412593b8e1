"""How are an answer's headers kept? As the bytes that leave: one value in the journal instead of a dozen."""

from __future__ import annotations

from collections.abc import Iterable

RawHeaders = tuple[tuple[bytes, bytes], ...]

_BLANKED = bytes.maketrans(bytes([*range(9), *range(10, 32), 127]), b" " * 32)
"""What may not stand in a header; above all the end of a line, so that no value can begin another header."""


def head_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Lines, each with its end. In place of a control character stands a blank."""
    return b"".join([b"%s: %s\r\n" % (name, value.translate(_BLANKED)) for name, value in headers])


def pairs_of(head: bytes) -> RawHeaders:
    """Name and value of each line that `head_of` made."""
    return tuple(
        [(name, value) for name, _, value in [line.partition(b": ") for line in head.split(b"\r\n")[:-1]]]
    )
