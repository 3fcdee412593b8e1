"""What is a run to do?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ixconform import cases as shelf
from ixconform.lists import Lists
from ixconform.profile import Claims, Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a run is to do."""

    profile: Profile
    claims: Claims
    level: int = 4
    seed: int = 7
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    lists: Lists = field(default_factory=Lists)
    budget_s: float = 0.0
    """0: without end."""
    jobs: int = 2
    keep_going: bool = False
    fail_fast: bool = False
    """Stop at the first check that fails."""
    shrinks: bool = True
    cases: Path = shelf.FOLDER
    options: str = ""
    """What a replay needs beside the case's id."""

    @property
    def selection(self) -> tuple[str, ...]:
        """What leaves out a part of the levels, which are not decided then."""
        return (*(f"--only {each}" for each in self.only), *(f"--skip {each}" for each in self.skip))
