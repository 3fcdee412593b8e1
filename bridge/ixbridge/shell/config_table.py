"""How is one table of a configuration file read, so that no mistake in it stays unseen?

A table is asked key by key. Whatever has the wrong kind, and whatever nobody asked for, becomes a
problem with its place; reading goes on, so that all mistakes are told at once.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import TypeVar

from ixbridge.core.mapping import template_problem
from ixbridge.core.money import read_decimal
from ixbridge.core.parked import Parked
from ixbridge.shell.config_nodes import Is, Node

E = TypeVar("E", bound=Enum)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    path: str
    line: int | None
    message: str

    def told(self, file: str) -> str:
        place = f"{file}:{self.line}" if self.line else file
        return f"{place}: {self.path + ': ' if self.path else ''}{self.message}"


class Table:
    """One table of the file, asked key by key; it remembers what nobody asked for."""

    def __init__(self, node: Node | None, path: str, problems: list[Problem]) -> None:
        self._entries = dict(node.entries) if node else {}
        self._line = node.line if node else None
        self._path = path
        self._problems = problems
        self._asked: list[str] = []
        self.given = node is not None
        for key, line in node.doubled if node else ():
            problems.append(Problem(self._at(key), line, "the key stands here twice"))

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def _at(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path and key else self._path or key

    def wrong(self, key: str, message: str) -> None:
        node = self._entries.get(key) or self._entries.get(key.split(".", 1)[0])
        self._problems.append(Problem(self._at(key), node.line if node else self._line, message))

    def _get(self, key: str, *kinds: Is, required: bool = False) -> Node | None:
        """The value under a key if it is of one of these kinds; an empty value counts as absent."""
        if key not in self._asked:
            self._asked.append(key)
        node = self._entries.get(key)
        if node is None or node.kind is Is.NOTHING:
            if required:
                self.wrong(key, f"missing, expected {kinds[0].value}")
            return None
        if node.kind not in kinds:
            seen = repr(node.text) if node.text else node.kind.value
            hint = "; put it in quotes" if node.kind is Is.FLAG and Is.TEXT in kinds else ""
            self.wrong(key, f"seen {seen}, expected {kinds[0].value}{hint}")
            return None
        return node

    def text(self, key: str, default: T) -> str | T:
        node = self._get(key, Is.TEXT, Is.NUMBER)
        if node is not None and not node.text.strip():
            self.wrong(key, "seen an empty text, expected one; leave the key out instead")
            return default
        return node.text if node else default

    def is_text(self, key: str, text: str) -> bool:
        node = self._entries.get(key)
        self._asked.append(key)
        return node is None or node.kind is Is.NOTHING or node.text == text

    def flag(self, key: str, default: T) -> bool | T:
        node = self._get(key, Is.FLAG)
        return default if node is None else node.text.lower() in ("true", "yes", "on")

    def integer(self, key: str, default: int, *, at_least: int, at_most: int) -> int:
        node = self._get(key, Is.NUMBER)
        if node is None:
            return default
        digits = node.text.removeprefix("-")
        whole = digits.isascii() and digits.isdigit() and len(digits) < 20
        if not whole or not at_least <= int(node.text) <= at_most:
            self.wrong(key, f"seen {node.text}, expected a whole number from {at_least} to {at_most}")
            return default
        return int(node.text)

    def percentage(self, key: str) -> Decimal | None:
        node = self._get(key, Is.NUMBER)
        if node is None:
            return None
        number = read_decimal(node.text, decimals_max=4, field=key)
        if isinstance(number, Parked) or not 0 <= number <= 100:
            self.wrong(key, f"seen {node.text}, expected a percentage from 0 to 100, such as 21 or 5.5")
            return None
        return number

    def choice(self, key: str, kind: type[E], default: T, *, required: bool = False, also: str = "") -> E | T:
        node = self._get(key, Is.TEXT, required=required)
        return default if node is None else self._chosen(key, node, kind, also) or default

    def choices(self, key: str, kind: type[E], default: tuple[E, ...]) -> tuple[E, ...]:
        node = self._get(key, Is.LIST)
        if node is None:
            return default
        found = [self._chosen(key, each, kind) for each in node.items]
        if not found:
            self.wrong(key, "seen an empty list, expected at least one of its values")
        return tuple(each for each in found if each is not None)

    def _chosen(self, key: str, node: Node, kind: type[E], also: str = "") -> E | None:
        known = {str(each.value).lower(): each for each in kind}
        chosen = known.get(node.text.lower())
        if chosen is None:
            names = (*([also] if also else []), *known)
            seen = repr(node.text) if node.text else node.kind.value
            self.wrong(key, f"seen {seen}, expected {' or '.join(names)}{meant(node.text, names)}")
        return chosen

    def template(self, key: str, default: T, fields: frozenset[str]) -> str | T:
        template = self.text(key, None)
        if template is None:
            return default
        problem = template_problem(template, fields)
        if problem:
            self.wrong(key, f"seen {template!r}: {problem}")
        return template

    def texts(
        self, key: str, default: tuple[str, ...], problem_of: Callable[[str], str | None] | None = None
    ) -> tuple[str, ...]:
        node = self._get(key, Is.LIST)
        if node is None:
            return default
        for each in node.items:
            problem = problem_of(each.text) if problem_of else None
            if each.kind not in (Is.TEXT, Is.NUMBER) or problem:
                self.wrong(key, problem or f"seen {each.kind.value}, expected a text")
        return tuple(each.text for each in node.items)

    def named_texts(self, key: str) -> Mapping[str, str]:
        table = self.table(key)
        return MappingProxyType({name: text for name in table._entries if (text := table.text(name, None))})

    def table(self, key: str, *, required: bool = False) -> Table:
        return Table(self._get(key, Is.TABLE, required=required), self._at(key), self._problems)

    def named_tables(self, key: str, *, required: bool = False) -> Mapping[str, Table]:
        table = self.table(key, required=required)
        return {name: table.table(name, required=True) for name in table._entries}

    def tables(self, key: str) -> list[Table]:
        node = self._get(key, Is.LIST)
        found: list[Table] = []
        for index, each in enumerate(node.items if node else ()):
            if each.kind is Is.TABLE:
                found.append(Table(each, f"{self._at(key)}[{index}]", self._problems))
            else:
                self.wrong(key, f"[{index}] is {each.kind.value}, expected a table of keys")
        return found

    def done(self) -> None:
        """Report what nobody asked for."""
        for key in self._entries:
            if key in self._asked:
                continue
            if key.lower().replace("-", "_") in _SECRETS:
                self.wrong(key, "secrets do not belong in this file; set them in the environment")
            else:
                known = ", ".join(self._asked)
                self.wrong(key, f"unknown key{meant(key, self._asked)}; expected one of {known}")


_SECRETS = frozenset(
    {
        "api_key",
        "apikey",
        "client_secret",
        "client_id",
        "password",
        "secret",
        "subscription_key",
        "token",
        "username",
    }
)


def meant(seen: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(seen.lower(), known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
