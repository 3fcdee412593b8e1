"""What does every driver do? Opens a place to work in, gives runs, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a connector gets in one world: environment, a folder for its store, what must not leak."""

    env: Mapping[str, str]
    folder: Path
    secrets: Mapping[str, str]
    world: str


class Going(Protocol):
    """A run that is going on."""

    def wait(self, timeout: float) -> bool:
        """Whether it has come to its end, or to rest, within so many seconds."""
        ...

    def stirred(self, idle_polls: int = 0) -> None:
        """A request came: whoever waits for quiet begins anew. So many polls in a row have changed nothing."""
        ...

    def kill(self) -> None: ...

    def stop(self) -> None: ...

    def finish(self) -> Ended:
        """What came of it. Ends whatever is still there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    code: int | None
    seconds: float
    output: str
    output_bytes: int
    leaked: tuple[str, ...]
    left_behind: int
    quiet: bool = False
    """A service that goes on, at rest."""
    calls: tuple[str, ...] = ()
    """Whom it called beside the kit, as far as that was seen: `api.silvasoft.nl:443`."""


class Session(Protocol):
    """One world's connector."""

    def begin(self) -> Going: ...

    def close(self) -> None: ...


class Driver(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def kills(self) -> bool:
        """Whether its runs can be killed; else crash checks are omitted."""
        ...

    def open(self, place: Surroundings) -> Session: ...

    def close(self) -> None: ...
