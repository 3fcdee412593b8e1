"""Which numbers are in use, for what, and in which order? A sorted map of whole numbers that never changes in place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from itertools import chain

CHUNK_MAX = 64

Run = tuple[int, int, int]
"""Numbers that follow one another: the first, the last, and how much more than it each one stands for."""
Runs = tuple[Run, ...]


class Ordered(Mapping[int, int]):
    """Ascending chunks of ascending runs of numbers. Each number stands for itself, or for another one.

    Numbers are given out one after the other, and so is what they stand for; so there are few runs, and adding
    at the top, the usual case, makes the last of them longer by one.
    """

    __slots__ = ("chunks",)

    def __init__(self, chunks: tuple[Runs, ...] = ()) -> None:
        self.chunks = chunks

    def __len__(self) -> int:
        return sum(last - first + 1 for chunk in self.chunks for first, last, _ in chunk)

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self._run_with(number) is not None

    def __getitem__(self, number: int) -> int:
        """What the number stands for. Raises KeyError where it is not in use."""
        run = self._run_with(number)
        if run is None:
            raise KeyError(number)
        return number + run[2]

    def __iter__(self) -> Iterator[int]:
        for chunk in self.chunks:
            for first, last, _ in chunk:
                yield from range(first, last + 1)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ordered):
            return NotImplemented
        return self.chunks == other.chunks or self._runs() == other._runs()

    def __hash__(self) -> int:
        return hash((len(self), self.highest))

    def __repr__(self) -> str:
        return f"Ordered({self._runs()!r})"

    def _runs(self) -> list[Run]:
        """The longest there are, however they lie in chunks."""
        runs: list[Run] = []
        for first, last, shift in chain.from_iterable(self.chunks):
            if runs and runs[-1][1:] == (first - 1, shift):
                runs[-1] = (runs[-1][0], last, shift)
            else:
                runs.append((first, last, shift))
        return runs

    def _run_with(self, number: int) -> Run | None:
        index = self._chunk_of(number)
        if index == len(self.chunks):
            return None
        chunk = self.chunks[index]
        run = chunk[_run_of(chunk, number)]
        return run if run[0] <= number else None

    @property
    def highest(self) -> int | None:
        return self.chunks[-1][-1][1] if self.chunks else None

    def descending(self, skip: int = 0) -> Iterator[int]:
        """What the numbers stand for, from the highest number down, without the first ``skip``.

        Runs that are skipped are not looked into.
        """
        for chunk in reversed(self.chunks):
            for first, last, shift in reversed(chunk):
                if skip > last - first:
                    skip -= last - first + 1
                    continue
                yield from range(last - skip + shift, first + shift - 1, -1)
                skip = 0

    def add(self, number: int, stands_for: int | None = None) -> Ordered:
        """With this number, which stands for itself unless told otherwise."""
        shift = 0 if stands_for is None else stands_for - number
        chunks = self.chunks
        if not chunks:
            return Ordered((((number, number, shift),),))
        *lower, top = chunks[-1]
        first, last, known = top
        if number > last:
            if number == last + 1 and shift == known:
                return Ordered((*chunks[:-1], (*lower, (first, number, shift))))
            return self._with(len(chunks) - 1, (*chunks[-1], (number, number, shift)))
        index = self._chunk_of(number)
        chunk = chunks[index]
        at = _run_of(chunk, number)
        first, _, known = chunk[at]
        if first <= number:
            return self if known == shift else self.drop(number).add(number, stands_for)
        return self._with(index, (*chunk[:at], (number, number, shift), *chunk[at:]))

    def drop(self, number: int) -> Ordered:
        if number not in self:
            return self
        index = self._chunk_of(number)
        chunk = self.chunks[index]
        at = _run_of(chunk, number)
        first, last, shift = chunk[at]
        below = ((first, number - 1, shift),) if first < number else ()
        above = ((number + 1, last, shift),) if number < last else ()
        return self._with(index, (*chunk[:at], *below, *above, *chunk[at + 1 :]))

    def next_free(self, *, most: int) -> int:
        """One above the highest; where that is past ``most``, the highest number still free."""
        number = max(self.highest or 0, 0) + 1
        if number <= most:
            return number
        free = most
        for chunk in reversed(self.chunks):
            for first, last, _ in reversed(chunk):
                if last < free:
                    return free
                free = min(free, first - 1)
        return free

    def _with(self, index: int, runs: Runs) -> Ordered:
        """With these runs in the place of a chunk: in two where they are many, in none where there are none."""
        half = len(runs) // 2
        parts = ((runs,) if runs else ()) if len(runs) <= CHUNK_MAX else (runs[:half], runs[half:])
        return Ordered((*self.chunks[:index], *parts, *self.chunks[index + 1 :]))

    def _chunk_of(self, number: int) -> int:
        """The first chunk that does not end before the number."""
        return bisect_left(self.chunks, number, key=lambda chunk: chunk[-1][1])


def _run_of(runs: Runs, number: int) -> int:
    """The first run that does not end before the number."""
    return bisect_left(runs, number, key=lambda run: run[1])
