"""Riverty, as far as judging needs it: an order first, then its invoice, and every verdict comes as a notification.

An order is a draft until all its lines are invoiced or cancelled; then its invoice stands for it. The service makes the
invoice some time after it was asked to, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ixconform.data import Customer
from ixconform.history import Books, Document, DocumentLine, Party
from ixconform.money import shown
from ixconform.systems.target import Act, Traits, Usual, texts

NOTIFICATIONS = (
    "accounting/EDIErrorSent",
    "accounting/invoiceCreated",
    "accounting/documentCreated",
    "accounting/paymentReceived",
)
TRAITS = Traits(
    name="riverty", title="Riverty", currency="EUR", country="BE", rates=("21", "6", "12", "0"), negative=False,
    makes_products=False, has_pdf=True, creates=frozenset({"createOrder", "createInvoice"}),
    enforced=("orderReference", "invoiceReference"), posts=True, pulse="2m", payments_after="1d", drops=False,
    unpays=False, overpays=True, customers_along=True, dues=True, names_currency=True,
    opening={"draft": (("setOnboarding", {"invoicesByHand": True}),)},
    callback="/administration/v1/notification-callbacks", registers=frozenset({"createNotificationCallback"}),
    notifications=NOTIFICATIONS,
)  # fmt: skip
STAGES = {"requested": "draft", "issued": "live", "replaced": "void"}


class Riverty(Usual):
    traits = TRAITS

    def code_of(self, customer: Customer) -> str:
        return f"C{100_000 + customer.id}"

    def enter(self, customer: Customer) -> Act | None:
        """A customer comes into being with the first order; only iXpole knows it before."""
        return None

    def books(self, state: Mapping[str, Any]) -> Books:
        orders = state["orders"].values()
        made = _made(state)
        documents = [_invoice(each, made) for each in state["invoices"].values()]
        return Books(
            documents=(*documents, *(_order(each) for each in orders)),
            parties=tuple(_parties(orders)),
        )

    def post(self, document: Document) -> Act | None:
        if document.kind != "invoice" or document.stage != "draft":
            return None
        return "makeInvoice", document.handle

    def pay(self, document: Document, cents: int | None) -> Act:
        amount = {} if cents is None else {"amount": shown(cents)}
        return "registerPayment", {**document.handle, **amount}


def _made(state: Mapping[str, Any]) -> dict[str, str]:
    """Invoice reference to the moment from which its invoice is real; none where a person decides."""
    settings = state["settings"]
    if settings["invoices_by_hand"] or settings["onboarding"] == "client":
        return {}
    delay = timedelta(seconds=settings["document_delay_s"])
    return {
        each["invoice"]: (_moment(each["decided"]) + delay).isoformat()
        for each in state["requests"].values()
        if each["kind"] == "GET_INVOICE" and each["status"] == "confirmed"
    }


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def _parties(orders: Iterable[Mapping[str, Any]]) -> Iterable[Party]:
    seen: dict[str, Party] = {}
    for each in orders:
        name = each["bill_to"][0] if each["bill_to"] else ""
        seen.setdefault(each["customer"], Party(key=each["customer"], code=each["customer"], name=name))
    return seen.values()


def _invoice(held: Mapping[str, Any], made: Mapping[str, str]) -> Document:
    stage = STAGES[held["status"]]
    names = {held["number"], held["reference"]} | ({held["order"]} if stage == "draft" else set())
    lines = tuple(_line(each) for each in held["lines"])
    total = sum(line.gross_cents for line in lines)
    outstanding = total - held["credited_cents"] - held["paid_cents"] + held["refunded_cents"]
    return Document(
        key=f"invoice {held['reference']}", kind="invoice", stage=stage,
        number=held["number"] if stage != "draft" else "", names=tuple(sorted(names - {""})),
        customer=held["customer"], total_cents=total, net_cents=sum(line.net_cents for line in lines), lines=lines,
        day=held["day"], due=held["due"], currency=held["currency"], outstanding_cents=outstanding,
        texts=texts([held["reference"], held["order"], [line.text for line in lines]]),
        handle={"invoiceReference": held["reference"], "orderReference": held["order"]},
        since=made.get(held["reference"], ""),
    )  # fmt: skip


def _order(held: Mapping[str, Any]) -> Document:
    """An order whose lines are all settled is history: what was made of it stands for it."""
    lines = tuple(_line(each) for each in held["lines"] if each["status"] != "cancelled")
    waits = any(each["status"] == "open" for each in held["lines"])
    return Document(
        key=f"order {held['reference']}", kind="order", stage="draft" if waits else "void",
        names=(held["reference"],), customer=held["customer"], lines=lines,
        total_cents=sum(line.gross_cents for line in lines), net_cents=sum(line.net_cents for line in lines),
        day=held["day"], due="", currency=held["currency"], outstanding_cents=0,
        texts=texts([held["reference"], [line.text for line in lines]]),
        handle={"orderReference": held["reference"]},
    )  # fmt: skip


def _line(held: Mapping[str, Any]) -> DocumentLine:
    gross = _cents(Decimal(str(held["quantity"])) * Decimal(str(held["price"])) * 100)
    rate = Decimal(str(held["vat_percent"]))
    net = _cents(Decimal(gross) * 100 / (100 + rate))
    return DocumentLine(
        gross_cents=gross, net_cents=net, rate=rate, text=held["description"], product=held["product"]
    )


def _cents(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))
