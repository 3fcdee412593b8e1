"""How does connexion read an OpenAPI document? What it found is an outline, as plain JSON, that can be kept.

Connexion's import and its reading are half of a start. So they are done when a document is new; later starts take
the outline from a cache, and need connexion only for what no compiled operation answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import jsonschema_rs

from ixmocks.engine.connexions import OpenAPIOperation, OpenAPISpecification, Resolution, Resolver
from ixmocks.engine.outline import IN_BODY, METHODS, Outline, SpecError, handler_of
from ixmocks.engine.schema import Shape


class Specification(OpenAPISpecification):  # type: ignore[misc]
    """Connexion's specification, checked by the fast validator."""

    @classmethod
    def _validate_spec(cls, spec: Mapping[str, Any]) -> None:
        validator = jsonschema_rs.Draft4Validator(cls.openapi_schema)
        error = next(iter(validator.iter_errors(spec)), None)
        if error is not None:
            where = "/".join(str(step) for step in error.instance_path) or "the document's root"
            raise SpecError(f"at {where}: {error.message}")


class HandlerResolver(Resolver):  # type: ignore[misc]
    """Finds `get_instalments` in a handlers module for the operationId `getInstalments`."""

    def __init__(self, handlers: ModuleType) -> None:
        super().__init__()
        self.handlers = handlers

    def resolve(self, operation: OpenAPIOperation) -> Resolution:
        return Resolution(handler_of(self.handlers, operation.operation_id or ""), operation.operation_id)


class _ByName(Resolver):  # type: ignore[misc]
    """Takes every operationId for known: the functions are looked up when operations are compiled."""

    def resolve(self, operation: OpenAPIOperation) -> Resolution:
        return Resolution(_nobody, operation.operation_id)


def _nobody() -> None:
    """Stands for the function of an operation while its document is read."""


def outlines(spec: Specification) -> Iterator[Outline]:
    """What has to be known of each operation. Raises SpecError where a schema is none."""
    resolver = _ByName()
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                source = OpenAPIOperation.from_spec(spec, path=path, method=method, resolver=resolver)
                yield _outline(source, path, tuple(item[method].get(IN_BODY, ())))


def _outline(source: OpenAPIOperation, path: str, in_body: tuple[str, ...]) -> Outline:
    content = source.request_body.get("content", {})
    schema = next((media.get("schema") for media in content.values() if media.get("schema")), None)
    return Outline(
        id=source.operation_id,
        method=source.method.upper(),
        path=path,
        parameters=tuple(
            {
                **entry,
                "schema": _text(entry.get("schema", {})),
                "type": _type(entry),
                "default": _default(entry),
            }
            for entry in source.parameters
        ),
        body=_text(schema) if schema else None,
        body_required=bool(source.request_body.get("required", False)),
        media_types=tuple(content),
        answers={status: _answer(answer) for status, answer in source.responses.items()},
        schemes=(*(name for demand in (source.security or ())[:1] for name in demand), *in_body),
    )


def _type(entry: Mapping[str, Any]) -> str:
    return str(entry.get("schema", {}).get("type", "string"))


def _default(entry: Mapping[str, Any]) -> Any:
    return entry.get("schema", {}).get("default")


def _answer(answer: Mapping[str, Any]) -> str | None:
    found = next(
        (media["schema"] for media in answer.get("content", {}).values() if media.get("schema")), None
    )
    return None if found is None else _text(found)


def _text(schema: Mapping[str, Any]) -> str:
    """The schema as JSON text, once it is certain that it is one."""
    try:
        Shape.of(schema)
    except ValueError as error:
        raise SpecError(f"a schema cannot be used: {' '.join(str(error).split())[:300]}") from None
    return json.dumps(schema)
