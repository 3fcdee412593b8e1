"""L2: the smaller things. A long backlog, accounts and cost centres on lines."""

from __future__ import annotations

from ixconform.data import Case
from ixconform.scenarios.asked import Asked, Omitted, Scenario, case, life, settle

LONG = 22


def long_backlog(asked: Asked) -> list[Case]:
    """More instalments than fit on a short page: all of them are booked, in one run or in many."""
    maker = asked.maker(23)
    customers = [maker.customer() for _ in range(4)]
    for number in range(LONG):
        maker.instalment(customers[number % 4], why="one of many")
    return [case(asked, maker, (settle(),))]


def lines_apart(asked: Asked) -> list[Case] | Omitted:
    """Lines that iXpole names different accounts and cost centres for."""
    if asked.draft:
        return Omitted("a draft may be an order, whose lines name neither")
    if asked.profile.target != "silvasoft":
        return Omitted("nothing on a line of this target names an account or a cost centre")
    maker = asked.maker(24)
    lines = [
        maker.line(12_000, text="Seat", ledger="700110", cost_centre="FIRST TEAM"),
        maker.line(3_000, text="Parking", ledger="700300", cost_centre="YOUTH"),
        maker.line(1_000, text="Gift"),
    ]
    maker.instalment(maker.customer(), lines, why="accounts and cost centres on its lines")
    return [case(asked, maker, life(asked))]


SCENARIOS = (
    Scenario(
        id="C-043", level=2, title="a long backlog", build=long_backlog, about=("P-ONE", "P-ACK"), needs_target=False,
        purpose=f"{LONG} instalments are due: none is forgotten.",
    ),
    Scenario(
        id="C-044", level=2, title="accounts and cost centres", build=lines_apart, about=("P-MAP",), needs_target=True,
        purpose="What iXpole names on a line stands on it in the books, whatever it is called there.",
    ),
)  # fmt: skip
