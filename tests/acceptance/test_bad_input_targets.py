"""What does each wrong input lead to at Riverty, TelecomX and CRM.COM? The vendor's no, the rule, and no change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from acceptance.conftest import World

Send = Callable[["World"], httpx.Response]
Violations = Callable[[httpx.Response], list[tuple[str, str]]]
ABSENT = object()
JSON = {"Content-Type": "application/json"}
DEEP = b"[" * 100_000


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    send: Send
    status: int
    words: str
    """What the vendor says, or a part of it."""
    rule: str


def _changed(body: Mapping[str, Any], members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**body, **members}.items() if value is not ABSENT}


def _whole(rows: tuple[Row, ...]) -> Any:
    return pytest.mark.parametrize("row", rows, ids=[row.what for row in rows])


def refused(world: World, violations: Violations, row: Row) -> Any:
    """The body of the refusal, which changed nothing and is explained in the journal."""
    before = world.state()
    answer = row.send(world)
    assert (answer.status_code, answer.headers["content-type"]) == (row.status, "application/json"), (
        answer.text
    )
    assert row.words in answer.text
    assert row.rule in [rule for rule, _ in violations(answer)]
    assert world.state() == before
    event = world.event(answer)
    told = next(each for each in event["violations"] if each["rule"] == row.rule)
    assert event["changed"] is False and told["seen"] and told["expected"]
    assert row.rule == "schema" or told["advice"]
    return answer.json()


# ---- Riverty: 400 of the first gate, 500 for a wrong key -----------------------------------------------

CUSTOMER = "/accounting/v1/businesses/1000/customers/TFI2021072801"
INVOICES = f"{CUSTOMER}/orders/ORDNL8333249069/invoices"
ITEM = {
    "orderItemReference": 1, "description": "Seat", "quantity": 1, "grossUnitPrice": 121, "vatPercent": 21,
    "vatAmount": 21, "positionType": "SALES_ARTICLE",
}  # fmt: skip
ORDER = {
    "orderReference": "A100", "orderDate": "2017-05-05", "orderType": "DIGITAL_GOODS", "orderChannel": "ECOM",
    "currency": "EUR", "supplyingCountry": "NL", "billToAddress": {"lastName": "De Vries"}, "items": [ITEM],
}  # fmt: skip
BILL = {
    "invoiceReference": "I100", "invoiceDate": "2017-05-05", "dueDate": "2017-05-26", "dispatchDate": "2017-05-05",
    "shipmentReference": "S100", "carrier": "DHL", "trackingCode": "T", "items": [{"orderItemReference": 1}],
}  # fmt: skip
HOOK = {"callbackUrl": "https://bridge.example/hook", "notificationTypes": ["accounting/EDIErrorSent"]}


def order(**members: Any) -> Send:
    return lambda world: world.riverty.post(f"{CUSTOMER}/orders", json=_changed(ORDER, members))


def bill(**members: Any) -> Send:
    return lambda world: world.riverty.post(INVOICES, json=_changed(BILL, members))


def bill_bytes(content: bytes, kind: str = "application/json") -> Send:
    return lambda world: world.riverty.post(INVOICES, content=content, headers={"Content-Type": kind})


def hook(**members: Any) -> Send:
    path = "/administration/v1/notification-callbacks"
    return lambda world: world.riverty.post(path, json=_changed(HOOK, members))


def with_key(key: str) -> Send:
    headers = {"X-Subscription-Key": key} if key else {}
    return lambda world: world.control.post(
        world.env["IXKIT_RIVERTY_URL"] + INVOICES, json=BILL, headers=headers
    )


def riverty_get(path: str) -> Send:
    return lambda world: world.riverty.get(path)


RIVERTY = (
    Row("wrong key", with_key("wrong"), 500, "subscription key is not valid", "RIV-15"),
    Row("no key", with_key(""), 500, "subscription key is not valid", "RIV-15"),
    Row("malformed", bill_bytes(b'{"carrier": }'), 400, "not valid JSON", "schema"),
    Row("truncated", bill_bytes(json.dumps(BILL).encode()[:-5]), 400, "not valid JSON", "schema"),
    Row("empty", bill_bytes(b""), 400, "not valid JSON", "schema"),
    Row("deep", bill_bytes(DEEP), 400, "not valid JSON", "schema"),
    Row("NaN", bill_bytes(b'{"carrier": NaN}'), 400, "not valid JSON", "schema"),
    Row("member twice", bill_bytes(b'{"carrier": "a", "carrier": "b"}'), 400, "not valid JSON", "schema"),
    Row("a form", bill_bytes(b"carrier=DHL", "application/x-www-form-urlencoded"), 415, "Content type", "schema"),
    Row("an array", bill_bytes(b"[]"), 400, "Invalid type", "schema"),
    Row("unknown path", riverty_get("/accounting/v1/nowhere"), 404, "Resource not found", "schema"),
    Row("wrong method", riverty_get(INVOICES), 405, "Method not allowed", "schema"),
    Row("no invoiceReference", bill(invoiceReference=ABSENT), 400, "missing from object: invoiceReference", "RIV-14"),
    Row("31 characters", bill(invoiceReference="I" * 31), 400, "exceeds maximum length of 30", "RIV-11"),
    Row("shipment of 31", bill(shipmentReference="S" * 31), 400, "exceeds maximum length of 30", "RIV-11"),
    Row("30 February", bill(dueDate="2025-02-30"), 400, "Path:dueDate", "RIV-30"),
    Row("day first", bill(dueDate="26-05-2017"), 400, "Path:dueDate", "RIV-30"),
    Row("no lines", bill(items=[]), 400, "Path:items", "RIV-29"),
    Row("line as text", bill(items=[{"orderItemReference": "one"}]), 400, "orderItemReference", "schema"),
    Row("17 characters", order(orderReference="A" * 17), 400, "exceeds maximum length of 16", "RIV-11"),
    Row("an underscore", order(orderReference="A_1"), 400, "letters and digits only", "RIV-11"),
    Row("wrong enum", order(orderType="GOODS"), 400, "not defined in enum", "RIV-14"),
    Row("no currency", order(currency=ABSENT), 400, "missing from object: currency", "RIV-14"),
    Row("currency in words", order(currency="euro"), 400, "Path:currency", "RIV-14"),
    Row("e-mail", order(billToAddress={"lastName": "X", "email": "no"}), 400, "format 'email'", "RIV-14"),
    Row("amount as text", order(items=[{**ITEM, "grossUnitPrice": "121"}]), 400, "grossUnitPrice", "schema"),
    Row("callback without scheme", hook(callbackUrl="bridge.example"), 400, "callbackUrl", "RIV-20"),
    Row("unknown notification", hook(notificationTypes=["accounting/x"]), 400, "not defined in enum", "RIV-47"),
    Row("unknown document", riverty_get("/documents/v1/S/nothing"), 404, "Resource not found", "RIV-44"),
    Row("unknown customer", riverty_get("/subscriptions/v1/customers/X"), 404, "Resource not found", "RIV-44"),
)  # fmt: skip


@_whole(RIVERTY)
def test_riverty_says_no_in_its_own_words_and_keeps_nothing(
    world: World, violations: Violations, row: Row
) -> None:
    said = refused(world, violations, row)
    assert set(said) in ({"type", "title", "code", "description"}, {"statusCode", "message"})
    assert row.status in said.values()


LATER = (
    ("unknown order", f"{CUSTOMER}/orders/NOBODYS/invoices", {}, "RIV-02", "ORDERREFERENCE"),
    ("unknown business", INVOICES.replace("/1000/", "/9999/"), {}, "RIV-40", "BUSINESSCODE"),
    ("another's order", INVOICES.replace("TFI2021072801", "C9"), {}, "RIV-50", "CUSTOMERNUMBER"),
    ("unknown line", INVOICES, {"items": [{"orderItemReference": 9}]}, "RIV-26", "ORDERITEMREFERENCE"),
    ("number taken", INVOICES, {"invoiceReference": "IDE12345678901"}, "RIV-19", "INVOICEREFERENCE"),
    ("no carrier", INVOICES, {"carrier": ABSENT}, "RIV-12", "CARRIER"),
    ("cancelled line", INVOICES.replace("ORDNL8333249069", "ODE12345678901"),
     {"items": [{"orderItemReference": 4}]}, "RIV-07", "ORDERITEMREFERENCE"),
)  # fmt: skip


@pytest.mark.parametrize(("what", "path", "members", "rule", "field"), LATER, ids=[row[0] for row in LATER])
def test_riverty_receives_and_refuses_later(
    world: World, what: str, path: str, members: Any, rule: str, field: str
) -> None:
    receipt = world.riverty.post(path, json=_changed(BILL, members))
    assert receipt.status_code == 200
    found = {"internalRequestId": receipt.json()["internalRequestId"], "rule": rule, "fieldName": field}
    world.post("/clock/advance", {"by": 30})
    details = world.post("/actions/riverty/findVerdict", found)["answer"]["parameters"]["details"]
    assert details["result"] == "ERROR_IN_FILE"
    assert field in [each["fieldName"] for each in details["errorDetails"]]
    assert all(each["ErrorDescription"] for each in details["errorDetails"])


# ---- TelecomX: one error at a time, by the table of its page ---------------------------------------------

LINE = {"product": "1234567890ABCDEF12345677", "units": 1}
ORDERED = {"customer": "123457890ABCDEF12345678", "sent": False, "lines": [LINE]}


def make(**members: Any) -> Send:
    return lambda world: world.telecomx.post("/invoice", json=_changed(ORDERED, members))


def make_line(**members: Any) -> Send:
    return make(lines=[_changed(LINE, members)])


def make_bytes(content: bytes, kind: str = "application/json") -> Send:
    return lambda world: world.telecomx.post("/invoice", content=content, headers={"Content-Type": kind})


def ping(**headers: str) -> Send:
    return lambda world: world.control.get(world.env["IXKIT_TELECOMX_URL"] + "/ping", headers=headers)


def ping_too_late(world: World) -> httpx.Response:
    logged_in = world.telecomx
    world.post("/clock/advance", {"by": "15m"})
    return logged_in.get("/ping")


def telecomx_login(**body: Any) -> Send:
    return lambda world: world.control.post(world.env["IXKIT_TELECOMX_URL"] + "/auth/login", json=body)


def telecomx(method: str, path: str, **body: Any) -> Send:
    return lambda world: world.telecomx.request(method, path, json=body or None)


TELECOMX = (
    Row("no token", ping(), 401, "credentials_invalid", "TCX-18"),
    Row("bare token", ping(Authorization="s1~x"), 401, "format_error", "TCX-18"),
    Row("wrong token", ping(Authorization="Bearer x"), 401, "invalid_token", "TCX-18"),
    Row("expired token", ping_too_late, 401, "expired", "TCX-17"),
    Row("wrong password", telecomx_login(username="a@b.example", password="x"), 401, "credentials_invalid", "TCX-19"),
    Row("no password", telecomx_login(username="a@b.example"), 422, "password", "TCX-19"),
    Row("malformed", make_bytes(b"{customer: 'x'}"), 400, "not valid JSON", "schema"),
    Row("truncated", make_bytes(json.dumps(ORDERED).encode()[:-3]), 400, "not valid JSON", "schema"),
    Row("empty", make_bytes(b""), 400, "not valid JSON", "schema"),
    Row("deep", make_bytes(DEEP), 400, "not valid JSON", "schema"),
    Row("NaN", make_bytes(b'{"customer": NaN}'), 400, "not valid JSON", "schema"),
    Row("an array", make_bytes(b"[]"), 400, "must be a JSON object", "schema"),
    Row("a form", make_bytes(b"a=b", "application/x-www-form-urlencoded"), 415, "application/json", "schema"),
    Row("unknown path", telecomx("GET", "/nowhere"), 404, "Unknown URI", "schema"),
    Row("wrong method", telecomx("DELETE", "/invoice"), 405, "method_not_allowed", "schema"),
    # the table of the page
    Row("customer", make(customer="x"), 404, "Customer not found", "TCX-20"),
    Row("no customer", make(customer=ABSENT), 404, "Customer not found", "TCX-20"),
    Row("invoiceDate", make(invoiceDate="2017-02-30T00:00:00+0100"), 422, "Invoice date is invalid", "TCX-22"),
    Row("dueDate", make(dueDate="soon"), 422, "Due date is invalid or in the past", "TCX-05"),
    Row("past", make(dueDate="2017-05-04T00:00:00+0200"), 422, "Due date is invalid or in the past", "TCX-05"),
    Row("headline", make(headline=1), 422, "Headline is invalid", "TCX-23"),
    Row("product", make_line(product="x"), 404, "Product not found", "TCX-24"),
    Row("units", make_line(units="1"), 422, "Units is invalid", "TCX-25"),
    Row("unitCost", make_line(unitCost="1"), 422, "Unit cost is invalid", "TCX-26"),
    Row("unitWholesale", make_line(unitWholesale="1"), 422, "Unit wholesale is invalid", "TCX-26"),
    Row("unitPrice", make_line(unitPrice="1"), 422, "Unit price is invalid", "TCX-26"),
    Row("ended", make_line(product="59a1c0de0000000000000023"), 404, "not valid for use", "TCX-27"),
    Row("currentInvoices", make(currentInvoices=["x"]), 404, "Some or all items were not found", "TCX-03"),
    Row("recurring", make(currentInvoices=["59a1c0de0000000000000041"]), 422, "due to recurrence", "TCX-03"),
    Row("nothing", make(lines=[]), 422, "Nothing to invoice", "TCX-02"),
    Row(
        "another's customer",
        make(customer="59a1c0de00000000000000f2", lines=[], currentInvoices=["59a1c0de0000000000000043"]),
        404, "Some or all items were not found", "TCX-01",
    ),
    Row("sent as text", make(sent="false"), 422, "sent is invalid", "TCX-33"),
    # beside it
    Row("unknown invoice", telecomx("POST", "/invoice/reseller/x", paid=True), 404, "not_found", "TCX-37"),
    Row("no id", telecomx("POST", "/invoice/reseller/", paid=True), 400, "bad_request", "TCX-46"),
    Row("501 a page", telecomx("GET", "/invoice?limit=501"), 422, "limit", "TCX-36"),
    Row("foreign invoice", telecomx("GET", "/invoice/59a1c0de0000000000000052"), 403, "access_denied", "TCX-01"),
)  # fmt: skip


@_whole(TELECOMX)
def test_telecomx_says_no_by_its_table_and_keeps_nothing(
    world: World, violations: Violations, row: Row
) -> None:
    said = refused(world, violations, row)
    assert set(said) == {"code", "message", "description"} and said["code"] == row.status


# ---- CRM.COM: inside 200 -----------------------------------------------------------------------------------

PIECE = {"product_identifier": {"code": "Gold"}, "quantity": 1, "cost": 30}
SOLD = {
    "accounts_receivable_identifier": {"number": "401"}, "type_identifier": {"name": "Invoice"},
    "life_cycle_state": "POSTED", "invoice_item_set": [PIECE],
}  # fmt: skip


def crm(method: str, **body: Any) -> Send:
    return lambda world: world.crmcom.post(method, json={"token": world.crm_token, **body})


def sell(**members: Any) -> Send:
    return crm("invoices/create", **_changed(SOLD, members))


def sell_piece(**members: Any) -> Send:
    return sell(invoice_item_set=[_changed(PIECE, members)])


def sell_bytes(content: bytes, kind: str = "application/json") -> Send:
    return lambda world: world.crmcom.post("invoices/create", content=content, headers={"Content-Type": kind})


def sell_as_form(world: World) -> httpx.Response:
    form = {"token": world.crm_token, "life_cycle_state": "POSTED"}
    return world.crmcom.post("invoices/create", data=form)


def sell_with(token: Any) -> Send:
    return lambda world: world.crmcom.post("invoices/create", json=_changed(SOLD, {"token": token}))


def sell_too_late(world: World) -> httpx.Response:
    assert world.crm_token
    world.post("/clock/advance", {"by": "2h"})
    return crm("invoices/create", **SOLD)(world)


def crm_login(**changes: str) -> Send:
    def send(world: World) -> httpx.Response:
        names = ("username", "password", "organisation")
        return world.crmcom.post(
            "authentication/token",
            json={**{n: world.env[f"IXKIT_CRMCOM_{n.upper()}"] for n in names}, **changes},
        )

    return send


def crm_get(method: str, **query: str) -> Send:
    return lambda world: world.crmcom.get(method, params={"token": world.crm_token, **query})


CRMCOM = (
    Row("no token", sell_with(ABSENT), 200, "INVALID_TOKEN", "CRM-22"),
    Row("wrong token", sell_with("x"), 200, "INVALID_TOKEN", "CRM-22"),
    Row("expired token", sell_too_late, 200, "TOKEN_EXPIRED", "CRM-15"),
    Row("wrong password", crm_login(password="x"), 200, "INVALID_CREDENTIALS", "CRM-23"),
    Row("another organisation", crm_login(organisation="x"), 200, "INVALID_CREDENTIALS", "CRM-23"),
    Row("malformed", sell_bytes(b'{"token": }'), 200, "INVALID_JSON", "CRM-56"),
    Row("truncated", sell_bytes(b'{"token": "x"'), 200, "INVALID_JSON", "CRM-56"),
    Row("empty", sell_bytes(b""), 200, "INVALID_JSON", "CRM-56"),
    Row("deep", sell_bytes(DEEP), 200, "INVALID_JSON", "CRM-56"),
    Row("NaN", sell_bytes(b'{"token": NaN}'), 200, "INVALID_JSON", "CRM-56"),
    Row("member twice", sell_bytes(b'{"token": "a", "token": "b"}'), 200, "INVALID_JSON", "CRM-56"),
    Row("an array", sell_bytes(b"[]"), 200, "INVALID_TOKEN", "CRM-22"),
    Row("a form", sell_as_form, 415, "UNSUPPORTED_MEDIA_TYPE", "schema"),
    Row("unknown path", crm_get("invoices/nothing"), 404, "RESOURCE_NOT_FOUND", "schema"),
    Row("wrong method", crm_get("invoices/create"), 405, "METHOD_NOT_ALLOWED", "schema"),
    Row("two keys", sell(type_identifier={"name": "Invoice", "id": "1"}), 200, "INVALID_IDENTIFIER", "CRM-01"),
    Row("no key", sell(type_identifier={}), 200, "INVALID_IDENTIFIER", "CRM-01"),
    Row("no account", sell(accounts_receivable_identifier=ABSENT), 200, "MANDATORY_PARAMETER_MISSING", "CRM-52"),
    Row("unknown account", sell(accounts_receivable_identifier={"number": "0"}), 200, "NOT_FOUND", "CRM-28"),
    Row("unknown product", sell_piece(product_identifier={"code": "x"}), 200, "NOT_FOUND", "CRM-28"),
    Row("cost and sub total", sell_piece(sub_total=30), 200, "INVALID_AMOUNTS", "CRM-02"),
    Row("two discounts", sell_piece(discount_amount=1, discount_percentage=1), 200, "INVALID_DISCOUNT", "CRM-03"),
    Row(
        "discount on goods", sell_piece(product_identifier={"code": "Cable"}, discount_amount=1), 200,
        "INVALID_DISCOUNT", "CRM-09",
    ),
    Row("code taken", sell(back_office_code="OPENING"), 200, "DUPLICATE_BACK_OFFICE_CODE", "CRM-04"),
    Row("another currency", sell(intended_currency_identifier={"code": "USD"}), 200, "CURRENCY_MISMATCH", "CRM-05"),
    Row("in the future", sell(posted_on="2017-05-06T00:00:00"), 200, "INVALID_POSTING_DATE", "CRM-06"),
    Row("date only", sell(due_on="2017-05-06"), 200, "INVALID_DATE", "CRM-33"),
    Row("30 February", sell(due_on="2025-02-30T00:00:00"), 200, "INVALID_DATE", "CRM-33"),
    Row(
        "no installed item", sell_piece(product_identifier={"code": "Smartcard"}), 200,
        "INSTALLED_ITEM_MISSING", "CRM-08",
    ),
    Row("no items", sell(invoice_item_set=[]), 200, "MANDATORY_PARAMETER_MISSING", "CRM-30"),
    Row("no quantity", sell_piece(quantity=ABSENT), 200, "MANDATORY_PARAMETER_MISSING", "CRM-38"),
    Row("negative", sell_piece(quantity=-1), 200, "INVALID_NUMBER", "CRM-31"),
    Row("number as text", sell_piece(cost="30"), 200, "INVALID_PARAMETER", "schema"),
    Row("unknown state", sell(life_cycle_state="PAID"), 200, "INVALID_LIFE_CYCLE_STATE", "CRM-29"),
    Row(
        "update of a posted one",
        crm("invoices/update", invoice_identifier={"back_office_code": "OPENING"}, notes="x"), 200,
        "INVALID_LIFE_CYCLE_STATE", "CRM-13",
    ),
    Row("list without account", crm_get("invoices/list"), 200, "MANDATORY_PARAMETER_MISSING", "CRM-52"),
    Row("show by nothing", crm_get("invoices/show", invoice_identifier="x"), 200, "INVALID_IDENTIFIER", "CRM-42"),
)  # fmt: skip


@_whole(CRMCOM)
def test_crmcom_says_no_inside_200_and_keeps_nothing(world: World, violations: Violations, row: Row) -> None:
    said = refused(world, violations, row)
    assert said["data"] is None and set(said["status"]) == {"code", "description", "message"}
    assert said["status"]["code"] != "OK" and said["status"]["message"]
