"""Can a failure be read and seen again? Plans as text, histories side by side, one command to replay."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.canaries import CANARIES
from simulation.hunt import shrunk
from simulation.life import live
from simulation.plan import PlanError, read_plan
from simulation.replay import main
from simulation.show import command, told

LONG = (
    "silvasoft-direct/two/ixpole.getProduct#1=slow+silvasoft.addsalestransaction#2=answer-lost"
    "+ixpole.putInstalments#1=reset"
)


def test_a_plan_is_its_own_text() -> None:
    assert str(read_plan(LONG)) == LONG
    assert str(read_plan("crmcom-draft/one/nothing")) == "crmcom-draft/one/nothing"


@pytest.mark.parametrize(
    "text", ["", "nowhere/one/nothing", "crmcom-draft/one/x=y", LONG.replace("slow", "fast")]
)
def test_what_is_no_plan_is_refused_in_words(text: str, capsys: Any) -> None:
    with pytest.raises(PlanError, match="expected"):
        read_plan(text)
    assert main(["--plan", text or "/"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_failure_shrinks_to_what_it_needs_and_prints_how_to_see_it_again(capsys: Any) -> None:
    plan = read_plan(LONG)
    with CANARIES["naive-retry"].patch():
        small = shrunk(plan)
        assert small.violation is not None and small.violation.invariant == "I15"
        assert [each.fault for each in small.plan.strikes] == ["answer-lost"]
        assert live(small.plan).trace == small.trace
    text = told(small)
    assert "bridge" in text and "ixpole" in text and command(small) in text
    assert main(["--canary", "naive-retry", "--plan", str(small.plan)]) == 1
    assert "I15 broken" in capsys.readouterr().out
    assert main(["--plan", str(small.plan)]) == 0


def test_a_seed_is_replayed(capsys: Any) -> None:
    assert main(["--seed", "17"]) == 0
    assert "every promise was kept" in capsys.readouterr().out
