"""What does each wrong input lead to? A clear answer in the vendor's words, the rule by its code, and no change."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from acceptance.conftest import World

Send = Callable[["World"], httpx.Response]
Violations = Callable[[httpx.Response], list[tuple[str, str]]]

LINE = {"TaxPc": 21, "SubTotalInclTax": 121}
INVOICE = {"CustomerNumber": 1, "InvoiceDate": "05-05-2017", "Invoice_InvoiceLine": [LINE]}
ABSENT = object()
WHOLE_PDF = b"%PDF-1.4\n%%EOF\n"
NEW, OPEN = "C-2017-0001-01", "C-2016-0090-01"
"""An instalment without any number, and one that has its real number."""
JSON = {"Content-Type": "application/json"}


# ---- ways to send --------------------------------------------------------------------------------


def book(**members: Any) -> Send:
    """The vendor's own call with some members changed, or left out."""
    body = {name: value for name, value in {**INVOICE, **members}.items() if value is not ABSENT}
    return lambda world: world.silvasoft.post("/rest/addsalestransaction/", json=body)


def book_line(**members: Any) -> Send:
    line = {name: value for name, value in {**LINE, **members}.items() if value is not ABSENT}
    return book(Invoice_InvoiceLine=[line])


def book_bytes(body: bytes) -> Send:
    return lambda world: world.silvasoft.post("/rest/addsalestransaction/", content=body, headers=JSON)


def book_as(**headers: str) -> Send:
    """With other credentials; an empty one is not sent at all."""

    def send(world: World) -> httpx.Response:
        kept = {name: value for name, value in {**world.key, **headers}.items() if value}
        url = f"{world.env['IXKIT_SILVASOFT_URL']}/rest/addsalestransaction/"
        return world.control.post(url, json=INVOICE, headers=kept)

    return send


def tell(**members: Any) -> Send:
    return lambda world: world.ixpole.put("/api/instalments", json=members)


def tell_bytes(body: bytes) -> Send:
    return lambda world: world.ixpole.put("/api/instalments", content=body, headers=JSON)


def tell_pdf(content: str | bytes) -> Send:
    text = content if isinstance(content, str) else base64.b64encode(content).decode()
    return tell(instalmentCode=OPEN, invoicePdf=text)


def ask_as(authorization: str | None) -> Send:
    def send(world: World) -> httpx.Response:
        headers = {} if authorization is None else {"Authorization": authorization}
        return world.control.get(f"{world.env['IXKIT_IXPOLE_URL']}/api/instalments", headers=headers)

    return send


def ask_too_late(world: World) -> httpx.Response:
    """With a token that was good an hour ago, to the second."""
    assert world.ixpole.get("/api/instalments").status_code == 200
    world.post("/clock/advance", {"by": 3599})
    assert world.ixpole.get("/api/instalments").status_code == 200
    world.post("/clock/advance", {"by": 1})
    return world.ixpole.get("/api/instalments")


def sign_in(**members: str) -> Send:
    def send(world: World) -> httpx.Response:
        known = {
            "grant_type": "client_credentials",
            "client_id": world.env["IXKIT_IXPOLE_CLIENT_ID"],
            "client_secret": world.env["IXKIT_IXPOLE_CLIENT_SECRET"],
        }
        form = {name: value for name, value in {**known, **members}.items() if value}
        return world.control.post(f"{world.env['IXKIT_IXPOLE_URL']}/oauth/token", data=form)

    return send


# ---- envelopes -----------------------------------------------------------------------------------


def silvasoft(code: str, message: str) -> Any:
    return {"errorCode": code, "errorMessage": message}


def not_a_number(name: str) -> Any:
    return silvasoft("INVALID_JSON", f'JSONObject["{name}"] is not a number.')


def invalid(message: str) -> Any:
    return silvasoft("VALIDATION_ERROR", message)


def ixpole_invalid(field: str) -> Callable[[Any], bool]:
    """The message of ASP.NET with this one field in its ModelState."""
    return lambda body: body["Message"] == "The request is invalid." and list(body["ModelState"]) == [field]


