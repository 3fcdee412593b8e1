"""Does every reason have a stable name and an advice?"""

from __future__ import annotations

import re

import pytest

from ixbridge.core.parked import ADVICE, Parked, Reason, all_of, park


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_plain_name_and_an_advice(reason: Reason) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", reason.value)
    assert reason.value == reason.name.lower()
    assert ADVICE[reason].endswith(".")


def test_one_reason_collects_its_messages_and_counts_the_others() -> None:
    first, second = park(Reason.TAX_NOT_MAPPED, "code A"), park(Reason.TAX_NOT_MAPPED, "code B")
    other = park(Reason.LEDGER_NOT_MAPPED, "account")
    parked = all_of([first, first, other, second])
    assert parked == Parked(
        Reason.TAX_NOT_MAPPED, "code A; code B (and 1 other kind of problem)", ADVICE[Reason.TAX_NOT_MAPPED]
    )


def test_a_long_list_of_messages_is_cut_and_counted() -> None:
    parked = all_of([park(Reason.TAX_NOT_MAPPED, f"code {i}") for i in range(8)])
    assert parked.message == "code 0; code 1; code 2; code 3; code 4; and 3 more"
