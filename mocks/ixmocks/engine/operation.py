"""What must be known of each operation to answer it? Compiled once from connexion's reading of the spec."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from ixmocks.engine.call import Call
from ixmocks.engine.document import Document
from ixmocks.engine.outcome import Answer, Violation
from ixmocks.engine.outline import Outline, handler_of
from ixmocks.engine.schema import SCHEMA, Shape

Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str
    required: bool
    shape: Shape
    type: str
    default: Any
    rule: str

    def read(self, text: str) -> Any:
        """The value as its type says, or the text itself where it is none (the schema then says no)."""
        return _COERCE.get(self.type, str)(text)


@dataclass(slots=True, eq=False)
class Operation:
    id: str
    method: str
    path: str
    """As the spec writes it, with its templates."""
    handler: Handler
    parameters: tuple[Parameter, ...]
    body: Shape | None
    body_required: bool
    media_types: tuple[str, ...]
    answers: Mapping[str, str | None]
    """Schemas by status, as JSON texts; compiled when the first answer of that status is checked."""
    schemes: tuple[str, ...]
    """Security schemes demanded; none: the operation is open."""
    pattern: re.Pattern[str] | None = None
    """For templated paths."""
    not_json: str = SCHEMA
    """The rule that a body breaks which cannot be parsed: `x-rules: {not_json: …}` of the document."""
    static: bool = field(init=False)
    _shapes: dict[int, tuple[bool, Shape | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.static = self.pattern is None

    def answer_shape(self, status: int) -> tuple[bool, Shape | None]:
        """Whether the spec has this status, and the shape of its body."""
        found = self._shapes.get(status)
        if found is None:
            found = self._shapes[status] = self._shape_of(str(status))
        return found

    def _shape_of(self, key: str) -> tuple[bool, Shape | None]:
        if key not in self.answers:
            key = "default"
        if key not in self.answers:
            return False, None
        schema = self.answers[key]
        return True, None if schema is None else Shape.later(schema)


@dataclass(slots=True)
class Routes:
    """All operations of one document, found by method and path."""

    static: dict[tuple[str, str], Operation]
    templated: list[Operation]
    paths: dict[str, list[str]]
    """Static path or pattern text to its methods, for 405."""
    fold: Callable[[str], str]

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]] | None:
        operation = self.static.get((method, path)) or self.static.get((method, self.fold(path)))
        if operation is not None:
            return operation, {}
        for candidate in self.templated:
            if candidate.method == method and candidate.pattern is not None:
                match = candidate.pattern.fullmatch(path)
                if match is not None:
                    return candidate, {k: unquote(v) for k, v in match.groupdict().items()}
        return None

    def known(self, path: str) -> str:
        """The path as the document spells it, where only case or slash differ."""
        folded = self.fold(path)
        return next((spelt for spelt in self.paths if self.fold(spelt) == folded), path)

    def methods(self, path: str) -> tuple[str, ...]:
        """The methods that some operation has at this path; none: nobody knows the path."""
        here = list(self.paths.get(self.known(path), ()))
        here += [op.method for op in self.templated if op.pattern is not None and op.pattern.fullmatch(path)]
        return tuple(dict.fromkeys(here))

    def operations(self) -> Iterator[Operation]:
        yield from dict.fromkeys(self.static.values())
        yield from self.templated


def compile_routes(document: Document, handlers: ModuleType, fold: Callable[[str], str]) -> Routes:
    """Every operation of the document. Raises SpecError where one cannot be served."""
    routes = Routes({}, [], {}, fold)
    not_json = document.not_json
    for outline in document.outlines:
        operation = compile_operation(outline, handlers, not_json)
        routes.paths.setdefault(operation.path, []).append(operation.method)
        if operation.static:
            routes.static[(operation.method, operation.path)] = operation
            routes.static[(operation.method, fold(operation.path))] = operation
        else:
            routes.templated.append(operation)
    return routes


def compile_operation(outline: Outline, handlers: ModuleType, not_json: str) -> Operation:
    return Operation(
        id=outline.id,
        method=outline.method,
        path=outline.path,
        handler=handler_of(handlers, outline.id),
        parameters=tuple(map(_parameter, outline.parameters)),
        body=None if outline.body is None else Shape.later(outline.body),
        body_required=outline.body_required,
        media_types=outline.media_types,
        answers=outline.answers,
        schemes=outline.schemes,
        pattern=_pattern(outline.path) if "{" in outline.path else None,
        not_json=not_json,
    )


def check_parameters(
    operation: Operation, place: str, given: Mapping[str, str]
) -> tuple[dict[str, Any], list[Violation]]:
    """Values of one place (path, query, header) by their documented names, and what is wrong with them."""
    values: dict[str, Any] = {}
    violations: list[Violation] = []
    for parameter in operation.parameters:
        if parameter.place != place:
            continue
        text = given.get(parameter.name.lower() if place == "header" else parameter.name)
        if text is None:
            if parameter.required:
                violations.append(
                    Violation(
                        parameter.rule or "schema", f"{place}.{parameter.name}", "nothing", "a value: it is mandatory",
                        keyword="required",
                    )
                )  # fmt: skip
            elif parameter.default is not None:
                values[parameter.name] = parameter.default
            continue
        value = parameter.read(text)
        if parameter.shape.fits(value):
            values[parameter.name] = value
        else:
            violations += parameter.shape.violations(value, f"{place}.{parameter.name}")
    return values, violations


def _parameter(entry: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=entry["name"],
        place=entry["in"],
        required=bool(entry.get("required", False)),
        shape=Shape.later(entry["schema"]),
        type=entry["type"],
        default=entry["default"],
        rule=(entry.get("x-rules") or {}).get("required", ""),
    )


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{[^}]+\})", path)
    return re.compile(
        "".join(f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part) for part in parts)
    )


def _integer(text: str) -> Any:
    return int(text) if re.fullmatch(r"-?\d{1,30}", text, re.ASCII) else text


def _number(text: str) -> Any:
    try:
        return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text, re.ASCII) else text
    except InvalidOperation:
        return text


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


_COERCE: dict[str, Callable[[str], Any]] = {"integer": _integer, "number": _number, "boolean": _boolean}
