"""A world of Riverty alone, and the few bodies that most tests send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ixmocks.engine import exact
from ixmocks.engine.outcome import Changed
from ixmocks.kit import Kit, Reply
from ixmocks.riverty import SYSTEM
from ixmocks.riverty.model import RequestStatus
from ixmocks.riverty.notices import TYPES
from ixmocks.riverty.state import State

CUSTOMER = "/accounting/v1/businesses/1000/customers/C1"


@dataclass
class Books:
    """The mock, as one connector sees it: it registers, sends, lets time pass and hears."""

    kit: Kit

    @property
    def state(self) -> State:
        state: State = self.kit.state("riverty")
        return state

    def ask(self, path: str, body: Any, **more: Any) -> Reply:
        return self.kit.ask("riverty", "POST", path, json=body, **more)

    def listen(self, *types: str, url: str = "https://bridge.example/hook") -> None:
        body = {"callbackUrl": url, "notificationTypes": list(types or TYPES)}
        assert self.ask("/administration/v1/notification-callbacks", body).status == 200

    def order(self, reference: str = "A1", lines: int = 2, **more: Any) -> Reply:
        return self.ask(f"{CUSTOMER}/orders", order_body(reference, lines, **more))

    def invoice(self, order: str, reference: str, *lines: int, **more: Any) -> Reply:
        return self.ask(f"{CUSTOMER}/orders/{order}/invoices", invoice_body(reference, *lines, **more))

    def call(self, order: str, what: str, body: Mapping[str, Any], **more: Any) -> Reply:
        return self.ask(f"{CUSTOMER}/orders/{order}/{what}", body, **more)

    def act(self, name: str, **params: Any) -> Any:
        outcome = self.kit.act("riverty", name, params)
        assert isinstance(outcome, Changed), outcome
        return outcome.answer

    def wait(self, seconds: float = 30) -> list[str]:
        return self.kit.advance(seconds=seconds)

    def troubles(self) -> list[str]:
        """The rules behind the verdict on the last request, in the order found; none: confirmed."""
        decided = [one for one in self.state.requests.values() if one.status is not RequestStatus.RECEIVED]
        assert decided
        return [trouble.rule for trouble in max(decided, key=lambda one: one.received).troubles]

    def hear(self, *, status: int = 200) -> list[dict[str, Any]]:
        """What a courier would deliver now; afterwards it is delivered."""
        bodies = []
        world = self.kit.world()
        for delivery in SYSTEM.outbox(self.state):
            bodies.append(exact.parse(delivery.body))
            assert SYSTEM.delivered is not None
            world.put("riverty", SYSTEM.delivered(self.state, delivery.id, status, self.kit.now))
        return bodies


def order_body(reference: str = "A1", lines: int = 2, **more: Any) -> dict[str, Any]:
    items = [
        {
            "orderItemReference": number, "description": f"Seat {number}", "quantity": 1, "grossUnitPrice": 119,
            "vatPercent": 19, "vatAmount": 19, "positionType": "SALES_ARTICLE",
        }
        for number in range(1, lines + 1)
    ]  # fmt: skip
    return {
        "orderReference": reference, "orderDate": "2017-05-05", "orderType": "DIGITAL_GOODS", "orderChannel": "ECOM",
        "currency": "EUR", "supplyingCountry": "NL", "billToAddress": {"lastName": "De Vries"}, "items": items,
        **more,
    }  # fmt: skip


def invoice_body(reference: str, *lines: int, **more: Any) -> dict[str, Any]:
    return {
        "invoiceReference": reference, "invoiceDate": "2017-05-05", "dueDate": "2017-05-26",
        "dispatchDate": "2017-05-05", "shipmentReference": "S1",
        "items": [{"orderItemReference": number} for number in lines], **more,
    }  # fmt: skip


@pytest.fixture
def readings() -> dict[str, str]:
    """Tests that need other readings parametrise this."""
    return {}


@pytest.fixture
def books(readings: dict[str, str]) -> Books:
    return Books(Kit("documents", systems=[SYSTEM], readings=readings))
