"""How is a finding told? World, numbered steps, what was expected, because of what, and how to see it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ixconform.cases import id_of
from ixconform.checks.finding import Finding
from ixconform.control import Control, ControlError
from ixconform.data import Case, Data, Instalment
from ixconform.history import Exchange, History
from ixconform.judge import PROPERTIES
from ixconform.money import shown
from ixconform.report.model import Because, Counterexample, Step, StepKind
from ixconform.shrinking import Shrunk

STEPS_MAX = 16
HARMS = {
    "reset": "connection broken",
    "status": "refused by the kit",
    "html": "a page of a proxy came back",
    "cut": "half an answer came back",
    "hollow": "{} came back",
    "grown": "members that are new came along",
    "hang": "no answer for long, then the connection broken",
    "late": "connection broken, done later",
    "hold": "held, the process was killed",
    "garbage": "garbage came back",
    "empty": "nothing came back",
}


def told(
    finding: Finding,
    history: History,
    shrunk: Shrunk,
    *,
    control: Control,
    target: str,
    tried: int,
    seen: int,
    options: str,
) -> Counterexample:
    case = history.case
    name = id_of(case)
    return Counterexample(
        case=name,
        world=tuple(_world(case)),
        steps=tuple(_steps(finding, history)),
        expected=finding.expected,
        actual=finding.actual,
        because=tuple(because(finding, control)),
        replay=f"ixkit conform replay {name}{options}",
        shrunk_from=shrunk.before,
        shrunk_to=shrunk.after,
        shrink_runs=shrunk.runs,
        seen=seen,
        tried=tried,
    )


def because(finding: Finding, control: Control) -> list[Because]:
    """The promise itself, and each rule of a system that it rests on, with its source."""
    title = PROPERTIES[finding.code].title if finding.code in PROPERTIES else META[finding.code]
    found = [Because(code=finding.code, text=title)]
    for code in finding.because:
        try:
            rule = control.rule(code)
        except ControlError:
            continue
        sources = "; ".join(str(each.get("from", "")) for each in rule["sources"] if each.get("from"))
        found.append(Because(code=code, text=rule["title"], source=sources, confidence=rule["confidence"]))
    return found


META: Mapping[str, str] = {
    "P-META-1": "with faults all ends as without",
    "P-META-2": "after a kill all ends as without",
    "P-META-3": "the backlog's order changes nothing but numbers",
    "P-ISO": "a new world begins anew: nothing of another one is known in it",
}


def _world(case: Case) -> list[str]:
    data = case.data
    facts = [f"{len(data.customers)} customers" if len(data.customers) != 1 else "1 customer"]
    if any(not each.known for each in data.customers):
        facts.append(f"{sum(not each.known for each in data.customers)} of them new to the target")
    facts += [_instalment(each, data) for each in data.instalments[:6]]
    if len(data.instalments) > 6:
        facts.append(f"and {len(data.instalments) - 6} more instalments")
    facts += [f"reading {rule}={name}" for rule, name in sorted(case.readings.items())]
    return facts


def _instalment(each: Instalment, data: Data) -> str:
    rates = ", ".join(sorted({f"{line.rate} %" for line in each.lines}))
    why = f": {each.why}" if each.why else ""
    count = "1 line" if len(each.lines) == 1 else f"{len(each.lines)} lines"
    return f"{each.code} for {data.customer(each.customer).name}, {count}, {shown(each.gross_cents)} incl. {rates}{why}"


def _steps(finding: Finding, history: History) -> list[Step]:
    """What happened, in order: all of it where that is short, else what writes, what was hit and what is meant."""
    rows: list[tuple[float, dict[str, Any]]] = []
    for moment in history.moments:
        rows.append((moment.after + 0.5, {"kind": StepKind(moment.kind), "request": moment.text}))
    first: dict[int, int] = {}
    for each in history.asked:
        first.setdefault(each.run, each.number)
    for run, number in first.items():
        if run:
            rows.append((number - 0.2, {"kind": StepKind.TRIGGER, "request": f"run {run} of the connector"}))
    chosen = _chosen(finding, history)
    rows += [(each.number, _row(each, finding)) for each in chosen]
    for run_ in history.runs:
        last = max((each.number for each in history.asked if each.run == run_.number), default=0)
        if run_.ended in ("timeout", "loop") or run_.code not in (0, None):
            ended = f"run {run_.number} ended: {run_.ended}" + (
                f", exit code {run_.code}" if run_.code is not None else ""
            )
            rows.append((last + 0.3, {"kind": StepKind.EXIT, "request": ended}))
    rows.sort(key=lambda row: row[0])
    return [Step(number=number, **row) for number, (_, row) in enumerate(rows[:60], 1)]


def _chosen(finding: Finding, history: History) -> list[Exchange]:
    everything = [each for each in history.exchanges if each.operation not in ("postToken",)]
    if len(everything) <= STEPS_MAX:
        return everything
    telling = [
        each
        for each in everything
        if each.number in finding.marks or each.fault or each.changed or each.person
    ]
    about = [
        each
        for each in telling
        if each.number in finding.marks or each.fault or each.person or _about(each, finding)
    ]
    return (about if len(telling) > STEPS_MAX else telling)[: 2 * STEPS_MAX]


def _about(exchange: Exchange, finding: Finding) -> bool:
    return not finding.instalment or finding.instalment in f"{exchange.sent}{exchange.answered}"


def _row(each: Exchange, finding: Finding) -> dict[str, Any]:
    harm, _, place = each.fault.partition("@")
    fault = ""
    if each.fault:
        done = {
            "received": "before it was handled",
            "before_commit": "before commit",
            "after_commit": "after commit",
        }
        fault = f"{HARMS.get(harm, harm)}, {done.get(place, place)}"
    unheard = harm in ("reset", "hold", "late")
    return {
        "kind": StepKind.ACTION if each.person else StepKind.REQUEST,
        "system": each.system,
        "request": _request(each),
        "status": None if unheard or each.person else each.status,
        "answer": _answer(each),
        "fault": fault,
        "mark": finding.marks.get(each.number, ""),
        "at": each.at,
        "event": each.id,
        "detail": _detail(each) if each.number in finding.marks else "",
    }


def _request(each: Exchange) -> str:
    if each.person:
        return f"{each.operation.removeprefix('act:')} by a person"
    return _notification(each.sent) if each.posted else f"{each.method} {each.path}"


def _notification(body: Any) -> str:
    """`posts EDIErrorSent: A100 OK`: what it is, and about what."""
    if not isinstance(body, dict):
        return "posts a notification"
    said = body.get("parameters")
    names = ("orderNo", "orderReference", "invoiceReference", "result", "remainingAmount")
    facts = [str(value) for name, value in _members(said) if name in names]
    kind = str(body.get("type", "a notification")).rpartition("/")[2]
    return f"posts {kind}" + (f": {' '.join(dict.fromkeys(facts))}" if facts else "")


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """All members, however deep, in order."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if isinstance(inner, Mapping | list):
                yield from _members(inner)
            else:
                yield name, inner
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner)


def _answer(each: Exchange) -> str:
    if each.posted:
        return "taken" if 200 <= each.status < 300 else "not taken"
    if each.operation == "getInstalments" and isinstance(each.answered, list):
        return "[" + ", ".join(str(item.get("instalmentCode", "?")) for item in each.answered[:5]) + "]"
    if each.violations:
        return ", ".join(sorted({f"{item['rule']} at {item['at']}" for item in each.violations}))
    return "changed" if each.changed and not each.person else ""


def _detail(each: Exchange) -> str:
    text = each.sent if isinstance(each.sent, str) else _dumped(each.sent)
    return text if len(text) <= 400 else text[:400] + " …"


def _dumped(value: Any) -> str:
    """JSON as it was sent: a decimal is a number, digit by digit."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_dumped(name)}: {_dumped(each)}" for name, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_dumped(each) for each in value) + "]"
    return json.dumps(value, default=str, ensure_ascii=False)
