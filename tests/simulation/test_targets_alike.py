"""What must hold for each of the four targets in the same way? Totals under every rounding, and days in every zone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ixbridge.core.model import Mode
from support.targets import Bench, bench, one

SYSTEMS = ("silvasoft", "riverty", "telecomx", "crmcom")
ZONES = ("UTC", "Pacific/Kiritimati", "America/Anchorage", "Europe/Brussels")
NIGHTS = ("2026-03-29", "2026-04-01", "2026-10-25")
"""Clocks go forward in the first and back in the last."""
PAST_NIGHTS = ("2025-10-26", "2026-03-29", "2026-04-01")
"""Where nothing is posted in the future."""
READINGS = {"telecomx": {"TCX-06": "automatic"}}


# --- totals -----------------------------------------------------------------------------------

LINES = st.lists(st.tuples(st.integers(1, 60_000), st.sampled_from((21, 12, 6, 0))), min_size=1, max_size=20)


@pytest.mark.parametrize("reading", ["per-line", "per-rate", "half-even"])
@settings(max_examples=10)
@given(nets=LINES)
def test_silvasofts_total_is_the_predicted_one_however_it_rounds(
    reading: str, nets: list[tuple[int, int]]
) -> None:
    made = bench("silvasoft", one("silvasoft", "C-1", lines=nets), readings={"SILV-17": reading})
    (item,) = made.items().values()
    (document,) = made.wire.documents()
    gross = sum(net + (net * rate + 50) // 100 for net, rate in nets)
    assert (item.status.value, document.incl_cents, Decimal(item.total) * 100) == ("booked", gross, gross)


@settings(max_examples=10)
@given(nets=LINES)
def test_an_order_at_silvasoft_comes_to_the_predicted_total_or_is_not_made(
    nets: list[tuple[int, int]],
) -> None:
    made = bench("silvasoft", one("silvasoft", "C-1", lines=nets), mode=Mode.DRAFT)
    (item,) = made.items().values()
    if item.status.value == "parked":
        assert not made.wire.orders() and "order would come to" in item.message
        return
    (order,) = made.wire.orders()
    assert order.incl_cents == int(Decimal(item.total) * 100)


# --- days -------------------------------------------------------------------------------------


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The process lives in another time zone, until the test ends."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def days_of(system: str, document: Any) -> tuple[date, date | None]:
    """Day and due date in the target's books, in its own calendar."""
    if system == "silvasoft":
        return document.date, document.due
    if system == "riverty":
        return document.day, document.due
    if system == "telecomx":
        denmark = ZoneInfo("Europe/Copenhagen")
        return document.day.astimezone(denmark).date(), document.due.astimezone(denmark).date()
    return document.posted_on.date(), document.due_on.date()  # without a zone: the organisation's own time


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_day_is_the_same_day_on_both_sides_in_every_zone_and_on_the_nights_clocks_change(
    system: str, zone: str
) -> None:
    nights = PAST_NIGHTS if system == "crmcom" else NIGHTS
    due = [one(system, f"C-{n}", lines=((10_000, 0),), instalmentDate=on) for n, on in enumerate(nights, 1)]
    made: Bench = bench(system, *due, readings=READINGS.get(system, {}))
    for _ in range(6):
        if not made.run().changed:
            break
    documents = sorted(days_of(system, each) for each in made.wire.documents())
    # Silvasoft works out its own due date, three weeks on.
    term = timedelta(days=21 if system == "silvasoft" else 30)
    wanted = [(date.fromisoformat(on), date.fromisoformat(on) + term) for on in nights]
    held = [made.wire.source.instalments[f"C-{n}"]["invoiceDueDate"] for n in range(1, 4)]
    assert documents == wanted
    assert held == [until.isoformat() for _, until in wanted]
