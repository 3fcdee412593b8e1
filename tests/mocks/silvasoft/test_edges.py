"""Do the rules of Silvasoft begin and end exactly where they should? Both sides of each edge, seen from the wire."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ixmocks.engine.outcome import Changed, Presented, Refused
from ixmocks.kit import Kit, Reply
from ixmocks.silvasoft import rules
from ixmocks.silvasoft.attachments import SIZE_MAX, fit
from ixmocks.silvasoft.credentials import admit
from ixmocks.silvasoft.form import Form
from ixmocks.silvasoft.lines import _tax
from ixmocks.silvasoft.model import File, Status
from ixmocks.silvasoft.money import AMOUNT_MAX_CENTS, Rounding
from ixmocks.silvasoft.orders import ORDERS_MAX
from ixmocks.silvasoft.products import PRODUCTS_MAX
from ixmocks.silvasoft.relations import RELATIONS_MAX
from ixmocks.silvasoft.sales import rounding
from ixmocks.systems import SYSTEMS

LINE = {"ProductNumber": "LID-01", "Quantity": 1, "UnitPriceExclTax": 100, "TaxPc": 21, "Description": "Seat"}
MOST = AMOUNT_MAX_CENTS // 100


@pytest.fixture(scope="module")
def shared() -> Kit:
    return Kit(
        "documents", clock="2017-05-05T09:00:00+02:00", systems=[s for s in SYSTEMS if s.name == "silvasoft"]
    )


@pytest.fixture
def kit(shared: Kit) -> Kit:
    shared.world().reset()
    return shared


def product(kit: Kit) -> str:
    state = kit.state("silvasoft")
    return next(each.article for each in state.goods.all.values() if not each.archived and each.article)


def add(kit: Kit, call: str = "addsalesinvoice", line: dict[str, Any] | None = None, **more: Any) -> Reply:
    lines = "Order_Orderline" if call == "addorder" else "Invoice_InvoiceLine"
    one = {**LINE, "ProductNumber": product(kit), **(line or {})}
    one = {name: value for name, value in one.items() if value is not ...}
    return kit.ask("silvasoft", "POST", f"/rest/{call}/", json={"CustomerNumber": 1, lines: [one], **more})


def notes(reply: Reply) -> tuple[str, ...]:
    assert reply.status == 200, reply.body
    return reply.event.notes


@pytest.mark.parametrize(
    ("more", "noted"),
    [
        ({"AddAsDraft": True, "InvoiceNumber": 77}, True),
        ({"AddAsDraft": True}, False),
        ({"AddAsDraft": False, "InvoiceNumber": 77}, False),
    ],
)
def test_only_a_draft_ignores_a_number_of_its_own(kit: Kit, more: dict[str, Any], noted: bool) -> None:
    assert ("SILV-50" in notes(add(kit, **more))) is noted


@pytest.mark.parametrize(("days", "noted"), [(1, True), (0, False), (None, False)])
def test_due_days_count_from_one_on(kit: Kit, days: int | None, noted: bool) -> None:
    assert ("SILV-51" in notes(add(kit, **({} if days is None else {"InvoiceDueDays": days})))) is noted


@pytest.mark.parametrize(
    ("line", "noted"), [({"TaxPc": ""}, True), ({"TaxPc": ...}, False), ({"TaxPc": 21}, False)]
)
def test_only_an_empty_percentage_is_said_to_be_the_products(
    kit: Kit, line: dict[str, Any], noted: bool
) -> None:
    assert ("SILV-52" in notes(add(kit, line=line))) is noted


def test_an_amount_beyond_a_double_is_refused_and_a_large_one_is_not(kit: Kit) -> None:
    vast = add(kit, line={"UnitPriceExclTax": 10**200, "Quantity": 10**200})
    assert "SILV-62" in vast.rules, vast.violations
    assert add(kit, line={"UnitPriceExclTax": 10**9, "Quantity": 1000}).status == 200


@pytest.mark.parametrize(
    ("units", "more", "broken"),
    [
        (MOST, 0, ()),
        (-MOST, 0, ()),
        (MOST, 1, ("SILV-62",)),
        (-MOST, -1, ("SILV-62",)),
        (2 * MOST, -2 * MOST, ("SILV-62",)),
    ],
)
def test_each_amount_and_their_sum_end_where_doubles_do(
    kit: Kit, units: int, more: int, broken: tuple[str, ...]
) -> None:
    free = next(
        each for each in kit.state("silvasoft").goods.all.values() if each.article and not each.archived
    )
    lines = [
        {"ProductNumber": free.article, "TaxPc": 0, "Quantity": 2, "UnitPriceExclTax": Decimal(amount) / 2}
        for amount in (units, more)
    ]
    command = {"CustomerNumber": 1, "Invoice_InvoiceLine": lines}
    outcome = rules.add_sales_invoice(kit.state("silvasoft"), command, at=kit.now, readings={})
    assert tuple(each.rule for each in getattr(outcome, "violations", ())) == broken


@pytest.mark.parametrize(
    ("reading", "amount", "broken"),
    [
        ("refused", "10.05", ()),
        ("refused", "10.5", ()),
        ("refused", "10.005", ("SILV-55",)),
        ("rounded", "10.005", ()),
    ],
)
def test_two_decimals_are_money_and_three_are_not(
    kit: Kit, reading: str, amount: str, broken: tuple[str, ...]
) -> None:
    row = {"TaxPc": 0, "SubTotalInclTax": Decimal(amount)}
    command = {"CustomerNumber": 1, "Invoice_InvoiceLine": [row]}
    state, readings = kit.state("silvasoft"), {"SILV-55": reading}
    outcome = rules.add_sales_transaction(state, command, at=kit.now, readings=readings)
    assert tuple(each.rule for each in getattr(outcome, "violations", ())) == broken


def test_a_line_without_any_product_is_told_what_is_mandatory(kit: Kit) -> None:
    reply = add(kit, line={"ProductNumber": ...})
    assert reply.rules == ("SILV-36",)
    assert "mandatory" in str(reply.json)
    assert "mandatory" not in str(add(kit, line={"ProductNumber": "no such product"}).json)
    blank = add(kit, line={"ProductNumber": " ", "ProductEAN": ""})
    assert [(each.rule, each.message) for each in blank.violations] == [
        ("SILV-36", "ProductNumber or ProductEAN is mandatory")
    ]


@pytest.mark.parametrize("role", ["Customer", "Supplier"])
def test_a_number_that_another_relation_has_cannot_be_taken(kit: Kit, role: str) -> None:
    def relation(name: str, number: int) -> int:
        sent = {"Name": name, f"Is{role}": True, f"{role}Number": number}
        made = kit.ask("silvasoft", "POST", "/rest/addbusinessrelation/", json=sent).json
        return int(made[0]["RelationGUID"])

    first, second = relation("First", 771), relation("Second", 772)
    for guid, number, broken in ((second, 771, True), (second, 772, False), (first, 773, False)):
        sent = {"RelationGUID": guid, f"{role}Number": number}
        reply = kit.ask("silvasoft", "PUT", "/rest/updaterelation/", json=sent)
        assert [(each.rule, each.at) for each in reply.violations] == (
            [("SILV-40", f"body.{role}Number")] if broken else []
        )


@pytest.mark.parametrize("call", ["Order", "Invoice"])
def test_an_address_is_noted_only_where_one_came(kit: Kit, call: str) -> None:
    operation = "addorder" if call == "Order" else "addsalesinvoice"
    address = [
        {"Address_Street": "Voorbeeldstr.", "Address_City": "Antwerpen", "Address_Type": "BillingAddress"}
    ]
    assert "SILV-75" not in notes(add(kit, operation))
    assert "SILV-75" in notes(add(kit, operation, **{f"{call}_Address": address}))


@pytest.mark.parametrize(
    ("call", "most"),
    [("listorders", ORDERS_MAX), ("listproducts", PRODUCTS_MAX), ("listrelations", RELATIONS_MAX)],
)
def test_a_limit_is_cut_from_one_more_than_the_most_on(kit: Kit, call: str, most: int) -> None:
    for limit, cut in ((most, False), (most + 1, True)):
        reply = kit.ask("silvasoft", "GET", f"/rest/{call}/", query={"Limit": limit})
        assert ("SILV-32" in notes(reply)) is cut


def test_a_name_and_an_address_together_are_noted_and_one_match_is_not_called_many(kit: Kit) -> None:
    state = kit.state("silvasoft")
    one = next(each for each in state.parties.all.values() if each.customer_number == 1)
    alone = add(kit, CustomerNumber=0, CustomerName=one.name)
    both = add(kit, CustomerNumber=0, CustomerName=one.name, CustomerEmail=one.email)
    mail = add(kit, CustomerNumber=0, CustomerEmail=one.email)
    assert [("SILV-06" in notes(reply)) for reply in (alone, both, mail)] == [False, True, False]
    assert "SILV-07" not in notes(both)


def test_a_draft_is_not_posted_under_a_number_that_is_taken(kit: Kit) -> None:
    assert add(kit, AddAsDraft=True).status == 200
    refused = kit.act("silvasoft", "postDraft", {"Number": 1})
    assert isinstance(refused, Refused)
    assert [each.rule for each in refused.violations] == ["SILV-10"]
    assert not isinstance(kit.act("silvasoft", "postDraft", {"Number": 99}), Refused)


@pytest.mark.parametrize(
    ("zero_exists", "has_product", "broken"),
    [(False, True, ["SILV-13"]), (False, False, []), (True, True, []), (True, False, [])],
)
def test_a_product_without_tax_needs_a_code_of_0_percent(
    kit: Kit, zero_exists: bool, has_product: bool, broken: list[str]
) -> None:
    state = kit.state("silvasoft")
    codes = {percent: code for percent, code in state.books.tax_by_percent.items() if percent or zero_exists}
    state = replace(state, books=replace(state.books, tax_by_percent=codes))
    untaxed = replace(next(iter(state.goods.all.values())), tax=None)
    form = Form({}, "body", [])
    tax = _tax(state, form, untaxed if has_product else None, [])
    assert [each.rule for each in form.found] == broken
    assert (tax is not None) is zero_exists


# ---- getting in ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "at", "seen"),
    [
        ({"ApiKey": "x"}, "header.ApiKey", "another value"),
        ({"ApiKey": ""}, "header.ApiKey", "nothing"),
        ({"Username": "x"}, "header.Username", "another value"),
        ({"Username": ""}, "header.Username", "nothing"),
        ({"ApiKey": "x", "Username": "x"}, "header.ApiKey", "another value"),
    ],
)
def test_the_header_that_is_wrong_is_named(kit: Kit, change: dict[str, str], at: str, seen: str) -> None:
    own = kit.world().credentials["silvasoft"]
    good = {"ApiKey": own.key, "Username": own.secret}
    assert admit(kit.state("silvasoft"), Presented(good), own, kit.now) is None
    refused = admit(kit.state("silvasoft"), Presented({**good, **change}), own, kit.now)
    assert refused is not None
    assert [(each.at, each.seen) for each in refused.violations] == [(at, seen)]


@pytest.mark.parametrize(
    ("reading", "change", "found"),
    [
        ("exact-case", {}, True),
        ("exact-case", {"CustomerName": "DEMO CASE"}, False),
        ("exact-case", {"CustomerEmail": "CASE@demo.example"}, False),
        ("exact-case", {"CustomerName": ""}, True),
        ("exact-case", {"CustomerEmail": ""}, True),
        ("any-case", {"CustomerName": "DEMO CASE", "CustomerEmail": "CASE@demo.example"}, True),
    ],
)
def test_case_matters_where_its_reading_says_so(
    kit: Kit, reading: str, change: dict[str, str], found: bool
) -> None:
    name, email = "Demo case", "case@demo.example"
    kit.ask("silvasoft", "POST", "/rest/addbusinessrelation/", json={"Name": name, "Email": email})
    row = {"TaxPc": 21, "SubTotalInclTax": 121}
    command = {"CustomerName": name, "CustomerEmail": email, "Invoice_InvoiceLine": [row], **change}
    outcome = rules.add_sales_transaction(
        kit.state("silvasoft"), command, at=kit.now, readings={"SILV-49": reading}
    )
    assert [each.rule for each in getattr(outcome, "violations", ())] == ([] if found else ["SILV-08"])


# ---- papers, products and numbers ----------------------------------------------------------------


@pytest.mark.parametrize(("size", "fits"), [(SIZE_MAX, True), (SIZE_MAX + 1, False)])
def test_a_file_has_ten_megabytes_at_most(size: int, fits: bool) -> None:
    assert fit(File("x.pdf", "application/pdf", size, b"%PDF-1.4"), ".pdf") is fits


@pytest.mark.parametrize(
    ("more", "price", "status"),
    [
        ({}, 100, Status.OPEN),
        ({}, 0, Status.PAID),
        ({}, -1, Status.OPEN),
        ({"AddAsDraft": True}, 100, Status.DRAFT),
        ({"AddAsDraft": True}, 0, Status.DRAFT),
    ],
)
def test_an_invoice_over_nothing_is_paid_at_once(
    kit: Kit, more: dict[str, Any], price: int, status: Status
) -> None:
    assert add(kit, line={"UnitPriceExclTax": price}, **more).status == 200
    everything = kit.state("silvasoft").sales.all
    assert everything[max(everything)].status is status


def test_a_line_without_words_has_those_of_its_product(kit: Kit) -> None:
    goods = kit.state("silvasoft").goods
    name = goods.all[goods.by_article[product(kit)]].name
    for told, shown in ((..., name), ("", name), ("Seat 12", "Seat 12")):
        add(kit, line={"Description": told})
        (listed, *_) = kit.ask(
            "silvasoft", "GET", "/rest/listsalesinvoices/", query={"IncludeInvoiceLinesInResponse": True}
        ).json
        assert listed["Invoice_InvoiceLine"][0]["Description"] == shown


@pytest.mark.parametrize(("reading", "shown"), [("generated", True), ("attached-only", False)])
def test_an_invoice_without_a_file_has_a_paper_where_its_reading_says_so(
    kit: Kit, reading: str, shown: bool
) -> None:
    add(kit)
    command = {"IncludeBase64PDF": True}
    outcome = rules.list_sales_invoices(
        kit.state("silvasoft"), command, at=kit.now, readings={"SILV-54": reading}
    )
    assert isinstance(outcome, Changed)
    assert outcome.answer.generate_pdf is shown


@pytest.mark.parametrize("since", ["ChangedSince", "CreatedSince"])
def test_products_are_listed_from_the_very_second_on(kit: Kit, since: str) -> None:
    def listed(at: int) -> list[str]:
        reply = kit.ask("silvasoft", "GET", "/rest/listproducts/", query={since: at})
        return [each["ArticleNumber"] for each in reply.json]

    kit.advance(days=1)
    now = int(kit.now.timestamp())
    new = {"ArticleNumber": "NEW-1", "NewName": "New", "CategoryName": "N", "CategoryCreateIfMissing": True}
    assert kit.ask("silvasoft", "POST", "/rest/addproduct/", json=new).status == 200
    assert listed(now) == ["NEW-1"]
    assert listed(now + 1) == []
    assert len(listed(now - 86_400 * 365 * 20)) > 1


@pytest.mark.parametrize(
    ("basis", "tax", "price"), [("excl", 21, 121), ("incl", 21, 100), ("incl", None, 121)]
)
def test_a_price_is_kept_without_the_tax_that_is_in_it(
    kit: Kit, basis: str, tax: int | None, price: int
) -> None:
    new = {
        "ArticleNumber": "NEW-1", "NewName": "New", "CategoryName": "N", "CategoryCreateIfMissing": True,
        "NewSalePrice": 121, "SalePriceInclOrExcl": basis, **({} if tax is None else {"NewVATPercentage": tax}),
    }  # fmt: skip
    assert kit.ask("silvasoft", "POST", "/rest/addproduct/", json=new).status == 200
    (shown,) = kit.ask("silvasoft", "GET", "/rest/listproducts/", query={"ArticleNumber": "NEW-1"}).json
    assert shown["Price"] == price


@pytest.mark.parametrize("role", ["Customer", "Supplier"])
def test_who_wants_a_number_that_is_taken_gets_the_next_one(kit: Kit, role: str) -> None:
    def made(name: str, **more: Any) -> int:
        sent = {
            "Name": name, "IsCustomer": role == "Customer", "IsSupplier": role == "Supplier",
            "OnExistingRelationNumber": "CONTINUE", **more,
        }  # fmt: skip
        reply = kit.ask("silvasoft", "POST", "/rest/addbusinessrelation/", json=sent)
        return int(reply.json[0][f"{role}Number"])

    wanted = {f"{role}Number": 5000}
    assert [made("A", **wanted), made("B", **wanted), made("C"), made("D", **{f"{role}Number": 6000})] == [
        5000,
        5001,
        5002,
        6000,
    ]


def test_what_a_scenario_says_of_rounding_goes_before_the_reading(kit: Kit) -> None:
    state = kit.state("silvasoft")
    assert rounding(state, {"SILV-17": "half-even"}) is Rounding.HALF_EVEN
    set_so = replace(state, settings=replace(state.settings, rounding=Rounding.RATE))
    assert rounding(set_so, {"SILV-17": "half-even"}) is Rounding.RATE
