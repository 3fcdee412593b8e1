"""How is the page of the zoo written? From what was caught and what was left alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ixconform.report.model import Check

TITLES = {"mutants": "Mistakes", "unlisted": "Mistakes that were thought of afterwards"}


@dataclass(frozen=True, slots=True)
class Animal:
    """One connector against one target."""

    code: str
    what: str
    profile: str
    """`silvasoft-direct`"""
    named: tuple[str, ...] = ()
    kind: str = "mutants"

    @property
    def target(self) -> str:
        return self.profile.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Hunted:
    animal: Animal
    check: Check | None
    """The check that named the mistake; none if it survived."""
    seconds: float
    times: int = 1
    other: tuple[str, ...] = ()
    """Checks that failed without being named."""
    tries: int = 1

    @property
    def sure(self) -> bool:
        """It was caught each time."""
        return self.check is not None and self.times == self.tries


@dataclass(frozen=True, slots=True)
class Judged:
    """A right connector: the level that it reached, and what was wrongly held against it."""

    animal: Animal
    reached: str
    seconds: float
    alarms: tuple[str, ...] = ()


def kept(path: Path) -> list[Hunted | Judged]:
    """Results of an earlier run, a line each; none where there was none."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return [msgspec.json.decode(line, type=Kept).one for line in lines]


def keep(path: Path, one: Hunted | Judged) -> None:
    with path.open("ab") as file:
        file.write(msgspec.json.encode(Kept.of(one)) + b"\n")


@dataclass(frozen=True, slots=True)
class Kept:
    """One result as a file holds it."""

    hunted: Hunted | None = None
    judged: Judged | None = None

    @classmethod
    def of(cls, one: Hunted | Judged) -> Kept:
        return cls(hunted=one) if isinstance(one, Hunted) else cls(judged=one)

    @property
    def one(self) -> Hunted | Judged:
        found = self.hunted or self.judged
        assert found is not None
        return found


def page(hunted: list[Hunted], judged: list[Judged], played: str = "All scenarios were played.") -> str:
    lines = [
        "# What the suite catches",
        "",
        "A suite is worth something only if it fails wrong connectors for the right reason, and leaves right ones",
        "alone. So it is tried on connectors that are wrong on purpose, each with one realistic mistake, and on",
        "variants that do things differently and are right. `make conform-zoo` plays all and writes this page.",
        *_sums(hunted),
        "",
        played,
    ]
    for kind, title in TITLES.items():
        own = [each for each in hunted if each.animal.kind == kind]
        if own:
            lines += ["", f"## {title}", "", *_mistakes(own)]
    if judged:
        lines += ["", "## Harmless variants", "", *_variants(judged)]
    return "\n".join(lines) + "\n"


def _sums(hunted: list[Hunted]) -> Iterable[str]:
    for kind, words in (("mutants", "mistakes"), ("unlisted", "others, thought of afterwards,")):
        own = [each for each in hunted if each.animal.kind == kind]
        if not own:
            continue
        free = {each.animal.code for each in own if not each.sure}
        least = min(each.tries for each in own)
        codes = {each.animal.code for each in own}
        seconds = [each.seconds for each in own if each.check is not None] or [0.0]
        yield ""
        yield (
            f"**{len(codes - free)} of {len(codes)} {words} are caught**, each time of at least {least}; half of them"
            f" within {statistics.median(seconds):.0f} s of the start of a run, the slowest after {max(seconds):.0f} s."
        )


def _mistakes(hunted: list[Hunted]) -> Iterable[str]:
    yield from _head("", "mistake", "profile", "caught by", "in", "after", "times")
    for each in hunted:
        check = each.check
        where = f"{check.scenario} {check.scenario_title}" if check else ""
        by = (check.code, where) if check else ("**survives**", "")
        yield _row(each.animal, *by, f"{each.seconds:.0f} s", f"{each.times}/{each.tries}")


def _variants(judged: list[Judged]) -> Iterable[str]:
    yield from _head("", "what is different", "profile", "reaches", "after")
    for each in judged:
        yield _row(each.animal, each.reached, f"{each.seconds:.0f} s")


def _head(*names: str) -> Iterable[str]:
    yield _cells(names)
    yield _cells(["---"] * len(names))


def _row(animal: Animal, *more: str) -> str:
    return _cells([animal.code, animal.what, animal.profile, *more])


def _cells(texts: Iterable[str]) -> str:
    return "|" + "".join(f" {text} |" if text else " |" for text in texts)
