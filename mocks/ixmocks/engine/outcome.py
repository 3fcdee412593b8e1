"""What can come of a request? The values that rules, handlers and the engine hand each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from enum import Enum
from typing import Any

from ixmocks.engine.values import value

Readings = Mapping[str, str]
"""Rule code to the name of the reading in force, e.g. ``{"IXP-19": "strict"}``; complete for a system."""


class Why(Enum):
    """At which gate a request was refused. The vendor's envelope may differ by it."""

    NOT_FOUND = "not_found"  # no such path
    METHOD = "method"  # the path exists, this method does not
    MEDIA_TYPE = "media_type"  # the body is of a type that nobody reads
    TOO_LARGE = "too_large"  # more bytes, depth or nodes than we take
    UNAUTHORISED = "unauthorised"  # credentials missing, wrong or expired
    LIMITED = "limited"  # too many requests in a window
    NOT_JSON = "not_json"  # the body cannot be parsed
    SCHEMA = "schema"  # parsed, but not of the documented shape
    RULE = "rule"  # of the right shape, and against a business rule
    FAULT = "fault"  # a fault that somebody armed
    DEFECT = "defect"  # our own mistake


@value(frozen=True, slots=True)
class Violation:
    """One rule that a request broke, and where.

    ``rule`` is a rule code (``SILV-01``), or ``schema`` where only the spec's types say no.
    ``at`` is a dotted place that begins with body, query, path, header or request:
    ``body.Invoice_InvoiceLine.3.TaxPc``.
    """

    rule: str
    at: str
    seen: str
    expected: str
    message: str = ""
    """The vendor's own words for it; empty: the envelope finds its own."""
    advice: str = ""
    keyword: str = ""
    """The schema keyword that said no (``type``, ``maxItems`` ...); empty for a business rule."""


@value(frozen=True, slots=True)
class Refused:
    """An expected no: every violation found, the first one first. Nothing was changed."""

    violations: tuple[Violation, ...]
    status: int = 400
    why: Why = Why.RULE
    code: str = ""
    """The vendor's error code, if this refusal has a particular one."""

    @property
    def first(self) -> Violation:
        return self.violations[0]


@value(frozen=True, slots=True)
class Changed:
    """A yes: the state as it is now (the same object where nothing changed) and what to answer."""

    state: Any
    answer: Any = None
    notes: tuple[str, ...] = ()
    """Rule codes that shaped the answer without refusing it (``SILV-04``: name ignored)."""


Outcome = Changed | Refused


@value(frozen=True, slots=True)
class Answer:
    """What goes back: a status, a JSON value (or bytes as they are), and headers."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    refused: Refused | None = None
    notes: tuple[str, ...] = ()

    def with_headers(self, *more: tuple[str, str]) -> Answer:
        return replace(self, headers=self.headers + more)


@value(frozen=True, slots=True)
class Presented:
    """The credentials a request came with, by the name of the spec's security scheme."""

    values: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    """Query parameters and, for forms and systems with `body_credentials`, the body's own members."""

    def __getitem__(self, scheme: str) -> str:
        return self.values.get(scheme, "")
