"""Histories made by hand: a right one of a Silvasoft world, and ways to spoil it. No server, no connector."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ixconform.checks.finding import Finding
from ixconform.data import Case, Data, Instalment, Step
from ixconform.history import Books, Document, DocumentLine, Exchange, History, Party, Run, Shelf, Told
from ixconform.judge import judge
from ixconform.money import shown
from ixconform.profile import Claims
from ixconform.systems.silvasoft import Silvasoft
from ixconform.worlds import Maker

TARGET = Silvasoft()


def data(count: int = 2, seed: int = 7) -> Data:
    maker = Maker(TARGET.traits, seed)
    for _ in range(count):
        maker.instalment(maker.customer())
    return maker.data()


def document(each: Instalment, number: int, made_for: Data) -> Document:
    lines = tuple(
        DocumentLine(
            gross_cents=line.gross_cents, net_cents=line.net_cents, rate=Decimal(line.rate), text=line.text
        )
        for line in each.lines
    )
    return Document(
        key=f"invoice {number}",
        kind="invoice",
        stage="live",
        names=(str(number),),
        number=str(number),
        customer=str(each.customer),
        total_cents=each.gross_cents,
        net_cents=each.net_cents,
        lines=lines,
        day=each.day,
        due="2026-05-15",
        texts=each.code,
        outstanding_cents=each.gross_cents,
    )


def exchange(number: int, system: str, operation: str, **more: Any) -> Exchange:
    facts: dict[str, Any] = {
        "at": "2026-04-15T07:00:00Z",
        "method": "GET" if operation.startswith(("get", "list")) else "POST",
        "path": f"/{operation}",
        "query": "",
        "status": 200,
        "sent": "",
        "answered": "",
        "run": 1,
    }
    return Exchange(number=number, system=system, operation=operation, **{**facts, **more})


def booked(number: int, each: Instalment, invoice: int) -> list[Exchange]:
    """The two requests of one right booking: make the invoice, tell its number."""
    body = {
        "InvoiceNotes": each.code,
        "Invoice_InvoiceLine": [shown(line.gross_cents) for line in each.lines],
    }
    told = {"instalmentCode": each.code, "invoiceNumber": str(invoice), "invoiceDueDate": "2026-05-15"}
    answer = [{"InvoiceNumber": invoice}]
    return [
        exchange(number, "silvasoft", "addsalestransaction", sent=body, answered=answer, changed=True),
        exchange(number + 1, "ixpole", "putInstalments", method="PUT", sent=told, changed=True),
    ]


def right(made: Data | None = None, **changes: Any) -> History:
    """Everything booked once, told once, for the right customer."""
    made = made or data()
    exchanges: list[Exchange] = [exchange(1, "ixpole", "getInstalments")]
    documents, told = [], {}
    for nth, each in enumerate(made.instalments):
        exchanges += booked(2 + 2 * nth, each, 100 + nth)
        documents.append(document(each, 100 + nth, made))
        told[each.code] = Told(
            code=each.code, number=str(100 + nth), due="2026-05-15", payment="", pdf_bytes=900
        )
    parties = tuple(
        Party(key=str(each.id), code=TARGET.code_of(each), name=each.name, email=each.email)
        for each in made.customers
    )
    case = Case(scenario="C-010", title="", level=1, data=made, steps=(Step("settle"),))
    run = Run(number=1, ended="exit", code=0, seconds=0.1, output="")
    history = History(
        case=case,
        exchanges=tuple(exchanges),
        runs=(run,),
        books=Books(documents=tuple(documents), parties=parties),
        shelf=Shelf(instalments=told),
    )
    return replace(history, **changes)


def spoiled(history: History, at: int, **changes: Any) -> History:
    """The same with one request changed."""
    exchanges = tuple(replace(each, **changes) if each.number == at else each for each in history.exchanges)
    return replace(history, exchanges=exchanges)


def with_documents(history: History, *documents: Document) -> History:
    return replace(history, books=replace(history.books, documents=documents))


def with_told(history: History, code: str, **changes: Any) -> History:
    told: Mapping[str, Told] = {
        **history.shelf.instalments,
        code: replace(history.shelf.instalments[code], **changes),
    }
    return replace(history, shelf=replace(history.shelf, instalments=told))


def findings(history: History, claims: Claims | None = None) -> list[Finding]:
    return judge(history, TARGET, claims or Claims())


def codes(history: History, claims: Claims | None = None) -> set[str]:
    return {each.code for each in findings(history, claims) if each.kind == "fail"}
