"""Is every row of the drawn tables true? Each one is played in the kit, and must be seen as exactly that row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ixmocks.dashboard.coverage import Coverage
from ixmocks.dashboard.document import Machine
from ixmocks.dashboard.known import KNOWN
from ixmocks.engine.outcome import Refused
from ixmocks.engine.world import World
from ixmocks.kit import Kit

MACHINES = [(system, machine) for system, each in KNOWN.items() for machine in each.machines]
Play = Callable[["Stage"], None]


class Stage:
    """One world, and what a player does in it."""

    def __init__(self, kit: Kit, world: World, control: Any) -> None:
        self.kit, self.world, self.control = kit, world, control
        self.made = 0

    def act(self, system: str, action: str, **params: Any) -> Any:
        outcome = self.kit.act(system, action, params, self.world.name)
        assert not isinstance(outcome, Refused), outcome
        return outcome.answer

    def ask(self, system: str, method: str, path: str, **options: Any) -> Any:
        reply = self.kit.ask(system, method, path, world=self.world.name, **options)
        assert reply.status == 200, reply.body
        return reply.json

    def wait(self, by: str) -> None:
        answer = self.control("POST", f"/v1/worlds/{self.world.name}/clock/advance", json={"by": by})
        assert answer.status_code == 200, answer.text

    def day(self, away: int = 0) -> str:
        return (self.world.moment.clock.now().date() + timedelta(days=away)).isoformat()

    # ---- iXpole

    def plan(self, away: int = 0) -> str:
        """An instalment of a sale of its own, some days away."""
        self.made += 1
        lines = [{"productId": 501, "quantity": 1}]
        number = f"P-2026-{self.made:04d}"
        self.act(
            "ixpole",
            "addSale",
            contractNumber=number,
            customerId=1001,
            lines=lines,
            instalmentDates=[self.day(away)],
        )
        return f"{number}-01"

    def tell(self, code: str, **members: Any) -> None:
        self.ask("ixpole", "PUT", "/api/instalments", json={"instalmentCode": code, **members})

    def number(self, code: str, away: int = 14) -> None:
        self.tell(code, invoiceNumber=f"2026{self.made}", invoiceDueDate=self.day(away))

    # ---- Silvasoft

    def book(self, amount: str = "1.21", draft: bool = False) -> dict[str, Any]:
        line = {"ProductNumber": "1204", "SubTotalInclTax": amount, "TaxPc": 21}
        body = {"CustomerNumber": 1, "AddAsDraft": draft, "Invoice_InvoiceLine": [line]}
        self.ask("silvasoft", "POST", "/rest/addsalesinvoice", json=body)
        sales = self.world.moment.systems["silvasoft"].sales
        return {"Serial": sales.next_serial - 1}

    def order(self) -> dict[str, Any]:
        line = {"ProductNumber": "1204", "SubTotalInclTax": "1.21", "TaxPc": 21}
        made = self.ask(
            "silvasoft", "POST", "/rest/addorder", json={"CustomerNumber": 1, "Order_Orderline": [line]}
        )
        return {"OrderNumber": (made[0] if isinstance(made, list) else made)["OrderNumber"]}

    # ---- TelecomX

    def bill(self, **members: Any) -> str:
        body = {
            "customer": "123457890ABCDEF12345678",
            "sent": False,
            "lines": [{"product": "1234567890ABCDEF12345677", "units": 1}],
        }
        made = self.ask("telecomx", "POST", "/invoice", json={**body, **members})
        return str(made.get("_id") or made["invoice"]["_id"])

    # ---- CRM.COM

    def enter(self, stage: str) -> dict[str, Any]:
        item = {
            "product_identifier": {"code": "Gold"},
            "quantity": 1,
            "cost": 100,
            "vat_rate_identifier": {"name": "High"},
        }
        body = {
            "accounts_receivable_identifier": {"number": "401"},
            "type_identifier": {"name": "Invoice"},
            "life_cycle_state": stage,
            "invoice_item_set": [item],
        }
        made = self.crm("invoices/create", **body)
        return {"id": made["id"]}

    def crm(self, method: str, **body: Any) -> Any:
        told = self.ask("crmcom", "POST", f"/crmapi/rest/v2/{method}", json=body)
        assert told["status"]["code"] == "OK", told
        return told["data"]

    # ---- Riverty

    def send(self, path: str, **body: Any) -> None:
        self.ask("riverty", "POST", f"/accounting/v1/businesses/1000/customers/C1/orders{path}", json=body)

    def send_order(self, reference: str, lines: int = 2) -> None:
        items = [
            {
                "orderItemReference": n,
                "description": f"Seat {n}",
                "quantity": 2,
                "grossUnitPrice": 119,
                "vatPercent": 19,
                "vatAmount": 19,
                "positionType": "SALES_ARTICLE",
            }
            for n in range(1, lines + 1)
        ]
        self.send(
            "",
            orderReference=reference,
            orderDate=self.day(),
            orderType="DIGITAL_GOODS",
            orderChannel="ECOM",
            currency="EUR",
            supplyingCountry="NL",
            billToAddress={"lastName": "De Vries", "language": "nl"},
            items=items,
        )

    def invoice_body(self, reference: str, *lines: int) -> dict[str, Any]:
        return {
            "invoiceReference": reference,
            "invoiceDate": self.day(),
            "dueDate": self.day(14),
            "dispatchDate": self.day(),
            "shipmentReference": "S1",
            "items": [{"orderItemReference": n} for n in lines],
        }


@pytest.fixture
def stage(kit: Kit, make: Callable[..., World], browser: Any) -> Stage:
    return Stage(kit, make(scenario="documents", readings={"IXP-31": "lenient"}), browser)


def instalments(stage: Stage) -> None:
    """Every status, by every way that leads to it."""
    for away in (0, 3):  # of today, and of a later day
        codes = [stage.plan(away) for _ in range(4)]
        stage.tell(codes[0], invoiceNumber="D1")
        stage.number(codes[1])
        stage.number(codes[2], away=-1)
        stage.act("ixpole", "cancelSale", contractNumber=codes[3][:-3])
        stage.tell(codes[0], invoiceNumber="")
        stage.tell(codes[0], invoiceNumber="D1")
        if away:
            stage.number(codes[0], away=-1)
        else:
            stage.number(codes[0])
            stage.tell(codes[0], paymentNo="P1")
            stage.act("ixpole", "creditInstalment", instalmentCode=codes[0])
            stage.tell(codes[1], paymentNo="P2")
            stage.tell(codes[1], paymentNo=None)
            stage.act("ixpole", "creditInstalment", instalmentCode=codes[1])
            stage.tell(codes[2], paymentNo="P3")
            stage.tell(codes[2], paymentNo=None)
            stage.number(codes[2])
            stage.tell(codes[2], invoiceDueDate=stage.day(-1))
            stage.act("ixpole", "creditInstalment", instalmentCode=codes[2])
    code = stage.plan(5)
    stage.act("ixpole", "editInstalment", instalmentCode=code, instalmentDate=stage.day())
    stage.act("ixpole", "editInstalment", instalmentCode=code, instalmentDate=stage.day(2))
    stage.wait("3d")
    drafted = stage.plan()
    stage.tell(drafted, invoiceNumber="D2")
    stage.act("ixpole", "cancelSale", contractNumber=drafted[:-3])


def written_back(stage: Stage) -> None:
    code = stage.plan()
    stage.tell(code, paymentNo=None, invoiceNumber="")
    stage.tell(code, invoiceNumber="D1")
    stage.tell(code, invoiceNumber="D2")
    stage.tell(code, invoiceNumber="")
    stage.tell(code, invoiceNumber="D2")
    stage.number(code)
    stage.number(code, away=20)
    stage.tell(code, paymentNo="P1")
    stage.tell(code, paymentNo="P2")
    stage.tell(code, invoiceDueDate=stage.day(9), invoiceNumber="2026001")
    stage.tell(code, paymentNo=None)
    stage.number(stage.plan())


def silvasoft_invoices(stage: Stage) -> None:
    stage.act("silvasoft", "postDraft", **stage.book(draft=True))
    stage.act("silvasoft", "postDraft", **stage.book("0", draft=True))
    stage.act("silvasoft", "deleteInvoice", **stage.book(draft=True))
    stage.book("0")
    paid = stage.book()
    stage.act("silvasoft", "registerPayment", **paid, Amount="1.00")
    stage.act("silvasoft", "reversePayment", **paid, Amount="0.50")
    stage.act("silvasoft", "registerPayment", **paid)
    stage.act("silvasoft", "reversePayment", **paid)
    stage.act("silvasoft", "registerPayment", **paid)
    stage.act("silvasoft", "creditInvoice", **paid)
    stage.act("silvasoft", "creditInvoice", **stage.book())
    stage.act("silvasoft", "bookByHand")
    typed = stage.world.moment.systems["silvasoft"].sales.next_serial - 1
    stage.act("silvasoft", "deleteInvoice", Serial=typed)


def silvasoft_orders(stage: Stage) -> None:
    stage.act("silvasoft", "orderToInvoice", **stage.order())


def telecomx_invoices(stage: Stage) -> None:
    numbered = stage.bill(invoiceNumber="2001")
    stage.bill(invoiceNumber="2002", sent=True)
    stage.bill(invoiceNumber="2003", paid=True)
    for members in ({}, {"sent": True}, {"paid": True}):
        stage.act("telecomx", "setInvoiceNumber", invoice=stage.bill(**members))
    stage.act("telecomx", "registerPayment", invoice=numbered)
    stage.act("telecomx", "reversePayment", invoice=numbered)
    stage.act("telecomx", "markSent", invoice=numbered)
    stage.ask("telecomx", "POST", f"/invoice/reseller/{numbered}", json={"sent": False})
    stage.act("telecomx", "markSent", invoice=numbered)
    stage.act("telecomx", "registerPayment", invoice=numbered)
    stage.act("telecomx", "reversePayment", invoice=numbered)


def crmcom_invoices(stage: Stage) -> None:
    draft = stage.enter("DRAFT")
    stage.crm("invoices/update", invoice_identifier=draft, notes="changed")
    stage.crm("invoices/post", invoice_identifier=draft)
    stage.act("crmcom", "registerPayment", **draft, amount=1)
    stage.act("crmcom", "cancelInvoice", **draft)
    stage.crm("invoices/reject", invoice_identifier=stage.enter("DRAFT"))
    stage.enter("POSTED")


def riverty_requests(stage: Stage) -> None:
    stage.send_order("A1")
    stage.send(
        "/NOBODY/cancellations",
        cancellationDate=stage.day(),
        cancellationReason="NO_PAYMENT",
        items=[{"orderItemReference": 1}],
    )
    stage.wait("30s")


def riverty_lines(stage: Stage) -> None:
    stage.send_order("A1", 3)
    stage.wait("30s")
    stage.send(
        "/A1/cancellations",
        cancellationDate=stage.day(),
        cancellationReason="NO_PAYMENT",
        items=[{"orderItemReference": 3}],
    )
    stage.send("/A1/invoices", **stage.invoice_body("I1", 1, 2))
    stage.wait("30s")
    item = {"orderItemReference": 1, "quantity": 1, "grossUnitPrice": 119}
    stage.send(
        "/A1/returns",
        returnReference="R1",
        returnDate=stage.day(),
        returnReason="CUSTOMER_RETURN",
        items=[item],
    )
    stage.wait("30s")
    stage.send(
        "/A1/goodwills",
        goodwillReference="G1",
        goodwillDate=stage.day(),
        goodwillReason="SERVICE",
        items=[{**item, "orderItemReference": 2, "grossUnitPrice": 1}],
    )
    stage.wait("30s")
    riverty_invoices(stage)


def riverty_invoices(stage: Stage) -> None:
    stage.send_order("B1")
    stage.wait("30s")
    stage.send("/B1/invoices", **stage.invoice_body("J1", 1))
    stage.wait("30s")
    stage.wait("30s")
    stage.send("/B1/invoices", **stage.invoice_body("J2", 2))
    stage.wait("60s")
    item = {
        "orderItemReference": 1,
        "description": "Seat 1",
        "quantity": 2,
        "grossUnitPrice": 100,
        "vatPercent": 19,
        "vatAmount": 16,
        "positionType": "SALES_ARTICLE",
    }
    stage.send(
        "/B1/invoices/J1",
        goodwillReference="G9",
        order={"items": [item]},
        invoice=stage.invoice_body("J3", 1),
    )
    stage.wait("30s")


STORIES: dict[tuple[str, str], Play] = {
    ("ixpole", "instalment"): instalments,
    ("ixpole", "written-back"): written_back,
    ("silvasoft", "invoice"): silvasoft_invoices,
    ("silvasoft", "order"): silvasoft_orders,
    ("telecomx", "invoice"): telecomx_invoices,
    ("crmcom", "invoice"): crmcom_invoices,
    ("riverty", "request"): riverty_requests,
    ("riverty", "line"): riverty_lines,
    ("riverty", "invoice"): riverty_invoices,
}


@pytest.mark.parametrize(("system", "machine"), MACHINES, ids=lambda it: getattr(it, "name", it))
def test_every_step_of_a_table_can_be_made_and_no_other_is_seen(
    system: str, machine: Machine, stage: Stage
) -> None:
    STORIES[system, machine.name](stage)
    seen = Coverage(system, machine).look(stage.world)
    assert not seen.strange
    assert not [
        f"{edge.source} -- {edge.event} --> {edge.target}" for edge in machine.edges if not seen.steps[edge]
    ]
    assert seen.states == set(machine.states)


@pytest.mark.parametrize(("system", "machine"), MACHINES, ids=lambda it: getattr(it, "name", it))
def test_a_table_names_only_its_own_statuses(system: str, machine: Machine) -> None:
    named = {edge.source for edge in machine.edges} | {edge.target for edge in machine.edges}
    assert named - {""} <= set(machine.states)
    assert all(edge.by for edge in machine.edges)
    assert {edge.target for edge in machine.edges if not edge.source}, "nothing begins here"


@pytest.mark.parametrize(("system", "machine"), MACHINES, ids=lambda it: getattr(it, "name", it))
def test_operations_that_a_table_names_exist(system: str, machine: Machine, kit: Kit) -> None:
    port = kit.ports[system]
    known = {operation.id for operation in port.routes.operations()}
    known |= {f"act:{name}" for name in port.system.actions} | {"control:advanceClock", "control:setClock"}
    assert {by for edge in machine.edges for by in edge.by} <= known
