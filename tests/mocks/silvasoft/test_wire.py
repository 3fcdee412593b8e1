"""Does the mock keep its own contract when it is asked through the engine?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ixmocks.kit import Kit
from ixmocks.silvasoft import SYSTEM

KEEPS_ITS_KIT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])

amounts = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents) / 100)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 3), st.integers(), amounts, amounts.map(str), st.text(max_size=5),
    st.sampled_from(["05-05-2017", "31-12-9999", "1204", "PROG", "21.0% - high", "Demo bedrijf", "CONTINUE", "8000",
                     "Print",
                     Decimal("1.7e308"), Decimal("1e-300"), 2**63 - 1, 2**31 - 1, [], {}]),
)  # fmt: skip
lines = st.fixed_dictionaries(
    {"TaxPc": st.sampled_from([21, 6, 0, -1, "21.0", 19]), "SubTotalInclTax": amounts,
     "ProductNumber": st.just("1204")},
    optional={
        "Quantity": values, "UnitPriceExclTax": values, "Description": values, "CostCenter": values, "TaxCode": values,
        "UseArticlePrice": values, "ProductEAN": values,
    },
)  # fmt: skip
contacts = st.lists(
    st.dictionaries(st.sampled_from(["FirstName", "LastName", "Email", "Sex"]), values), max_size=2
)
addresses = st.lists(st.dictionaries(st.sampled_from(["Address_Street", "Address_City"]), values), max_size=2)
rows = st.lists(lines, min_size=1, max_size=3)

SENDS: dict[tuple[str, str], dict[str, st.SearchStrategy[Any]]] = {
    ("POST", "addsalestransaction"): {"CustomerNumber": st.just(1), "Invoice_InvoiceLine": rows},
    ("POST", "addsalesinvoice"): {"CustomerNumber": st.just(1), "Invoice_InvoiceLine": rows},
    ("POST", "addorder"): {"CustomerNumber": st.just(1), "Order_Orderline": rows},
    ("PUT", "updateorder"): {"OrderNumber": st.just(1)},
    ("POST", "addbusinessrelation"): {"Name": st.text(max_size=4)},
    ("POST", "addprivaterelation"): {"Relation_Contact": contacts},
    ("PUT", "updaterelation"): {"RelationGUID": st.integers(1, 9)},
    ("POST", "addproduct"): {
        "ArticleNumber": st.text(max_size=4), "NewName": st.just("x"), "CategoryName": st.just("Print"),
    },
    ("PUT", "updateproduct"): {"ArticleNumber": st.sampled_from(["1204", "PROG", "GIFT", "NONE"])},
}  # fmt: skip
MORE: dict[str, st.SearchStrategy[Any]] = {
    "Invoice_Contact": contacts, "Order_Contact": contacts, "Relation_Contact": contacts, "Invoice_Address": addresses,
    "Order_Address": addresses,
    **dict.fromkeys(
        (
            "InvoiceDate", "InvoiceNumber", "InvoiceNotes", "InvoiceReference", "InvoiceDueDays",
            "InvoiceDiscountPc", "AddAsDraft", "InvoiceProject", "OrderDate", "OrderNotes", "OrderStatus",
            "CreatedOn", "ChangedOn", "Email", "CustomerNumber", "SupplierNumber", "IsCustomer", "IsSupplier",
            "OnExistingRelationNumber", "NewSalePrice", "NewStockQty", "NewVATPercentage", "TaxCode", "EAN",
            "NewDescription", "NewUnit", "Address_City",
        ),
        values,
    ),
}  # fmt: skip
LISTS = (
    "listsalesinvoices?InlcudeInvoiceLinesInResponse=true&IncludeBase64PDF=true", "listrelations", "listorders",
    "listproducts?IncludeArchived=true&IncludeStockPositions=true", "listtaxcodes", "listledgeraccounts",
)  # fmt: skip


@pytest.fixture
def kit() -> Kit:
    return Kit("documents", systems=[SYSTEM])


@KEEPS_ITS_KIT
@given(sent=st.sampled_from(sorted(SENDS)), data=st.data())
def test_whatever_is_sent_is_taken_or_refused_and_never_a_defect(
    kit: Kit, sent: tuple[str, str], data: st.DataObject
) -> None:
    body = data.draw(
        st.fixed_dictionaries(SENDS[sent], optional={k: v for k, v in MORE.items() if k not in SENDS[sent]})
    )
    kit.act("silvasoft", "setPlan", {"requestsPerHour": 10**9})
    before = kit.state("silvasoft")
    reply = kit.ask("silvasoft", sent[0], f"/rest/{sent[1]}/", json=body)
    assert reply.status in (200, 400), reply.json
    if reply.status == 400:
        assert kit.state("silvasoft") is before
        assert reply.violations
    for listing in LISTS:
        path, _, query = listing.partition("?")
        flags = dict(pair.split("=") for pair in query.split("&")) if query else {}
        assert kit.ask("silvasoft", "GET", f"/rest/{path}", query=flags).status == 200, listing


def test_the_sample_of_the_documents_runs_as_printed(kit: Kit) -> None:
    body = {
        "CustomerNumber": 1, "InvoiceDate": "05-05-2017", "InvoiceNotes": "Invoices created from API",
        "InvoiceProject": "Pr-123",
        "Invoice_InvoiceLine": [
            {"TaxPc": 21, "SubTotalInclTax": Decimal("449.68")}, {"TaxPc": 6, "SubTotalInclTax": Decimal("340.01")},
        ],
    }  # fmt: skip
    reply = kit.ask("silvasoft", "POST", "/rest/addsalestransaction/", json=body)
    assert reply.status == 200
    (invoice,) = reply.json
    assert b'"InvoiceTotalExclTax":692.4,' in reply.body
    totals = ("InvoiceTotalExclTax", "InvoiceTaxAmount", "InvoiceTotalInclTax", "InvoiceOutstandingAmount")
    assert [str(invoice[name]) for name in totals] == ["692.4", "97.29", "789.69", "789.69"]
    assert (invoice["InvoiceNumber"], invoice["InvoiceDueDate"], invoice["ProjectNumber"]) == (
        2,
        "26-05-2017",
        "1",
    )


def test_seventy_six_lines_change_nothing(kit: Kit) -> None:
    before = kit.state("silvasoft")
    line = {"TaxPc": 21, "SubTotalInclTax": 1, "CostCenter": "NEW"}
    for count, status in ((76, 400), (75, 200)):
        body = {"CustomerNumber": 1, "Invoice_InvoiceLine": [line] * count}
        reply = kit.ask("silvasoft", "POST", "/rest/AddSalesTransaction", json=body)
        assert reply.status == status
        assert (kit.state("silvasoft") is before) is (status == 400)
    assert (
        "SILV-01"
        in kit.ask(
            "silvasoft",
            "POST",
            "/rest/addsalestransaction/",
            json={"CustomerNumber": 1, "Invoice_InvoiceLine": [line] * 76},
        ).rules
    )


def test_the_plan_runs_out_with_a_401_and_comes_back_after_an_hour(kit: Kit) -> None:
    kit.act("silvasoft", "setPlan", {"requestsPerHour": 2})
    answers = [kit.ask("silvasoft", "GET", "/rest/listtaxcodes/") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 401]
    assert answers[2].json == {"errorCode": "UNAUTHORIZED", "errorMessage": "Ratelimit exceeded"}
    kit.advance(hours=1)
    assert kit.ask("silvasoft", "GET", "/rest/listtaxcodes/").status == 200
