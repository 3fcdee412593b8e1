"""What of the contracts did a test run not reach? The gate behind `ixkit check --coverage`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from ixcheck.finding import Finding, Level
from ixmocks.reach.file import WORDS, counted, missing
from ixmocks.reach.seen import Reached

SAYS = {
    "operation": "no test asks it", "status": "no test sees this answer", "parameter": "no test gives it",
    "keyword": "no test is refused by it", "obeyed": "no test obeys it", "broken": "no test breaks it",
    "reading": "no test plays under it", "transition": "no test makes this step",
}  # fmt: skip


class NotAllowed(ValueError):
    """A list of what need not be reached that cannot be read; the message says what was expected."""


def allowed(path: Path) -> dict[str, str]:
    """Pattern (`silvasoft status * 500`) to the reason why it need not be reached. Raises NotAllowed."""
    import yaml

    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NotAllowed(f"{path}: cannot be read: {' '.join(str(error).split())}.") from None
    if raw is None:
        return {}
    if not isinstance(raw, dict) or not all(
        isinstance(why, str) and isinstance(names, list) and all(isinstance(name, str) for name in names)
        for why, names in raw.items()
    ):
        raise NotAllowed(
            f"{path}: expected a mapping of reasons to lists of patterns (`SYSTEM KIND NAME`, * for any)."
        )
    return {name: why for why, names in raw.items() for name in names}


def unreached(systems: Mapping[str, Reached], but: Mapping[str, str], file: str = "") -> Iterator[Finding]:
    """Each item that no test reached and no pattern of `but` allows; and each pattern that nothing needs any more."""
    needed = set()
    for system, kind, name in missing(systems):
        fitting = [pattern for pattern in but if fnmatchcase(f"{system} {kind} {name}", pattern)]
        needed.update(fitting)
        if not fitting:
            yield Finding(
                Level.ERROR, f"unreached-{kind}", name, "", SAYS[kind], system=system, rule=_rule(kind, name)
            )
    for pattern in but:
        if pattern not in needed:
            said = "allowed although a test reaches it, or nothing has this name; take it out"
            yield Finding(Level.WARNING, "allowed-in-vain", pattern, "", said, file=file)


def _rule(kind: str, name: str) -> str:
    return name.partition("=")[0] if kind in ("obeyed", "broken", "reading") else ""


def summary(systems: Mapping[str, Reached]) -> str:
    lines = []
    for system, kinds in systems.items():
        parts = [f"{WORDS[kind]} {seen}/{every}" for kind, (seen, every) in counted(kinds).items()]
        lines.append(f"{system}: {', '.join(parts)}")
    return "\n".join(lines)
