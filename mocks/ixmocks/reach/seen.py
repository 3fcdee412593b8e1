"""What was reached? Takes in one event after the other, and counts by kind and name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl

from ixmocks.dashboard.coverage import steps
from ixmocks.engine.document import Rule, RuleBook
from ixmocks.engine.journal import Event
from ixmocks.reach.promised import Items, machines, place, step_name

Reached = dict[str, dict[str, int]]
"""Kind to name to how often; 0: never."""


class Seen:
    """Of one system. Counts everything that happens; `reached` keeps what there is to reach."""

    def __init__(self, system: str, book: RuleBook) -> None:
        self.system = system
        self.counts: Counter[tuple[str, str]] = Counter()
        self._book = book
        self._asked = lru_cache(maxsize=256)(self._rules_of)

    def _rules_of(self, operation: str) -> tuple[Rule, ...]:
        return tuple(rule for rule in self._book.rules.values() if operation in rule.operations)

    def take(self, event: Event, readings: Mapping[str, str]) -> None:
        """One event of a world with these readings. Of another system's, or time passing, only steps are taken."""
        if event.changed or event.before.clock is not event.after.clock:
            self._take_steps(event)
        if event.system != self.system:
            return
        counts, operation = self.counts, event.operation
        counts["operation", operation] += 1
        counts["status", f"{operation} {event.status}"] += 1
        for name, _ in parse_qsl(event.query, keep_blank_values=True) if event.query else ():
            counts["parameter", f"{operation} query.{name}"] += 1
        for header, _ in event.headers:
            counts["parameter", f"{operation} header.{header.decode('latin-1').lower()}"] += 1
        for violation in event.violations:
            counts["broken", violation.rule] += 1
            if violation.keyword:
                counts["keyword", f"{operation} {place(violation.at)} {violation.keyword}"] += 1
        for note in event.notes:
            counts["broken", note] += 1
        for rule in self._asked(operation):
            if not event.violations and not event.fault:
                counts["obeyed", rule.code] += 1
            if rule.readings and rule.code in readings:
                counts["reading", f"{rule.code}={readings[rule.code]}"] += 1

    def _take_steps(self, event: Event) -> None:
        for machine in machines(self.system):
            for _, _, edges in steps(self.system, machine, event):
                for edge in edges[:1]:
                    self.counts["transition", step_name(machine, edge)] += 1

    def reached(self, items: Items) -> Reached:
        return reached(self.counts, items)


def reached(counts: Mapping[tuple[str, str], int], items: Items) -> Reached:
    """How often each item was reached. Names of headers are compared without case."""
    return {
        kind: {
            name: counts.get((kind, name), 0) or counts.get((kind, _lower_header(name)), 0) for name in names
        }
        for kind, names in items.items()
    }


def _lower_header(name: str) -> str:
    operation, _, at = name.partition(" ")
    return f"{operation} {at.lower()}" if at.startswith("header.") else name


def merged(parts: Iterable[Mapping[str, Reached]]) -> dict[str, Reached]:
    """Of several worlds, processes or runs: system by system, all counts added up."""
    whole: dict[str, Reached] = {}
    for part in parts:
        for system, kinds in part.items():
            for kind, names in kinds.items():
                into = whole.setdefault(system, {}).setdefault(kind, {})
                for name, times in names.items():
                    into[name] = into.get(name, 0) + times
    return whole
