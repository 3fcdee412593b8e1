"""Does it behave? P-END, P-LOGIN, P-NET, P-REQ, P-IDEM, P-CONV, P-RATE, P-RETRY, P-SEC."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ixconform.checks.finding import Finding, Seen
from ixconform.history import REQUESTS_MAX, Exchange, Run, moment

PER_INSTALMENT, PER_RUN = 40, 60
"""Requests that one run may take, at most; a right connector needs about a third."""
LOGIN_TRIES = 8
AFTER_LIMIT = 8
"""Requests to a system inside the time in which it said "too many"."""
FORBIDDEN_S = 1.0
SAME_REFUSAL = 3
BENIGN = frozenset({401, 403, 404, 408, 409, 425, 429})
QUERY_ALLOWED, QUERY_DEMANDED = frozenset({"telecomx"}), frozenset({"crmcom"})
"""Systems that take a token in the query beside the header, and those that take it nowhere else."""


def ends(seen: Seen) -> list[Finding]:
    """Each run ends by itself, and leaves no process behind."""
    found = []
    for run in seen.history.runs:
        what = {
            "timeout": f"run {run.number} had not ended after {run.seconds:.0f} s and was stopped",
            "loop": f"run {run.number} asked more than {REQUESTS_MAX} times and was stopped",
        }.get(run.ended)
        if what:
            found.append(
                Finding(
                    code="P-END",
                    actual=what,
                    expected="a run works off what is there and ends; limits wait for the next run",
                )
            )
        elif run.left_behind:
            found.append(
                Finding(
                    code="P-END",
                    kind="warn",
                    actual=f"run {run.number} left {run.left_behind} processes behind, which were ended",
                    expected="all processes of a run end with it",
                )
            )
    return found


def network(seen: Seen) -> list[Finding]:
    """Nothing outside of the kit is called: what is tested must not reach anybody's real books."""
    called = sorted({each for run in seen.history.runs for each in run.calls})
    if not called:
        return []
    return [
        Finding(
            code="P-NET",
            actual=f"it called {', '.join(called)}, which is not the kit",
            expected="every address comes from the environment, and all of them lead to the kit",
        )
    ]


def logins(seen: Seen) -> list[Finding]:
    """Wrong credentials are a reason to stop, not to go on trying."""
    if not any(step.args.get("wrong_key") for step in seen.history.case.steps):
        return []
    refused = [each for each in seen.history.asked if each.status in (400, 401, 403) and not each.fault]
    if len(refused) <= LOGIN_TRIES:
        return []
    return [
        Finding(
            code="P-LOGIN",
            actual=f"{len(refused)} requests were refused for their credentials, one after the other",
            expected=f"it stops after a few (at most {LOGIN_TRIES}) and says so",
            marks={each.number: "refused again" for each in refused[LOGIN_TRIES : LOGIN_TRIES + 3]},
        )
    ]


def requests(seen: Seen) -> list[Finding]:
    """Every request is a documented operation with a valid, exactly formatted body."""
    found: dict[tuple[str, str], Finding] = {}
    for each in seen.history.asked:
        for violation in _own_fault(seen, each):
            key = (each.operation, violation["rule"] + violation["at"])
            if key not in found:
                found[key] = _request_finding(each, violation)
        if not each.operation and (each.operation, each.path) not in found:
            found[(each.operation, each.path)] = Finding(
                code="P-REQ",
                actual=f"{each.method} {each.path} is no operation of {each.system}",
                expected="a documented path and method",
                marks={each.number: "unknown path"},
            )
    return list(found.values())


def _request_finding(exchange: Exchange, violation: Mapping[str, Any]) -> Finding:
    rule = violation["rule"]
    return Finding(
        code="P-REQ",
        marks={exchange.number: rule},
        because=(rule,) if rule != "schema" else (),
        actual=f"{exchange.operation}: {violation['at']}: {violation['seen']}",
        expected=str(violation["expected"]),
    )


def _own_fault(seen: Seen, exchange: Exchange) -> list[Mapping[str, Any]]:
    """Violations that only the sender can be blamed for: a form that is wrong whatever the other side holds.

    What depends on the other side (a number that is taken, a customer who is not there) is judged by its consequence.
    """
    if exchange.fault or exchange.status in BENIGN:
        return []
    odd = {each.expect for each in seen.history.case.data.instalments} - {"book", "may-park"}
    return [each for each in exchange.violations if each["keyword"] or (not odd and not _depends(each))]


def _depends(violation: Mapping[str, Any]) -> bool:
    text = f"{violation['expected']} {violation['seen']} {violation.get('title', '')}".lower()
    return any(
        word in text
        for word in (
            "unique",
            "exist",
            "no other",
            "that no ",
            "known",
            "taken",
            "found",
            "that is there",
            "window",
        )
    )


def idempotent(seen: Seen) -> list[Finding]:
    """When there is nothing new, nothing is written."""
    if seen.history.problem:
        return []
    found = [
        Finding(code="P-IDEM", actual=note, expected="a run without anything new writes nothing")
        for note in seen.history.notes
        if note.startswith("never at rest")
    ]
    if not seen.history.case.data.instalments:
        wrote = [
            each
            for each in seen.history.asked
            if each.changed and each.method != "GET" and each.operation not in seen.target.traits.bookless
        ]
        if wrote:
            found.append(
                Finding(
                    code="P-IDEM",
                    actual=f"nothing was due, and {wrote[0].operation} changed something",
                    expected="an empty backlog writes nothing",
                    marks={each.number: "a write" for each in wrote},
                )
            )
    return found


