"""Which contracts are meant by OLD and NEW? Files, folders, or either of them in a commit of git (`main:specs`)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from ixcheck import contract
from ixcheck.contract import Source
from ixmocks.engine.document import SpecError

GIT_S = 30
_COMMIT = re.compile(r"(?P<commit>[^:\s-][^:\s]*):(?P<path>.*)")


def sources(told: str) -> dict[str, Source]:
    """Name (`silvasoft.yaml`) to contract or rule book. Raises SpecError."""
    path = Path(told)
    if path.is_dir():
        found = sorted(path.glob("*.yaml")) + sorted(path.glob("*.yml")) + sorted(path.glob("*.json"))
        if not found:
            raise SpecError(f"{told}: the folder holds no contract (*.yaml, *.yml or *.json).")
        return {each.name: contract.read(each, _shown(each)) for each in found}
    if path.exists():
        return {path.name: contract.read(path, _shown(path))}
    commit = _COMMIT.fullmatch(told)
    if commit is None:
        raise SpecError(
            f"{told}: there is no such file or folder. Give a contract, a folder of them, or COMMIT:PATH."
        )
    return _committed(commit["commit"], commit["path"].rstrip("/"), told)


def _committed(commit: str, path: str, told: str) -> dict[str, Source]:
    kind = _git(told, "cat-file", "-t", f"{commit}:{path}").strip()
    if kind == "blob":
        text = _git(told, "show", f"{commit}:{path}")
        return {Path(path).name: contract.parse(f"{commit}:{path}", text)}
    names = _git(told, "ls-tree", "--name-only", f"{commit}:{path}").splitlines()
    chosen = [name for name in names if name.endswith((".yaml", ".yml", ".json"))]
    if not chosen:
        raise SpecError(f"{told}: the folder holds no contract (*.yaml, *.yml or *.json).")
    inside = f"{path}/" if path else ""
    return {
        name: contract.parse(f"{commit}:{inside}{name}", _git(told, "show", f"{commit}:{inside}{name}"))
        for name in chosen
    }


def _git(told: str, *words: str) -> str:
    try:
        done = subprocess.run(["git", *words], capture_output=True, timeout=GIT_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SpecError(f"{told}: git cannot be asked ({error}).") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise SpecError(f"{told}: there is no such file, and git says: {said[-1] if said else 'nothing'}.")
    return done.stdout.decode("utf-8", errors="replace")


def _shown(path: Path) -> str:
    """As a reader here, or an annotation, would name it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
