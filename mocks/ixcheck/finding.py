"""What does a check tell? One value for every kind of finding, so that all commands share their formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """How bad it is. Of a changed contract: safe, risky (look at it), breaking."""

    NOTE = 0
    WARNING = 1
    ERROR = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, and where.

    ``kind`` is a stable name that a machine may look for. ``subject`` is what it is about: an operation, a rule or a
    file; ``at`` the place inside of it, dotted. ``file`` and ``line`` (from 1; 0: unknown) are where a reader can look.
    """

    level: Level
    kind: str
    subject: str
    at: str
    text: str
    system: str = ""
    rule: str = ""
    confidence: str = ""
    source: str = ""
    file: str = ""
    line: int = 0

    def plain(self) -> dict[str, Any]:
        """For JSON. Only what is known."""
        members: Mapping[str, Any] = {
            "level": self.level.name.lower(), "kind": self.kind, "system": self.system, "subject": self.subject,
            "at": self.at, "text": self.text, "rule": self.rule, "confidence": self.confidence, "source": self.source,
            "file": self.file, "line": self.line,
        }  # fmt: skip
        return {name: value for name, value in members.items() if value or name in ("level", "kind", "text")}


def worst(findings: Iterable[Finding]) -> Level | None:
    return max((finding.level for finding in findings), default=None)
