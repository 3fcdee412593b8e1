"""What is in scenario ``danish-season``? Writes its files out of its tables, to the øre, the same each time.

python tools/club_danish.py            writes into the scenario's folder
python tools/club_danish.py FOLDER     writes somewhere else
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from club_danish_sales import CITIES, CONTRACTS, ENDED, GOODS, PEOPLE, TWICE, VAT, VAT_NAMES
from club_ixpole import Club, Goods, Person, expected, half_up, instalments, section, write
from scenario_yaml import Cents, Inline, dump

FOLDER = Path(__file__).parents[1] / "mocks" / "ixmocks" / "scenarios" / "danish-season"
TODAY = date(2026, 4, 15)
CLUB = Club(
    people=PEOPLE, goods=GOODS, contracts=CONTRACTS, cities=CITIES, street="Eksempelvej", phone="+45 70",
    someone=("Bo", "Ågård"), vat=VAT, vat_names=VAT_NAMES, currency="DKK",
    season=Inline(seasonId=14, name="2026"),
    owner=Inline(userId=3, name="Mette Kjær", email="mette@fjordbyboldklub.example"),
    begins=date(2026, 3, 1), ends=date(2026, 10, 31), first_instalment=61000,
)  # fmt: skip
RESELLER = "69b1c0de0000000000001000"

Json = dict[str, Any]


def id_of(number: int) -> str:
    return f"69b1c0de{number:016d}"


# TelecomX.


def customer(person: Person) -> Json:
    return {
        "_id": id_of(person.id),
        "name": person.name,
        "parentReseller": RESELLER,
        "emailAddress": person.email,
        "addresses": [
            Inline(
                primary=True, address=f"Eksempelvej {person.id % 1000}", zip=CITIES[person.city],
                city=person.city, country=person.country,
            )
        ],
        "finance": Inline(
            accountingSystemId=str(person.booked_as), **({"vatNumber": person.vat} if person.vat else {})
        ),
    }  # fmt: skip


def product(goods: Goods) -> Iterator[Json]:
    """One product, or two of one code."""
    ended = {"end": ENDED[goods.code]} if goods.code in ENDED else {}
    exempt = {"vatExempt": True} if not VAT[goods.vat] else {}
    for place, name in enumerate([goods.name, *([TWICE[goods.code]] if goods.code in TWICE else [])]):
        yield Inline(
            _id=id_of(goods.id + 5000 * place), type="OTHER", productCode=goods.code, name=name, unitType="UNITS",
            price=Cents(goods.price_cents), reseller=RESELLER, **exempt, **ended,
        )  # fmt: skip


def telecomx() -> Json:
    club = Inline(
        _id=RESELLER, name="Fjordby Boldklub", isReseller=True, emailAddress="kasse@fjordby.example"
    )
    return {
        "settings": {"firstNumber": 1001},
        "customers": [club, *(customer(person) for person in PEOPLE if person.booked_as)],
        "products": [each for goods in GOODS if goods.known for each in product(goods)],
    }


# What should become of it.


def reachable(sold: Json) -> bool:
    """Whether TelecomX, which adds the nets up and rounds 25 % once, can come to this total at all."""
    gross = sum(each["amountInclVat"] for each in sold["lines"] if each["vatRate"]["percentage"])
    if sold["amountInclVat"] != sum(each["amountInclVat"] for each in sold["lines"]):
        return True  # rounded once by iXpole too
    near = half_up(gross * 4, 5)
    return any(net + half_up(net, 4) == gross for net in (near - 1, near, near + 1))


def checked(sold: list[Json]) -> list[Json]:
    """The tables promise nothing that TelecomX's way of rounding forbids."""
    for each in sold:
        booked = CLUB.contract[each["sale"]["contractNumber"]].expect in ("booked", "paid")
        assert reachable(each) or not booked, each["instalmentCode"]
    return sold


HEAD = (
    "# Written by tools/club_danish.py: change the tables there, or copy this folder and change the copy.\n"
)
SCENARIO = """\
title: A Danish club's season
text: >-
  Fjordby Boldklub has sold its summer season, in kroner, at 25 % and exempt, for TelecomX to invoice. {due} of {all}
  instalments wait on 15 April 2026, each odd in its own way; expected.yaml tells how, and what a bridge should
  make of it. The other accounting systems are empty.
clock: "2026-04-15T09:00:00+02:00"
seed: 7
"""


def files() -> dict[str, str]:
    sold = checked(list(instalments(CLUB)))
    outcome = expected(CLUB, sold, today=TODAY)
    due = sum(each["expect"] != "nothing" for each in outcome["instalments"])
    return {
        "scenario.yaml": HEAD + SCENARIO.format(due=due, all=len(sold)),
        "ixpole.yaml": HEAD + dump(section(CLUB)),
        "telecomx.yaml": HEAD + dump(telecomx()),
        "expected.yaml": HEAD + dump(outcome),
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, files())
