"""Reports to draw: one as a real run makes it, one whose every text is hostile, one that never started."""

from __future__ import annotations

import dataclasses
from typing import Any

from ixconform.report.model import (
    Because,
    Check,
    Counterexample,
    Level,
    Politeness,
    Preflight,
    PreflightResult,
    RateWindow,
    Reading,
    Report,
    Step,
    StepKind,
)
from ixconform.report.origin import Capability, Connector, Digest, Fact, Kit, Profile
from ixconform.report.verdict import LevelResult, Outcome, Verdict

KIT = Kit(
    name="ixkit",
    version="0.1.0",
    digests=(
        Digest(name="specs/silvasoft.yaml", sha256="a" * 64),
        Digest(name="specs/silvasoft.rules.yaml", sha256="b" * 64),
    ),
)
CONNECTOR = Connector(
    name="acme-bridge",
    version="2.3",
    driver="command",
    command=("./acme-sync", "--once"),
    artefact_sha256="c" * 64,
)
PROFILE = Profile(name="ixpole-silvasoft-direct", source="ixpole", target="silvasoft", mode="direct")

TWICE = Counterexample(
    case="k7f3",
    world=("1 customer, known in Silvasoft", "1 instalment: 1 line, 12.10 incl. 21 %"),
    steps=(
        Step(number=1, kind=StepKind.TRIGGER, request="poll 1", at="2026-04-15T09:00:00+02:00"),
        Step(number=2, system="ixpole", request="GET /api/instalments", status=200, answer="[C1-01]", event="e1"),
        Step(
            number=3, system="silvasoft", request="POST /rest/addsalestransaction/", answer="committed as 1",
            fault="answer lost after commit", event="e2",
            detail='{"CustomerNumber": 100001,\n "InvoiceDate": "15-04-2026"}',
        ),
        Step(number=4, kind=StepKind.TRIGGER, request="poll 2"),
        Step(number=5, system="ixpole", request="GET /api/instalments", status=200, answer="[C1-01]", event="e3"),
        Step(
            number=6, system="silvasoft", request="POST /rest/addsalestransaction/", status=200,
            answer="committed as 2", mark="second booking", event="e4",
        ),
    ),
    expected="after step 4: look for the document of step 3 before anything is sent again",
    actual="invoices 1 and 2 both stand for C1-01",
    because=(
        Because(code="P-ONE", text="at most one living document per instalment"),
        Because(
            code="SILV-28", text="the same transaction twice makes two invoices", source="addsalestransaction",
            confidence="inferred", reading="strict", spec="specs/silvasoft.rules.yaml:212",
        ),
    ),
    replay="ixkit conform replay k7f3",
    shrunk_from=214, shrunk_to=6, shrink_runs=38, seen=3, tried=3,
)  # fmt: skip


def check(code: str, scenario: str, verdict: Verdict, level: int, **more: Any) -> Check:
    titles = {"P-ONE": "an instalment is booked once", "P-SUM": "totals agree to the cent"}
    told = {
        "title": titles.get(code, "requests are right"),
        "scenario_title": "commit, answer lost, then a second poll" if scenario == "C-061" else "one known customer",
        "seconds": 1.25, "requests": 14, "examples": 3,
    }  # fmt: skip
    return Check(code=code, scenario=scenario, verdict=verdict, level=level, **{**told, **more})


