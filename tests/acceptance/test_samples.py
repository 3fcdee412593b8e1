"""Do the vendor's printed samples run here, over real HTTP, field for field?"""

from __future__ import annotations

import json
import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
