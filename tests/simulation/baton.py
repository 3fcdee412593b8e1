"""How do two bridges run at the same time, and always in the same order? Only who holds the baton moves.

Each bridge is a thread of its own that stops wherever its ``turn`` is asked for; the schedule says who goes on.
Nothing runs beside it, so that one schedule gives one history.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

WAIT_S = 60.0
"""Longer than any step takes; a bridge that stops for longer hangs, which is an error of the simulation."""

Body = Callable[[Callable[[], None]], None]
"""What one bridge does; it calls its argument wherever another one may go on."""
Choose = Callable[[Sequence[int], int], int]
"""Who moves next: of these, at this step."""


@dataclass(slots=True)
class _Runner:
    number: int
    go: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    raised: BaseException | None = None
    done: bool = False


class Baton:
    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        self._back = threading.Event()

    def run(self, bodies: Sequence[Body]) -> None:
        """Until all are done. Raises what the first of them raised."""
        runners = [_Runner(number) for number in range(len(bodies))]
        for runner, body in zip(runners, bodies, strict=True):
            runner.thread = threading.Thread(target=self._run, args=(runner, body), daemon=True)
            runner.thread.start()
        step = 0
        while alive := [runner.number for runner in runners if not runner.done]:
            chosen = runners[self._choose(alive, step)]
            self._back.clear()
            chosen.go.set()
            if not self._back.wait(WAIT_S):
                raise RuntimeError(f"bridge {chosen.number} does not give the baton back")
            if chosen.raised is not None:
                raise chosen.raised
            step += 1

    def _run(self, runner: _Runner, body: Body) -> None:
        runner.go.wait()
        runner.go.clear()
        try:
            body(lambda: self._turn(runner))
        except BaseException as error:
            runner.raised = error
        runner.done = True
        self._back.set()

    def _turn(self, runner: _Runner) -> None:
        self._back.set()
        runner.go.wait()
        runner.go.clear()


def paused_at(step: int, moves: int) -> Choose:
    """The first bridge makes so many moves, then the second so many, then the first to its end, then the second."""

    def choose(alive: Sequence[int], at: int) -> int:
        wanted = 0 if at < step or at >= step + moves else 1
        return wanted if wanted in alive else alive[0]

    return choose


__all__ = ["Baton", "Body", "Choose", "paused_at"]
