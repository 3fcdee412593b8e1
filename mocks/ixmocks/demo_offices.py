"""How do the four accounting systems differ for the demo? What people do in each, and what each lists of itself.

Lists are read over the vendor's API with the connector's own credentials, as an auditor would. Riverty's API lists
nothing, so its books are read over the control API.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from ixmocks.demo_bridge import World

PAGE = 100
PAGES_MAX = 1000
Act = tuple[str, Mapping[str, Any]]
"""An action of the control API, and what it takes."""


class Unreadable(Exception):
    """A system did not answer as it should; the message says what was asked and what came."""


@dataclass(frozen=True, slots=True)
class Document:
    """One invoice or draft, as the accounting system itself lists it."""

    key: str
    """Its number; D and what stands for a number while it is a draft: what the bridge tells iXpole."""
    total: Decimal
    id: str
    """By which people name it."""

    @property
    def is_draft(self) -> bool:
        return self.key.startswith("D")


@dataclass(frozen=True, slots=True)
class Office:
    """One accounting system and the people who work in it."""

    name: str
    title: str
    scenario: str
    documents: Callable[[World], Iterator[Document]]
    finish: Callable[[Document], Act]
    """What somebody does so that a draft becomes an invoice."""
    pay: Callable[[Document], Act]
    readings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Which readings of open rules a mode needs."""
    prepare: Callable[[str], tuple[Act, ...]] = lambda mode: ()
    """What is agreed with the system before the season begins, for a mode."""
    evening: tuple[Act, ...] = ()
    """What ends a day on which customers paid."""
    listens: bool = False
    """The system answers by notifications, so the bridge must be left running."""
    list_name: str = "own list"
    draft: str = "an invoice without a number"
    """What a draft is in this system."""


# Asking.


def client(base: str, **headers: str) -> httpx.Client:
    import httpx

    # Nothing here speaks TLS, and reading the machine's certificates takes longer than a request.
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.Client(base_url=base, headers=headers, trust_env=False, verify=plain, timeout=60)


def exact(answer: httpx.Response) -> Any:
    """The body, amounts as Decimals."""
    if answer.status_code != 200:
        raise Unreadable(
            f"{answer.request.method} {answer.url.path}: {answer.status_code} {answer.text[:200]}"
        )
    return json.loads(answer.text, parse_float=Decimal)


# Silvasoft: a draft is an order. One that became an invoice does not say so, but both have its notes.


