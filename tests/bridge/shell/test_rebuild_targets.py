"""Does a lost journal come back where documents are listed by customer, found by their key, or not shown at all?

The production bridge against each production mock: TelecomX, CRM.COM, Riverty. Silvasoft is in `test_rebuild.py`.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest

from ixbridge.core.keys import codes_in, order_reference
from ixbridge.core.life import Life, Stage, life_of
from ixbridge.core.model import Mode
from ixbridge.core.rebuild import Fate
from support.bridging import Fault, Killed, killed_after, killed_before, swallowed
from support.targets import Bench, bench, one

CODES = ("C-1", "C-2", "C-3")
CREATES = {"telecomx": "invoiceCreate", "crmcom": "invoicesCreate", "riverty": "createOrder"}
LISTED = ("telecomx", "crmcom")


def made_of(system: str, *codes: str, **changes: Any) -> Bench:
    return bench(system, *(one(system, code) for code in codes), **changes)


def life(made: Bench, code: str) -> Life:
    return life_of(code, [each for each in made.disk if each.subject == code])


def codes(made: Bench) -> Counter[str]:
    """How many documents there are of each instalment."""
    found: Counter[str] = Counter()
    for each in made.wire.documents():
        if made.wire.system == "riverty":
            found.update(code for code in CODES if order_reference("", code) == each.order)
        elif made.wire.system == "crmcom":
            found[each.back_office_code] += 1
        else:
            found.update(codes_in(each.headline))
    return found


def number(made: Bench) -> None:
    """People make the drafts real."""
    for each in made.wire.documents():
        if made.wire.system == "telecomx":
            made.wire.act("setInvoiceNumber", invoice=each.id)
        elif each.stage.value == "DRAFT":
            made.wire.act("postInvoice", back_office_code=each.back_office_code)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("system", LISTED)
def test_what_ixpole_offers_no_more_is_found_and_followed_again(system: str, mode: Mode) -> None:
    made = made_of(system, "C-1", "C-2", mode=mode)
    made.run()
    made.wire.source.instalments["C-3"] = one(system, "C-3")  # came after the loss
    told = {code: made.wire.source.instalments[code]["invoiceNumber"] for code in ("C-1", "C-2")}
    fates = made.rebuild(codes=("C-1", "C-2")).fates
    # TelecomX lists by customer: C-3 names the customer, whose list then shows the others.
    assert {fates["C-1"], fates["C-2"]} == {Fate.STRANDED}
    assert fates["C-3"] is (Fate.NEW if system == "crmcom" else Fate.UNCERTAIN)
    made.run()
    assert set(codes(made).values()) == {1}
    assert {code: made.wire.source.instalments[code]["invoiceNumber"] for code in told} == told
    number(made)
    made.run()
    assert {life(made, code).stage for code in ("C-1", "C-2")} == {Stage.REPORTED}


@pytest.mark.parametrize("system", LISTED)
def test_with_a_persons_word_what_is_not_found_is_made(system: str) -> None:
    made = made_of(system, "C-1")
    made.run()
    made.wire.source.instalments["C-2"] = one(system, "C-2")
    assert made.rebuild(not_created=True, codes=("C-1",)).fates["C-2"] is Fate.NEW
    made.run()
    assert codes(made) == {"C-1": 1, "C-2": 1}


def test_crmcom_finds_nothing_that_nobody_names() -> None:
    made = made_of("crmcom", "C-1")
    made.run()
    rebuilt = made.rebuild()
    assert "C-1" not in rebuilt.fates and any("--code" in words for words in rebuilt.limits)


def test_telecomx_finds_nothing_of_customers_whom_nobody_names() -> None:
    made = made_of("telecomx", "C-1")
    made.run()
    rebuilt = made.rebuild(codes=("C-1",))
    assert rebuilt.fates["C-1"] is Fate.KEPT and not life(made, "C-1").number
    assert any("lists documents by customer" in words for words in rebuilt.limits)


@pytest.mark.parametrize(
    "missing", [1, 5, *(pytest.param(more, marks=pytest.mark.long) for more in (2, 3, 8))]
)
@pytest.mark.parametrize("fault", [killed_before, killed_after, swallowed])
@pytest.mark.parametrize("system", CREATES)
def test_the_last_records_are_lost_at_the_create(system: str, fault: Fault, missing: int) -> None:
    made = made_of(system, "C-1", "C-2")
    made.wire.faults[CREATES[system], 2] = fault
    with suppress(Killed):
        made.run()
    made.rebuild(left=max(0, len(made.disk) - missing), codes=("C-1", "C-2"))
    for _ in range(6):
        made.run()
    assert set(codes(made).values()) <= {1}
    for code in ("C-1", "C-2"):
        now = life(made, code)
        # Riverty: for a verdict that was told before the loss. TelecomX: of a customer whom nobody names any more.
        waits = {"riverty": Stage.BOOKED, "telecomx": Stage.NEW}.get(system)
        done = now.stage in (Stage.REPORTED, Stage.PAID, Stage.HANDED, waits)
        assert now.parked is not None or done, (code, now.stage)


# --- Riverty, which shows nothing -------------------------------------------------------------


@pytest.mark.parametrize("readings", [{}, {"RIV-18": "processed"}])
@pytest.mark.parametrize("runs", range(4))
def test_an_order_goes_out_again_under_its_own_reference(runs: int, readings: dict[str, str]) -> None:
    """Whatever Riverty had heard before the loss, it makes one invoice; what it had said before must be sent again."""
    made = made_of("riverty", "C-1", readings=readings)
    for _ in range(runs):
        made.run()
    offered = not made.wire.source.instalments["C-1"].get("invoiceNumber")
    fates = made.rebuild().fates
    assert fates == ({"C-1": Fate.AGAIN} if offered else {})
    for _ in range(4):
        made.run()
    made.hear(*made.heard)  # support sends everything again
    for _ in range(4):
        made.run()
    assert codes(made) == {"C-1": 1} and made.wire.count("createInvoice") <= 2
    if offered:
        assert life(made, "C-1").stage is Stage.REPORTED
        assert made.wire.source.instalments["C-1"]["invoiceNumber"] == f"IX{order_reference('', 'C-1')}"


def test_without_its_support_a_lost_verdict_is_parked_after_a_day() -> None:
    made = made_of("riverty", "C-1")
    made.run()
    made.wait()
    made.rebuild()
    for _ in range(3):
        made.run()
        made.wait(13 * 3600)
    assert made.items()["C-1"].reason == "no_verdict" and sum(codes(made).values()) <= 1


def test_what_riverty_was_paid_for_and_nobody_remembers_is_left_to_a_person() -> None:
    made = made_of("riverty", "C-1")
    for _ in range(3):
        made.run()
    rebuilt = made.rebuild(codes=("C-1",))
    assert rebuilt.fates == {"C-1": Fate.KEPT} and any("by hand" in words for words in rebuilt.limits)
