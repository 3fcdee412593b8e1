"""Are the clubs' seasons what their generators make, do they add up, and do they hold what they promise?"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ixmocks.crmcom import seed as crmcom_seed
from ixmocks.engine import scenario
from ixmocks.ixpole import seed as ixpole_seed
from ixmocks.silvasoft import seed as silvasoft_seed
from ixmocks.telecomx import seed as telecomx_seed

ROOT = Path(__file__).parents[2]
SCENARIOS = ROOT / "mocks" / "ixmocks" / "scenarios"
GENERATORS = {"club-season": "club_season.py", "danish-season": "club_danish.py"}
CENT = Decimal("0.01")

Json = dict[str, Any]

each_club = pytest.mark.parametrize("club", GENERATORS)


@cache
def section(name: str, club: str = "club-season") -> Json:
    return dict(scenario.load(club, [name]).sections[name])


def instalments(club: str = "club-season") -> list[Json]:
    return list(section("ixpole", club)["instalments"])


def lines(club: str = "club-season") -> list[Json]:
    return [line for each in instalments(club) for line in each["lines"]]


def vat(net: Decimal, percentage: Decimal) -> Decimal:
    return (net * percentage / 100).quantize(CENT, rounding=ROUND_HALF_UP)


@each_club
def test_the_committed_files_are_what_the_generator_writes(tmp_path: Path, club: str) -> None:
    generator = ROOT / "tools" / GENERATORS[club]
    subprocess.run([sys.executable, generator, tmp_path], check=True, capture_output=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_bytes() for path in (SCENARIOS / club).glob("*.yaml")}


def test_all_systems_take_it() -> None:
    ixpole, silvasoft = ixpole_seed.load(section("ixpole"), 7), silvasoft_seed.load(section("silvasoft"), 7)
    assert len(ixpole.instalments) == len(instalments())
    assert silvasoft.sales.next_number() == 20251189
    known = [each for each in section("ixpole")["customers"] if (each["customerCode"] or "").isdigit()]
    crmcom = crmcom_seed.load(section("crmcom"), 7)
    assert {each.number for each in crmcom.accounts} <= {each["customerCode"] for each in known}


def test_telecomx_takes_the_danish_one() -> None:
    ixpole = ixpole_seed.load(section("ixpole", "danish-season"), 7)
    telecomx = telecomx_seed.load(section("telecomx", "danish-season"), 7)
    assert len(ixpole.instalments) >= 40 and not telecomx.invoices
    assert len(telecomx.customers) > 10 and len(telecomx.products) > 10


@each_club
def test_each_line_is_quantity_times_price_less_discount(club: str) -> None:
    for line in lines(club):
        exact = line["quantity"] * line["unitPriceExclVat"] * (100 - line["discountPercentage"]) / 100
        assert exact == line["amountExclVat"], line


@each_club
def test_each_line_and_each_head_is_net_and_vat(club: str) -> None:
    for each in [*lines(club), *instalments(club)]:
        assert each["amountExclVat"] + each["vatAmount"] == each["amountInclVat"], each


@each_club
def test_each_head_rounds_its_vat_in_a_known_way(club: str) -> None:
    """Per line (or out of inclusive prices), or once per rate; and both ways occur where they differ."""
    ways = Counter[str]()
    for each in instalments(club):
        nets = Counter[Decimal]()
        for line in each["lines"]:
            nets[line["vatRate"]["percentage"]] += line["amountExclVat"]
        per_line = sum(line["vatAmount"] for line in each["lines"])
        per_rate = sum(vat(net, percentage) for percentage, net in nets.items())
        assert each["vatAmount"] in (per_line, per_rate), each["instalmentCode"]
        if per_line != per_rate:
            ways["per line" if each["vatAmount"] == per_line else "per rate"] += 1
    assert ways["per line"] and ways["per rate"]


@pytest.mark.parametrize(
    ("club", "contract", "thirds"),
    [
        ("club-season", "C-2025-0002", ["33.33", "33.33", "33.34"]),
        ("danish-season", "C-2026-0002", ["333.33", "333.33", "333.34"]),
    ],
)
def test_instalments_of_a_contract_differ_by_the_cents_left_over_at_most(
    club: str, contract: str, thirds: list[str]
) -> None:
    sold = [each for each in instalments(club) if each["sale"]["contractNumber"] == contract]
    assert [each["amountExclVat"] for each in sold] == [Decimal(each) for each in thirds]


@pytest.mark.parametrize("count", [75, 76, 160])
def test_the_long_ones_are_there(count: int) -> None:
    assert any(len(each["lines"]) == count for each in instalments())


def test_76_lines_come_all_alike_and_all_different() -> None:
    kinds = {
        len({str({**line, "lineNumber": 0}) for line in each["lines"]})
        for each in instalments()
        if len(each["lines"]) == 76
    }
    assert kinds == {1, 76}


def test_the_season_is_as_odd_as_promised() -> None:
    customers = section("ixpole")["customers"]
    names = Counter(each["name"] for each in customers)
    mails = Counter(each["email"] for each in customers)
    assert len(instalments()) >= 40
    assert {line["vatRate"]["code"] for line in lines()} == {"21", "12", "6", "0", "0-RC", "0-EX", "21-M"}
    assert max(names.values()) == max(mails.values()) == 2
    assert any(each["customerCode"] is None for each in customers)
    assert {each["type"] for each in instalments()} == {"Invoice", "Credit"}
    assert {-1, 0, 1} == {(line["amountExclVat"] > 0) - (line["amountExclVat"] < 0) for line in lines()}
    assert {True, False} == {each["sale"]["isBarter"] for each in instalments()}
    assert {"Draft", "Final"} == {each["sale"]["status"] for each in instalments()}
    assert {"2025-10-26", "2026-03-29"} <= {each["instalmentDate"] for each in instalments()}
    assert any((each["invoiceNumber"] or "").startswith("D") for each in instalments())
    assert any("<" in line["description"] for line in lines())


def test_the_danish_season_is_as_odd_as_promised() -> None:
    club = "danish-season"
    sold, names = instalments(club), Counter(each["name"] for each in section("ixpole", club)["customers"])
    assert {line["vatRate"]["percentage"] for line in lines(club)} == {25, 0, 21, 6}
    assert {each["currency"] for each in sold} == {"DKK", "EUR"} and max(names.values()) == 2
    assert {75, 76} <= {len(each["lines"]) for each in sold}
    assert {-1, 0, 1} == {(line["amountExclVat"] > 0) - (line["amountExclVat"] < 0) for line in lines(club)}
    assert {each["type"] for each in sold} == {"Invoice", "Credit"}
    assert {"2025-10-26", "2026-03-29"} <= {each["instalmentDate"] for each in sold}
    assert set("æøåÆØÅ") <= set(str(sold))
    assert any(each["sale"]["contractNumber"].startswith("S-") for each in sold)


@each_club
def test_every_instalment_has_its_fate(club: str) -> None:
    expected = section("expected", club)["instalments"]
    assert [each["code"] for each in expected] == [each["instalmentCode"] for each in instalments(club)]
    assert {each["expect"] for each in expected} >= {"booked", "paid", "parked", "nothing"}


def test_every_instalment_says_what_should_become_of_it() -> None:
    expected = section("expected")["instalments"]
    assert {each["expect"] for each in expected} == {"booked", "drafted", "paid", "parked", "nothing"}
    sponsors = {each["expect"] for each in expected if each["code"].startswith("S-")}
    assert sponsors == {"drafted", "parked", "nothing"}


@each_club
def test_the_page_counts_right(club: str) -> None:
    expected = section("expected", club)["instalments"]
    due = sum(each["expect"] != "nothing" for each in expected)
    page = " ".join((ROOT / "docs" / "scenarios.md").read_text("utf-8").split())
    assert f"{len(expected)} instalments, {due} of them due" in page
