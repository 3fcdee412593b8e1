"""What do the tests of CRM.COM's mock begin with? Scenario `documents`, on its day, and a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from ixmocks.crmcom import SYSTEM, seed
from ixmocks.crmcom.state import State
from ixmocks.engine import scenario
from ixmocks.kit import Kit, Reply

CLOCK = "2017-05-05T09:00:00+02:00"
API = "/crmapi/rest/v2"


class Client:
    """A connector that logs in once, and puts its token where the vendor wants it."""

    def __init__(self, clock: str, readings: Mapping[str, str] | None, release: str) -> None:
        self.kit = Kit("documents", clock=clock, readings=readings, seed=7, systems=[SYSTEM])
        if release:
            self.kit.act("crmcom", "setRelease", {"release": release})
        self.token = self.log_in()

    def log_in(self) -> str:
        own = self.kit.world().credentials["crmcom"]
        told = {"username": own.key, "password": own.secret, "organisation": "default"}
        return str(self.raw("POST", "authentication/token", json=told).json["data"]["token"])

    def ask(self, method: str, sent: Mapping[str, Any]) -> Reply:
        """A read carries its token in the query, everything else in the body."""
        told = {"token": self.token, **sent}
        reads = method.endswith(("/show", "/list"))
        return self.raw("GET", method, query=told) if reads else self.raw("POST", method, json=told)

    def done(self, method: str, sent: Mapping[str, Any]) -> Any:
        """What a success brings; the test fails on a refusal."""
        reply = self.ask(method, sent)
        assert (reply.status, reply.json["status"]["code"]) == (200, "OK"), (reply.body, reply.violations)
        return reply.json["data"]

    def refused(self, method: str, sent: Mapping[str, Any]) -> Reply:
        """A refusal inside HTTP 200 that changed nothing."""
        before = self.state
        reply = self.ask(method, sent)
        assert reply.status == 200
        assert reply.json["status"]["code"] != "OK", reply.body
        assert reply.json["data"] is None
        assert reply.violations
        assert self.state is before
        return reply

    def raw(self, verb: str, method: str, **sent: Any) -> Reply:
        return self.kit.ask("crmcom", verb, f"{API}/{method}", auth=False, **sent)

    @property
    def state(self) -> State:
        state: State = self.kit.state("crmcom")
        return state


@pytest.fixture(scope="session")
def open_client() -> Callable[..., Client]:
    def opened(clock: str = CLOCK, readings: Mapping[str, str] | None = None, release: str = "") -> Client:
        return Client(clock, readings, release)

    return opened


@pytest.fixture
def client(open_client: Callable[..., Client]) -> Client:
    return open_client()


@pytest.fixture(scope="session")
def state() -> State:
    """A state is a value: sharing it between tests is safe."""
    return seed.load(scenario.load("documents", ["crmcom"]).sections["crmcom"], 7)


@pytest.fixture(scope="session")
def at() -> datetime:
    """5 May 2017, nine in the morning in Brussels."""
    return datetime(2017, 5, 5, 7, 0, tzinfo=UTC)


@pytest.fixture
def invoice() -> Callable[..., dict[str, Any]]:
    """A body for invoices/create: 100 at 21 % to account 401, posted; with whatever a test changes."""

    def body(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
        line = {
            "product_identifier": {"code": "Gold"},
            "quantity": 1,
            "cost": 100,
            "vat_rate_identifier": {"name": "High"},
        }
        whole = {
            "accounts_receivable_identifier": {"number": "401"},
            "type_identifier": {"name": "Invoice"},
            "life_cycle_state": "POSTED",
            "invoice_item_set": list(items) or [line],
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not ...}

    return body