def _silvasoft(world: World) -> Iterator[Document]:
    env = world.env
    key, user = env["IXKIT_SILVASOFT_API_KEY"], env["IXKIT_SILVASOFT_USERNAME"]
    invoiced = set()
    with client(env["IXKIT_SILVASOFT_URL"], ApiKey=key, Username=user) as http:
        for row in _pages(http, "/rest/listsalesinvoices/", PAGE):
            number = str(row["InvoiceNumber"])
            invoiced.add(row["InvoiceNotes"])
            yield Document(number, Decimal(row["InvoiceTotalInclTax"]), number)
        for row in _pages(http, "/rest/listorders", PAGE // 2):
            if row["OrderNotes"] not in invoiced:
                number = str(row["OrderNumber"])
                yield Document(f"D{number}", Decimal(row["OrderTotalInclTax"]), number)


def _pages(http: httpx.Client, path: str, size: int) -> Iterator[Any]:
    for page in range(PAGES_MAX):
        rows = exact(http.get(path, params={"Limit": size, "Offset": page * size}))
        yield from rows
        if len(rows) < size:
            return


# TelecomX: a draft is an invoice whose number is -1.


def _telecomx(world: World) -> Iterator[Document]:
    env = world.env
    told = {"username": env["IXKIT_TELECOMX_USERNAME"], "password": env["IXKIT_TELECOMX_PASSWORD"]}
    with client(env["IXKIT_TELECOMX_URL"]) as http:
        token = exact(http.post("/auth/login", json=told))["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        for page in range(PAGES_MAX):
            query = f"expand=true&limit={PAGE}&offset={page * PAGE}"
            rows = exact(http.get(f"/invoice?{query}"))["invoices"]
            for row in rows:
                number = str(row["invoiceNumber"])
                key = f"D{row['_id']}" if number == "-1" else number
                yield Document(key, Decimal(row["total"]), row["_id"])
            if len(rows) < PAGE:
                return


# CRM.COM: invoices are listed account by account, and a draft has its number already.


def _crmcom(world: World) -> Iterator[Document]:
    env = world.env
    names = ("USERNAME", "PASSWORD", "ORGANISATION")
    told = {name.lower(): env[f"IXKIT_CRMCOM_{name}"] for name in names}
    with client(env["IXKIT_CRMCOM_URL"] + "/crmapi/rest/v2") as http:
        token = exact(http.post("/authentication/token", json=told))["data"]["token"]
        for account in _data(http, "/accounts_receivable/list", token):
            of = f"number={account['number']}"
            for row in _data(http, "/invoices/list", token, accounts_receivable_identifier=of):
                draft = "D" if row["life_cycle_state"] == "DRAFT" else ""
                if row["life_cycle_state"] in ("DRAFT", "POSTED"):
                    yield Document(draft + row["number"], Decimal(row["total_amount"]), row["number"])


def _data(http: httpx.Client, path: str, token: str, **asked: str) -> Any:
    answer = exact(http.get(path, params={"token": token, **asked}))
    if answer["status"]["code"] != "OK":  # refusals come inside 200
        raise Unreadable(f"GET {path}: {answer['status']}")
    return answer["data"]


# Riverty: an order becomes an invoice, and both keep the prices of their lines.


def _riverty(world: World) -> Iterator[Document]:
    with client(world.control) as http:
        state = exact(http.get(f"/v1/worlds/{world.name}/state/riverty"))["state"]
    for invoice in state["invoices"].values():
        if invoice["status"] == "issued" and invoice["number"]:
            yield Document(invoice["number"], _sum(invoice), invoice["reference"])
    invoiced = {invoice["order"] for invoice in state["invoices"].values() if invoice["number"]}
    for order in state["orders"].values():
        if order["reference"] not in invoiced:
            yield Document(f"D{order['reference']}", _sum(order), order["reference"])


def _sum(of: Mapping[str, Any]) -> Decimal:
    return sum((Decimal(line["price"]) * Decimal(line["quantity"]) for line in of["lines"]), Decimal(0))


def _agreed(mode: str) -> tuple[Act, ...]:
    """The clock stands still, so verdicts come at once; invoices of drafts are made by hand."""
    at_once = {"verdictDelaySeconds": 0, "documentDelaySeconds": 0, "documentsPerSecond": 0}
    return (("setOnboarding", {**at_once, "invoicesByHand": mode == "draft"}),)


OFFICES: Mapping[str, Office] = {
    office.name: office
    for office in (
        Office(
            "silvasoft", "Silvasoft", "club-season", _silvasoft,
            finish=lambda draft: ("orderToInvoice", {"OrderNumber": int(draft.id)}),
            pay=lambda invoice: ("registerPayment", {"InvoiceNumber": int(invoice.id)}),
            draft="a sales order",
        ),
        Office(
            "riverty", "Riverty", "club-season", _riverty,
            finish=lambda draft: ("makeInvoice", {"orderReference": draft.id}),
            pay=lambda invoice: ("registerPayment", {"invoiceReference": invoice.id}),
            prepare=_agreed, evening=(("sendNotificationsNow", {}),), listens=True, list_name="own books",
            draft="a confirmed order whose invoice is not made yet",
        ),
        Office(
            "telecomx", "TelecomX", "danish-season", _telecomx,
            finish=lambda draft: ("setInvoiceNumber", {"invoice": draft.id}),
            pay=lambda invoice: ("registerPayment", {"invoice": invoice.id}),
            readings={"direct": {"TCX-06": "automatic"}, "draft": {"TCX-06": "pending"}},
            draft="an invoice whose number is -1, so D and its id",
        ),
        Office(
            "crmcom", "CRM.COM", "club-season", _crmcom,
            finish=lambda draft: ("postInvoice", {"number": draft.id}),
            pay=lambda invoice: ("registerPayment", {"number": invoice.id}),
            draft="an invoice in state DRAFT",
        ),
    )
}  # fmt: skip
"""In the order in which they are shown."""