CREDENTIALS = silvasoft("UNAUTHORIZED", "Invalid authentication credentials")
NOT_JSON = silvasoft("INVALID_JSON", "JSON is incorrect")
NO_DATE = invalid("InvoiceDate is not a valid date (dd-MM-yyyy)")
NO_CUSTOMER = invalid("Customer not found")
DENIED = {"Message": "Authorization has been denied for this request."}
NO_CLIENT = {"error": "invalid_client"}
TOO_LONG = {"Message": "Maximum request length exceeded."}


# ---- the table -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    send: Send
    status: int
    envelope: Any
    """The whole body, or what must be true of it."""
    rule: str
    at: str
    seen: str
    """What the journal says was seen there, or a part of it."""


def _truncated(whole: Any, *, by: int) -> bytes:
    return json.dumps(whole).encode()[:-by]


def _with(old: str, new: str) -> bytes:
    return json.dumps(INVOICE).replace(old, new).encode()


DEEP_ARRAY = b"[" * 100_000
DEEP_OBJECT = b'{"a":' * 10_000 + b"1" + b"}" * 10_000
TWICE = b'{"CustomerNumber": 2, ' + json.dumps(INVOICE).encode()[1:]
ELEVEN_MB = WHOLE_PDF + b"0" * 11 * 1024 * 1024
DAY = "body.InvoiceDate"
LINES, FIRST = "body.Invoice_InvoiceLine", "body.Invoice_InvoiceLine.0"
NUMBER, DUE, PDF = "body.invoiceNumber", "body.invoiceDueDate", "body.invoicePdf"

