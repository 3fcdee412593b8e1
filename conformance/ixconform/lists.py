"""What does a vendor know already? Lists of checks that fail, or that fail now and then, one id a line.

    P-ONE/C-061      # ticket 4711; one property in one scenario
    P-RATE/*         # a pattern: those of them that fail

A known failure keeps its level from being reached, and the run from failing: only what is new does that. One that
passes is an error, so that no list outlives its reason. What is known to be flaky never decides anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatch
from pathlib import Path

from ixconform.report.model import Check
from ixconform.report.verdict import Verdict

STALE = "it is on the list of known failures, and passes: take it off the list"


class ListError(ValueError):
    """A list cannot be read, or names what does not exist. Says which line."""


@dataclass(frozen=True, slots=True)
class Lists:
    failing: frozenset[str] = frozenset()
    flaky: frozenset[str] = frozenset()

    def applied(self, check: Check) -> Check:
        """The verdict that this check has for somebody who knows the lists."""
        if check.verdict in (Verdict.FAIL, Verdict.FLAKY) and _named(check, self.flaky):
            return replace(check, verdict=Verdict.FLAKY, listed=True)
        if not _named(check, self.failing):
            return check
        if check.verdict is Verdict.FAIL:
            return replace(check, verdict=Verdict.KNOWN_FAILING, listed=True)
        if check.verdict is Verdict.PASS and check.id in self.failing:
            return replace(check, verdict=Verdict.ERROR, reason=STALE)
        return check

    def idle(self, checks: Iterable[Check]) -> list[str]:
        """Entries that nothing of this run answered to: not played, not claimed, or a pattern where all is well."""
        judged = list(checks)
        busy = {Verdict.KNOWN_FAILING, Verdict.FLAKY, Verdict.ERROR}
        return [
            entry
            for entry in sorted(self.failing)
            if not any(fnmatch(each.id, entry) and each.verdict in busy for each in judged)
        ]


def _named(check: Check, entries: frozenset[str]) -> bool:
    return any(fnmatch(check.id, entry) for entry in entries)


def read(path: Path, codes: Iterable[str], scenarios: Iterable[str]) -> frozenset[str]:
    """The entries of a file; each names a property and a scenario that exist, or is a pattern."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise ListError(f"{path}: {error.strerror}; expected a file with lines such as P-ONE/C-061") from None
    except UnicodeDecodeError:
        raise ListError(f"{path} is no text in UTF-8") from None
    entries: set[str] = set()
    for number, line in enumerate(lines, 1):
        entry = line.split("#")[0].strip()
        if entry:
            _checked(entry, f"{path}, line {number}", tuple(codes), tuple(scenarios))
            entries.add(entry)
    return frozenset(entries)


def _checked(entry: str, where: str, codes: tuple[str, ...], scenarios: tuple[str, ...]) -> None:
    code, slash, scenario = entry.partition("/")
    if not slash:
        raise ListError(f"{where}: {entry!r}; expected a property and a scenario, such as P-ONE/C-061")
    for text, known in ((code, codes), (scenario, scenarios)):
        if not any(fnmatch(each, text) for each in known):
            near = get_close_matches(text, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise ListError(f"{where}: nobody knows {text!r}; {hint}")


def both(failing: frozenset[str], flaky: frozenset[str]) -> Lists:
    twice = sorted(failing & flaky)
    if twice:
        raise ListError(f"{twice[0]} is on the list of known failures and on that of known flaky ones")
    return Lists(failing, flaky)
