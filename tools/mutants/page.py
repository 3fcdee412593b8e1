"""What is told of a hunt? The score of each system, and a page with every survivor and why it survives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutants.making import mutants, rules_of

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


HEAD = """\
# Weakened rules

Made by `make mutate`. Each decision of a mock that names a rule is weakened, one at a time: a check is off, `<` becomes
`<=`, a limit moves by one, `and` becomes `or`, what is wrong with a value is not minded. In a contract a limit moves by
one, a form is not asked for, something mandatory is not. In a rule book another reading becomes the usual one. Then the
rule's examples and the tests of its system are run. A test that fails has noticed.
"""
TAIL = """\
## Not weakened

In code, contract and rule book nothing that could be weakened names these rules. Most of them say what is not
forbidden, what an answer consists of, or what follows from other rules; a few are a plain sum. Their examples are run
all the same.
"""


def page(scores: list[Score]) -> str:
    tried, noticed = sum(each.tried for each in scores), sum(each.noticed for each in scores)
    rules = {each.system: rules_of(each.system) for each in scores}
    weakened = {each.system: {mutant.rule for mutant in mutants(each.system)} for each in scores}
    lines = [
        HEAD,
        "| system | rules | weakened | in places | noticed |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {each.system} | {len(rules[each.system])} | {len(rules[each.system].keys() & weakened[each.system])} "
            f"| {each.tried} | {each.noticed} |"
            for each in scores
        ),
        f"| all | {sum(map(len, rules.values()))} "
        f"| {sum(len(rules[name].keys() & found) for name, found in weakened.items())} "
        f"| {tried} | {noticed}, {100 * noticed / max(tried, 1):.1f} % |",
        "",
        *_survivors(scores),
        TAIL,
    ]
    for system, titles in rules.items():
        left = [f"    - {code} {title}" for code, title in titles.items() if code not in weakened[system]]
        lines += [f"- {system}", *left] if left else []
    return "\n".join(lines).rstrip("\n") + "\n"


def _survivors(scores: list[Score]) -> list[str]:
    why = reasons()
    lines = ["## Nobody notices these", ""]
    for reason in [*dict.fromkeys(why.values()), ""]:
        mine = [name for each in scores for name in each.survivors if why.get(name, "") == reason]
        if mine:
            lines += [reason or "Not looked into yet:", "", *(f"- {_plain(name)}" for name in mine), ""]
    return lines


def _plain(name: str) -> str:
    return name.replace("|", "\\|").replace("<", "&lt;") if "`" not in name else name