ROWS = (
    # credentials
    Row("wrong key", book_as(ApiKey="wrong"), 401, CREDENTIALS, "SILV-26", "header.ApiKey", "another value"),
    Row("no key", book_as(ApiKey=""), 401, CREDENTIALS, "SILV-26", "header.ApiKey", "nothing"),
    Row("wrong user", book_as(Username="x@y.example"), 401, CREDENTIALS, "SILV-26", "header.Username", "another"),
    Row("no user", book_as(Username=""), 401, CREDENTIALS, "SILV-26", "header.Username", "nothing"),
    Row("wrong secret", sign_in(client_secret="x"), 400, NO_CLIENT, "IXP-24", "body.client_secret", "unknown"),
    Row("no secret", sign_in(client_secret=""), 400, NO_CLIENT, "IXP-24", "body.client_secret", "nothing"),
    Row("wrong client", sign_in(client_id="x"), 400, NO_CLIENT, "IXP-24", "body.client_secret", "unknown"),
    Row(
        "wrong grant", sign_in(grant_type="password"), 400, {"error": "unsupported_grant_type"},
        "IXP-25", "body.grant_type", "password",
    ),
    Row("no token", ask_as(None), 401, DENIED, "IXP-26", "header.Authorization", "no Authorization header"),
    Row("wrong token", ask_as("Bearer x.y.z"), 401, DENIED, "IXP-26", "header.Authorization", "not a token"),
    Row("wrong scheme", ask_as("Basic eDp5"), 401, DENIED, "IXP-26", "header.Authorization", "without a bearer"),
    Row("expired token", ask_too_late, 401, DENIED, "IXP-26", "header.Authorization", "an expired token"),
    # JSON
    Row("malformed", book_bytes(b'{"CustomerNumber": 1,, }'), 400, NOT_JSON, "SILV-74", "body", "malformed"),
    Row("truncated", book_bytes(_truncated(INVOICE, by=9)), 400, NOT_JSON, "SILV-74", "body", "truncated"),
    Row("empty", book_bytes(b""), 400, NOT_JSON, "SILV-74", "body", "empty"),
    Row("two documents", book_bytes(b"{}{}"), 400, NOT_JSON, "SILV-74", "body", "trailing characters"),
    Row("deep array", book_bytes(DEEP_ARRAY), 400, NOT_JSON, "SILV-74", "body", "nested deeper than 32 levels"),
    Row("deep object", book_bytes(DEEP_OBJECT), 400, NOT_JSON, "SILV-74", "body", "nested deeper than 32 levels"),
    Row("NaN", book_bytes(_with("121", "NaN")), 400, NOT_JSON, "SILV-74", "body", "invalid character"),
    Row("Infinity", book_bytes(_with("121", "-Infinity")), 400, NOT_JSON, "SILV-74", "body", "invalid"),
    Row("key twice", book_bytes(TWICE), 400, NOT_JSON, "SILV-74", "body", "'CustomerNumber' comes more than once"),
    Row("UTF-16", book_bytes(json.dumps(INVOICE).encode("utf-16")), 400, NOT_JSON, "SILV-74", "body", "byte 0"),
    Row(
        "beyond a double", book_bytes(_with("121", "1e400")), 400, not_a_number("SubTotalInclTax"),
        "SILV-62", f"{FIRST}.SubTotalInclTax", "1E+400",
    ),
    Row(
        "decimal comma", book_line(SubTotalInclTax="121,00"), 400, not_a_number("SubTotalInclTax"),
        "SILV-47", f"{FIRST}.SubTotalInclTax", "'121,00'",
    ),
    Row(
        "no number at all", book_line(TaxPc="high"), 400, not_a_number("TaxPc"),
        "SILV-47", f"{FIRST}.TaxPc", "'high'",
    ),
    Row("array cut off", tell_bytes(b"[{"), 400, ixpole_invalid("body"), "schema", "body", "truncated"),
    Row("deep for iXpole", tell_bytes(DEEP_ARRAY), 400, ixpole_invalid("body"), "schema", "body", "32 levels"),
    Row("NaN for iXpole", tell_bytes(b'{"a": NaN}'), 400, ixpole_invalid("body"), "schema", "body", "invalid"),
    Row(
        "member twice, in another case",
        tell_bytes(b'{"instalmentCode": "C-2017-0001-01", "InstalmentCode": "X", "invoiceNumber": "D1"}'),
        400, ixpole_invalid("InstalmentCode"), "IXP-23", "body.InstalmentCode", "a second time",
    ),
    Row(
        "fraction where iXpole wants a text", tell(instalmentCode=NEW, invoiceNumber=2.5), 400,
        ixpole_invalid("invoiceNumber"), "schema", NUMBER, "2.5",
    ),
    # lines
    Row(
        "0 lines", book(Invoice_InvoiceLine=[]), 400, invalid("At least one invoice line must be present"),
        "SILV-02", LINES, "0 items",
    ),
    Row(
        "76 lines", book(Invoice_InvoiceLine=[LINE] * 76), 400,
        invalid("Maximum 75 invoice lines per invoice allowed"), "SILV-01", LINES, "76 items",
    ),
    # customers
    Row(
        "no customer", book(CustomerNumber=ABSENT), 400,
        invalid("At least one of CustomerNumber, CustomerName or CustomerEmail is mandatory"), "SILV-03", "body",
        "2 members",
    ),
    Row("customer 999", book(CustomerNumber=999), 400, NO_CUSTOMER, "SILV-08", "body.CustomerNumber", "999"),
    Row(
        "name nobody has", book(CustomerNumber=ABSENT, CustomerName="Nobody"), 400, NO_CUSTOMER,
        "SILV-08", "body.CustomerName", "Nobody",
    ),
    Row(
        "name and e-mail of two customers",
        book(CustomerNumber=ABSENT, CustomerName="De Smet BV", CustomerEmail="info@demo.example"),
        400, NO_CUSTOMER, "SILV-08", "body.CustomerName", "De Smet BV",
    ),
    Row(
        "a customer iXpole does not know", lambda world: world.ixpole.get("/api/customer/9999"), 404,
        {"Message": "Customer '9999' was not found."}, "IXP-50", "path.customerId", "9999",
    ),
    # what must exist
    Row(
        "unknown percentage", book_line(TaxPc=17), 400,
        invalid("Tax percentage 17 not found in user administration"), "SILV-13", f"{FIRST}.TaxPc", "17",
    ),
    Row(
        "unknown tax code", book_line(TaxCode="17.0% - none"), 400, invalid("Tax code not found"),
        "SILV-14", f"{FIRST}.TaxCode", "17.0% - none",
    ),
    Row(
        "no tax at all", book_line(TaxPc=ABSENT), 400, invalid("At least one of TaxPc or TaxCode is mandatory"),
        "SILV-12", FIRST, "an object",
    ),
    Row(
        "unknown ledger", book_line(LedgerAccountNumber="9999"), 400, invalid("Ledger account not found"),
        "SILV-20", f"{FIRST}.LedgerAccountNumber", "9999",
    ),
    Row(
        "unknown project", book(InvoiceProject="Pr-999", SelectProjectBy="NAME"), 400, invalid("Project not found"),
        "SILV-33", "body.InvoiceProject", "Pr-999",
    ),
    Row(
        "unknown instalment", tell(instalmentCode="X", invoiceNumber="D1"), 404,
        {"Message": "Instalment 'X' was not found."}, "IXP-20", "body.instalmentCode", "'X'",
    ),
    # dates
    Row("30 February", book(InvoiceDate="30-02-2025"), 400, NO_DATE, "SILV-09", DAY, "'30-02-2025'"),
    Row("31 April", book(InvoiceDate="31-04-2025"), 400, NO_DATE, "SILV-09", DAY, "'31-04-2025'"),
    Row("ISO", book(InvoiceDate="2025-02-28"), 400, NO_DATE, "SILV-09", DAY, "'2025-02-28'"),
    Row("ISO, no such day", book(InvoiceDate="2025-02-30"), 400, NO_DATE, "SILV-09", DAY, "'2025-02-30'"),
    Row("one digit", book(InvoiceDate="1-1-2025"), 400, NO_DATE, "SILV-09", DAY, "'1-1-2025'"),
    Row("two-digit year", book(InvoiceDate="01-02-25"), 400, NO_DATE, "SILV-09", DAY, "'01-02-25'"),
    Row(
        "30 February for iXpole", tell(instalmentCode=NEW, invoiceNumber="2", invoiceDueDate="2025-02-30"), 400,
        ixpole_invalid("invoiceDueDate"), "IXP-39", DUE, "'2025-02-30'",
    ),
    Row(
        "day first for iXpole", tell(instalmentCode=NEW, invoiceNumber="2", invoiceDueDate="30-02-2025"), 400,
        ixpole_invalid("invoiceDueDate"), "IXP-39", DUE, "'30-02-2025'",
    ),
    Row(
        "no due date", tell(instalmentCode=NEW, invoiceNumber="2"), 400, ixpole_invalid("invoiceDueDate"),
        "IXP-38", DUE, "nothing",
    ),
    # numbers
    Row(
        "number taken", book(InvoiceNumber=1), 400, invalid("Invoice number 1 already exists"),
        "SILV-10", "body.InvoiceNumber", "1",
    ),
    Row(
        "D in the books", book(InvoiceNumber="D2"), 400, not_a_number("InvoiceNumber"),
        "SILV-47", "body.InvoiceNumber", "'D2'",
    ),
    Row(
        "draft after the real number", tell(instalmentCode=OPEN, invoiceNumber="D9"), 409,
        lambda body: "draft" in body["Message"], "IXP-19", NUMBER, "draft number",
    ),
    Row(
        "payment before any number", tell(instalmentCode=NEW, paymentNo="BANK-1"), 409,
        lambda body: "real invoice number first" in body["Message"], "IXP-19", "body.paymentNo", "payment number",
    ),
    # PDF
    Row("not base64", tell_pdf("%PDF-1.4"), 400, ixpole_invalid("invoicePdf"), "IXP-21", PDF, "no base64"),
    Row("empty PDF", tell_pdf(""), 400, ixpole_invalid("invoicePdf"), "IXP-21", PDF, "empty text"),
    Row("data URL", tell_pdf("data:;base64,JVBE"), 400, ixpole_invalid("invoicePdf"), "IXP-21", PDF, "data: URL"),
    Row("line breaks", tell_pdf("JVBERi0x\nLjQK"), 400, ixpole_invalid("invoicePdf"), "IXP-21", PDF, "line breaks"),
    Row("padding lost", tell_pdf("JVBERi0xLjQ"), 400, ixpole_invalid("invoicePdf"), "IXP-21", PDF, "base64"),
    Row("a web page", tell_pdf(b"<html></html>"), 400, ixpole_invalid("invoicePdf"), "IXP-21", PDF, "an HTML page"),
    Row("a ZIP file", tell_pdf(b"PK\x03\x04...."), 400, ixpole_invalid("invoicePdf"), "IXP-21", PDF, "a ZIP file"),
    Row("11 MB", tell_pdf(ELEVEN_MB), 413, TOO_LONG, "IXP-35", PDF, "1153"),
)  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row.what for row in ROWS])
def test_a_bad_input_is_refused_in_words_and_changes_nothing(
    world: World, violations: Violations, row: Row
) -> None:
    before = world.state()
    answer = row.send(world)
    assert (answer.status_code, answer.headers["content-type"]) == (row.status, "application/json")
    body = answer.json()
    assert row.envelope(body) if callable(row.envelope) else body == row.envelope
    assert (row.rule, row.at) in violations(answer)
    assert world.state() == before
    explained(world, answer, row)


