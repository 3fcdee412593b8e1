"""What does a conformance report hold? Frozen values, written to `report.json` and read back unchanged.

Every other format (console, page, JUnit, SARIF, badge, statement, summary) is drawn from this value alone, so that a
report can be judged without the kit that made it. Texts may come from the connector: they are kept here as they came,
and made harmless where they are shown (`ixconform.report.text`).

The schema is `report.schema.json`, generated from these classes; `SCHEMA` names its version. A change that a reader
of older reports would notice gets a new version.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

import msgspec

SCHEMA = "ixkit-report/1"


class ReportError(ValueError):
    """The text is no report that this kit reads. The message says what was found and what was expected."""


class Verdict(StrEnum):
    """What one check came to. `BLOCKING` and `UNDECIDED` say what it does to its level."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    """It should not have come to this: a listed known failure that passes, or a check that broke."""
    SKIP = "skip"
    """Claimed, but it could not be decided: never reached, or too little evidence."""
    OMIT = "omit"
    """Not claimed, or it does not apply."""
    WARN = "warn"
    """Allowed, but unwise."""
    KNOWN_FAILING = "known-failing"
    """On the connector's own list of known failures, and it failed as listed."""
    FLAKY = "flaky"
    """It did not fail three times out of three, or it is on the list of those that do so."""
    DISPUTED = "disputed"
    """It rests on a rule that is inferred, or only on one reading of a rule."""


BLOCKING = frozenset({Verdict.FAIL, Verdict.ERROR, Verdict.KNOWN_FAILING})
"""With one of these a level is not reached."""

UNDECIDED = frozenset({Verdict.SKIP, Verdict.FLAKY})
"""With one of these nobody knows whether a level is reached (exit code 3)."""


class LevelResult(StrEnum):
    REACHED = "reached"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_RUN = "not-run"


class Outcome(StrEnum):
    """What the whole run came to; each has its exit code in `EXIT`."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    NOT_STARTED = "not-started"
    """Preflight found a set-up mistake: the connector was not judged."""
    KIT_ERROR = "kit-error"
    INTERRUPTED = "interrupted"


EXIT = {
    Outcome.PASSED: 0,
    Outcome.FAILED: 1,
    Outcome.INCONCLUSIVE: 3,
    Outcome.NOT_STARTED: 4,
    Outcome.KIT_ERROR: 5,
    Outcome.INTERRUPTED: 130,
}


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
class Capability:
    name: str
    """`over_75`, `payments`, `correlation` …"""
    claimed: bool
    value: str = ""
    """What was declared, as written in `ixkit.toml`."""


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
class Digest:
    name: str
    """`specs/silvasoft.yaml`, `specs/silvasoft.rules.yaml` …"""
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    name: str
    version: str
    digests: tuple[Digest, ...] = ()
    """Contracts and rule books that the verdicts rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    name: str
    driver: str
    """`command`, `service`, `http` or `python`."""
    version: str = ""
    command: tuple[str, ...] = ()
    artefact_sha256: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """Digest of the file that was started; empty where there is no single file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    name: str
    """`ixpole-silvasoft-draft`"""
    source: str
    target: str
    mode: str
    """`direct`, `draft` or `source-only`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact about the place where the run took place."""

    name: str
    value: str


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


def level_result(verdicts: Iterable[Verdict]) -> LevelResult:
    """What a level's own verdicts make of it: one that blocks decides, then one that is open."""
    seen = set(verdicts)
    if not seen:
        return LevelResult.NOT_RUN
    if seen & BLOCKING:
        return LevelResult.FAILED
    return LevelResult.INCONCLUSIVE if seen & UNDECIDED else LevelResult.REACHED


def to_json(report: Report) -> bytes:
    """The report as pure ASCII JSON. The same report always gives the same bytes."""
    return (json.dumps(msgspec.to_builtins(report), indent=1, allow_nan=False) + "\n").encode("ascii")


def from_json(data: bytes | str) -> Report:
    """The report that was written. Raises ReportError with the place where it is none.

    Members that this version does not know are ignored, as a reader of newer reports must.
    """
    try:
        value = json.loads(data, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as wrong:
        raise ReportError(f"this is no JSON: {wrong}") from None
    found = value.get("schema") if isinstance(value, dict) else None
    if found != SCHEMA:
        raise ReportError(f"this is no report of this kit: schema is {found!r}, {SCHEMA!r} was expected")
    try:
        return msgspec.convert(value, Report, strict=True)
    except msgspec.ValidationError as wrong:
        raise ReportError(f"the report breaks its schema: {wrong}") from None


def schema() -> dict[str, Any]:
    """The JSON schema of a report: what `report.schema.json` holds."""
    made = msgspec.json.schema(Report)
    made["$defs"]["Report"]["properties"]["schema"] = {"const": SCHEMA}
    made["$defs"]["Report"]["required"] = sorted({*made["$defs"]["Report"]["required"], "schema"})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": "Report of a conformance run",
        **made,
    }


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large")
    return value
