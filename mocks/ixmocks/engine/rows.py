"""How is what gets one number after the other kept, so that an older state stays as it was? In a tree without hashes.

A hash trie copies nodes of up to 32 entries with each new one; rows that are only added at the end need
no more than the last, short leaf written anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
_BITS = 5
_WIDTH = 1 << _BITS
_MASK = _WIDTH - 1

_Leaf = tuple[T, ...]
_Branch = tuple[_Leaf[T], ...]


class Rows(Mapping[int, T]):
    """From serial numbers, which follow one another, to values. Never changes in place; reads as any mapping.

    Full leaves of 32 hang on branches of 32; the newest rows are in a leaf of their own.
    """

    __slots__ = ("_branches", "_first", "_last", "_leaves", "_size")

    def __init__(self, first: int = 1) -> None:
        """An empty one whose first row will have that serial number."""
        self._first = first
        self._size = 0
        self._branches: tuple[_Branch[T], ...] = ()
        self._leaves: _Branch[T] = ()
        self._last: _Leaf[T] = ()

    @classmethod
    def _of(
        cls, first: int, size: int, branches: tuple[_Branch[T], ...], leaves: _Branch[T], last: _Leaf[T]
    ) -> Rows[T]:
        made = _new(cls)
        made._first, made._size = first, size
        made._branches, made._leaves, made._last = branches, leaves, last
        return made

    def insert(self, serial: int, row: T) -> Rows[T]:
        """With this row, which is the next one or takes the place of a known one. Raises KeyError for a gap."""
        at, size = serial - self._first, self._size
        if at == size:
            last = (*self._last, row)
            if len(last) < _WIDTH:
                return self._of(self._first, size + 1, self._branches, self._leaves, last)
            branches, leaves = self._branches, (*self._leaves, last)
            if len(leaves) == _WIDTH:
                branches, leaves = (*branches, leaves), ()
            return self._of(self._first, size + 1, branches, leaves, ())
        if not 0 <= at < size:
            raise KeyError(f"{serial} is not the next serial number, {self._first + size}, nor a known one")
        return self._changed(at, row)

    def _changed(self, at: int, row: T) -> Rows[T]:
        branches, leaves, last = self._branches, self._leaves, self._last
        leaf, place = at >> _BITS, at & _MASK
        branch = leaf >> _BITS
        if branch < len(branches):
            old = branches[branch]
            branches = _put(branches, branch, _put(old, leaf & _MASK, _put(old[leaf & _MASK], place, row)))
        elif leaf & _MASK < len(leaves):
            leaves = _put(leaves, leaf & _MASK, _put(leaves[leaf & _MASK], place, row))
        else:
            last = _put(last, place, row)
        return self._of(self._first, self._size, branches, leaves, last)

    def __getitem__(self, serial: int) -> T:
        at = serial - self._first
        if not 0 <= at < self._size:
            raise KeyError(serial)
        leaf = at >> _BITS
        branch = leaf >> _BITS
        if branch < len(self._branches):
            return self._branches[branch][leaf & _MASK][at & _MASK]
        leaf &= _MASK
        return (self._leaves[leaf] if leaf < len(self._leaves) else self._last)[at & _MASK]

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._first, self._first + self._size))

    def __contains__(self, serial: object) -> bool:
        return isinstance(serial, int) and 0 <= serial - self._first < self._size

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        return f"Rows({dict(self.items())!r})"

    def _parts(self) -> tuple[Any, ...]:
        """Equal rows lie in equal trees: how many there are says where each one is."""
        return self._first, self._branches, self._leaves, self._last


def _put(whole: tuple[T, ...], place: int, part: T) -> tuple[T, ...]:
    return (*whole[:place], part, *whole[place + 1 :])


_new = object.__new__
