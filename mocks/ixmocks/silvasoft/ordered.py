"""Which numbers are in use, and in which order? A sorted set of whole numbers that never changes in place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from ixmocks.engine.values import value

CHUNK_MAX = 256


@value(frozen=True, slots=True)
class Ordered:
    """Ascending chunks of ascending numbers. Adding at the top, the usual case, copies one chunk."""

    chunks: tuple[tuple[int, ...], ...] = ()

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Ordered:
        ranked = sorted(set(numbers))
        return cls(tuple(tuple(ranked[at : at + CHUNK_MAX]) for at in range(0, len(ranked), CHUNK_MAX)))

    def __len__(self) -> int:
        return sum(map(len, self.chunks))

    def __contains__(self, number: int) -> bool:
        index = self._chunk_of(number)
        if index == len(self.chunks):
            return False
        chunk = self.chunks[index]
        at = bisect_left(chunk, number)
        return at < len(chunk) and chunk[at] == number

    def __iter__(self) -> Iterator[int]:
        for chunk in self.chunks:
            yield from chunk

    @property
    def highest(self) -> int | None:
        return self.chunks[-1][-1] if self.chunks else None

    def descending(self, skip: int = 0) -> Iterator[int]:
        """From the highest down, without the first ``skip``; chunks that are skipped are not looked into."""
        for chunk in reversed(self.chunks):
            if skip >= len(chunk):
                skip -= len(chunk)
                continue
            yield from chunk[len(chunk) - skip - 1 :: -1]
            skip = 0

    def add(self, number: int) -> Ordered:
        chunks = self.chunks
        if not chunks:
            return Ordered(((number,),))
        last = chunks[-1]
        if number > last[-1]:
            if len(last) < CHUNK_MAX:
                return Ordered((*chunks[:-1], (*last, number)))
            return Ordered((*chunks, (number,)))
        index = self._chunk_of(number)
        chunk = chunks[index]
        at = bisect_left(chunk, number)
        if chunk[at] == number:
            return self
        grown = (*chunk[:at], number, *chunk[at:])
        half = len(grown) // 2
        parts = (grown,) if len(grown) <= CHUNK_MAX else (grown[:half], grown[half:])
        return Ordered((*chunks[:index], *parts, *chunks[index + 1 :]))

    def drop(self, number: int) -> Ordered:
        if number not in self:
            return self
        index = self._chunk_of(number)
        chunk = self.chunks[index]
        at = bisect_left(chunk, number)
        left = (*chunk[:at], *chunk[at + 1 :])
        return Ordered((*self.chunks[:index], *((left,) if left else ()), *self.chunks[index + 1 :]))

    def next_free(self, *, most: int) -> int:
        """One above the highest; where that is past ``most``, the highest number still free."""
        number = max(self.highest or 0, 0) + 1
        if number <= most:
            return number
        free = most
        for used in self.descending():
            if used < free:
                break
            free = used - 1
        return free

    def _chunk_of(self, number: int) -> int:
        return bisect_left(self.chunks, number, key=lambda chunk: chunk[-1])