def full() -> Report:
    return Report(
        kit=KIT, connector=CONNECTOR, profile=PROFILE, outcome=Outcome.FAILED, asked_level=4,
        levels=(
            Level(level=0, name="connects", result=LevelResult.REACHED, seconds=2.1, requests=12),
            Level(level=1, name="speaks the contract", result=LevelResult.REACHED, seconds=14.0, requests=130),
            Level(level=2, name="books correctly", result=LevelResult.REACHED, seconds=61.4, requests=840),
            Level(
                level=3, name="survives weather", result=LevelResult.FAILED, seconds=205.0, requests=2_200,
                reason="P-ONE fails when an answer is lost",
            ),
            Level(level=4, name="survives crashes", result=LevelResult.NOT_RUN, reason="L3 was not reached"),
        ),
        checks=(
            check("P-CONV", "C-001", Verdict.PASS, 0, scenario_title="empty backlog"),
            check("P-REQ", "C-010", Verdict.PASS, 1),
            check("P-REQ", "C-011", Verdict.WARN, 1, reason="sends a member nobody knows: colour"),
            check("P-SUM", "C-025", Verdict.PASS, 2, scenario_title="cents"),
            check("P-PAY", "C-050", Verdict.OMIT, 2, reason="payments: not claimed"),
            check(
                "P-MAP", "C-022", Verdict.DISPUTED, 2, reason="rests on an inferred rule", readings=("SILV-07=newest",),
                because=(Because(code="SILV-07", text="several matches: the first", confidence="inferred"),),
                expected="relation 2", actual="relation 3",
            ),
            check("P-ONE", "C-061", Verdict.FAIL, 3, reason="two invoices for C1-01", counterexample=TWICE),
            check("P-RETRY", "C-064", Verdict.FLAKY, 3, reason="failed 1 of 3 times"),
            check("P-RATE", "C-060", Verdict.SKIP, 3, reason="the limit was never reached"),
            check("P-SEC", "C-002", Verdict.KNOWN_FAILING, 3, reason="listed in kit-known-failing.txt"),
        ),
        started_at="2026-11-21T09:30:00+00:00", seconds=283.4, requests=3_182, seed=7, seeds=(7, 8, 9), pinned=True,
        capabilities=(
            Capability(name="over_75", claimed=True, value="refuse"), Capability(name="payments", claimed=False),
        ),
        preflight=(
            Preflight(code="PRE-1", title="The command can be started", result=PreflightResult.OK),
            Preflight(code="PRE-2", title="It calls iXpole", result=PreflightResult.OK, found="1 request"),
        ),
        readings=(
            Reading(rule="IXP-19", reading="strict", chosen=True, touched=True, verdict=Verdict.FAIL),
            Reading(
                rule="IXP-19", reading="lenient", chosen=False, touched=True, verdict=Verdict.FAIL,
                changes=("P-ACK/C-031",),
            ),
        ),
        politeness=Politeness(
            documents=120, requests=634, retries=3, worst_burst=7,
            windows=(RateWindow(system="silvasoft", limit=1200, window_s=3600, worst=634),),
        ),
        marks=("+privacy",), notes=("Calls to other hosts cannot be seen by the command driver.",),
        environment=(Fact(name="Python", value="3.11.7"), Fact(name="system", value="Linux x86_64")),
    )  # fmt: skip


def not_started() -> Report:
    return Report(
        kit=KIT, connector=CONNECTOR, profile=PROFILE, outcome=Outcome.NOT_STARTED, asked_level=2,
        levels=tuple(
            Level(level=number, name=name, result=LevelResult.NOT_RUN)
            for number, name in enumerate(("connects", "speaks the contract", "books correctly"))
        ),
        checks=(),
        preflight=(
            Preflight(code="PRE-1", title="The command can be started", result=PreflightResult.OK),
            Preflight(
                code="PRE-2", title="It calls iXpole", result=PreflightResult.FAILED, found="two runs, no request",
                advice="map IXKIT_IXPOLE_URL to the name your connector reads, in [connector.env] of ixkit.toml",
            ),
        ),
    )  # fmt: skip


EVIL = (
    "\x1b[31m<script>alert(1)</script>\x00 ]]> {{7*7}} [red]x[/red] | `a` "
    "\u202eabc \ud800 @everyone & \"'\x9b2J\x1b]0;t\x07"
)
"""Markup of five languages, escape sequences, a line turned round, half a character."""


def hostile() -> Report:
    """The full report with EVIL in every text that could come from outside."""
    return poisoned(full())


def poisoned(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kept = {"schema", "sha256", "artefact_sha256"}
        return dataclasses.replace(
            value,
            **{
                each.name: poisoned(getattr(value, each.name))
                for each in dataclasses.fields(value)
                if each.name not in kept
            },
        )
    if isinstance(value, tuple):
        return tuple(map(poisoned, value))
    return value + EVIL if type(value) is str else value
