"""Which rules can be judged from a request alone? Found out by their own examples; `tools/stateless.py` writes it down.

A rule is one of them if its breaking example breaks it in an empty world as well as in full ones, today and long ago,
and if no call of any example that is accepted breaks it anywhere: then what the system holds plays no part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from ixcheck.contract import RULES, Source
from ixcheck.specs.examples import CLOCK, Step, asked, fresh, ways
from ixcheck.traffic.exchange import Exchange
from ixcheck.traffic.judging import WHEN, Judge
from ixmocks.kit import Kit

WORLDS = ("", "documents", "club-season")
TIMES = (datetime(1980, 2, 29, tzinfo=UTC), WHEN, datetime(2090, 12, 31, 22, tzinfo=UTC))
"""A rule that looks at the clock judges otherwise at one of them."""


def derived(books: Mapping[str, Source]) -> dict[str, list[str]]:
    """System to the codes of its stateless rules. `books`: file name to rule book."""
    return {
        name[: -len(RULES)]: sorted(_of_system(name[: -len(RULES)], book))
        for name, book in sorted(books.items())
        if name.endswith(RULES)
    }


def _of_system(system: str, book: Source) -> set[str]:
    kits = [Kit("documents", clock=CLOCK, seed=7), *(Kit(name, seed=7) for name in WORLDS)]
    rules: Mapping[str, Any] = book.raw["rules"]
    said_no = {
        code: [_broken(kit, system, step) for kit in kits]
        for code, rule in rules.items()
        if rule.get("error")
        for step in rule["breaks"]
        if step.get("violates") == code
    }
    candidates = {
        code
        for code, everywhere in said_no.items()
        if any(everywhere) and all(code in codes for codes in chain(*everywhere))
    }
    for steps in _accepted(rules):
        for kit in kits:
            for step in steps:
                candidates -= set().union(*_broken(kit, system, step))
    return candidates


def _accepted(rules: Mapping[str, Any]) -> Iterator[Sequence[Step]]:
    """The calls of all examples that the system takes."""
    for rule in rules.values():
        for side in ("obeys", "breaks"):
            yield [s for s in rule[side] if "call" in s and s["status"] < 400 and "violates" not in s]


def _broken(kit: Kit, system: str, step: Step) -> list[set[str]]:
    """Codes that the judge would name for this call, were all of them judged; at each of the times."""
    if "call" not in step:
        return []
    world = fresh(kit, [])
    try:
        reply = asked(kit, system, ways(kit, system), step, world)
    finally:
        kit.worlds.delete(world)
    event = reply.event
    exchange = Exchange(
        "", event.method, f"{event.path}?{event.query}", 200,
        {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in event.headers}, event.body, {}, None, system,
    )  # fmt: skip
    return [
        {violation.rule for violation in Judge(kit, every=True, at=at).violations(exchange)} for at in TIMES
    ]
