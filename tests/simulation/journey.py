"""The production bridge against the production mocks in one process: what tests of both rooms stand on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ixbridge.core.keys import codes_in
from ixbridge.core.policy import Policy
from ixbridge.core.records import Record
from ixbridge.core.steps import Side
from ixbridge.core.wire import Heard, NoReply, Reply, Request
from ixbridge.shell.report import Report
from ixbridge.shell.start import Credentials, Parts, runner_of
from ixmocks.kit import AnswerLost, Kit
from support.bridging import EvenChance, MemoryJournal, StillClock

Fault = Callable[[Request, Callable[[], Reply]], Heard]


@dataclass
class KitTransport:
    """Requests as bytes into the mocks and answers as bytes back; the bridge brings its own credentials."""

    kit: Kit
    requests: list[Request] = field(default_factory=list)
    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)

    def send(self, request: Request, /) -> Heard:
        self.requests.append(request)
        nth = sum(each.operation == request.operation for each in self.requests)
        fault = self.faults.pop((request.operation, nth), None)
        try:
            return fault(request, lambda: self._ask(request)) if fault else self._ask(request)
        except AnswerLost:
            return NoReply(sent=True, reason="the answer was lost")

    def _ask(self, request: Request) -> Reply:
        headers = dict(request.headers)
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        reply = self.kit.ask(
            request.system,
            request.method,
            request.path,
            data=request.body,
            query=request.query,
            headers=headers,
            auth=False,
        )
        names = {name.lower(): value for name, value in reply.headers.items()}
        return Reply(reply.status, names, reply.body)

    def count(self, operation: str) -> int:
        return sum(each.operation == operation for each in self.requests)


class KitClock(StillClock):
    """One clock for all: when the bridge sleeps, the mocks' time moves too."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(moment=kit.now)
        self._kit = kit

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._kit.advance(seconds=seconds)


@dataclass
class Journey:
    """A bridge that is started, killed and started again on what its disk kept."""

    kit: Kit
    policy: Policy
    disk: list[Record] = field(default_factory=list)
    starts: int = 0

    def __post_init__(self) -> None:
        self.wire = KitTransport(self.kit)
        self.clock = KitClock(self.kit)

    def run(self) -> Report:
        self.starts += 1
        journal = MemoryJournal(self.clock, self.disk, fence=self.starts)
        transports = {Side.SOURCE: self.wire, Side.TARGET: self.wire}
        parts = Parts(transports, credentials(self.kit), self.clock, EvenChance(), journal, self.policy)
        return runner_of(parts).run()

    def statuses(self) -> dict[str, str]:
        return {item.code: item.status.value for item in self.run().items}

    def instalments(self) -> dict[str, dict[str, Any]]:
        """What a person sees in iXpole."""
        outcome = self.kit.act("ixpole", "showInstalments", {})
        answer: list[dict[str, Any]] = outcome.answer  # type: ignore[union-attr]
        return {each["instalmentCode"]: each for each in answer}

    def documents(self) -> Mapping[str, int]:
        """How many invoices, drafts and open orders of Silvasoft carry each instalment's tag."""
        invoices = self.kit.ask("silvasoft", "GET", "/rest/listsalesinvoices/", query={"Limit": 100}).json
        orders = self.kit.state("silvasoft").orders.all.values()
        notes = [each["InvoiceNotes"] for each in invoices]
        notes += [order.notes for order in orders if order.invoiced_as is None]
        return Counter(code for each in notes for code in codes_in(each))


def credentials(kit: Kit) -> Credentials:
    world = kit.world().credentials
    ixpole, silvasoft = world["ixpole"], world["silvasoft"]
    return Credentials(
        ixpole_client_id=ixpole.key,
        ixpole_client_secret=ixpole.secret,
        target={"username": silvasoft.secret, "api_key": silvasoft.key},
    )
