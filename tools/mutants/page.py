"""What is told of a hunt? The score of each system, and a page with every survivor and why it survives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KNOWN = Path(__file__).parent / "known.yaml"


@dataclass(frozen=True, slots=True)
class Score:
    """What became of one system's mutants."""

    system: str
    tried: int
    survivors: tuple[str, ...]
    broken: tuple[str, ...] = ()
    """Tests that fail without any mutant."""
    mistakes: tuple[str, ...] = ()
    """Mutants that could not be made to live."""

    @property
    def noticed(self) -> int:
        return self.tried - len(self.survivors) - len(self.mistakes)

    @classmethod
    def of(cls, system: str, verdicts: Mapping[str, Mapping[str, Any]], broken: Sequence[str] = ()) -> Score:
        """From the verdicts by name."""
        return cls(
            system,
            len(verdicts),
            tuple(name for name, v in verdicts.items() if not v["by"] and not v["error"]),
            tuple(broken),
            tuple(f"{name}: {v['error']}" for name, v in verdicts.items() if v["error"]),
        )


def reasons() -> dict[str, str]:
    """Of known survivors: why nobody notices them."""
    import yaml

    known = yaml.safe_load(KNOWN.read_text("utf-8")) or {}
    return {name: why for why, names in known.items() for name in names}


def page(scores: list[Score]) -> str:
    why = reasons()
    tried, noticed = sum(each.tried for each in scores), sum(each.noticed for each in scores)
    lines = [
        "# Weakened rules",
        "",
        "Made by `make mutate`. Each check behind a rule is weakened, one at a time: off, `<` becomes `<=`, a limit",
        "moves by one, `and` becomes `or`, something mandatory is not. Then the rule's examples and the tests of its",
        "system are run. A test that fails has noticed.",
        "",
        "| system | weakened | noticed |",
        "| --- | --- | --- |",
        *(f"| {each.system} | {each.tried} | {each.noticed} |" for each in scores),
        f"| all | {tried} | {noticed}, {100 * noticed / max(tried, 1):.1f} % |",
        "",
        "## Nobody notices these",
        "",
    ]
    for reason in [*dict.fromkeys(why.values()), ""]:
        mine = [name for each in scores for name in each.survivors if why.get(name, "") == reason]
        if mine:
            lines += [reason or "Not looked into yet:", "", *(f"- {_plain(name)}" for name in mine), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _plain(name: str) -> str:
    return name.replace("|", "\\|").replace("<", "&lt;") if "`" not in name else name
