"""What does a YAML or TOML file say, with the line of each value, and with every text as it was typed?

Both become the same small tree. YAML's own guesses are undone: an account 0800 stays ``0800``,
and ``no`` where a text is due is pointed out instead of becoming ``False``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import yaml

DEPTH_MAX = 12
NODES_MAX = 50_000


class Is(Enum):
    TEXT = "a text"
    NUMBER = "a number"
    FLAG = "true or false"
    NOTHING = "nothing"
    TABLE = "a table of keys"
    LIST = "a list"


@dataclass(frozen=True, slots=True)
class Node:
    """One value of the file."""

    kind: Is
    line: int | None = None
    text: str = ""
    """As typed, for a single value."""
    entries: tuple[tuple[str, Node], ...] = ()
    items: tuple[Node, ...] = ()
    doubled: tuple[tuple[str, int | None], ...] = ()
    """Keys that occur more than once."""


class Malformed(ValueError):
    """The file is no YAML or TOML."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def yaml_tree(text: str) -> Node:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise Malformed(f"not YAML: {error.problem}", mark.line + 1 if mark else None) from None
    except yaml.YAMLError as error:
        raise Malformed(f"not YAML: {' '.join(str(error).split())[:200]}") from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
    return Node(Is.NOTHING) if root is None else _from_yaml(root, 0, [0])


def toml_tree(text: str) -> Node:
    try:
        root = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        raise Malformed(f"not TOML: {error}", int(found[1]) if found else None) from None
    except RecursionError:
        raise Malformed("nested too deeply") from None
    return _from_toml(root)


_KINDS = {
    "tag:yaml.org,2002:str": Is.TEXT,
    "tag:yaml.org,2002:timestamp": Is.TEXT,
    "tag:yaml.org,2002:int": Is.NUMBER,
    "tag:yaml.org,2002:float": Is.NUMBER,
    "tag:yaml.org,2002:bool": Is.FLAG,
    "tag:yaml.org,2002:null": Is.NOTHING,
}


def _from_yaml(node: yaml.Node, depth: int, count: list[int]) -> Node:
    line = node.start_mark.line + 1
    count[0] += 1
    if depth > DEPTH_MAX or count[0] > NODES_MAX:  # an alias may point to itself, or multiply
        raise Malformed("nested too deeply, or too much", line)
    if isinstance(node, yaml.ScalarNode):
        kind = _KINDS.get(node.tag)
        if kind is None:
            raise Malformed(f"the tag {node.tag} is not allowed here", line)
        return Node(kind, line, node.value)
    if isinstance(node, yaml.SequenceNode):
        return Node(Is.LIST, line, items=tuple(_from_yaml(each, depth + 1, count) for each in node.value))
    entries: dict[str, Node] = {}
    doubled: list[tuple[str, int | None]] = []
    assert isinstance(node, yaml.MappingNode)
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise Malformed("a key must be a plain text", key.start_mark.line + 1)
        if key.value in entries:
            doubled.append((key.value, key.start_mark.line + 1))
        entries[key.value] = _from_yaml(value, depth + 1, count)
    return Node(Is.TABLE, line, entries=tuple(entries.items()), doubled=tuple(doubled))


def _from_toml(value: Any) -> Node:
    match value:
        case bool():
            return Node(Is.FLAG, text=str(value).lower())
        case int() | Decimal():
            return Node(Is.NUMBER, text=str(value))
        case Mapping():
            return Node(Is.TABLE, entries=tuple((key, _from_toml(each)) for key, each in value.items()))
        case list():
            return Node(Is.LIST, items=tuple(_from_toml(each) for each in value))
        case _:
            return Node(Is.TEXT, text=str(value))
