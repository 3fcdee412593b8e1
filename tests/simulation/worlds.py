"""In which worlds does the simulation play? One way per target and mode, each prepared once and then reset.

A world is iXpole and one accounting system, both production mocks. Its state is one immutable
value, so that a new life costs one assignment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ixbridge.core.mapping import DraftAs, ModeRules, NumberSeries
from ixbridge.core.model import Mode
from ixbridge.core.policy import Policy, policy_of
from ixbridge.shell.start import Credentials
from ixbridge.shell.systems import CONNECTIONS
from ixbridge.targets.riverty import NOTIFICATIONS
from ixmocks.engine.outcome import Changed
from ixmocks.engine.world import World
from ixmocks.kit import Kit
from ixmocks.systems import SYSTEMS
from support import bridging, targets

NOW = "2026-04-15T09:00:00+00:00"
FIRST_OWN_NUMBER = 20260700
IXPOLE = "ixpole"
RIVERTY = "riverty"
SCRIPT = ("poll", "number", "part", "poll", "pay", "poll")

Lines = tuple[tuple[int, int], ...]
"""Of each line: product and net cents; product 3 is free of VAT."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What iXpole holds at the beginning: instalments, each a customer and its lines."""

    instalments: tuple[tuple[int, Lines], ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(f"S-{number}" for number in range(1, len(self.instalments) + 1))


PLAIN: Lines = ((1, 9_990), (2, 4_500), (3, 300))
ODD: Lines = ((1, 3_333), (2, 1), (3, 7_777))
ONE = Shape(((2001, PLAIN),))
TWO = Shape(((2001, PLAIN), (2001, ODD)))
THREE = Shape(((2001, PLAIN), (2002, ODD), (2001, ((1, 12_345),))))
TWINS = Shape(((2001, PLAIN), (2001, PLAIN)))
SHAPES: Mapping[str, Shape] = {"one": ONE, "two": TWO, "three": THREE, "twins": TWINS}


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One target in one mode, and what may be promised of it."""

    name: str
    system: str
    policy: Policy
    readings: Mapping[str, str] = field(default_factory=dict)
    enforced: bool = False
    """The target refuses a second document of one key, whoever sends it."""
    draft: bool = False
    vat: int = 21
    """The percentage that stands for the standard rate."""
    currency: str = "EUR"
    script: tuple[str, ...] = SCRIPT
    """What follows what; then it is polled until everything rests."""
    polls_max: int = 5
    """So many polls after the last fault, everything is at rest."""
    rest_s: int = 1_200
    """Between two of those polls."""

    @property
    def hears(self) -> bool:
        """Verdicts and payments come as notifications, which are posted to the bridge."""
        return self.system == RIVERTY


def _silvasoft(name: str, mode: Mode = Mode.DIRECT, **changes: Any) -> Way:
    enforced = "numbers" in changes
    draft_as = changes.pop("draft_as", DraftAs.ORDER)
    settings = bridging.settings(mode=ModeRules(mode), **changes)
    policy = policy_of(settings, draft_as=draft_as, target=CONNECTIONS["silvasoft"].target)
    return Way(name, "silvasoft", policy, enforced=enforced, draft=mode is Mode.DRAFT)


def _telecomx(name: str, mode: Mode, **readings: str) -> Way:
    chosen = {code.replace("_", "-"): value for code, value in readings.items()}
    policy = targets.policy("telecomx", mode, products=_PRODUCTS)
    return Way(name, "telecomx", policy, chosen, draft=mode is Mode.DRAFT, vat=25, currency="DKK")


def _crmcom(name: str, mode: Mode) -> Way:
    policy = targets.policy("crmcom", mode)
    return Way(name, "crmcom", policy, enforced=True, draft=mode is Mode.DRAFT)


def _riverty(name: str, mode: Mode) -> Way:
    """Payments are told on the next morning, and after a day of silence a person is asked."""
    policy = targets.policy(RIVERTY, mode)
    script = ("poll", "poll", "poll", "number", "part", "poll", "pay", "poll")
    draft = mode is Mode.DRAFT
    return Way(name, RIVERTY, policy, enforced=True, draft=draft, script=script, polls_max=8, rest_s=90_000)


_PRODUCTS = targets.ProductRules(
    numbers={"SIM-SEAT": "FORBRUG1", "SIM-PARK": "FORBRUG1", "SIM-FREE": "FORBRUG1"}
)
WAYS: Mapping[str, Way] = {
    way.name: way
    for way in (
        _silvasoft("silvasoft-direct"),
        _silvasoft("silvasoft-own-numbers", numbers=NumberSeries(FIRST_OWN_NUMBER)),
        _silvasoft("silvasoft-draft", Mode.DRAFT, draft_as=DraftAs.INVOICE),
        _silvasoft("silvasoft-order", Mode.DRAFT, draft_as=DraftAs.ORDER),
        _telecomx("telecomx-direct", Mode.DIRECT, TCX_06="automatic"),
        _telecomx("telecomx-draft", Mode.DRAFT),
        _crmcom("crmcom-posted", Mode.DIRECT),
        _crmcom("crmcom-draft", Mode.DRAFT),
        _riverty("riverty-direct", Mode.DIRECT),
        _riverty("riverty-draft", Mode.DRAFT),
    )
}


@cache
def _kit(system: str) -> Kit:
    chosen = [each for each in SYSTEMS if each.name in (IXPOLE, system)]
    return Kit("documents", systems=chosen, clock=NOW)


@dataclass(frozen=True, slots=True)
class Stage:
    """A prepared world, and what a bridge needs to be let in."""

    kit: Kit
    world: World
    way: Way
    shape: Shape
    credentials: Credentials

    def act(self, system: str, action: str, **params: Any) -> bool:
        """What a person does; False where the system does not let them."""
        return isinstance(self.kit.act(system, action, params, self.world.name), Changed)


@cache
def stage_of(way: Way, shape: Shape) -> Stage:
    """Prepared once a process; ``fresh`` it before each life."""
    kit = _kit(way.system)
    name = f"{way.name}-{len(kit.worlds.names())}"
    world = kit.create(name, scenario="documents", clock=NOW, readings=way.readings)
    stage = Stage(kit, world, way, shape, _credentials(world, way))
    _furnish(stage)
    if way.hears:
        _listen(stage)
    world.first = world.moment
    return stage


def fresh(stage: Stage) -> Stage:
    """As if nothing had happened yet, event numbers too."""
    stage.world.reset()
    stage.world.journal.written = 0
    return stage


def _listen(stage: Stage) -> None:
    """The bridge is registered as a listener; in draft mode people make the invoices."""
    body = {"callbackUrl": "https://bridge.example/hook", "notificationTypes": list(NOTIFICATIONS)}
    path = "/administration/v1/notification-callbacks"
    assert stage.kit.ask(RIVERTY, "POST", path, json=body, world=stage.world.name).status == 200
    if stage.way.draft:
        assert stage.act(RIVERTY, "setOnboarding", invoicesByHand=True)


def _credentials(world: World, way: Way) -> Credentials:
    known = world.credentials
    target = way.policy.target
    env = known[way.system].env
    own = {name: env[target.env(name)] for name in target.credentials}
    return Credentials(known[IXPOLE].key, known[IXPOLE].secret, own)


# --- what stands in iXpole --------------------------------------------------------------------

ADDRESS = {
    "addressId": 90, "isDefault": True, "street": "Stadionvej", "houseNumber": "12", "postalCode": "2770",
    "city": "Kastrup", "countryCode": "DK",
}  # fmt: skip
PRODUCTS = {1: "SIM-SEAT", 2: "SIM-PARK", 3: "SIM-FREE"}
FIRST_PRODUCT = 9500


VAT_NUMBERS = {2001: "BE0123456749", 2002: "BE0987654394"}


def email_of(customer_id: int) -> str:
    return f"club{customer_id}@example.org"


def _furnish(stage: Stage) -> None:
    kit, way, world = stage.kit, stage.way, stage.world.name

    def do(action: str, **params: Any) -> Any:
        outcome = kit.act(IXPOLE, action, params, world)
        assert isinstance(outcome, Changed), outcome
        return outcome.answer

    for each in do("showInstalments", status="ToDo"):
        do("withdrawInstalment", instalmentCode=each["instalmentCode"])
    for product, code in PRODUCTS.items():
        rate = 0 if product == 3 else way.vat
        do(
            "addProduct", productId=FIRST_PRODUCT + product, productCode=code, description=code.title(),
            productGroup="Seats", vatRate={"code": str(rate), "percentage": rate}, priceExclVat=100,
        )  # fmt: skip
    for customer in sorted({customer for customer, _ in stage.shape.instalments}):
        do(
            "addCustomer", customerId=customer, name=f"Club {customer}", email=email_of(customer),
            vatNumber=VAT_NUMBERS[customer], invoiceEmail=email_of(customer),
            addresses=[{**ADDRESS, "addressId": customer * 10}],
        )  # fmt: skip
    for code, (customer, lines) in zip(stage.shape.codes, stage.shape.instalments, strict=True):
        rows = [
            {
                "productId": FIRST_PRODUCT + product,
                "description": f"Line {number}",
                "quantity": 1,
                "unitPriceExclVat": net / 100,
            }
            for number, (product, net) in enumerate(lines, 1)
        ]
        do(
            "addInstalment", instalmentCode=code, instalmentDate="2026-04-01", currency=way.currency,
            paymentTermDays=30, customer={"customerId": customer}, sale={"saleId": 7000 + customer}, lines=rows,
        )  # fmt: skip
