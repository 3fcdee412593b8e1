"""One production mock beside the small iXpole: what tests of a single target stand on.

Every run has a world of its own in a shared kit, so that a thousand runs cost little.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import count
from typing import Any

from ixbridge.core.mapping import (
    CustomerRules,
    LedgerRules,
    LineRules,
    ModeRules,
    ProductRules,
    Settings,
    TaxRule,
    TaxRules,
)
from ixbridge.core.mapping import System as Chosen
from ixbridge.core.model import Mode
from ixbridge.core.policy import Policy, policy_of
from ixbridge.core.records import Record
from ixbridge.core.steps import Side
from ixbridge.core.wire import Heard, NoReply, Reply, Request
from ixbridge.shell.inbox import Letterbox, Put
from ixbridge.shell.rebuild import Rebuilt, left_of, rebuild
from ixbridge.shell.report import Report
from ixbridge.shell.start import Credentials, Parts, exchange_of, runner_of
from ixbridge.shell.systems import CONNECTIONS
from ixbridge.targets.riverty import NOTIFICATIONS
from ixbridge.targets.riverty_notices import notices_in
from ixmocks import crmcom, riverty, silvasoft, telecomx
from ixmocks.engine.outcome import Changed
from ixmocks.engine.system import Delivery
from ixmocks.kit import AnswerLost, Kit
from support.bridging import EvenChance, Fault, MemoryJournal, Pocket, StillClock, customer, instalment

NOW = datetime(2026, 4, 15, 9, tzinfo=UTC)
SYSTEMS = {each.name: each for each in (telecomx.SYSTEM, crmcom.SYSTEM, riverty.SYSTEM, silvasoft.SYSTEM)}
NO_WINDOWS = {"silvasoft": {"SILV-31": "none"}}
"""Tests ask more often in a moment than any plan allows."""
_names = count(1)
WORLDS_KEPT = 20
_open: deque[tuple[Kit, str]] = deque()


@cache
def kit_of(system: str) -> Kit:
    return Kit("documents", systems=[SYSTEMS[system]], clock=NOW.isoformat())


@dataclass
class Wire:
    """iXpole from plain values, the target from its mock; a fault at any request of either."""

    source: Pocket
    system: str
    readings: dict[str, str] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kit = kit_of(self.system)
        self.world = f"w{next(_names)}"
        readings = {**NO_WINDOWS.get(self.system, {}), **self.readings}
        self.kit.create(self.world, scenario="documents", clock=NOW.isoformat(), readings=readings)
        if self.system == "riverty":
            self._register()
        _open.append((self.kit, self.world))
        if len(_open) > WORLDS_KEPT:
            kit, world = _open.popleft()
            kit.worlds.delete(world)

    def send(self, request: Request, /) -> Heard:
        self.requests.append(request)
        nth = sum(each.operation == request.operation for each in self.requests)
        fault = self.faults.pop((request.operation, nth), None)
        try:
            return fault(request, lambda: self._answer(request)) if fault else self._answer(request)
        except AnswerLost:
            return NoReply(sent=True, reason="the answer was lost")

    def _answer(self, request: Request) -> Reply:
        if request.system == "ixpole":
            heard = self.source.send(request)
            assert isinstance(heard, Reply)
            return heard
        headers = dict(request.headers)
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        reply = self.kit.ask(
            request.system, request.method, request.path, data=request.body, query=request.query,
            headers=headers, auth=False, world=self.world,
        )  # fmt: skip
        return Reply(reply.status, {name.lower(): text for name, text in reply.headers.items()}, reply.body)

    def _register(self) -> None:
        body = {"callbackUrl": "https://bridge.example/hook", "notificationTypes": list(NOTIFICATIONS)}
        path = "/administration/v1/notification-callbacks"
        assert self.kit.ask(self.system, "POST", path, json=body, world=self.world).status == 200

    def posted(self) -> list[bytes]:
        """The notifications that leave the mock now; afterwards they are delivered."""
        bodies: list[bytes] = []

        def post(delivery: Delivery) -> int:
            bodies.append(delivery.body)
            return 200

        self.kit.carry(post, world=self.world)
        return bodies

    def count(self, operation: str) -> int:
        return sum(each.operation == operation for each in self.requests)

    def act(self, action: str, **params: Any) -> Any:
        outcome = self.kit.act(self.system, action, params, world=self.world)
        assert isinstance(outcome, Changed), outcome
        return outcome.answer

    def documents(self) -> list[Any]:
        """All invoices that the mock holds, but for those of its scenario."""
        state, first = (self.kit.state(self.system, world=name) for name in (self.world, "default"))
        if self.system == "silvasoft":
            return [each for serial, each in state.sales.all.items() if serial not in first.sales.all]
        if self.system == "crmcom":
            return [each for each in state.invoices if first.invoices.get(each.id) is None]
        return [each for id, each in state.invoices.items() if id not in first.invoices]

    def orders(self) -> list[Any]:
        """All orders that Silvasoft's mock holds, but for those of its scenario."""
        state, first = (self.kit.state(self.system, world=name) for name in (self.world, "default"))
        return [each for number, each in state.orders.all.items() if number not in first.orders.all]


class WireClock(StillClock):
    def __init__(self, wire: Wire) -> None:
        super().__init__(moment=NOW)
        self._wire = wire

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._wire.kit.advance(seconds=seconds, world=self._wire.world)


