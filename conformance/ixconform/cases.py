"""How is a case kept? As a small JSON file that needs no seed, made to be committed and played again."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ixconform.data import Case
from ixconform.profile import Claims

FOLDER = Path(".ixkit") / "cases"
SCHEMA = "ixkit-case/1"


class CaseError(ValueError):
    """No such case, or a file that is none. Says what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    case: Case
    profile: str
    claims: Claims
    check: str
    """The property that failed: `P-ONE`."""
    actual: str = ""
    schema: str = SCHEMA


def id_of(case: Case) -> str:
    """Short, and the same for the same case everywhere."""
    digest = hashlib.sha256(msgspec.json.encode(case)).digest()
    return "k" + base64.b32encode(digest).decode().lower()[:5]


def save(kept: Kept, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{id_of(kept.case)}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")
    return path


def load(name: str, folder: Path) -> Kept:
    """A case by its id, or by the path of its file."""
    path = Path(name) if name.endswith(".json") else folder / f"{name}.json"
    try:
        data = path.read_bytes()
    except OSError as error:
        known = ", ".join(sorted(each.stem for each in folder.glob("*.json"))) or "none"
        raise CaseError(f"there is no case {name!r} ({path}: {error.strerror}); known: {known}") from None
    try:
        kept = msgspec.json.decode(data, type=Kept)
    except msgspec.MsgspecError as error:
        raise CaseError(f"{path} is no case: {error}") from None
    if kept.schema != SCHEMA:
        raise CaseError(f"{path}: schema {kept.schema!r}, expected {SCHEMA!r}")
    return kept
