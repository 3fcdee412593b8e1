"""Which verdicts are known already? They are kept, one by one, until something changes that they depend on."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mutants.making import ROOT, SYSTEMS

FOLDER = ROOT / "build" / "mutants"
PARTS = (
    "mocks", "specs/{system}.yaml", "specs/{system}.rules.yaml", "tests/conftest.py", "tests/support", "tests/specs",
    "tests/mocks/{system}", "tools/mutants/making.py", "tools/mutants/checks.py", "tools/mutants/living.py",
    "tools/mutants/hunting.py",
)  # fmt: skip
"""What decides over a verdict; of the mocks and tests, what belongs to another system does not."""
KINDS = {".py", ".yaml", ".json"}


@dataclass(slots=True)
class Kept:
    """The verdicts on one system's mutants."""

    path: Path
    digest: str
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the mutant's name."""
    broken: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, system: str, folder: Path = FOLDER, *, root: Path = ROOT) -> Kept:
        """Those that still hold: none where anything changed."""
        kept = cls(folder / f"{system}.json", digest_of(system, root))
        try:
            found = json.loads(kept.path.read_text("utf-8"))
            if found["digest"] == kept.digest:
                kept.verdicts = found["verdicts"]
        except (OSError, ValueError, KeyError, TypeError):
            pass  # nothing is kept, or nobody can read it: everything is asked again
        return kept

    def add(self, name: str, verdict: dict[str, Any]) -> None:
        self.verdicts[name] = verdict
        self.write()

    def without(self, names: Iterable[str]) -> None:
        for name in names:
            self.verdicts.pop(name, None)
        self.write()

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_suffix(".draft")
        draft.write_text(json.dumps({"digest": self.digest, "verdicts": self.verdicts}, indent=1), "utf-8")
        draft.replace(self.path)

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)


def digest_of(system: str, root: Path = ROOT) -> str:
    """Of everything that decides over the verdicts on one system."""
    digest = hashlib.sha256(platform.python_version().encode())
    for path in _files(system, root):
        name = path.relative_to(root).as_posix()
        digest.update(f"\0{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()


def _files(system: str, root: Path) -> Iterator[Path]:
    others = {each for each in SYSTEMS if each != system}
    for part in PARTS:
        path = root / part.format(system=system)
        for each in [path] if path.is_file() else sorted(path.rglob("*")):
            steps = {*each.relative_to(root).parts[:-1], each.name.partition(".")[0]}
            if each.suffix in KINDS and not steps & others:
                yield each