@dataclass
class Bench:
    """A bridge on a workbench with one of the targets: start it, kill it, start it again."""

    wire: Wire
    policy: Policy
    disk: list[Record] = field(default_factory=list)
    starts: int = 0
    deaf: bool = False
    """No notification is heard any more."""
    heard: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = WireClock(self.wire)

    def wait(self, seconds: float = 60) -> None:
        """Time passes for both sides, and notifications arrive."""
        self.clock.passed_s += seconds
        self.wire.kit.advance(seconds=seconds, world=self.wire.world)
        self.hear(*self.wire.posted())

    def hear(self, *bodies: bytes) -> list[Put]:
        """Notifications are put into the inbox, whoever posted them."""
        self.heard += bodies
        if not bodies:
            return []
        letterbox = Letterbox(MemoryJournal(self.clock, self.disk, fence=self.starts))
        return [] if self.deaf else [put for body in bodies for put in letterbox.put(notices_in(body))]

    def run(self) -> Report:
        if self.wire.system == "riverty":
            self.wait()
        self.starts += 1
        return runner_of(self._parts(MemoryJournal(self.clock, self.disk, fence=self.starts))).run()

    def _parts(self, journal: MemoryJournal) -> Parts:
        transports = {Side.SOURCE: self.wire, Side.TARGET: self.wire}
        known = self.wire.kit.world(self.wire.world).credentials[self.wire.system].env
        target = self.policy.target
        own = Credentials(
            "a-client", "a-client-secret", {name: known[target.env(name)] for name in target.credentials}
        )
        return Parts(transports, own, self.clock, EvenChance(), journal, self.policy)

    def rebuild(self, *, left: int = 0, not_created: bool = False, codes: Sequence[str] = ()) -> Rebuilt:
        """The journal as it can be made anew when only its first ``left`` records are left."""
        made = rebuild(
            exchange_of(self._parts(MemoryJournal(self.clock))), self.policy, left_of(self.disk[:left]),
            since=date(2026, 1, 1), codes=codes, not_created=not_created,
        )  # fmt: skip
        del self.disk[left:]
        journal = MemoryJournal(self.clock, self.disk, fence=self.starts)
        for entry in made.entries:
            journal.append(entry, sync=True)
        return made

    def statuses(self) -> dict[str, str]:
        return {item.code: item.status.value for item in self.run().items}

    def items(self) -> dict[str, Any]:
        return {item.code: item for item in self.run().items}


# --- data -------------------------------------------------------------------------------------

ADDRESS = {
    "addressId": 1,
    "isDefault": True,
    "street": "Stadionvej",
    "houseNumber": "12",
    "postalCode": "2770",
    "city": "Kastrup",
    "countryCode": "DK",
}
CURRENCY = {"telecomx": "DKK", "crmcom": "EUR", "riverty": "EUR", "silvasoft": "EUR"}
TAXES = {
    "telecomx": {"25": TaxRule(Decimal(25)), "0": TaxRule(Decimal(0)), "21": TaxRule(Decimal(21))},
    "crmcom": {
        "25": TaxRule(Decimal(25), "Standard"),
        "21": TaxRule(Decimal(21), "High"),
        "6": TaxRule(Decimal(6), "Low"),
        "0": TaxRule(Decimal(0), "Zero"),
    },
    "riverty": {str(pc): TaxRule(Decimal(pc)) for pc in (25, 21, 6, 0)},
    "silvasoft": {str(pc): TaxRule(Decimal(pc)) for pc in (21, 12, 6, 0)},
}
PRODUCTS = {
    "telecomx": ProductRules(numbers={"SEAT": "FORBRUG1"}),
    "crmcom": ProductRules(create=True, category="Service"),
    "riverty": ProductRules(),
    "silvasoft": ProductRules(create=True),
}


def settings(system: str, mode: Mode = Mode.DIRECT, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "target": Chosen(system, options=changes.pop("options", {})),
        "mode": ModeRules(mode),
        "customers": CustomerRules(create=True),
        "products": PRODUCTS[system],
        "tax": TaxRules(TAXES[system]),
        "lines": LineRules(max=0),
        "ledger": LedgerRules(fallback="8000") if system == "silvasoft" else LedgerRules(),
        "currencies": (CURRENCY[system],),
    }
    return Settings(**{**values, **changes})


def policy(system: str, mode: Mode = Mode.DIRECT, **changes: Any) -> Policy:
    return policy_of(settings(system, mode, **changes), target=CONNECTIONS[system].target)


def one(
    system: str,
    code: str,
    *,
    lines: Sequence[tuple[int, int]] = ((10000, 25),),
    term: int | None = 30,
    **changes: Any,
) -> dict[str, Any]:
    made = instalment(code, lines=lines)
    return {**made, "currency": CURRENCY[system], "paymentTermDays": term, **changes}


def source_of(system: str, *instalments: dict[str, Any]) -> Pocket:
    usual = 21 if system == "silvasoft" else 25
    product = {"productId": 501, "productCode": "SEAT", "description": "Seat", "productGroup": "Seats"}
    return Pocket(
        instalments={each["instalmentCode"]: each for each in instalments or (one(system, "C-1"),)},
        customers={1001: {**customer(), "addresses": [ADDRESS]}},
        products={
            501: {**product, "vatRate": {"code": str(usual), "percentage": usual}, "priceExclVat": 100.0}
        },
    )


def bench(
    system: str,
    *instalments: dict[str, Any],
    mode: Mode = Mode.DIRECT,
    readings: dict[str, str] | None = None,
    **changes: Any,
) -> Bench:
    wire = Wire(source_of(system, *instalments), system, readings or {})
    if changes.get("options", {}).get("invoices_by") == "client":
        wire.act("setOnboarding", onboarding="client")
    return Bench(wire, policy(system, mode, **changes))


def with_fault(made: Bench, call: tuple[str, int], fault: Fault) -> Bench:
    made.wire.faults[call] = fault
    return made
