"""What changed between two sets of contracts, as findings?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ixcheck.contract import RULES, Source
from ixcheck.diff import rulebooks
from ixcheck.diff.change import BREAKING, SAFE, Change
from ixcheck.diff.documents import Documents
from ixcheck.finding import Finding
from ixmocks.engine.document import SpecError


def compared(old: Mapping[str, Source], new: Mapping[str, Source]) -> list[Finding]:
    """Every difference, the worst first. Single files are compared whatever their names."""
    if len(old) == 1 and len(new) == 1:
        pairs: list[tuple[str, Source | None, Source | None]] = [
            (next(iter(new)), *old.values(), *new.values())  # type: ignore[list-item]
        ]
    else:
        pairs = [(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]
    found = [finding for name, one, two in pairs for finding in _file(name, one, two)]
    return sorted(found, key=lambda f: (-f.level, f.system, f.subject, f.at, f.kind, f.text))


def _file(name: str, old: Source | None, new: Source | None) -> Iterator[Finding]:
    system = name.removesuffix(RULES).rsplit(".", 1)[0] if not name.endswith(RULES) else name[: -len(RULES)]
    if old is None or new is None:
        there = new or old
        assert there is not None
        level, what = (BREAKING, "is gone") if new is None else (SAFE, "is new")
        yield Finding(level, "file-removed" if new is None else "file-added", name, "", what, file=there.name)
        return
    if old.is_rules is not new.is_rules:
        raise SpecError(f"{old.name} and {new.name}: one is a rule book and the other is none.")
    made = rulebooks.changes(old, new) if new.is_rules else Documents(old, new).changes()
    for change in dict.fromkeys(made):
        yield _finding(change, system, old, new)


def _finding(change: Change, system: str, old: Source, new: Source) -> Finding:
    source = old if change.gone else new
    return Finding(
        change.level, change.kind, change.subject, change.at, change.text, system=system, rule=change.rule,
        file=source.name, line=source.line(change.pointer),
    )  # fmt: skip