def explained(world: World, answer: httpx.Response, row: Row) -> None:
    """The journal knows the call, and says of the rule all that the rule book says."""
    event = world.event(answer)
    assert (event["answer"]["status"], event["changed"]) == (row.status, False)
    told = next(each for each in event["violations"] if (each["rule"], each["at"]) == (row.rule, row.at))
    assert row.seen in told["seen"]
    assert told["expected"]
    if row.rule == "schema":
        return  # the contract itself, not a numbered rule
    rule = world.control.get(f"/v1/rules/{row.rule}").json()
    assert rule["title"] and rule["sources"]
    for part in ("title", "text", "confidence", "sources"):
        assert told[part] == rule[part]
    assert told["advice"]


def test_of_several_mistakes_each_is_named(world: World, violations: Violations) -> None:
    line = {"TaxPc": 17, "SubTotalInclTax": "1,00", "LedgerAccountNumber": "9999"}
    send = book(
        CustomerNumber=999, InvoiceDate="2025-02-30", InvoiceNumber=1, Invoice_InvoiceLine=[line] * 76
    )
    before = world.state()
    named = {rule for rule, _ in violations(send(world))} | {
        each["rule"] for each in world.get(f"/journal/{world.events()[-1]['id']}")["violations"]
    }
    assert named >= {"SILV-01", "SILV-08", "SILV-09", "SILV-10", "SILV-13", "SILV-20", "SILV-47"}
    assert world.state() == before


