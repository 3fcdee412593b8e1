"""L2: many at once. An ordinary backlog, the same in another order, and worlds that nobody chose."""

from __future__ import annotations

from dataclasses import replace

from ixconform.data import Case
from ixconform.scenarios.asked import Asked, Scenario, case, life
from ixconform.scenarios.booking import RATES, scenario
from ixconform.worlds import day

RANDOM_WORLDS = 3


def order(asked: Asked) -> list[Case]:
    """Many ordinary ones: the backlog's order decides nothing but numbers."""
    maker = asked.maker(22)
    customers = [maker.customer() for _ in range(4)]
    for number in range(8):
        maker.instalment(customers[number % 4], day=day(-number))
    return [case(asked, maker, life(asked, paid=True))]


def permuted(asked: Asked) -> list[Case]:
    """The same eight instalments twice, handed out in opposite orders."""
    made = []
    for words, days in (("oldest first", range(8)), ("newest first", range(7, -1, -1))):
        maker = asked.maker(22)
        customers = [maker.customer() for _ in range(4)]
        for number, back in enumerate(days):
            maker.instalment(customers[number % 4], day=day(back - 8))
        made.append(case(asked, maker, life(asked), variant=words))
    return made


def random_worlds(asked: Asked) -> list[Case]:
    """Worlds that nobody chose: customers, lines, rates and amounts by chance, the same for the same seed."""
    made = []
    for nth in range(RANDOM_WORLDS):
        maker = asked.maker(500 + nth)
        chance, known = maker.chance, RATES[asked.profile.target]
        customers = [
            maker.customer(known=chance.random() < 0.7 or not asked.claims.customers) for _ in range(3)
        ]
        for _ in range(5):
            products = {501 + n: known[n % len(known)] for n in range(4)}
            lines = [
                maker.line(chance.randrange(1, 200_000), products[product], product=product, text=f"Seat {n}")
                for n in range(chance.choice((1, 1, 2, 3, 7, 20)))
                for product in [chance.choice(sorted(products))]
            ]
            maker.instalment(chance.choice(customers), lines, day=day(-chance.randrange(0, 13)))
        made.append(case(asked, maker, life(asked), variant=f"world {nth + 1}"))
    return made


SCENARIOS: tuple[Scenario, ...] = (
    scenario(
        "C-053",
        "an ordinary backlog",
        order,
        "P-ACK",
        "P-IDEM",
        "P-CONV",
        "P-PAY",
        purpose="Eight instalments of four customers.",
        target=False,
    ),
    replace(
        scenario(
            "C-054",
            "the backlog's order",
            permuted,
            "P-META-3",
            purpose="The same instalments in the opposite order end as the same documents.",
            target=False,
        ),
        same_end="P-META-3",
    ),
    scenario(
        "C-055",
        "worlds by chance",
        random_worlds,
        "P-ACK",
        "P-MAP",
        purpose="Worlds that nobody chose.",
        target=False,
    ),
)
