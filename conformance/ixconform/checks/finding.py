"""What does a checker say? Findings: what was seen, what was expected, where, and because of which rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ixconform.history import History
from ixconform.matching import documents_of
from ixconform.profile import Claims
from ixconform.systems.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    code: str
    """The property: `P-ONE`."""
    actual: str
    expected: str
    instalment: str = ""
    marks: Mapping[int, str] = field(default_factory=dict)
    """Events that show it, with a word why."""
    because: tuple[str, ...] = ()
    """Codes of the systems' rules that it rests on."""
    kind: str = "fail"
    """`fail`; `warn`: allowed but unwise; `skip`: cannot be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A history and what the connector claims: all that a checker gets."""

    history: History
    target: Target
    claims: Claims

    @property
    def name(self) -> str:
        return self.target.traits.name


Check = Callable[[Seen], list[Finding]]

__all__ = ["Check", "Finding", "Seen", "documents_of"]
