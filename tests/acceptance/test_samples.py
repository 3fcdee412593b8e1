"""Do the vendor's printed samples run here, over real HTTP, field for field?"""

from __future__ import annotations

import json
import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from acceptance.conftest import Ixkit, World

PATH = "/rest/addsalestransaction/"
REQUEST = {
    "CustomerNumber": 1,
    "InvoiceDate": "05-05-2017",
    "InvoiceNotes": "Invoices created from API",
    "InvoiceProject": "Pr-123",
    "SelectProjectBy": "NAME",
    "Invoice_InvoiceLine": [
        {"TaxPc": 21, "SubTotalInclTax": 449.68, "Description": "VIP seats"},
        {"TaxPc": 6, "SubTotalInclTax": 340.01, "Description": "Season tickets"},
    ],
}
"""ASSUMED: two lines that lead to the sums of the sample. The page prints the answer, not the request."""


def _contact(kind: str) -> dict[str, Any]:
    return {
        "ContactType": kind, "Email": None, "ContactNotes": None, "FamilyName": "Janssens", "FirstName": "Hendrik",
        "Phone": None, "Sex": "Man", "LastName": "Janssens", "DefaultContact": True,
    }  # fmt: skip


ANSWER: list[dict[str, Any]] = [
    {
        "InvoiceReference": "",
        "InvoiceOutstandingAmount": Decimal("789.69"),
        "InvoiceNotes": "Invoices created from API",
        "ProjectName": "Pr-123",
        "ProjectNumber": "1",
        "InvoiceTotalInclTax": Decimal("789.69"),
        "InvoiceType": "BOOKKEEPING",
        "PackingSlipNotes": "",
        "CustomerNumber": 1,
        "InvoiceTaxAmount": Decimal("97.29"),
        "InvoiceDueDate": "26-05-2017",
        "CustomerName": "Demo bedrijf",
        "InvoiceNumber": 2,
        "InvoiceDate": "05-05-2017",
        "InvoiceTotalExclTax": Decimal("692.4"),
        "Invoice_Contact": [_contact("Invoice"), _contact("PackingSlip")],
        "Invoice_Address": [
            {
                "Address_CountryCode": "BE",
                "Address_Unit": "55",
                "Address_City": "Antwerpen",
                "Address_UnitAppendix": "",
                "AddressType": "InvoiceAddress",
                "Address_PostalCode": "2018",
                "Address_Street": "Voorbeeldstraat",
            }
        ],
    }
]
"""Silvasoft, addsalestransaction, response example; the page says that the order of members may differ."""


