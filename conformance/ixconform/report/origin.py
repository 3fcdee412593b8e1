"""Whence is a report? Which kit judged which connector, as what, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    name: str
    """`specs/silvasoft.yaml`, `specs/silvasoft.rules.yaml` …"""
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    name: str
    version: str
    digests: tuple[Digest, ...] = ()
    """Contracts and rule books that the verdicts rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    name: str
    driver: str
    """`command`, `service`, `http` or `python`."""
    version: str = ""
    command: tuple[str, ...] = ()
    artefact_sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """Digest of the file that was started; empty where there is no single file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    name: str
    """`ixpole-silvasoft-draft`"""
    source: str
    target: str
    mode: str
    """`direct`, `draft` or `source-only`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact about the place where the run took place."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    name: str
    """`over_75`, `payments`, `correlation` …"""
    claimed: bool
    value: str = ""
    """What was declared, as written in `ixkit.toml`."""
