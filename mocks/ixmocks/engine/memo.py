"""What was found out of a value before? Remembered beside the value, and forgotten with it."""

from __future__ import annotations

from typing import Generic, TypeVar

Of = TypeVar("Of")
Key = TypeVar("Key")
Found = TypeVar("Found")

VALUES_MAX = 64
FOUND_MAX = 4096


class Memo(dict[Key, Found]):
    """A bounded dict: full, it begins anew."""

    def __setitem__(self, key: Key, found: Found) -> None:
        if len(self) >= FOUND_MAX:
            self.clear()
        super().__setitem__(key, found)


class Memos(Generic[Of, Key, Found]):
    """A memo for each of some values that never change. A value is known by its identity: it need not be hashed.

    For what follows from a value and a key alone; it then makes no difference but in time.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Of, Memo[Key, Found]]] = {}

    def of(self, value: Of) -> Memo[Key, Found]:
        kept = self._kept.get(id(value))
        if kept is None or kept[0] is not value:
            while len(self._kept) >= VALUES_MAX:
                self._kept.pop(next(iter(self._kept)), None)
            kept = self._kept[id(value)] = (value, Memo())
        return kept[1]