# ---- what looks wrong, and is what the documents allow --------------------------------------------


def test_numbers_as_text_book_the_same_invoice(world: World) -> None:
    as_numbers = book()(world).json()[0]
    as_text = book(
        CustomerNumber="1", InvoiceNumber="3", Invoice_InvoiceLine=[{"TaxPc": "21", "SubTotalInclTax": "121.00"}]
    )(world).json()[0]  # fmt: skip
    assert as_text == {**as_numbers, "InvoiceNumber": 3}


def test_a_customer_number_wins_over_name_and_e_mail(world: World) -> None:
    answer = book(CustomerNumber=3, CustomerName="Nobody", CustomerEmail="nobody@nowhere.example")(world)
    assert (answer.status_code, answer.json()[0]["CustomerNumber"]) == (200, 3)
    assert "SILV-04" in [note["rule"] for note in world.event(answer)["notes"]]


def test_name_and_e_mail_together_must_fit_one_customer(world: World) -> None:
    answer = book(CustomerNumber=ABSENT, CustomerName="De Smet BV", CustomerEmail="brugge@desmet.example")(
        world
    )
    assert (answer.status_code, answer.json()[0]["CustomerNumber"]) == (200, 3)


def test_75_lines_are_booked(world: World) -> None:
    answer = book(Invoice_InvoiceLine=[LINE] * 75)(world)
    assert (answer.status_code, answer.json()[0]["InvoiceTotalInclTax"]) == (200, 75 * 121)