def exact(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def test_the_printed_answer_comes_out_field_for_field(world: World) -> None:
    assert world.get("/clock")["now"] == "2017-05-05T07:00:00Z"
    answer = world.silvasoft.post(PATH, json=REQUEST)
    assert answer.status_code == 200
    assert exact(answer.text) == ANSWER
    assert '"InvoiceTotalExclTax":692.4,' in answer.text  # as printed: no zero behind
    booked = ANSWER[0]
    assert booked["InvoiceTotalExclTax"] + booked["InvoiceTaxAmount"] == booked["InvoiceTotalInclTax"]


def test_the_printed_answer_stays_the_same_when_it_is_listed(world: World) -> None:
    world.silvasoft.post(PATH, json=REQUEST)
    listed = exact(world.silvasoft.get("/rest/listsalesinvoices/", params={"InvoiceNumber": 2}).text)
    assert len(listed) == 1
    assert {name: value for name, value in listed[0].items() if name in ANSWER[0]} == ANSWER[0]


def test_without_a_date_the_invoice_is_of_the_day_of_the_world(world: World) -> None:
    dateless = {name: value for name, value in REQUEST.items() if name != "InvoiceDate"}
    assert exact(world.silvasoft.post(PATH, json=dateless).text) == ANSWER


def curl(world: World, *more: str) -> str:
    """The command of the vendor's page, with the mock's key and address in place of the printed ones."""
    key, user = world.env["IXKIT_SILVASOFT_API_KEY"], world.env["IXKIT_SILVASOFT_USERNAME"]
    printed = (
        'curl -X POST -H "Content-Type: application/json" -H "ApiKey: b7d343Bnhd436f3ec3bd3504582" '
        '-H "Username: user@example.org" "https://rest-api.silvasoft.nl/rest/addsalestransaction/"'
    )
    ours = printed.replace("b7d343Bnhd436f3ec3bd3504582", key).replace("user@example.org", user)
    ours = ours.replace("https://rest-api.silvasoft.nl", world.env["IXKIT_SILVASOFT_URL"])
    return " ".join([ours, "--silent --show-error --noproxy '*'", *more])


def test_the_printed_curl_books_the_sample(world: World, shell: Ixkit) -> None:
    done = shell(curl(world, "--data", shlex.quote(json.dumps(REQUEST))))
    assert (done.returncode, done.stderr) == (0, "")
    assert exact(done.stdout) == ANSWER


def test_the_printed_curl_without_parameters_is_told_that_json_is_missing(world: World, shell: Ixkit) -> None:
    before = world.state()
    done = shell(curl(world))
    assert (done.returncode, exact(done.stdout)["errorCode"]) == (0, "INVALID_JSON")
    assert world.state() == before


# ---- Riverty: the sample body against an order that fits it ------------------------------------------

RIVERTY_ORDER = "/accounting/v1/businesses/1000/customers/TFI2021072801/orders/ORDNL8333249069"
RIVERTY_INVOICE = {
    "carrier": "DHL", "dispatchDate": "2024-09-12", "dueDate": "2024-09-12", "invoiceDate": "2024-09-12",
    "invoiceReference": "INV-NL833249069", "shipmentReference": "ORD-NL8333249069",
    "trackingCode": "5cbe48d9-9c3f-46f0-87ab-f1ff3e25d23",
    "items": [{"orderItemReference": 1}, {"orderItemReference": 2}],
}  # fmt: skip


@pytest.mark.parametrize("onboarding", ["service", "client"])
def test_rivertys_sample_body_is_received_and_then_confirmed(world: World, onboarding: str) -> None:
    world.post("/actions/riverty/setOnboarding", {"onboarding": onboarding})
    receipt = world.riverty.post(f"{RIVERTY_ORDER}/invoices", json=RIVERTY_INVOICE)
    assert (receipt.status_code, list(receipt.json())) == (200, ["internalRequestId"])
    world.post("/clock/advance", {"by": 60})
    verdict = world.post("/actions/riverty/findVerdict", {"invoiceReference": "INV-NL833249069"})["answer"]
    assert verdict["type"] == "accounting/EDIErrorSent"
    details = verdict["parameters"]["details"]
    assert (details["orderNo"], details["result"]) == ("ORDNL8333249069", "OK")
    # Both lines are invoiced now; a second invoice finds none.
    again = {**RIVERTY_INVOICE, "invoiceReference": "INV-2"}
    assert world.riverty.post(f"{RIVERTY_ORDER}/invoices", json=again).status_code == 200
    world.post("/clock/advance", {"by": 60})
    refused = world.post("/actions/riverty/findVerdict", {"invoiceReference": "INV-2"})["answer"]
    assert refused["parameters"]["details"]["result"] == "ERROR_IN_FILE"


# ---- TelecomX: the request made JSON, and the sample answer -------------------------------------------

TELECOMX_REQUEST = {
    "customer": "123457890ABCDEF12345678", "reseller": "123457890ABCDEF12345679", "sent": False,
    "invoiceNumber": "12345", "invoiceDate": "2015-01-01T00:00:00+0100", "dueDate": "2015-01-14T00:00:00+0100",
    "paid": False, "headline": "Vedr. ordrenr. 123 - afd. Kastrup",
    "lines": [{"product": "1234567890ABCDEF12345677", "description": "Nummer: 70305050", "units": 1}],
    "currentInvoices": ["1234567890ABCDEF12345670", "1234567890ABCDEF12345671"],
}  # fmt: skip


def test_telecomx_sample_request_makes_its_invoice(world: World) -> None:
    world.set_clock("2015-01-01T12:00:00+01:00")
    made = exact(world.telecomx.post("/invoice", json=TELECOMX_REQUEST).text)
    shown = ("customer", "sent", "invoiceNumber", "period", "invoiceDate", "dueDate", "paid", "headline")
    assert {name: made[name] for name in shown} == {
        "customer": "123457890ABCDEF12345678", "sent": False, "invoiceNumber": "12345", "period": False,
        "invoiceDate": "2014-12-31T23:00:00.000Z", "dueDate": "2015-01-13T23:00:00.000Z", "paid": False,
        "headline": "Vedr. ordrenr. 123 - afd. Kastrup",
    }  # fmt: skip
    assert len(made["lines"]) == 3
    assert made["vat"] == (made["subTotal"] / 4).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert made["total"] == made["subTotal"] + made["vat"]


def test_telecomx_sample_answer_comes_with_totals_that_add_up(world: World) -> None:
    """The page shows 920.76 and 230.19; its lines make more (TCX-13)."""
    shown = exact(world.telecomx.get("/invoice/54a978806d30733986cfa817").text)
    names = ("customer", "sent", "invoiceNumber", "period", "invoiceDate", "dueDate", "paid", "headline")
    assert [shown[name] for name in names] == [
        "54463ed73fc6ea53780080cf", False, -1, True, "2014-12-31T23:00:00.000Z", "2015-01-07T23:00:00.000Z",
        False, "Periode faktura",
    ]  # fmt: skip
    assert shown["lines"][2] == {
        "product": "54917e9940c67b6c3dd05a8c", "productCode": "FORBRUG1", "name": "Samtaler",
        "description": "SIP konto: Hovedkonto - kald: 544 - tid: 25:34:05 - periode: 01-12-2014 - 31-12-2014",
        "units": 1, "type": "UNITS", "unitWholesale": Decimal("398.18"), "unitPrice": Decimal("792.22"),
        "vatExempt": False,
    }  # fmt: skip
    sums = {name: shown[name] for name in ("subTotal", "vat", "total", "subTotalWholesale", "vatWholesale")}
    assert sums == {
        "subTotal": Decimal("1117.22"), "vat": Decimal("279.31"), "total": Decimal("1396.53"),
        "subTotalWholesale": Decimal("598.18"), "vatWholesale": Decimal("149.55"),
    }  # fmt: skip
    assert "subTotalCost" not in shown and "unitCost" not in shown["lines"][0]  # for an ADMIN only


# ---- CRM.COM: the four examples ------------------------------------------------------------------------


def _item(code: str, **members: Any) -> dict[str, Any]:
    return {"product_identifier": {"code": code}, **members}


def _discounted(code: str) -> dict[str, Any]:
    return _item(code, quantity=3, cost=20, discount_percentage=5, vat_rate_identifier={"name": "Zero"})


STANDARD = {"vat_rate_identifier": {"name": "Standard"}}
PIECES = [{"installed_item_identifier": {"serial_number": number}} for number in ("1000140089", "1000140090")]
CRM_EXAMPLES = (
    # release, when, account, more members, items, total, due
    ("R14", "2014-10-29T18:20:40+01:00", "401",
     {"type_identifier": {"name": "Invoice 1"}, "category_identifier": {"name": "Invoice Category 1"},
      "due_on": "2014-11-05T15:49:59", "notes": "to be issued later", "udf_string_8": "udf string 8",
      "udf_float_8": 80},
     [_discounted("Smart Card")], "57", "2014-11-05T15:49:59"),
    ("R14", "2016-07-05T15:33:48+02:00", "ACR0000000214",
     {"notes": "to be issued later", "udf_float_5": 50},
     [_discounted("Smartcard")], "57", "2016-07-07T15:33:48"),
    ("R14", "2017-04-05T17:28:29+02:00", "ACR0000008050",
     {"member_accounts_receivable_identifier": {"number": "ACR0000008052"}},
     [_item("Gold", quantity=1, cost=30, discount_percentage=10, **STANDARD),
      _item("Sports 1", quantity=2, cost=10, discount_percentage=5, **STANDARD)], "57.5", "2017-04-07T17:28:29"),
    ("R17", "2019-05-17T10:28:29+02:00", "ACR0000014008", {"due_on": "2019-06-14T15:49:59"},
     [_item("Bronze", cost=2, quantity=1), _item("Smartcard", cost=2, installed_items_set=PIECES)],
     "6", "2019-06-14T15:49:59"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("release", "clock", "account", "more", "items", "total", "due"), CRM_EXAMPLES, ids=("1", "2", "3", "4")
)
def test_crmcoms_examples_give_what_the_page_prints(
    world: World, release: str, clock: str, account: str, more: Any, items: Any, total: str, due: str
) -> None:
    world.post("/actions/crmcom/setRelease", {"release": release})
    world.set_clock(clock)
    body = {
        "token": world.crm_token, "accounts_receivable_identifier": {"number": account},
        "type_identifier": {"name": "Invoice"}, "life_cycle_state": "POSTED", **more, "invoice_item_set": items,
    }  # fmt: skip
    answer = exact(world.crmcom.post("invoices/create", json=body).text)
    assert answer["status"] == {"code": "OK", "message": "", "description": ""}
    made = answer["data"]
    assert (
        len(made.pop("id")) == 32 and made.pop("number")[0] == "I" and made.pop("reference_number").isdigit()
    )
    assert made == {
        "total_amount": Decimal(total), "issued_on": clock[:19], "posted_on": clock[:19], "due_on": due,
        "life_cycle_state": "POSTED", "outstanding_amount": None, "unsettled_amount": None,
        "currency_rate_period": None,
    }  # fmt: skip


# ---- iXpole's article: its six steps in its own words -----------------------------------------------


def test_the_steps_of_the_article_can_be_walked_as_they_are_described(world: World) -> None:
    ixpole, code = world.ixpole, "C-2017-0001-01"
    due = {each["instalmentCode"]: each for each in exact(ixpole.get("/api/instalments").text)}
    instalment = due[code]
    assert instalment["amountInclVat"] == Decimal("789.69")
    customer = ixpole.get(f"/api/customer/{instalment['customer']['customerId']}").json()  # singular, to read
    assert customer["name"] == "Demo bedrijf"
    written = ixpole.patch("/api/customers/1002", json={"customerCode": "8"})  # plural, to write
    assert (written.status_code, ixpole.get("/api/customer/1002").json()["customerCode"]) == (200, "8")
    for line in instalment["lines"]:
        assert ixpole.get(f"/api/products/{line['productId']}").status_code == 200

    draft = ixpole.put("/api/instalments", json={"instalmentCode": code, "invoiceNumber": "D2"})
    assert draft.json()["status"] == "Pending"
    assert code not in [each["instalmentCode"] for each in ixpole.get("/api/instalments").json()]

    real = {
        "InstalmentCode": code,
        "invoicenumber": "2",
        "invoiceduedate": "2017-05-26",
    }  # the article's spelling
    assert ixpole.put("/api/instalments", json=real).json()["status"] == "Open"
    paid = ixpole.put("/api/instalments", json={"instalmentCode": code, "paymentNo": "BANK-1"})
    assert paid.json()["status"] == "Received"
    assert code not in [each["instalmentCode"] for each in ixpole.get("/api/instalments").json()]
