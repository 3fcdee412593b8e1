"""What is to come, and in which order? A sequence sorted by time that never changes in place.

Older states keep their own; so that a long one costs no whole copy with each change, it lies in chunks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Protocol, TypeVar, overload

CHUNK_MAX = 256


class Timed(Protocol):
    @property
    def at(self) -> datetime: ...


T = TypeVar("T", bound=Timed)
_Chunks = tuple[tuple[T, ...], ...]


class Timeline(Sequence[T]):
    """The earliest first; what has the same time in the order in which it was added."""

    __slots__ = ("_chunks",)

    def __init__(self, items: Iterable[T] = ()) -> None:
        whole = tuple(sorted(items, key=_time_of))
        self._chunks: _Chunks[T] = tuple(whole[at : at + CHUNK_MAX] for at in range(0, len(whole), CHUNK_MAX))

    @classmethod
    def _of(cls, chunks: _Chunks[T]) -> Timeline[T]:
        made = _new(cls)
        made._chunks = chunks
        return made

    @property
    def first(self) -> T | None:
        return self._chunks[0][0] if self._chunks else None

    def rest(self) -> Timeline[T]:
        """Without the first one."""
        if not self._chunks:
            return self
        left = self._chunks[0][1:]
        return self._of((left, *self._chunks[1:]) if left else self._chunks[1:])

    def add(self, item: T) -> Timeline[T]:
        """With this one, behind what has the same time already."""
        chunks = self._chunks
        # The first chunk that ends later takes it; where none does, it comes last of all.
        index = bisect_right(chunks, item.at, key=_end_of)
        if index == len(chunks):
            if not chunks or len(chunks[-1]) == CHUNK_MAX:
                return self._of((*chunks, (item,)))
            return self._of((*chunks[:-1], (*chunks[-1], item)))
        chunk = chunks[index]
        place = bisect_right(chunk, item.at, key=_time_of)
        grown = (*chunk[:place], item, *chunk[place:])
        half = len(grown) // 2
        parts = (grown,) if len(grown) <= CHUNK_MAX else (grown[:half], grown[half:])
        return self._of((*chunks[:index], *parts, *chunks[index + 1 :]))

    def __len__(self) -> int:
        return sum(map(len, self._chunks))

    def __bool__(self) -> bool:
        return bool(self._chunks)

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self._chunks)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return tuple(self)[index]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Timeline) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Timeline({list(self)!r})"


def _time_of(item: Any) -> datetime:
    at: datetime = item.at
    return at


def _end_of(chunk: tuple[Any, ...]) -> datetime:
    return _time_of(chunk[-1])


_new = object.__new__