def test_a_file_of_eleven_megabytes_is_left_out_and_the_invoice_made(world: World) -> None:
    answer = book(InvoiceFileUrl="https://files.example/eleven-megabytes.pdf")(world)
    assert answer.status_code == 200
    assert "SILV-23" in [note["rule"] for note in world.event(answer)["notes"]]


def test_a_number_that_begins_with_d_is_a_draft_where_no_real_one_is_known(world: World) -> None:
    answer = tell(instalmentCode=NEW, invoiceNumber="D2")(world)
    assert (answer.status_code, answer.json()["status"]) == (200, "Pending")


# ---- what never reaches a vendor's door ------------------------------------------------------------

FOREIGN_HOSTS = ("evil.example", "127.0.0.1.nip.example", "localhost.evil.example:80")


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("system", ["ixpole", "silvasoft"])
def test_a_foreign_host_reads_and_changes_nothing(world: World, system: str, host: str) -> None:
    signed_in: httpx.Client = getattr(world, system)
    before, events = world.state(), len(world.events())
    booked = signed_in.post("/rest/addsalestransaction/", json=INVOICE, headers={"Host": host})
    told = signed_in.put("/api/instalments", json={"instalmentCode": NEW}, headers={"Host": host})
    for answer in (booked, told):
        problem = answer.json()
        assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")
        assert host in problem["detail"] and "--allow-host" in problem["detail"]
    assert (world.state(), len(world.events())) == (before, events)


CROSS_SITE = (
    ({"Origin": "https://evil.example"}, 403, "foreign-origin"),
    ({"Origin": "null"}, 403, "foreign-origin"),
    ({"Sec-Fetch-Site": "cross-site"}, 403, "foreign-origin"),
    ({"Sec-Fetch-Site": "same-site"}, 403, "foreign-origin"),
    ({"Content-Type": "text/plain"}, 415, "media-type"),
    ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "media-type"),
    ({"Host": "evil.example"}, 421, "misdirected"),
    ({"Host": "localhost:1"}, 421, "misdirected"),
)


@pytest.mark.parametrize(("headers", "status", "kind"), CROSS_SITE, ids=str)
def test_a_page_of_another_site_moves_nothing_here(
    world: World, headers: dict[str, str], status: int, kind: str
) -> None:
    before, events, clock = world.state(), len(world.events()), world.get("/clock")
    url = f"/v1/worlds/{world.name}"
    for path, body in (("/clock/advance", b'{"by": "1d"}'), ("/reset", b"{}"), ("/fork", b'{"name": "f"}')):
        answer = world.control.post(url + path, content=body, headers={**JSON, **headers})
        assert (answer.status_code, answer.json()["type"]) == (status, f"urn:ixkit:problem:{kind}")
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert (world.state(), len(world.events()), world.get("/clock")) == (before, events, clock)
    assert world.control.get("/v1/worlds/f").status_code == 404


def test_a_browser_gets_no_leave_to_ask(world: World) -> None:
    asks = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Private-Network": "true",
    }
    for url in (
        str(world.control.base_url),
        *(world.facts["systems"][name]["url"] for name in ("ixpole", "silvasoft")),
    ):
        answer = world.control.options(f"{url.rstrip('/')}/v1/worlds", headers=asks)
        assert answer.status_code >= 400
        assert not [name for name in answer.headers if name.startswith("access-control-")]
