"""Does `ixkit demo` book what it should, and does it notice what was booked wrongly?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.demo_bridge import World
from ixmocks.demo_offices import OFFICES, Document
from ixmocks.demo_season import LEAVE, PAY, Audit, Season, audit
from ixmocks.demo_show import STATUSES, Screen, short
from ixmocks.engine import scenario

if TYPE_CHECKING:
    from acceptance.conftest import Ixkit

MADE = {"direct": {"booked", "paid"}, "draft": {"drafted", "finalised", "paid"}}


def fates(target: str, mode: str, name: str) -> dict[str, bool]:
    """Of each instalment that is due, whether expected.yaml says that it is booked, in whatever way."""
    rows = scenario.load(name, ["expected"]).sections["expected"]["instalments"]
    told = (target, mode) if target == "silvasoft" else (target,)
    said = {row["code"]: next((row[key] for key in told if key in row), row["expect"]) for row in rows}
    return {code: fate != "parked" for code, fate in said.items() if fate != "nothing"}


def agrees(season: Mapping[str, Any]) -> None:
    """The season went as its scenario says, and the target's own list is the bridge's, to the cent."""
    mode, check, totals = season["mode"], season["check"], season["totals"]
    items = {item["code"]: item for item in season["instalments"]}
    wanted = fates(season["target"], mode, season["scenario"])
    assert {code: item["status"] != "parked" for code, item in items.items()} == wanted
    booked = [item for item in items.values() if item["status"] != "parked"]
    assert {item["status"] for item in booked} <= MADE[mode]
    assert check["differences"] == [] and check["bridge"] == check["target"]
    assert Decimal(check["target"]) == sum(Decimal(item["total"]) for item in booked)
    assert (
        check["documents"] == len(booked) == len({item["number"] or item["draft_number"] for item in booked})
    )
    assert totals["paid"] >= PAY and totals["drafted"] == (LEAVE if mode == "draft" else 0)
    for item in items.values():
        is_final = item["status"] in ("booked", "finalised", "paid")
        assert bool(item["number"]) == is_final and not (item["number"] or "").startswith("D")
        assert bool(item["draft_number"]) == (mode == "draft" and item["status"] != "parked")
        assert bool(item["reason"] and item["message"]) == (item["status"] == "parked")


def whole(*options: str) -> subprocess.CompletedProcess[str]:
    """The demo, with more patience than other commands get: it may share its machine with many."""
    command = [sys.executable, "-m", "ixmocks.cli", "demo", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)


def test_a_danish_season_goes_through_telecomx_as_drafts() -> None:
    done = whole("--target", "telecomx", "--mode", "draft", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    (season,) = json.loads(done.stdout)["seasons"]
    agrees(season)
    assert (season["target"], season["mode"]) == ("telecomx", "draft")
    reasons = Counter(item["reason"] for item in season["instalments"] if item["reason"])
    assert reasons["rate_not_representable"] == 2 and len(reasons) >= 7


@pytest.mark.long
@pytest.mark.parametrize("target", OFFICES)
def test_a_season_goes_through_each_system_both_ways(target: str) -> None:
    done = whole("--target", target, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    seasons = json.loads(done.stdout)["seasons"]
    assert [(season["target"], season["mode"]) for season in seasons] == [
        (target, "direct"),
        (target, "draft"),
    ]
    for season in seasons:
        agrees(season)


@pytest.mark.long
def test_the_whole_screen_fits_a_hundred_columns_and_has_no_colours_on_a_pipe() -> None:
    done = whole("--all")
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 100 and "\x1b" not in done.stdout
    assert done.stdout.count(": equal") == 2 * len(OFFICES)
    titles = [line.split(" · ")[0] for line in done.stdout.splitlines() if "instalments are due" in line]
    assert titles == [office.title for office in OFFICES.values()]


def test_a_target_that_nobody_knows_is_refused(ixkit: Ixkit) -> None:
    done = ixkit("demo", "--target", "nowhere")
    assert done.returncode == 2 and "'silvasoft'" in done.stderr


def test_a_scenario_that_nobody_knows_is_refused_once(ixkit: Ixkit) -> None:
    done = ixkit("demo", "--scenario", "club-saeson")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1 and "did you mean 'club-season'?" in done.stderr


# ---- the check -----------------------------------------------------------------------------------


def item(code: str, number: str | None, total: str = "10.00", **more: Any) -> dict[str, Any]:
    fields = {"customer": "Demo", "draft_number": None, "status": "booked", "mode": "direct", "message": ""}
    return {"code": code, "number": number, "total": total, **fields, **more}


def document(key: str, total: str = "10.00") -> Document:
    return Document(key, Decimal(total), key)


TOTALS = st.dictionaries(
    st.from_regex(r"D?[0-9]{1,4}", fullmatch=True), st.decimals(-999, 999, places=2), max_size=8
)


@given(totals=TOTALS, before=st.sets(st.sampled_from(["X1", "X2"])))
def test_equal_lists_have_no_differences(totals: dict[str, Decimal], before: set[str]) -> None:
    items = [item(f"C-{key}", key, str(total)) for key, total in totals.items()]
    documents = [document(key, str(total)) for key, total in totals.items()]
    found = audit(items, [*documents, *map(document, before)], before, "Demo")
    assert found == Audit(len(totals), sum(totals.values(), Decimal()), sum(totals.values(), Decimal()), ())


WRONG = {
    "a document that is not there": ([item("C-1", "1")], [], "no such document"),
    "another total": ([item("C-1", "1")], [document("1", "10.01")], "is 10.00 for the bridge, 10.01 in Demo"),
    "a document too many": ([item("C-1", "1")], [document("1"), document("2")], "Demo has 2 (10.00)"),
    "a number twice": ([item("C-1", "1"), item("C-2", "1")], [document("1")], "C-2 and C-1 both say"),
    "a draft that is not there": ([item("C-1", None, draft_number="D7")], [document("7")], "the bridge says D7"),
    "a parked one that is booked": ([item("C-1", None, status="parked")], [document("1")], "knows nothing"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_booked_wrongly_is_found(case: str) -> None:
    items, documents, says = WRONG[case]
    found = audit(items, documents, set(), "Demo")
    assert any(says in each for each in found.differences), found.differences


# ---- the screen ----------------------------------------------------------------------------------


def season(mode: str, *items: dict[str, Any], differences: tuple[str, ...] = ()) -> Season:
    world = World(f"w-{mode}", "club-season", "http://127.0.0.1:1", "2026-04-15T07:00:00Z", {})
    sums = Audit(len(items), Decimal("1.00"), Decimal("1.00"), differences)
    return Season(OFFICES["silvasoft"], mode, world, items, 0, 0, 0, sums, {"booked": len(items)})


def shown(*seasons: Season, whole: bool = False) -> None:
    screen = Screen(whole=whole)
    screen.target(seasons[0].office, seasons, first=True)
    screen.summary(seasons)


MANY = [item(f"C-{n:03}", str(1000 + n), customer="Æbleø & [b]Søn[/b]") for n in range(40)]
PARKED = item("C-999", None, status="parked", message="76 lines", mode="direct")


def test_the_screen_shows_a_few_counts_the_rest_and_names_all_that_is_parked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown(season("direct", *MANY, PARKED))
    text = capsys.readouterr().out
    assert sum(line.startswith("C-") for line in text.splitlines()) + 31 == len(MANY)
    assert "… and 31 more like these" in text and parked_in(text) == ["C-999 10.00 76 lines"]
    assert "Æbleø & [b]Søn[/b]" in text
    shown(season("direct", *MANY, PARKED), whole=True)
    assert sum(line.startswith("C-") for line in capsys.readouterr().out.splitlines()) == len(MANY) + 1


def test_both_ways_stand_side_by_side_and_what_only_one_parks_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    draft = item("C-001", "2001", draft_number="D1", status="finalised", mode="draft")
    other = item("C-999", "2002", draft_number="D2", status="finalised", mode="draft")
    shown(season("direct", item("C-001", "1001"), PARKED), season("draft", draft, other))
    text = capsys.readouterr().out
    (row,) = [line.split() for line in text.splitlines() if line.startswith("C-001")]
    assert row == ["C-001", "Demo", "10.00", "1001", "booked", "D1", "2001", "finalised"]
    assert parked_in(text) == ["C-999 10.00 76 lines (direct only)"]
    assert "a draft is a sales order" in text and "D number" in text


def test_a_long_reason_is_told_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    reason = "two articles of the target have that number: " + ", ".join(str(n) for n in range(40))
    shown(season("direct", item("C-1", None, status="parked", message=reason)))
    text = capsys.readouterr().out
    assert reason in " ".join(text.split()) and max(map(len, text.splitlines())) <= 100


def test_every_status_that_is_shown_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    shown(season("direct", *MANY))
    lines = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line]
    assert lines[-len(STATUSES) :] == list(STATUSES)


def parked_in(text: str) -> list[str]:
    """What is told to be parked, with single spaces."""
    rows = text.partition("nothing of these was booked:\n")[2].partition("\n\n")[0].splitlines()
    return [" ".join(row.split()) for row in rows]


def test_a_difference_is_shown_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    shown(season("direct", *MANY, differences=("Silvasoft has 9, of which nobody knows",)))
    text = capsys.readouterr().out
    assert "DIFFERENT" in text and "Silvasoft has 9" in text and "1 of 1 lists differ" in text


@given(st.text("0123456789abcdefD", max_size=30))
def test_a_shortened_number_keeps_both_ends(number: str) -> None:
    told = short(number)
    assert len(told) <= 12 and told[:4] == number[:4] and told[-6:] == number[-6:]
