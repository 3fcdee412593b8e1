"""What goes over the wire, and what came of it? Plain values, so that decisions need no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")


class Kind(Enum):
    """What a request may do, which decides what may be done when its answer is lost."""

    READ = "R"
    WRITE = "WI"  # idempotent write by key
    CREATE_KEYED = "WK"  # create, and the server enforces our key
    CREATE = "WC"  # create without an enforced key


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, relative to its system's base URL; credentials are added by the shell."""

    system: str
    operation: str
    kind: Kind
    method: str
    path: str
    """Percent-encoded."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Credentials and the like, put in by the shell; never shown."""
    pdf: bool = False
    """The answer is a PDF, so it may be larger than others."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class NoReply:
    """No whole answer came. ``sent`` is False only where no byte left this machine."""

    sent: bool
    reason: str


Heard = Reply | NoReply


@dataclass(frozen=True, slots=True)
class Yes(Generic[T]):
    """Certainly done (or read); the value in our own terms."""

    value: T


class Cause(Enum):
    """Why a request was certainly not processed."""

    INVALID = "invalid"  # 400, 413, 422: the data are wrong
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"  # 409, or "not unique"
    CREDENTIALS = "credentials"
    LIMITED = "limited"
    NOT_SENT = "not_sent"
    REDIRECT = "redirect"
    UNREADABLE = "unreadable"  # a read whose answer cannot be understood
    UNAVAILABLE = "unavailable"  # a read that got a 5xx or no answer


@dataclass(frozen=True, slots=True)
class No:
    """Certainly not processed."""

    cause: Cause
    reason: str
    """What the server said, in words for a person."""
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Neither yes nor no: it may have been done. Never send again blindly."""

    reason: str


Outcome = Yes[T] | No | Unknown
