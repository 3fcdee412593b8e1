"""What is in scenario ``club-season``? Writes its files out of two tables, to the cent, the same each time.

python tools/club_season.py            writes into the scenario's folder
python tools/club_season.py FOLDER     writes somewhere else
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Any

from club_contracts import CONTRACTS
from club_ixpole import Club, Goods, Person, expected, instalments, section, write
from club_people import CITIES, GOODS, LEDGERS, PEOPLE, TAX_CODES, VAT, VAT_NAMES
from scenario_yaml import Cents, Inline, dump

FOLDER = Path(__file__).parents[1] / "mocks" / "ixmocks" / "scenarios" / "club-season"
TODAY = date(2026, 4, 15)
CLUB = Club(
    people=PEOPLE, goods=GOODS, contracts=CONTRACTS, cities=CITIES, street="Voorbeeldstraat", phone="+32 55",
    someone=("Jo", "Peeters"), vat=VAT, vat_names=VAT_NAMES, currency="EUR",
    season=Inline(seasonId=13, name="2025-2026"),
    owner=Inline(userId=3, name="An Peeters", email="an@kvvoorbeeldegem.example"),
    begins=date(2025, 8, 1), ends=date(2026, 5, 31), first_instalment=48000,
)  # fmt: skip

Json = dict[str, Any]

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
        "products": [article(goods) for goods in GOODS if goods.known and not goods.parts],
        "files": [],
        "invoices": [booked_by_hand(each) for each in by_hand],
        "orders": [],
    }


# CRM.COM.

RATES = {
    "21": "High", "12": "Middle", "6": "Low", "0": "Zero", "0-RC": "Reverse charge", "0-EX": "Export",
    "21-M": "High",
}  # fmt: skip
"""iXpole's VAT code to the name of the rate; the margin scheme has none, its product an ordinary one."""


def rate(code: str, name: str) -> Json:
    return Inline(name=name, alternative_code=code, description=VAT_NAMES[code], percentage=VAT[code])


def crmcom() -> Json:
    return {
        "settings": {
            "currency": "EUR", "zone": "Europe/Brussels", "credit_period_days": 30, "vat_rate": "Zero",
            "next_invoice_number": 2501, "next_reference_number": 2501,
        },
        "vat_rates": [rate(code, name) for code, name in RATES.items() if code != "21-M"],
        "accounts": [
            Inline(number=str(person.booked_as), name=person.name) for person in PEOPLE if person.booked_as
        ],
        "products": [
            Inline(code=goods.code, description=goods.name, type="Service", vat_rate=RATES[goods.vat])
            for goods in GOODS
            if goods.known and not goods.parts
        ],
    }  # fmt: skip


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
    sold = list(instalments(CLUB))
    outcome = expected(CLUB, sold, today=TODAY)
    due = sum(each["expect"] != "nothing" for each in outcome["instalments"])
    return {
        "scenario.yaml": HEAD + SCENARIO.format(due=due, all=len(sold)),
        "ixpole.yaml": HEAD + dump(section(CLUB)),
        "silvasoft.yaml": HEAD + dump(silvasoft(sold)),
        "crmcom.yaml": HEAD + dump(crmcom()),
        "expected.yaml": HEAD + dump(outcome),
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER, files())
