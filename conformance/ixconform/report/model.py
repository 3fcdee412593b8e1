"""What does a conformance report hold? Frozen values, written to `report.json` and read back unchanged.

Every other format (console, page, JUnit, SARIF, badge, statement, summary) is drawn from this value alone, so that a
report can be judged without the kit that made it. Texts may come from the connector: they are kept here as they came,
and made harmless where they are shown (`ixconform.report.text`).

The schema is `report.schema.json`, generated from these classes; `SCHEMA` names its version. A change that a reader
of older reports would notice gets a new version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import msgspec

from ixconform.report.origin import Capability, Connector, Fact, Kit, Profile
from ixconform.report.verdict import EXIT, LevelResult, Outcome, Verdict

SCHEMA = "ixkit-report/1"


class StepKind(StrEnum):
    TRIGGER = "trigger"
    """The kit started the connector, or told it to poll."""
    REQUEST = "request"
    """The connector asked one of the systems."""
    CLOCK = "clock"
    ACTION = "action"
    """A person did something inside a system: posted a draft, registered a payment."""
    KILL = "kill"
    EXIT = "exit"
    """The connector ended by itself."""
    NOTE = "note"


class PreflightResult(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAILED = "failed"
    NOT_RUN = "not-run"


Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """A reason: a property of the kit (`P-ONE`), or a rule of a system (`SILV-01`) with its source."""

    code: str
    text: str
    source: str = ""
    """Where the rule comes from, as its rule book says; empty for a property of the kit."""
    confidence: str = "kit"
    """`documented`, `public` or `inferred`; `kit` for a property that the kit itself demands."""
    reading: str = ""
    """The reading under which the rule was played, where it has several."""
    spec: str = ""
    """The place in `specs/`, as `file:line`; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a counterexample's story."""

    number: Annotated[int, msgspec.Meta(ge=1)]
    kind: StepKind = StepKind.REQUEST
    system: str = ""
    """Whom the connector asked; empty where it asked nobody."""
    request: str = ""
    """Method and path (`POST /rest/addsalestransaction/`), or what the kit did, in words."""
    status: Annotated[int, msgspec.Meta(ge=0, le=999)] | None = None
    """HTTP status as the connector saw it; null where it saw none."""
    answer: str = ""
    """What came back or came of it, in words: `[C1-01]`, `committed as 1, answer lost`."""
    fault: str = ""
    """The fault that the kit played here; empty for none."""
    mark: str = ""
    """Why this line matters: `second booking`."""
    at: str = ""
    """Virtual time, ISO 8601 with zone."""
    event: str = ""
    """The event's name in the journal, for `ixkit journal show`."""
    detail: str = ""
    """Excerpt of what was sent or answered, secrets removed; may have several lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterexample:
    """The shortest story found in which the connector goes wrong."""

    case: str
    """Case id; names the file under `.ixkit/cases/` and is what `ixkit conform replay` takes."""
    world: tuple[str, ...]
    """What was there at first, in words, a fact per entry."""
    steps: tuple[Step, ...]
    expected: str
    actual: str = ""
    because: tuple[Because, ...] = ()
    replay: str = ""
    """The command that plays it again."""
    shrunk_from: Count = 0
    """Steps before shrinking."""
    shrunk_to: Count = 0
    shrink_runs: Count = 0
    seen: Count = 1
    """How often it failed when it was played again …"""
    tried: Count = 1
    """… out of so many times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One property (`P-ONE`) judged in one scenario (`C-061`)."""

    code: str
    scenario: str
    title: str
    """The property as a sentence: what a right connector does."""
    verdict: Verdict
    level: Annotated[int, msgspec.Meta(ge=0, le=4)]
    scenario_title: str = ""
    reason: str = ""
    """Why this verdict, in a sentence; for `omit` what was not claimed, for `skip` what was missing."""
    expected: str = ""
    actual: str = ""
    because: tuple[Because, ...] = ()
    seconds: Seconds = 0.0
    requests: Count = 0
    examples: Count = 0
    """How many worlds it was judged in."""
    readings: tuple[str, ...] = ()
    """Readings on which the verdict depends, as `IXP-19=lenient`."""
    counterexample: Counterexample | None = None
    listed: bool = False
    """On a list of the connector's own (known failures, known flaky): it does not decide the exit code."""

    @property
    def id(self) -> str:
        """`P-ONE/C-061`: how lists of known failures, JUnit and SARIF name it."""
        return f"{self.code}/{self.scenario}" if self.scenario else self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    level: Annotated[int, msgspec.Meta(ge=0, le=4)]
    name: str
    result: LevelResult
    reason: str = ""
    seconds: Seconds = 0.0
    requests: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """One question asked before anything is judged: can it start, does it find the addresses, does it call."""

    code: str
    title: str
    result: PreflightResult
    found: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One plausible behaviour of a rule that the documents leave open, and the verdict under it."""

    rule: str
    reading: str
    chosen: bool
    """The run as a whole was played under this reading."""
    touched: bool
    """The connector's traffic came near this rule, so that the reading could matter."""
    verdict: Verdict
    changes: tuple[str, ...] = ()
    """Ids of the checks whose verdict differs under this reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateWindow:
    """How near the connector came to one limit, in virtual time."""

    system: str
    limit: Count
    """Requests allowed …"""
    window_s: Count
    """… in so many seconds."""
    worst: Count
    """The most requests it sent in such a window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Politeness:
    documents: Count = 0
    """Documents booked, over all worlds without faults."""
    requests: Count = 0
    """Requests sent for them, to all systems together."""
    retries: Count = 0
    worst_burst: Count = 0
    """The most requests to one system within one second of virtual time."""
    windows: tuple[RateWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    kit: Kit
    connector: Connector
    profile: Profile
    outcome: Outcome
    asked_level: Annotated[int, msgspec.Meta(ge=0, le=4)]
    """The level that the run was to prove."""
    levels: tuple[Level, ...]
    checks: tuple[Check, ...]
    schema: str = SCHEMA
    summary: str = ""
    """One sentence for a person."""
    started_at: str = ""
    """ISO 8601 with zone, by the wall clock."""
    seconds: Seconds = 0.0
    requests: Count = 0
    seed: Count = 0
    seeds: tuple[int, ...] = ()
    """The seed of each generated world, in the order of play."""
    selection: tuple[str, ...] = ()
    """What narrowed the run to some of its scenarios, as `--only C-010`; then no level is decided."""
    pinned: bool = False
    """Seed and budget are those that certification demands."""
    capabilities: tuple[Capability, ...] = ()
    preflight: tuple[Preflight, ...] = ()
    readings: tuple[Reading, ...] = ()
    politeness: Politeness = Politeness()
    marks: tuple[str, ...] = ()
    """What was shown beside a level: `+privacy`, `+polite`."""
    notes: tuple[str, ...] = ()
    """What a reader must know and no check says, such as what could not be judged here."""
    environment: tuple[Fact, ...] = ()

    @property
    def exit_code(self) -> int:
        return EXIT[self.outcome]

    @property
    def reached(self) -> int | None:
        """The highest level reached with all below it; none if not even L0."""
        return highest(self.levels)


def highest(levels: Iterable[Level]) -> int | None:
    """Levels are cumulative: the last one before the first that was not reached."""
    reached = None
    for level in sorted(levels, key=lambda item: item.level):
        if level.result is not LevelResult.REACHED or level.level != (0 if reached is None else reached + 1):
            break
        reached = level.level
    return reached
