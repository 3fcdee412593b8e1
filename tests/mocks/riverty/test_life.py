"""Does every line end invoiced or cancelled, never both, whatever a connector sends in whatever order?"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from ixmocks.engine.document import load_rules
from ixmocks.engine.outcome import Changed
from ixmocks.riverty import SYSTEM, clockwork, desk, rules
from ixmocks.riverty.model import LINE_NEXT, LineEvent, LineStatus, RequestStatus
from ixmocks.riverty.seed import load
from ixmocks.riverty.state import State

READINGS = load_rules("riverty.rules.yaml").readings()
DAY = "2017-05-05"
LINES = st.lists(st.integers(1, 4), min_size=1, max_size=4)
CALLBACK = {"callbackUrl": "https://bridge.example/hook", "notificationTypes": ["accounting/EDIErrorSent"]}


class Life(RuleBasedStateMachine):
    """A model of plain words beside the mock: which line is what, and which verdict is to come."""

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2017, 5, 5, 7, tzinfo=UTC)
        self.state: State = load({}, 7)
        self.lines: dict[str, dict[int, str]] = {}
        self.invoiced: dict[tuple[str, int], str] = {}
        self.expected: dict[str, bool] = {}
        self.pending: list[Any] = []
        self.serial = 0
        self.heard: Counter[str] = Counter()
        self.send(rules.create_notification_callback, "", CALLBACK)

    def send(self, rule_: Any, order: str, body: dict[str, Any]) -> str:
        path = {"businessCode": "1000", "customerNumber": "C1", "orderReference": order}
        command = {"path": path, "body": body, "request_id": ""}
        outcome = rule_(self.state, command, at=self.at, readings=READINGS)
        assert isinstance(outcome, Changed), outcome
        self.state = outcome.state
        return str(outcome.answer)

    def later(self, taken: str, decide: Any) -> None:
        self.pending.append((taken, decide))

    def name(self, letter: str) -> str:
        self.serial += 1
        return f"{letter}{self.serial}"

    @rule(target=orders, count=st.integers(1, 4))
    def order(self, count: int) -> str:
        name = self.name("A")
        items = [
            {
                "orderItemReference": number, "description": "Seat", "quantity": 2, "grossUnitPrice": 10,
                "vatPercent": 19, "vatAmount": 1, "positionType": "SALES_ARTICLE",
            }
            for number in range(1, count + 1)
        ]  # fmt: skip
        body = {
            "orderReference": name, "orderDate": DAY, "orderType": "DIGITAL_GOODS", "orderChannel": "ECOM",
            "currency": "EUR", "supplyingCountry": "NL", "billToAddress": {}, "items": items,
        }  # fmt: skip
        taken = self.send(rules.create_order, "", body)

        def decide() -> bool:
            self.lines[name] = dict.fromkeys(range(1, count + 1), "open")
            return True

        self.later(taken, decide)
        return name

    @rule(order=orders, wanted=LINES)
    def invoice(self, order: str, wanted: list[int]) -> None:
        self.end(order, wanted, "invoiced")

    @rule(order=orders, wanted=LINES)
    def cancel(self, order: str, wanted: list[int]) -> None:
        self.end(order, wanted, "cancelled")

    def end(self, order: str, wanted: list[int], becomes: str) -> None:
        items = [{"orderItemReference": number} for number in wanted]
        reference, early = self.name("I"), order not in self.lines
        if becomes == "invoiced":
            body = {"invoiceReference": reference, "invoiceDate": DAY, "dueDate": DAY, "dispatchDate": DAY}
            taken = self.send(rules.create_invoice, order, {**body, "shipmentReference": "S", "items": items})
        else:
            body = {"cancellationDate": DAY, "cancellationReason": "NO_PAYMENT"}
            taken = self.send(rules.cancel_order, order, {**body, "items": items})

        def decide() -> bool:
            lines = self.lines.get(order, {})
            fine = not early and len(set(wanted)) == len(wanted)
            fine = fine and all(lines.get(number) == "open" for number in wanted)
            for number in wanted if fine else ():
                lines[number] = becomes
                if becomes == "invoiced":
                    self.invoiced[order, number] = reference
            return fine

        self.later(taken, decide)

    @rule(order=orders, number=st.integers(1, 4), quantity=st.integers(1, 2))
    def bring_back(self, order: str, number: int, quantity: int) -> None:
        seen = self.lines.get(order, {}).get(number)
        body = {
            "returnReference": self.name("R"), "returnDate": DAY, "returnReason": "CUSTOMER_RETURN",
            "items": [{"orderItemReference": number, "quantity": quantity, "grossUnitPrice": 10}],
        }  # fmt: skip
        taken = self.send(rules.return_order, order, body)

        def decide() -> bool:
            key = f"returned {order} {number}"
            fine = seen == "invoiced" and self.heard[key] + quantity <= 2
            self.heard[key] += quantity if fine else 0
            return fine

        self.later(taken, decide)

    @rule(seconds=st.sampled_from([1, 29, 30, 31, 86_400]))
    def time_passes(self, seconds: int) -> None:
        since, self.at = self.at, self.at + timedelta(seconds=seconds)
        self.state = clockwork.due(self.state, since, self.at, READINGS).state
        self.settle()

    @rule()
    def hurry(self) -> None:
        outcome = desk.send_notifications_now(self.state, {}, at=self.at, readings=READINGS)
        assert isinstance(outcome, Changed)
        self.state = outcome.state
        self.settle()

    @rule()
    def listen(self) -> None:
        assert SYSTEM.delivered is not None
        for delivery in SYSTEM.outbox(self.state):
            self.heard[delivery.id] += 1
            self.state = SYSTEM.delivered(self.state, delivery.id, 200, self.at)

    def settle(self) -> None:
        """What the model says to each request of which the verdict is out, in their order."""
        undecided = []
        for taken, decide in self.pending:
            if self.state.requests[taken].status is RequestStatus.RECEIVED:
                undecided.append((taken, decide))
            else:
                self.expected[taken] = decide()
        self.pending = undecided

    @invariant()
    def verdicts_are_those_of_the_model(self) -> None:
        for taken, fine in self.expected.items():
            request = self.state.requests[taken]
            assert (request.status is RequestStatus.CONFIRMED) is fine, request

    @invariant()
    def lines_are_what_the_model_says(self) -> None:
        for name, lines in self.lines.items():
            order = self.state.orders["1000", name]
            assert {line.number: line.status.value for line in order.lines} == lines

    @invariant()
    def an_invoiced_line_is_on_one_invoice_and_a_cancelled_one_on_none(self) -> None:
        on: Counter[tuple[str, int]] = Counter()
        for invoice in self.state.invoices.values():
            for line in invoice.lines:
                on[invoice.order, line.number] += 1
                assert self.invoiced[invoice.order, line.number] == invoice.reference
        assert on == Counter(self.invoiced.keys())

    @invariant()
    def each_verdict_is_told_exactly_once(self) -> None:
        notices = list(self.state.notices.values())
        told = Counter(str(notice.body["parameters"]["transactionId"]) for notice in notices)
        decided = {
            request.transaction
            for request in self.state.requests.values()
            if request.status is not RequestStatus.RECEIVED
        }
        assert told == Counter(decided)
        assert all(self.heard[notice.id] <= 1 for notice in notices)


TestLife = Life.TestCase
TestLife.settings = settings(stateful_step_count=40)


def test_no_way_leads_from_invoiced_to_cancelled_or_back() -> None:
    reached: dict[LineStatus, set[LineStatus]] = {status: {status} for status in LineStatus}
    for _ in LineStatus:
        for (status, _event), after in LINE_NEXT.items():
            reached[status] |= reached[after]
    assert reached[LineStatus.INVOICED] == {LineStatus.INVOICED}
    assert reached[LineStatus.CANCELLED] == {LineStatus.CANCELLED}
    assert not [event for event in LineEvent if (LineStatus.CANCELLED, event) in LINE_NEXT]
