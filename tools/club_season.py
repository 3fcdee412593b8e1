"""What is in scenario ``club-season``? Writes its files out of two tables, to the cent, the same each time.

python tools/club_season.py            writes into the scenario's folder
python tools/club_season.py FOLDER     writes somewhere else
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from club_contracts import CONTRACTS, Contract, Item
from club_people import BY_CODE, CITIES, GOODS, LEDGERS, PEOPLE, TAX_CODES, VAT, VAT_NAMES, Goods, Person
from scenario_yaml import Cents, Inline, dump

FOLDER = Path(__file__).parents[1] / "mocks" / "ixmocks" / "scenarios" / "club-season"
TODAY = date(2026, 4, 15)
SEASON = Inline(seasonId=13, name="2025-2026")
OWNER = Inline(userId=3, name="An Peeters", email="an@kvvoorbeeldegem.example")
ACCOUNT = {person.id: person for person in PEOPLE}

Json = dict[str, Any]


# Amounts: whole cents; half a cent goes away from zero.


def half_up(above: int, below: int) -> int:
    size = (2 * abs(above) + below) // (2 * below)
    return size if above >= 0 else -size


def vat_of(net: int, code: str) -> int:
    return half_up(net * VAT[code], 100)


def net_of(item: Item) -> int:
    """Quantity times price less discount; the tables hold nothing that leaves a fraction of a cent."""
    exact = item.quantity * item.unit_cents * (100 - item.discount) / 100
    assert exact == int(exact), item
    return int(exact)


def shares(cents: int, *, parts: int) -> list[int]:
    """Even shares; the last one takes what is left over."""
    each = abs(cents) // parts * (1 if cents >= 0 else -1)
    split = [each] * (parts - 1) + [cents - each * (parts - 1)]
    assert sum(split) == cents
    return split


# iXpole.


def line(number: int, item: Item, contract: Contract, share: int, nth: int) -> Json:
    goods = BY_CODE[item.code]
    code, parts = item.vat or goods.vat, len(contract.dates)
    text = item.text or f"{goods.name}, 2025-2026"
    gross = share + vat_of(share, code)
    if contract.basis == "gross":
        gross = half_up(share * (100 + VAT[code]), 10000) * 100
        assert half_up(gross * 100, 100 + VAT[code]) == share
    whole = parts == 1
    return Inline(
        lineNumber=number,
        productId=goods.id,
        productCode=goods.code,
        description=text if whole else f"{text} ({nth}/{parts})",
        quantity=item.quantity if whole else Decimal(1),
        unitPriceExclVat=Cents(item.unit_cents if whole else share),
        discountPercentage=item.discount if whole else 0,
        vatRate=Inline(code=code, percentage=VAT[code]),
        amountExclVat=Cents(share),
        vatAmount=Cents(gross - share),
        amountInclVat=Cents(gross),
        ledgerAccount=item.ledger or goods.ledger,
        costCenter=item.centre,
        periodFrom=date(2025, 8, 1),
        periodTo=date(2026, 5, 31),
        parentProductId=goods.parent,
    )


def head_vat(contract: Contract, lines: list[Json]) -> int:
    if contract.basis != "rate":
        return sum(each["vatAmount"] for each in lines)
    nets: dict[str, int] = {}
    for each in lines:
        code = each["vatRate"]["code"]
        nets[code] = nets.get(code, 0) + each["amountExclVat"]
    return sum(vat_of(net, code) for code, net in nets.items())


def sale(number: int, contract: Contract) -> Json:
    return Inline(
        saleId=9000 + number,
        contractNumber=contract.number,
        contractReference=contract.reference,
        saleType=contract.sale_type,
        isBarter=contract.barter,
        startDate=date(2025, 8, 1),
        endDate=date(2026, 5, 31),
        creditedInstalmentCode=contract.credits,
        status="Final" if contract.final else "Draft",
    )


def instalments() -> Iterator[Json]:
    number = 48000
    for place, contract in enumerate(CONTRACTS, 1):
        parts = len(contract.dates)
        split = [shares(net_of(item), parts=parts) for item in contract.items]
        for nth, day in enumerate(contract.dates, 1):
            number += 1
            lines = [
                line(n, item, contract, share[nth - 1], nth)
                for n, (item, share) in enumerate(zip(contract.items, split, strict=True), 1)
            ]
            yield instalment(number, place, contract, nth, date.fromisoformat(day), lines)


def instalment(number: int, place: int, contract: Contract, nth: int, day: date, lines: list[Json]) -> Json:
    person = ACCOUNT[contract.customer]
    net, vat = sum(each["amountExclVat"] for each in lines), head_vat(contract, lines)
    told = contract.told
    return {
        "instalmentId": number,
        "instalmentCode": f"{contract.number}-{nth:02d}",
        "instalmentDate": day,
        "invoiceReference": contract.reference,
        "type": "Credit" if contract.credits else "Invoice",
        "season": SEASON,
        "sale": sale(place, contract),
        "customer": Inline(customerId=person.id, customerCode=person.code, name=person.name),
        "addressId": person.id + 4000,
        "contactId": person.id + 6000,
        "owner": OWNER,
        "currency": contract.currency,
        "paymentTermDays": 30,
        "amountExclVat": Cents(net),
        "vatAmount": Cents(vat),
        "amountInclVat": Cents(net + vat),
        "invoiceNumber": told.get("invoiceNumber"),
        "invoiceDueDate": told.get("invoiceDueDate"),
        "paymentNo": told.get("paymentNo"),
        "lines": lines,
    }


def customer(person: Person) -> Json:
    first, last = person.first or "Jo", person.last or "Peeters"
    return {
        "customerId": person.id,
        "customerCode": person.code,
        "customerType": "Business" if person.vat else "Private",
        "name": person.name,
        "firstName": person.first or None,
        "lastName": person.last or None,
        "vatNumber": person.vat,
        "language": person.language,
        "customerCategory": person.category,
        "phone1": f"+32 55 {person.id} 01",
        "email": person.email,
        "invoiceEmail": person.email,
        "addresses": [
            Inline(
                addressId=person.id + 4000, description="Billing", isDefault=True, street="Voorbeeldstraat",
                houseNumber=str(person.id - 1000), box="", postalCode=CITIES[person.city], city=person.city,
                countryCode=person.country,
            )
        ],
        "contactPersons": [
            Inline(
                contactId=person.id + 6000, firstName=first, lastName=last, gender=None, email=person.email,
                phone=None, language=person.language, isDefault=True,
            )
        ],
    }  # fmt: skip


def product(goods: Goods) -> Json:
    return {
        "productId": goods.id,
        "productCode": goods.code,
        "description": goods.name,
        "category": goods.category,
        "productGroup": goods.group,
        "vatRate": Inline(code=goods.vat, description=VAT_NAMES[goods.vat], percentage=VAT[goods.vat]),
        "priceExclVat": Cents(goods.price_cents),
        "currency": "EUR",
        "unit": goods.unit,
        "isActive": True,
        "onDemand": False,
        "stockQuantity": None,
        "ledgerAccount": goods.ledger,
        "bom": [Inline(productId=part, percentage=share) for part, share in goods.parts],
    }


def ixpole() -> Json:
    return {
        "settings": {"creditSales": True, "paymentTermDays": 30, "currency": "EUR"},
        "customers": [customer(person) for person in PEOPLE],
        "products": [product(goods) for goods in GOODS],
        "instalments": list(instalments()),
    }


# Silvasoft.


def relation(guid: int, person: Person) -> Json:
    private = {"Relation_Contact": [Inline(FirstName=person.first, LastName=person.last, Email=person.email)]}
    return {
        "RelationGUID": guid,
        "RelationType": "Business" if person.vat else "Private",
        "Name": person.name,
        "IsCustomer": True,
        "CustomerNumber": person.booked_as,
        "Email": person.email,
        **({"TaxIdentificationNumber": person.vat[2:]} if person.vat else private),
        "Address_Street": "Voorbeeldstraat",
        "Address_Unit": str(person.id - 1000),
        "Address_PostalCode": CITIES[person.city],
        "Address_City": person.city,
        "Address_CountryCode": person.country,
    }


def article(goods: Goods) -> Json:
    return Inline(
        ArticleNumber=goods.code, Name=goods.name, Category=goods.group, Price=Cents(goods.price_cents),
        VATPercentage=VAT[goods.vat], Unit=goods.unit,
    )  # fmt: skip


def booked_by_hand(told: Json) -> Json:
    """The invoice that somebody made at Silvasoft without a bridge, and typed into iXpole."""
    person = next(person for person in PEOPLE if person.id == told["customer"]["customerId"])
    gross = told["amountInclVat"]
    return {
        "InvoiceNumber": int(told["invoiceNumber"]),
        "InvoiceDate": f"{told['instalmentDate']:%d-%m-%Y}",
        "CustomerNumber": person.booked_as,
        "InvoiceNotes": "Booked by hand",
        "InvoiceOutstandingAmount": Cents(0 if told["paymentNo"] else gross),
        "Invoice_InvoiceLine": [
            Inline(
                TaxPc=each["vatRate"]["percentage"], SubTotalInclTax=each["amountInclVat"],
                Description=each["description"], LedgerAccountNumber=each["ledgerAccount"],
            )
            for each in told["lines"]
        ],
    }  # fmt: skip


def silvasoft(sold: list[Json]) -> Json:
    known = [person for person in PEOPLE if person.booked_as]
    by_hand = [each for each in sold if (each["invoiceNumber"] or "D")[0] != "D"]
    return {
        "settings": {"paymentTermDays": 30, "defaultLedger": "700000"},
        "taxCodes": [
            Inline(TaxCode=code, TaxPc=percent, Name=name, TaxExempt=exempt, TaxType=kind)
            for code, percent, name, exempt, kind in TAX_CODES
        ],
        "ledgerAccounts": [
            Inline(
                Number=number,
                Name=name,
                FiscalYear=year,
                LedgerType=kind,
                Countrycode="BE",
                DebetOrCredit=side,
            )
            for year in ("2025", "2026")
            for number, (name, kind, side) in LEDGERS.items()
        ],
        "costCentres": ["FIRST TEAM", "WOMEN", "YOUTH", "SUPPORTERS", "EVENTS", "GALA"],
        "projects": [Inline(ProjectNumber="1", ProjectName="Season 2025-2026")],
        "relations": [relation(guid, person) for guid, person in enumerate(known, 1)],
        "products": [article(goods) for goods in GOODS if goods.at_silvasoft and not goods.parts],
        "files": [],
        "invoices": [booked_by_hand(each) for each in by_hand],
        "orders": [],
    }


# What should become of it.


def fate(contract: Contract, day: date) -> str:
    return contract.expect if day <= TODAY else "nothing"


def expected(sold: list[Json]) -> Json:
    of = {contract.number: contract for contract in CONTRACTS}
    return {
        "instalments": [
            Inline(
                code=each["instalmentCode"],
                expect=fate(contract, each["instalmentDate"]),
                amountInclVat=each["amountInclVat"],
                why=contract.why,
            )
            for each in sold
            for contract in [of[each["sale"]["contractNumber"]]]
        ]
    }


HEAD = (
    "# Written by tools/club_season.py: change the tables there, or copy this folder and change the copy.\n"
)
SCENARIO = """\
title: A club's season
text: >-
  KV Voorbeeldegem has sold its season: seats, boards, galas and gifts. {due} of {all} instalments wait to be
  invoiced on 15 April 2026, each odd in its own way; expected.yaml tells how, and what a bridge should make
  of it. Contracts S-… are sponsors, which the club wants to see as drafts first.
clock: "2026-04-15T09:00:00+02:00"
seed: 7
readings: {{SILV-31: none}}
"""


def files() -> dict[str, str]:
    sold = list(instalments())
    outcome = expected(sold)
    due = sum(each["expect"] != "nothing" for each in outcome["instalments"])
    return {
        "scenario.yaml": HEAD + SCENARIO.format(due=due, all=len(sold)),
        "ixpole.yaml": HEAD + dump(ixpole()),
        "silvasoft.yaml": HEAD + dump(silvasoft(sold)),
        "expected.yaml": HEAD + dump(outcome),
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{folder / name}: {len(text.splitlines())} lines")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
