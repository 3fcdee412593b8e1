"""What do the rules say? Read from the files that come with ixkit: no server is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ixmocks.commandline.stopping import stop
from ixmocks.places import SPECS

SUFFIX = ".rules.yaml"


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule, and where it stands."""

    code: str
    system: str
    place: str
    raw: Mapping[str, Any]

    @property
    def title(self) -> str:
        return str(self.raw["title"])

    @property
    def confidence(self) -> str:
        return str(self.raw["confidence"])

    @property
    def operations(self) -> tuple[str, ...]:
        return tuple(self.raw.get("operations") or ())

    @property
    def readings(self) -> tuple[Mapping[str, str], ...]:
        return tuple(self.raw.get("readings") or ())

    @property
    def sources(self) -> tuple[Mapping[str, str], ...]:
        return tuple(self.raw.get("sources") or ())


def systems() -> tuple[str, ...]:
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in SPECS.glob(f"*{SUFFIX}")))


@cache
def book(system: str) -> Mapping[str, Entry]:
    """The rules of one system, by code."""
    import yaml

    path = SPECS / f"{system}{SUFFIX}"
    try:
        text = path.read_text(encoding="utf-8")
        raw = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["rules"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        stop(f"{path}: cannot be read ({' '.join(str(error).split())}).")
    lines = {
        match[1]: number
        for number, line in enumerate(text.splitlines(), 1)
        if (match := re.match(r"  ([A-Z0-9]+-\d+):", line))
    }
    return {
        code: Entry(code, system, f"{_short(path)}:{lines.get(code, 1)}", entry)
        for code, entry in raw.items()
    }


def find(code: str) -> Entry | None:
    wanted = code.upper()
    return next((entry for system in systems() if (entry := book(system).get(wanted)) is not None), None)


def codes() -> list[str]:
    return [code for system in systems() for code in book(system)]


def _short(path: Path) -> str:
    """As a reader here would open it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
