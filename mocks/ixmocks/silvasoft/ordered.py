"""Which numbers are in use, and in which order? A sorted set of whole numbers that never changes in place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from ixmocks.engine.values import value

CHUNK_MAX = 64

Runs = tuple[range, ...]


@value(frozen=True, slots=True)
class Ordered:
    """Ascending chunks of ascending runs of numbers that follow one another.

    Numbers are given out one after the other, so that there are few runs; adding at the top, the usual case,
    makes the last of them longer by one.
    """

    chunks: tuple[Runs, ...] = ()

    @classmethod
    def of(cls, numbers: Iterable[int]) -> Ordered:
        runs: list[range] = []
        for number in sorted(set(numbers)):
            if runs and runs[-1].stop == number:
                runs[-1] = range(runs[-1].start, number + 1)
            else:
                runs.append(range(number, number + 1))
        return cls(tuple(tuple(runs[at : at + CHUNK_MAX]) for at in range(0, len(runs), CHUNK_MAX)))

    def __len__(self) -> int:
        return sum(len(run) for chunk in self.chunks for run in chunk)

    def __contains__(self, number: int) -> bool:
        index = self._chunk_of(number)
        if index == len(self.chunks):
            return False
        chunk = self.chunks[index]
        return number in chunk[_run_of(chunk, number)]

    def __iter__(self) -> Iterator[int]:
        for chunk in self.chunks:
            for run in chunk:
                yield from run

    @property
    def highest(self) -> int | None:
        return self.chunks[-1][-1][-1] if self.chunks else None

    def descending(self, skip: int = 0) -> Iterator[int]:
        """From the highest down, without the first ``skip``; runs that are skipped are not looked into."""
        for chunk in reversed(self.chunks):
            for run in reversed(chunk):
                if skip >= len(run):
                    skip -= len(run)
                    continue
                yield from run[len(run) - skip - 1 :: -1]
                skip = 0

    def add(self, number: int) -> Ordered:
        chunks = self.chunks
        if not chunks:
            return Ordered(((range(number, number + 1),),))
        last = chunks[-1]
        top = last[-1]
        if number == top.stop:
            return Ordered((*chunks[:-1], (*last[:-1], range(top.start, number + 1))))
        if number > top.stop:
            return self._with(len(chunks) - 1, (*last, range(number, number + 1)))
        index = self._chunk_of(number)
        chunk = chunks[index]
        at = _run_of(chunk, number)
        if number in chunk[at]:
            return self
        return self._with(index, (*chunk[:at], range(number, number + 1), *chunk[at:]))

    def drop(self, number: int) -> Ordered:
        if number not in self:
            return self
        index = self._chunk_of(number)
        chunk = self.chunks[index]
        at = _run_of(chunk, number)
        run = chunk[at]
        left = (range(run.start, number), range(number + 1, run.stop))
        return self._with(index, (*chunk[:at], *(part for part in left if part), *chunk[at + 1 :]))

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

    def _with(self, index: int, runs: Runs) -> Ordered:
        """With these runs in the place of a chunk: in two where they are many, in none where there are none."""
        half = len(runs) // 2
        parts = ((runs,) if runs else ()) if len(runs) <= CHUNK_MAX else (runs[:half], runs[half:])
        return Ordered((*self.chunks[:index], *parts, *self.chunks[index + 1 :]))

    def _chunk_of(self, number: int) -> int:
        """The first chunk that does not end before the number."""
        return bisect_left(self.chunks, number, key=lambda chunk: chunk[-1][-1])


def _run_of(runs: Runs, number: int) -> int:
    """The first run that does not end before the number."""
    return bisect_left(runs, number, key=lambda run: run[-1])
