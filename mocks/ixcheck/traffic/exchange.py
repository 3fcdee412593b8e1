"""One request and its answer, from wherever they were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class NotTraffic(ValueError):
    """The file is no recording that we read; the message says what was seen and what was expected."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Header names are in lower case. A body that is None was not recorded."""

    where: str
    """How a reader finds it: `entry 17`, or the id of an event."""
    method: str
    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = b""
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes | None = b""
    system: str = ""
    """Where the recording says so itself."""

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> str:
        return urlsplit(self.url).query

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


def kind_of(headers: Mapping[str, str]) -> str:
    """The media type, without its parameters; empty where none is said."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()
