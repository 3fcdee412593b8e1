"""What is in this contract or rule book? Reads files for the checks, and says what is wrong with them and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from ixmocks.engine.document import SpecError

RULES = ".rules.yaml"
BYTES_MAX = 16_000_000
"""The greatest of ours has a hundred thousand bytes; what is larger than this is no contract of such a system."""
PARTS_MAX, DEPTH_MAX = 5_000_000, 100
"""Values in a document with its aliases written out, and levels of nesting."""
Pointer = tuple[str, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_LOADER):  # type: ignore[misc,valid-type]
    """A name that stands twice is a mistake, not a silent choice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen and name != "<<":
                raise yaml.constructor.ConstructorError(None, None, f"{name!r} stands twice", key.start_mark)
            seen.add(name)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


@dataclass(slots=True)
class Source:
    """One file's text and what it says. ``name`` is how a reader would find it."""

    name: str
    text: str
    raw: dict[str, Any]
    _tree: Any = field(default=None, repr=False)

    @property
    def is_rules(self) -> bool:
        return "rules" in self.raw and "openapi" not in self.raw

    def line(self, pointer: Pointer) -> int:
        """The line of a place, from 1; of the nearest place around it where it is not there."""
        if self._tree is None:
            self._tree = yaml.compose(self.text, Loader=_LOADER)
        node, line = self._tree, 1
        for step in pointer:
            found = _child(node, step)
            if found is None:
                return line
            mark, node = found
            line = mark.line + 1
        return line

    def resolve(self, node: Any, pointer: Pointer) -> tuple[Any, Pointer]:
        """What a reference stands for, and where that is; anything else as it is."""
        steps = 0
        while isinstance(node, Mapping) and "$ref" in node:
            steps += 1
            ref = node["$ref"]
            if not isinstance(ref, str) or not ref.startswith("#/") or steps > 32:
                raise SpecError(
                    f"{self.name}: the reference {ref!r} at {'/'.join(pointer)} leads nowhere that we follow; "
                    "expected one into the same document, such as '#/components/schemas/Invoice'."
                )
            pointer = tuple(step.replace("~1", "/").replace("~0", "~") for step in ref[2:].split("/"))
            node = self._walk(pointer, ref)
        return node, pointer

    def _walk(self, pointer: Pointer, ref: str) -> Any:
        node: Any = self.raw
        for step in pointer:
            if not isinstance(node, Mapping) or step not in node:
                near = get_close_matches(step, node if isinstance(node, Mapping) else (), n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                raise SpecError(f"{self.name}: there is nothing at {ref!r}: no {step!r}.{hint}")
            node = node[step]
        return node


def parse(name: str, text: str) -> Source:
    """A contract or rule book. Raises SpecError with the line of what is wrong."""
    if len(text) > BYTES_MAX:
        raise SpecError(f"{name}: {len(text)} characters; at most {BYTES_MAX} are read.")
    try:
        raw = yaml.load(text, _Strict)
    except RecursionError:
        raise SpecError(f"{name}: nested deeper than we read.") from None
    except (yaml.YAMLError, ValueError) as error:
        raise SpecError(f"{name}: not YAML that we read: {_told(error)}") from None
    _check_size(name, raw)
    if not isinstance(raw, dict) or not ("openapi" in raw or "rules" in raw):
        seen = "nothing" if raw is None else f"a mapping with {', '.join(map(str, list(raw)[:4]))} …" if isinstance(
            raw, dict
        ) else f"a {type(raw).__name__}"  # fmt: skip
        raise SpecError(f"{name}: holds {seen}; expected `openapi` and `paths`, or `rules`.")
    if "openapi" in raw:
        _check_openapi(name, raw)
    elif not isinstance(raw["rules"], dict) or not all(isinstance(e, dict) for e in raw["rules"].values()):
        raise SpecError(f"{name}: `rules` must map each code to what the rule says.")
    return Source(name, text, raw)


def _check_size(name: str, raw: Any) -> None:
    """Few bytes may say much: an alias repeats what it names, and one inside of another multiplies."""
    try:
        if _parts(raw, {}) > PARTS_MAX:
            raise SpecError(f"{name}: with its aliases written out it has more than {PARTS_MAX} parts.")
    except RecursionError:
        raise SpecError(
            f"{name}: nested deeper than {DEPTH_MAX} levels, or holds itself by an alias."
        ) from None


def _parts(value: Any, known: dict[int, int], depth: int = 0) -> int:
    """How many values it holds with aliases written out; each is counted once. RecursionError beyond DEPTH_MAX."""
    if not isinstance(value, (dict, list)):
        return 1
    if depth > DEPTH_MAX:
        raise RecursionError
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_parts(item, known, depth + 1) for item in inner)
    return known[id(value)]


def read(path: Path, name: str | None = None) -> Source:
    """As `parse`, from a file."""
    shown = name or str(path)
    try:
        if path.stat().st_size > BYTES_MAX:
            raise SpecError(f"{shown}: {path.stat().st_size} bytes; at most {BYTES_MAX} are read.")
        return parse(shown, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise SpecError(f"{shown}: no UTF-8 text; expected an OpenAPI document or a rule book.") from None
    except OSError as error:
        raise SpecError(f"{shown}: cannot be read ({error.strerror}).") from None


def _check_openapi(name: str, raw: Mapping[str, Any]) -> None:
    stated = raw["openapi"]
    if not isinstance(stated, str) or not stated.startswith("3.0"):
        raise SpecError(f"{name}: `openapi` is {stated!r}; expected '3.0.3'.")
    plain = _keys_as_text(raw)
    error = next(iter(_openapi().iter_errors(plain)), None)
    if error is not None:
        steps, said = _nearest(error)
        where = "/".join(map(str, steps)) or "the document's root"
        message = said if len(said) < 300 else f"{said[:300]}…"
        raise SpecError(f"{name}: no OpenAPI 3.0: at {where}: {message}")


def _nearest(error: Any) -> tuple[list[Any], str]:
    """Where it goes wrong, and how. Of several shapes that it might have: the one that it has for the longest way."""
    shapes = getattr(error.kind, "context", None)
    if not shapes:
        return list(error.instance_path), error.message
    outer = list(error.instance_path)
    inner = [_nearest(first) for shape in shapes for first in shape[:1]]
    steps, said = max(inner, key=lambda one: len(one[0]))
    if not steps or steps == outer:
        return outer, error.message
    return (steps if steps[: len(outer)] == outer else outer + steps), said


@cache
def _openapi() -> Any:
    """What a document of OpenAPI 3.0 looks like; compiled once."""
    import jsonschema_rs

    from ixmocks.engine.connexions import OpenAPISpecification

    return jsonschema_rs.Draft4Validator(OpenAPISpecification.openapi_schema)


def _keys_as_text(value: Any) -> Any:
    """As JSON would have it: statuses are names, dates are text."""
    if isinstance(value, Mapping):
        return {str(key): _keys_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_keys_as_text(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _child(node: Any, step: str) -> tuple[Any, Any] | None:
    """The mark of a member's name (or item's begin), and the member."""
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark, value) for key, value in node.value if str(key.value) == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item = node.value[int(step)]
        return item.start_mark, item
    return None


def _told(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    return " ".join(f"{problem}{where}".split())
