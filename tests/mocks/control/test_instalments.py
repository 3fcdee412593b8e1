"""How far each instalment has come is told by the control API, from the states of iXpole and its targets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ixmocks.ixpole import SYSTEM as IXPOLE
from ixmocks.kit import Kit
from ixmocks.silvasoft import SYSTEM as SILVASOFT

PATH = "/v1/worlds/default/instalments"
CODE = "C-2025-0001-01"


@pytest.fixture
def club(connect: Any) -> Any:
    return connect(Kit("club-season", systems=[IXPOLE, SILVASOFT]))


def book(kit: Kit, amount: str) -> None:
    line = {"TaxPc": 21, "SubTotalInclTax": Decimal(amount)}
    body = {"CustomerNumber": 100245, "InvoiceNotes": CODE, "Invoice_InvoiceLine": [line]}
    assert kit.ask("silvasoft", "POST", "/rest/addsalestransaction/", json=body).status == 200


def test_before_anything_is_done_it_waits_for_its_invoice(club: Any) -> None:
    ((one,), (total,)) = (club.get(PATH, code=CODE)[part] for part in ("instalments", "sums"))
    assert (one["status"], one["station"], one["number"], one["documents"]) == ("ToDo", "new", None, [])
    assert (one["total"], one["needs"]) == (Decimal("2746.00"), ["no document yet"])
    assert (total["asked"], total["booked"]) == (Decimal("2746.00"), 0)


def test_a_document_belongs_to_it_by_the_code_it_carries(club: Any) -> None:
    book(club.kit, "2746.00")
    (one,) = club.get(PATH, code=CODE)["instalments"]
    (document,) = one["documents"]
    assert (document["system"], document["kind"], document["total"]) == (
        "silvasoft",
        "invoice",
        Decimal("2746.00"),
    )
    assert one["needs"] == ["booked, and iXpole was not told"]
    assert club.get(PATH, code=CODE)["sums"][0]["booked"] == Decimal("2746.00")


def test_a_cent_less_and_twice_are_both_told(club: Any) -> None:
    book(club.kit, "2745.99")
    book(club.kit, "2746.00")
    (one,) = club.get(PATH, code=CODE)["instalments"]
    assert {"more than one document", "the totals differ"} <= set(one["needs"])
    needy = club.get(PATH, needs="true")["instalments"]
    assert CODE in [each["code"] for each in needy]
    assert all(each["needs"] for each in needy)
    assert len(needy) < len(club.get(PATH)["instalments"])


def test_the_sums_are_those_of_the_instalments_shown(club: Any) -> None:
    found = club.get(PATH)
    told = sum(
        one["total"] for one in found["instalments"]
        if one["currency"] == "EUR" and one["number"] and not one["number"].startswith("D")
    )  # fmt: skip
    booked = sum(
        each["total"] for one in found["instalments"] for each in one["documents"]
        if each["currency"] == "EUR" and not each["gone"]
    )  # fmt: skip
    euro = next(each for each in found["sums"] if each["currency"] == "EUR")
    assert (euro["told"], euro["booked"]) == (told, booked)


def test_nobody_of_that_code_is_an_empty_list(club: Any) -> None:
    assert club.get(PATH, code="X")["instalments"] == club.get(PATH, code="X")["sums"] == []


def test_without_iXpole_there_are_none(control: Any) -> None:
    assert control.get(PATH)["instalments"] == []


@pytest.mark.parametrize("query", [{"needs": "perhaps"}, {"cod": "x"}, {"code": "x" * 201}])
def test_a_question_of_the_wrong_shape_is_refused(control: Any, query: dict[str, str]) -> None:
    assert control("GET", PATH, params=query).status_code == 400
