"""L0 and L1: does it connect, and does it speak the contract?"""

from __future__ import annotations

from ixconform.data import Case, Step
from ixconform.scenarios.asked import Asked, Scenario, case, life, trigger

READINGS = ("IXP-32=no_content", "IXP-31=lenient")
"""Readings whose answers look different and mean the same."""


def empty(asked: Asked) -> list[Case]:
    maker = asked.maker()
    maker.customer()
    return [case(asked, maker, (trigger(), trigger()))]


def wrong_key(asked: Asked) -> list[Case]:
    maker = asked.maker()
    maker.instalment(maker.customer(), expect="may-refuse")
    return [case(asked, maker, (trigger(wrong_key=True),), faulty=True)]


def one(asked: Asked) -> list[Case]:
    maker = asked.maker()
    maker.instalment(maker.customer(), why="one line at one rate")
    return [case(asked, maker, life(asked, paid=True))]


def fresh(asked: Asked) -> list[Case]:
    """The same world twice. What was kept anywhere but in the store that the kit gave shows in the second."""
    made = []
    for words in ("one world", "another world"):
        maker = asked.maker(salt=2)
        maker.instalment(maker.customer(), why="the same in both worlds")
        made.append(case(asked, maker, life(asked), variant=words))
    return made


def grown(asked: Asked) -> list[Case]:
    """Every answer has members that nobody knows yet, in another order."""
    made = []
    for system in ("ixpole", *([] if asked.target.traits.unseen else [asked.target.traits.name])):
        maker = asked.maker(salt=3)
        maker.instalment(maker.customer(known=not asked.claims.customers), why="one line at one rate")
        more = Step("fault", {"place": "sending", "harm": "grown", "system": system, "times": 500})
        made.append(case(asked, maker, (more, *life(asked)), variant=f"unknown members from {system}"))
    return made


def variants(asked: Asked) -> list[Case]:
    made = grown(asked)
    for reading in READINGS:
        maker = asked.maker(salt=1)
        maker.instalment(maker.customer(), why="one line at one rate")
        rule, _, name = reading.partition("=")
        made.append(case(asked, maker, life(asked), variant=reading, readings={rule: name}))
    return made


SCENARIOS = (
    Scenario(
        id="C-001", level=0, title="nothing is due", build=empty, about=("P-END", "P-IDEM"),
        at={"P-IDEM": 0, "P-END": 0}, purpose="An empty backlog: it reads, writes nothing, and ends.",
    ),
    Scenario(
        id="C-002", level=0, title="wrong credentials", build=wrong_key, about=("P-END", "P-LOGIN"),
        at={"P-LOGIN": 0}, purpose="The credentials are wrong: it stops, says so, and does not hammer.",
    ),
    Scenario(
        id="C-010", level=1, title="one instalment", build=one,
        about=("P-REQ", "P-ONE", "P-ACK", "P-SUM", "P-MAP", "P-IDEM", "P-CONV", "P-SEC", "P-NET", "P-PAY"),
        purpose="A known customer, one line: one document; number, due date and file come back.",
    ),
    Scenario(
        id="C-003", level=1, title="a new world", build=fresh, about=("P-ISO",), same_end="P-ISO", at={"P-ISO": 1},
        purpose="The same world twice ends the same twice: its store is where the kit says, and nothing else is kept.",
    ),
    Scenario(
        id="C-011", level=1, title="other answers", build=variants, about=("P-REQ", "P-ONE", "P-ACK"),
        purpose="Answers that the contract allows as well: members that are new, another order, no body.",
    ),
)  # fmt: skip
