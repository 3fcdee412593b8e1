"""At which places of a recorded life can something go wrong?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ixconform.history import Exchange, History
from ixconform.scenarios.asked import Call
from ixconform.systems.target import Traits


def calls_of(history: History, traits: Traits) -> Iterable[Call]:
    """The places of a recorded life. A run that changed nothing only looked: it has no step."""
    bookless = traits.bookless
    busy = {
        each.run for each in history.asked if writes(each) and each.changed and each.operation not in bookless
    }
    operations: Counter[str] = Counter()
    places: Counter[int] = Counter()
    turns: Counter[int] = Counter()
    where: dict[int, tuple[int, int]] = {}
    for run in history.runs:
        where[run.number] = (run.step, turns[run.step])
        turns[run.step] += 1
    for each in history.asked:
        operations[each.operation] += 1
        places[each.run] += 1
        step, turn = where.get(each.run, (-1, 0))
        yield Call(
            system=each.system,
            operation=each.operation,
            nth=operations[each.operation],
            run=each.run,
            place=places[each.run],
            step=step if each.run in busy else -1,
            turn=turn,
            writes=writes(each) and each.operation not in bookless,
        )


def writes(exchange: Exchange) -> bool:
    return exchange.method != "GET"
