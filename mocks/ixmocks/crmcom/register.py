"""How is an entity found by any of its identifying members? A persistent list with indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from rpds import HashTrieMap

from ixmocks.engine.rows import Rows

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Register(Generic[T]):
    """Entities in the order of their making. ``keys`` names the members by which one is looked up."""

    keys: Mapping[str, Callable[[T], str]]
    id_of: Callable[[T], str]
    all: Rows[T] = field(default_factory=lambda: Rows(0))
    """By serial number."""
    serials: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    index: HashTrieMap[tuple[str, str], tuple[int, ...]] = field(default_factory=HashTrieMap)

    def get(self, id: str) -> T | None:
        serial = self.serials.get(id)
        return None if serial is None else self.all[serial]

    def __getitem__(self, id: str) -> T:
        return self.all[self.serials[id]]

    def __len__(self) -> int:
        return len(self.all)

    def find(self, key: str, value: str) -> tuple[T, ...]:
        """All that have this value there, the oldest first. Nobody has an empty one."""
        return tuple(self.all[serial] for serial in self.index.get((key, value), ())) if value else ()

    def put(self, entity: T) -> Register[T]:
        """With this entity added, or in the place of the one with its id."""
        id = self.id_of(entity)
        known = self.serials.get(id)
        serial = len(self.all) if known is None else known
        old = None if known is None else self.all[known]
        index = self.index
        for key, value_of in self.keys.items():
            value, before = value_of(entity), "" if old is None else value_of(old)
            if value == before:
                continue
            if before:
                index = _without(index, (key, before), serial)
            if value:
                index = index.insert((key, value), (*index.get((key, value), ()), serial))
        return Register(
            self.keys, self.id_of, self.all.insert(serial, entity), self.serials.insert(id, serial), index
        )

    def newest_first(self) -> Iterator[T]:
        return (self.all[serial] for serial in range(len(self.all) - 1, -1, -1))

    def __iter__(self) -> Iterator[T]:
        return iter(self.all.values())


def register(id_of: Callable[[Any], str], **keys: Callable[[Any], str]) -> Register[Any]:
    """An empty one. The id is a key of every register."""
    return Register({"id": id_of, **keys}, id_of)


def _without(
    index: HashTrieMap[tuple[str, str], tuple[int, ...]], key: tuple[str, str], serial: int
) -> HashTrieMap[tuple[str, str], tuple[int, ...]]:
    rest = tuple(other for other in index[key] if other != serial)
    return index.insert(key, rest) if rest else index.remove(key)
