"""L4: does it survive crashes? Killed at each step that can be seen from outside, twice at once, with a lost store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ixconform.data import Case, Step
from ixconform.scenarios.asked import Asked, Omitted, Scenario, case, life, people, recording, settle, trigger

PLACES = {"received": "before it is handled", "after_commit": "after it is done, before the answer"}
"""After an answer was delivered is where the next request is received; and where nothing is done, both are the same."""


def matrix(asked: Asked) -> list[Case] | Omitted:
    """A kill at each request of each run of the recorded life, before and after it is done."""
    if not asked.kills:
        return Omitted("this driver cannot kill the connector")
    plain = recording(asked)
    made = []
    for call in asked.recorded:
        if call.step < 0:
            continue
        for place, words in PLACES.items():
            if place != "received" and not call.writes:
                continue
            kill = {"turn": call.turn, "place": place, "nth": call.place}
            name = f"killed in run {call.run} at {call.operation} {call.nth}, {words}"
            struck = Step("settle", {**plain.steps[call.step].args, "kill": kill})
            steps = (*plain.steps[: call.step], struck, *plain.steps[call.step + 1 :])
            made.append(replace(plain, steps=steps, variant=name, faulty=True))
    return made or Omitted("nothing was recorded: the run without faults asked nothing")


def long_life(asked: Asked) -> list[Case] | Omitted:
    """Killed among 75 lines and several instalments."""
    if not asked.kills:
        return Omitted("this driver cannot kill the connector")
    maker = asked.maker(34)
    count = asked.target.traits.lines_max or 40
    lines = [maker.line(1_000 + n, text=f"Seat {n}") for n in range(count)]
    maker.instalment(maker.customer(), lines, why=f"{count} lines")
    for _ in range(2):
        maker.instalment(maker.customer())
    made = []
    creates = [c for c in asked.recorded if c.operation in asked.target.traits.creates and c.run == 1]
    for call in creates[:1]:
        for place in PLACES:
            kill = Step("kill", {"place": place, "nth": call.place})
            made.append(
                case(
                    asked,
                    maker,
                    (kill, kill, *life(asked)),
                    variant=f"killed twice at request {call.place}, {place}",
                    faulty=True,
                )
            )
    return made or Omitted("no creation was recorded")


def both(asked: Asked) -> list[Case] | Omitted:
    """One waits while the other does its work, so that none is just lucky; and last side by side, as it comes."""
    if not asked.claims.two_at_once:
        return Omitted("not claimed: two_at_once = false")
    maker = asked.maker(35)
    for _ in range(3):
        maker.instalment(maker.customer())
    creates = [call for call in asked.recorded if call.operation in asked.target.traits.creates]
    waits = [("ixpole", "getInstalments", "sending")]
    waits += [(call.system, call.operation, "received") for call in creates[:1]]
    made = []
    for system, operation, place in waits:
        at = {"system": system, "operation": operation, "place": place}
        words = f"the first waits at {operation} while the second works"
        made.append(case(asked, maker, (Step("both", {"at": at}), *life(asked)), variant=words))
    return [*made, case(asked, maker, (Step("both"), *life(asked)), variant="side by side")]


def jumps(asked: Asked) -> list[Case]:
    maker = asked.maker(36)
    maker.instalment(maker.customer())
    later = maker.instalment(maker.customer(), term=60)
    back = Step("clock", {"set": "2026-04-15T08:00:00+02:00"})
    ahead = Step("clock", {"set": "2026-05-15T09:00:00+02:00"})
    post = (people("post"), settle()) if asked.draft else ()
    steps = (settle(), back, settle(), Step("add", {"code": later.code}), settle(), *post, ahead, settle())
    return [case(asked, maker, steps, variant="an hour back, a month ahead")]


def lost_store(asked: Asked) -> list[Case] | Omitted:
    if not asked.claims.store_loss:
        return Omitted("not claimed: store_loss = false")
    maker = asked.maker(37)
    for _ in range(2):
        maker.instalment(maker.customer())
    return [
        case(asked, maker, (settle(), Step("wipe"), *life(asked)), variant="the store is lost", faulty=True)
    ]


def upgraded(asked: Asked) -> list[Case] | Omitted:
    """The version before begins, this one goes on: with drafts that are told and documents that are not."""
    if not asked.upgrades:
        return Omitted("not claimed: no previous version is named")
    maker = asked.maker(39)
    for _ in range(3):
        maker.instalment(maker.customer())
    later = maker.instalment(maker.customer(known=not asked.claims.customers), why="new after the upgrade")
    old = trigger(previous=True)
    half = Step(
        "fault",
        {"place": "received", "harm": "status", "status": 503, "system": "ixpole", "operation": "putInstalments",
         "nth": 2, "times": 60},
    )  # fmt: skip
    steps = (half, old, old, Step("calm"), Step("add", {"code": later.code}), *life(asked, paid=True))
    return [case(asked, maker, steps, variant="in the middle of a backlog", faulty=True)]


def interrupted(asked: Asked) -> list[Case] | Omitted:
    """Killed and started again, over and over, until it is done."""
    if not asked.kills:
        return Omitted("this driver cannot kill the connector")
    plain = recording(asked)
    kills = tuple(Step("kill", {"place": "after_commit", "nth": nth}) for nth in (4, 6, 8, 5, 7, 9))
    return [replace(plain, steps=(*kills, *plain.steps), variant="killed six times in a row", faulty=True)]


def _of(id: str, title: str, build: Any, *about: str, purpose: str) -> Scenario:
    return Scenario(
        id=id, level=4, title=title, build=build, about=("P-ONE", "P-ACK", *about), purpose=purpose
    )


SCENARIOS = (
    _of(
        "C-076",
        "an upgrade",
        upgraded,
        "P-SUM",
        purpose="The previous version began, this one goes on: nothing is booked twice, nothing is forgotten.",
    ),
    _of(
        "C-070",
        "killed at each step",
        matrix,
        "P-SUM",
        "P-META-2",
        purpose="Killed before or after each request: in the end all is as without.",
    ),
    _of("C-074", "killed among many lines", long_life, purpose="Killed twice where documents are made."),
    _of(
        "C-075",
        "killed again and again",
        interrupted,
        "P-META-2",
        purpose="Six kills in a row, and still one document each.",
    ),
    _of("C-071", "two at once", both, purpose="Two instances at the same time book nothing twice."),
    _of(
        "C-072",
        "clock jumps",
        jumps,
        purpose="The clock goes an hour back and a month ahead: nothing is booked again.",
    ),
    _of(
        "C-073",
        "a lost store",
        lost_store,
        purpose="Its own store is lost: rebuilt from the systems, without doubles.",
    ),
)
