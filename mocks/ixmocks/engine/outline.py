"""What does a document say of an operation? As much as is needed to answer it, in values that JSON can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

IN_BODY = "x-security-in-body"
"""Beside `security` in an operation: schemes whose value its body holds as a member, for which OpenAPI has no word."""
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


class SpecError(ValueError):
    """A spec or rule book cannot be used; the message says which file, what was seen and what to do."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Schemas are JSON texts: most of them are never looked at."""

    id: str
    method: str
    path: str
    """As the spec writes it, with its templates."""
    parameters: tuple[Mapping[str, Any], ...]
    body: str | None
    body_required: bool
    media_types: tuple[str, ...]
    answers: Mapping[str, str | None]
    """By status."""
    schemes: tuple[str, ...]
    """Security schemes demanded; none: the operation is open."""


def handler_of(handlers: ModuleType, operation_id: str) -> Callable[..., Any]:
    """The function that answers: `get_instalments` for `getInstalments`. Raises SpecError where there is none."""
    name = snake_case(operation_id)
    function: Callable[..., Any] | None = getattr(handlers, name, None)
    if not callable(function):
        raise SpecError(
            f"operationId {operation_id!r} has no function {name!r} in {handlers.__name__}; "
            "write it, or correct the operationId"
        )
    return function


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
