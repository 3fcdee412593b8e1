"""Is whatever the strategies make something that the mocks take?"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from ixpytest.machine import KitStateMachine
from ixpytest.servers import ask
from ixpytest.strategies import CLOCK, ON, OPERATIONS, amounts, fault_schedules, faults, worlds

if TYPE_CHECKING:
    from ixpytest.servers import Server
    from ixpytest.world import World

Make = Callable[..., "World"]


def delivered(world: World) -> list[dict[str, Any]]:
    """The instalments as iXpole hands them out."""
    api, own = world.ixpole.client, world.ixpole.credentials
    token = api.post("/oauth/token", data={"grant_type": "client_credentials", **own}).json()["access_token"]
    answer = api.get("/api/instalments", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_every_world_is_taken_and_everything_in_it_is_due(ixkit_server: Server) -> None:
    from ixpytest.world import World

    @given(worlds())
    @settings(max_examples=5)
    def check(data: dict[str, Any]) -> None:
        world = World.create(ixkit_server, scenario="documents", clock=CLOCK, data=data)
        planned = {each["instalmentCode"] for each in data["ixpole"]["instalments"]}
        assert {each["instalmentCode"] for each in delivered(world)} == planned
        world.assert_no_violations()
        world.delete()

    check()


def test_every_fault_can_be_armed(ixkit_world: World) -> None:
    @given(faults())
    @settings(max_examples=20)
    def check(fault: dict[str, Any]) -> None:
        ixkit_world.faults.arm(**fault)
        (armed,) = ixkit_world.faults.armed()
        system, _, operation = fault["op"].partition(".")
        assert (armed["system"], armed["operation"]) == (system, operation)
        ixkit_world.faults.clear()

    check()


@given(fault_schedules(most=2))
def test_a_schedule_has_a_bound(schedule: list[dict[str, Any]]) -> None:
    assert len(schedule) <= 2


def test_every_operation_that_can_fail_exists(ixkit_world: World) -> None:
    covered = ixkit_world.coverage()["systems"]
    known = {
        f"{system}.{each['operation']}" for system, found in covered.items() for each in found["operations"]
    }
    assert set(OPERATIONS) <= known


@given(amounts("0.01", "20.00"))
def test_amounts_are_whole_cents_within_their_bounds(amount: Decimal) -> None:
    assert Decimal("0.01") <= amount <= Decimal("20.00")
    assert amount == amount.quantize(Decimal("0.01"))


class Told(KitStateMachine):
    """iXpole is told a draft number as often as one likes; only the first changes anything."""

    scenario = "documents"
    seen: set[str] = set()  # noqa: RUF012  (what all examples together met)

    def __init__(self) -> None:
        super().__init__()
        self.seen.add(self.world.name)
        own = self.world.ixpole.credentials
        form = {"grant_type": "client_credentials", **own}
        token = self.world.ixpole.client.post("/oauth/token", data=form).json()["access_token"]
        self.head = {"Authorization": f"Bearer {token}"}
        self.told = 0

    @rule(number=st.just("D1"))
    def tell(self, number: str) -> None:
        body = {"instalmentCode": "C-2017-0001-01", "invoiceNumber": number}
        assert self.world.ixpole.client.put("/api/instalments", json=body, headers=self.head).is_success
        self.told += 1

    @invariant()
    def only_the_first_changes_anything(self) -> None:
        assert sum(event.operation == "putInstalments" for event in self.world.journal.writes()) == min(
            self.told, 1
        )


def test_a_machine_has_a_fresh_world_for_each_example_and_leaves_none_behind() -> None:
    from ixpytest.machine import _servers

    run_state_machine_as_test(Told, settings=settings(max_examples=4, stateful_step_count=3))
    assert len(Told.seen) >= 2
    left = {each["name"] for each in ask(_servers["inproc"].control, "GET", "/v1/worlds")["worlds"]}
    assert left & Told.seen == set()
    assert ON.isoformat() in CLOCK
