"""What do people do with a document in the accounting system? Number it, pay it, delete it: as its mock lets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simulation import ledgers


def _numbers(system: str, doc: ledgers.Doc) -> list[tuple[str, dict[str, Any]]]:
    if doc.number is not None and system != "crmcom":
        return []
    if system == "silvasoft":
        if not doc.is_order:
            return [("postDraft", {})]
        return (
            [("orderToInvoice", {"OrderNumber": int(min(doc.names))}), ("postDraft", {})] if doc.live else []
        )
    if system == "riverty":
        return [("makeInvoice", {"orderReference": min(doc.names)})]
    if system == "telecomx":
        return [("setInvoiceNumber", {"invoice": min(doc.names)})]
    return [("postInvoice", {"back_office_code": doc.code})] if doc.live and not doc.real else []


def _pays(system: str, doc: ledgers.Doc, *, part: bool) -> list[tuple[str, dict[str, Any]]]:
    if not doc.real or not doc.outstanding_cents:
        return []
    half = doc.outstanding_cents // 2
    if system == "silvasoft":
        amount = {"Amount": f"{half / 100:.2f}"} if part else {}
        return [("registerPayment", {"InvoiceNumber": int(doc.number or 0), **amount})]
    if system == "telecomx":
        return [] if part else [("registerPayment", {"invoice": min(doc.names)})]
    amount = {"amount": half / 100} if part else {}
    if system == "riverty":
        return [("registerPayment", {"invoiceReference": doc.number, **amount})]
    return [("registerPayment", {"back_office_code": doc.code, **amount})]


def _deletes(system: str, doc: ledgers.Doc) -> list[tuple[str, dict[str, Any]]]:
    if not doc.live or doc.is_order or system == "riverty":
        return []
    if system == "silvasoft":
        return [("deleteInvoice", {"InvoiceNumber": int(doc.number)})] if doc.number else []
    if system == "telecomx":
        return [("deleteInvoice", {"invoice": min(doc.names)})]
    return [("cancelInvoice" if doc.real else "rejectInvoice", {"back_office_code": doc.code})]


DEEDS: Mapping[str, Any] = {
    "number": _numbers,
    "part": lambda system, doc: _pays(system, doc, part=True),
    "delete": lambda system, doc: _deletes(system, doc)[:1] if doc.code == "S-1" else [],
    "pay": lambda system, doc: _pays(system, doc, part=False),
}