def bounded(seen: Seen) -> list[Finding]:
    """The work of a run is in proportion to what there is to do."""
    most = PER_RUN + PER_INSTALMENT * max(1, len(seen.history.case.data.instalments))
    found = []
    for run in seen.history.runs:
        asked = _work(seen, run)
        if len(asked) > most:
            (operation, times), *_ = Counter(each.operation for each in asked).most_common(1)
            found.append(
                Finding(
                    code="P-CONV",
                    actual=f"{len(asked)} requests in run {run.number}, {times} of them {operation}",
                    expected=f"at most {most} for {len(seen.history.case.data.instalments)} instalments",
                )
            )
    return found


def _work(seen: Seen, run: Run) -> list[Exchange]:
    """The requests of a run. One that stays polls on until the kit has seen that it rests, and that may take a while:
    equal questions after its last change count once."""
    asked = [each for each in seen.history.asked if each.run == run.number]
    if run.ended != "quiet":
        return asked
    changes = [
        n
        for n, each in enumerate(asked, 1)
        if each.changed and each.operation not in seen.target.traits.bookless
    ]
    last = changes[-1] if changes else 0
    polls = {(each.operation, each.path, each.query, str(each.sent)): each for each in asked[last:]}
    return [*asked[:last], *polls.values()]


def rates(seen: Seen) -> list[Finding]:
    """After "too many", nobody asks on: not at once, and not again and again in one run."""
    found = []
    for system in sorted({each.system for each in seen.history.asked}):
        for run in seen.history.runs:
            asked = [each for each in seen.history.asked if each.system == system and each.run == run.number]
            limited = [n for n, each in enumerate(asked) if _limited(seen, each)]
            if not limited:
                continue
            inside = _inside(asked, limited) if seen.history.case.running else asked[limited[0] + 1 :]
            blunt = (
                [each for each in inside if _limited(seen, each)] if not seen.history.case.running else inside
            )
            if len(blunt) > AFTER_LIMIT:
                found.append(
                    Finding(
                        code="P-RATE",
                        because=("SILV-31",) if system == "silvasoft" else (),
                        actual=f"{len(blunt)} more requests, after {system} said that it is too much",
                        expected="wait for as long as the limit asks, else longer each time, or end the run",
                        marks={each.number: "too early" for each in blunt[:4]},
                    )
                )
    return found


def _limited(seen: Seen, exchange: Exchange) -> bool:
    if exchange.system == seen.name:
        return seen.target.limited(exchange)
    return exchange.status == 429


def _inside(asked: list[Exchange], limited: list[int]) -> list[Exchange]:
    """Requests within a second of the refusal before them, by the world's running clock."""
    found = []
    for nth in limited:
        if nth + 1 < len(asked) and _seconds(asked[nth], asked[nth + 1]) < FORBIDDEN_S / 4:
            found.append(asked[nth + 1])
    return found


def _seconds(first: Exchange, second: Exchange) -> float:
    return (moment(second.at) - moment(first.at)).total_seconds()


def retries(seen: Seen) -> list[Finding]:
    """What was refused for good is not sent again unchanged, run after run. Signing in is P-LOGIN's."""
    counts: Counter[tuple[str, str]] = Counter()
    events: dict[tuple[str, str], list[int]] = {}
    for each in seen.history.asked:
        if (
            each.method == "GET"
            or each.fault
            or each.operation in seen.target.traits.sign_ins
            or each.status < 400
            or each.status in BENIGN
            or each.status >= 500
        ):
            continue
        key = (each.operation, str(each.sent))
        counts[key] += 1
        events.setdefault(key, []).append(each.number)
    return [
        Finding(
            code="P-RETRY",
            actual=f"{operation} was refused, and sent again unchanged: {number} times in all",
            expected="what is refused for good is left for a person, with its reason",
            marks=dict.fromkeys(events[operation, body][1:4], "the same again"),
        )
        for (operation, body), number in counts.items()
        if number > SAME_REFUSAL
    ]


def secrets(seen: Seen) -> list[Finding]:
    """No secret in an address, and none in what the connector prints."""
    found = []
    for run in seen.history.runs:
        if run.leaked:
            found.append(
                Finding(
                    code="P-SEC",
                    actual=f"run {run.number} printed the value of {', '.join(run.leaked)}",
                    expected="secrets never stand in output, logs or errors",
                )
            )
    for each in seen.history.asked:
        if "[redacted]" in f"{each.path}?{each.query}" or re.search(
            r"(?i)(secret|password|api_?key)=", each.query
        ):
            if each.system in QUERY_DEMANDED and "[redacted]" not in each.path:
                continue
            usual = each.system in QUERY_ALLOWED or each.operation in seen.target.traits.bookless
            found.append(
                Finding(
                    code="P-SEC",
                    kind="warn" if usual else "fail",
                    marks={each.number: "a secret in the address"},
                    actual=f"{each.method} {each.path} carries a secret in its address",
                    expected="secrets travel in headers or bodies: addresses end up in logs",
                )
            )
            break
    return found
