"""What is a connector judged as, and what does it claim? Profiles and capabilities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ixconform.systems.registry import TARGETS

SOURCE = "ixpole"
MODES = ("direct", "draft")
OVER = ("refuse", "split", "merge", "consolidate")


class ProfileError(ValueError):
    """No such profile, or a claim that cannot be. Says which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Capabilities: what is claimed is tested, what is not claimed is omitted and says so."""

    over_75: str = "refuse"
    payments: bool = True
    own_pdf: bool = False
    """It returns a PDF of its own where the target has none."""
    correlation: str = ""
    """A pattern with a group `code` that finds the instalment's code on a document."""
    store_loss: bool = False
    """It claims to rebuild from the remote systems when its own store is lost."""
    two_at_once: bool = True
    """Two instances may be started on one store."""
    customers: bool = True
    """It makes customers that the target does not know."""
    credits: bool = True
    """It books credit notes where the target can express them."""
    paging: bool = True
    """It reads lists of the target that are longer than a page."""
    gives_up_s: int = 0
    """After so many seconds without an answer it gives up; 0: not said, so slow answers are not played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    name: str
    target: str
    mode: str
    readings: Mapping[str, str] = field(default_factory=dict)


READINGS: Mapping[str, Mapping[str, str]] = {
    "ixpole-telecomx-direct": {"TCX-06": "automatic"},
    "ixpole-telecomx-draft": {"TCX-06": "pending"},
}
"""What a mode needs of a target whose answer decides it."""


def profiles() -> list[str]:
    return [f"{SOURCE}-{target}-{mode}" for target in TARGETS for mode in MODES] + [f"{SOURCE}-source-only"]


def profile_of(name: str) -> Profile:
    """The profile of this name; `final` is taken for `direct`, and a missing mode too."""
    given = re.sub(r"-final$", "-direct", name.strip().lower())
    if given in {f"{SOURCE}-{target}" for target in TARGETS}:
        given += "-direct"
    if given not in profiles():
        raise ProfileError(f"there is no profile {name!r}; there are: {', '.join(profiles())}")
    if given.endswith("source-only"):
        return Profile(name=given, target="unseen", mode="source-only")
    _, target, mode = given.split("-", 2)
    return Profile(name=given, target=target, mode=mode, readings=READINGS.get(given, {}))
