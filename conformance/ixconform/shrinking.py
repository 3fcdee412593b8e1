"""What is the shortest case that still goes wrong? First fewer steps, then less data; each candidate is judged anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ixconform.data import Case, Data, Instalment, Line, Step

RUNS_MAX = 40
DRIVING = frozenset({"trigger", "settle", "kill", "both", "meanwhile"})
"""Steps in which the connector works; a case needs one."""


@dataclass(frozen=True, slots=True)
class Shrunk:
    case: Case
    before: int
    after: int
    runs: int


def size(case: Case) -> int:
    """Steps and data in one number, as a person counts what there is to read."""
    data = case.data
    lines = sum(len(each.lines) for each in data.instalments)
    return len(case.steps) + len(data.instalments) + lines + len(data.customers) + len(data.strangers)


def shrink(case: Case, still_wrong: Callable[[Case], bool], *, runs_max: int = RUNS_MAX) -> Shrunk:
    """The smallest case found that is still wrong. Asks at most so many times."""
    best, runs, going = case, 0, True
    while going and runs < runs_max:
        going = False
        for candidate in smaller(best):
            if runs >= runs_max:
                break
            runs += 1
            if still_wrong(candidate):
                best, going = candidate, True
                break
    return Shrunk(best, size(case), size(best), runs)


def smaller(case: Case) -> Iterator[Case]:
    """Cases with less in them, the boldest first."""
    yield from _fewer_steps(case)
    yield from (replace(case, data=data) for data in _less_data(case))


def _fewer_steps(case: Case) -> Iterator[Case]:
    steps = case.steps
    for keep in (len(steps) // 2,):
        if 0 < keep < len(steps):
            yield from _driven(case, steps[:keep])
    for at in reversed(range(len(steps))):
        yield from _driven(case, steps[:at] + steps[at + 1 :])
    for at, step in enumerate(steps):
        if step.kind == "settle":
            yield from _driven(case, (*steps[:at], Step("trigger"), *steps[at + 1 :]))


def _driven(case: Case, steps: tuple[Step, ...]) -> Iterator[Case]:
    if any(step.kind in DRIVING for step in steps):
        yield replace(case, steps=steps)


def _less_data(case: Case) -> Iterator[Data]:
    data, needed = case.data, {step.args.get("code") for step in case.steps}
    count = len(data.instalments)
    if count > 3:
        yield _with(data, data.instalments[: count // 2])
        yield _with(data, data.instalments[count // 2 :])
    if count > 1:
        for each in data.instalments:
            if each.code not in needed:
                yield _with(data, tuple(other for other in data.instalments if other is not each))
    used = {each.customer for each in data.instalments}
    unused = [each for each in data.customers if each.id not in used]
    if unused and len(unused) < len(data.customers):
        yield replace(data, customers=tuple(each for each in data.customers if each.id in used))
    if data.strangers:
        yield replace(data, strangers=())
    for at, each in enumerate(data.instalments):
        for lines in _fewer_lines(each.lines):
            yield _with(data, (*data.instalments[:at], _relined(each, lines), *data.instalments[at + 1 :]))


def _fewer_lines(lines: tuple[Line, ...]) -> Iterator[tuple[Line, ...]]:
    if len(lines) > 1:
        yield lines[: (len(lines) + 1) // 2]
        yield lines[len(lines) // 2 :]
        yield lines[:-1]


def _relined(instalment: Instalment, lines: tuple[Line, ...]) -> Instalment:
    return replace(instalment, lines=lines, credit=sum(line.net_cents for line in lines) < 0)


def _with(data: Data, instalments: tuple[Instalment, ...]) -> Data:
    return replace(data, instalments=instalments)
