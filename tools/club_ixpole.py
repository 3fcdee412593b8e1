"""How does what a club has sold look in iXpole? One club's tables in, the section ``ixpole`` of a scenario out.

Amounts are whole cents and nothing is shared with mocks or bridge: what agrees was worked out twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from scenario_yaml import Cents, Inline

Json = dict[str, Any]

# Tables.


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    code: str | None
    """The customer code in iXpole; None: the accounting system has not made one yet."""
    name: str
    city: str
    email: str
    language: str = "nl"
    country: str = "BE"
    vat: str | None = None
    """None: a private person."""
    first: str = ""
    last: str = ""
    category: str = "Member"
    booked_as: int | None = None
    """The customer's number in the accounting system; None: unknown there."""


@dataclass(frozen=True, slots=True)
class Goods:
    id: int
    code: str
    name: str
    category: str
    group: str
    vat: str
    price_cents: int
    ledger: str | None
    known: bool = True
    """Whether the accounting system has the product already."""
    parts: tuple[tuple[int, int], ...] = ()
    parent: int | None = None
    unit: str = "Piece"


@dataclass(frozen=True, slots=True)
class Item:
    """One sale line over the whole contract; instalments share it out evenly."""

    code: str
    quantity: Decimal = Decimal(1)
    price_cents: int | None = None
    """None: the product's own."""
    text: str = ""
    vat: str = ""
    discount: int = 0
    centre: str | None = None
    ledger: str | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    number: str
    customer: int
    why: str
    """What makes it worth having here."""
    dates: tuple[str, ...]
    items: tuple[Item, ...]
    expect: str = "booked"
    """What a bridge with the usual mapping does with what is due: booked, drafted, paid, parked or nothing."""
    credits: str | None = None
    sale_type: str = "Season"
    reference: str = ""
    barter: bool = False
    final: bool = True
    basis: str = "line"
    """How iXpole came to the VAT of the head: per line, per rate, or out of inclusive prices (gross)."""
    currency: str = ""
    """Empty: the club's own."""
    term_days: int = 30
    told: dict[str, str] = field(default_factory=dict)
    """What somebody typed into iXpole already: invoiceNumber, invoiceDueDate, paymentNo."""
    elsewhere: dict[str, str] = field(default_factory=dict)
    """What becomes of it in other accounting systems, where that is something else."""


@dataclass(frozen=True)
class Club:
    people: tuple[Person, ...]
    goods: tuple[Goods, ...]
    contracts: tuple[Contract, ...]
    cities: Mapping[str, str]
    """A city to its postal code."""
    street: str
    phone: str
    someone: tuple[str, str]
    """First and last name of whoever answers for a company."""
    vat: Mapping[str, int]
    """iXpole's VAT code to its percentage."""
    vat_names: Mapping[str, str]
    currency: str
    season: Mapping[str, Any]
    owner: Mapping[str, Any]
    begins: date
    ends: date
    first_instalment: int

    @cached_property
    def of_code(self) -> dict[str, Goods]:
        return {goods.code: goods for goods in self.goods}

    @cached_property
    def of_id(self) -> dict[int, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def contract(self) -> dict[str, Contract]:
        return {contract.number: contract for contract in self.contracts}

    def vat_of(self, net: int, code: str) -> int:
        return half_up(net * self.vat[code], 100)


# Amounts: whole cents; half a cent goes away from zero.


def half_up(above: int, below: int) -> int:
    size = (2 * abs(above) + below) // (2 * below)
    return size if above >= 0 else -size


def unit_cents(club: Club, item: Item) -> int:
    return club.of_code[item.code].price_cents if item.price_cents is None else item.price_cents


def net_of(club: Club, item: Item) -> int:
    """Quantity times price less discount; the tables hold nothing that leaves a fraction of a cent."""
    exact = item.quantity * unit_cents(club, item) * (100 - item.discount) / 100
    assert exact == int(exact), item
    return int(exact)


def shares(cents: int, *, parts: int) -> list[int]:
    """Even shares; the last one takes what is left over."""
    each = abs(cents) // parts * (1 if cents >= 0 else -1)
    split = [each] * (parts - 1) + [cents - each * (parts - 1)]
    assert sum(split) == cents
    return split


# Instalments.


def line(club: Club, number: int, item: Item, contract: Contract, share: int, nth: int) -> Json:
    goods = club.of_code[item.code]
    code, parts = item.vat or goods.vat, len(contract.dates)
    text = item.text or f"{goods.name}, {club.season['name']}"
    gross = share + club.vat_of(share, code)
    if contract.basis == "gross":
        gross = half_up(share * (100 + club.vat[code]), 10000) * 100
        assert half_up(gross * 100, 100 + club.vat[code]) == share
    whole = parts == 1
    return Inline(
        lineNumber=number,
        productId=goods.id,
        productCode=goods.code,
        description=text if whole else f"{text} ({nth}/{parts})",
        quantity=item.quantity if whole else Decimal(1),
        unitPriceExclVat=Cents(unit_cents(club, item) if whole else share),
        discountPercentage=item.discount if whole else 0,
        vatRate=Inline(code=code, percentage=club.vat[code]),
        amountExclVat=Cents(share),
        vatAmount=Cents(gross - share),
        amountInclVat=Cents(gross),
        ledgerAccount=item.ledger or goods.ledger,
        costCenter=item.centre,
        periodFrom=club.begins,
        periodTo=club.ends,
        parentProductId=goods.parent,
    )


def head_vat(club: Club, contract: Contract, lines: list[Json]) -> int:
    if contract.basis != "rate":
        return sum(each["vatAmount"] for each in lines)
    nets: dict[str, int] = {}
    for each in lines:
        code = each["vatRate"]["code"]
        nets[code] = nets.get(code, 0) + each["amountExclVat"]
    return sum(club.vat_of(net, code) for code, net in nets.items())


def sale(club: Club, number: int, contract: Contract) -> Json:
    return Inline(
        saleId=9000 + number,
        contractNumber=contract.number,
        contractReference=contract.reference,
        saleType=contract.sale_type,
        isBarter=contract.barter,
        startDate=club.begins,
        endDate=club.ends,
        creditedInstalmentCode=contract.credits,
        status="Final" if contract.final else "Draft",
    )


def instalments(club: Club) -> Iterator[Json]:
    number = club.first_instalment
    for place, contract in enumerate(club.contracts, 1):
        parts = len(contract.dates)
        split = [shares(net_of(club, item), parts=parts) for item in contract.items]
        for nth, day in enumerate(contract.dates, 1):
            number += 1
            lines = [
                line(club, n, item, contract, share[nth - 1], nth)
                for n, (item, share) in enumerate(zip(contract.items, split, strict=True), 1)
            ]
            yield instalment(club, number, place, contract, nth, date.fromisoformat(day), lines)


def instalment(
    club: Club, number: int, place: int, contract: Contract, nth: int, day: date, lines: list[Json]
) -> Json:
    person = club.of_id[contract.customer]
    net, vat = sum(each["amountExclVat"] for each in lines), head_vat(club, contract, lines)
    told = contract.told
    return {
        "instalmentId": number,
        "instalmentCode": f"{contract.number}-{nth:02d}",
        "instalmentDate": day,
        "invoiceReference": contract.reference,
        "type": "Credit" if contract.credits else "Invoice",
        "season": club.season,
        "sale": sale(club, place, contract),
        "customer": Inline(customerId=person.id, customerCode=person.code, name=person.name),
        "addressId": person.id + 4000,
        "contactId": person.id + 6000,
        "owner": club.owner,
        "currency": contract.currency or club.currency,
        "paymentTermDays": contract.term_days,
        "amountExclVat": Cents(net),
        "vatAmount": Cents(vat),
        "amountInclVat": Cents(net + vat),
        "invoiceNumber": told.get("invoiceNumber"),
        "invoiceDueDate": told.get("invoiceDueDate"),
        "paymentNo": told.get("paymentNo"),
        "lines": lines,
    }


# Customers and products.


def customer(club: Club, person: Person) -> Json:
    first, last = person.first or club.someone[0], person.last or club.someone[1]
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
        "phone1": f"{club.phone} {person.id} 01",
        "email": person.email,
        "invoiceEmail": person.email,
        "addresses": [
            Inline(
                addressId=person.id + 4000, description="Billing", isDefault=True, street=club.street,
                houseNumber=str(person.id % 1000), box="", postalCode=club.cities[person.city], city=person.city,
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


def product(club: Club, goods: Goods) -> Json:
    return {
        "productId": goods.id,
        "productCode": goods.code,
        "description": goods.name,
        "category": goods.category,
        "productGroup": goods.group,
        "vatRate": Inline(
            code=goods.vat, description=club.vat_names[goods.vat], percentage=club.vat[goods.vat]
        ),
        "priceExclVat": Cents(goods.price_cents),
        "currency": club.currency,
        "unit": goods.unit,
        "isActive": True,
        "onDemand": False,
        "stockQuantity": None,
        "ledgerAccount": goods.ledger,
        "bom": [Inline(productId=part, percentage=share) for part, share in goods.parts],
    }


def section(club: Club) -> Json:
    """What `ixpole.yaml` holds."""
    return {
        "settings": {"creditSales": True, "paymentTermDays": 30, "currency": club.currency},
        "customers": [customer(club, person) for person in club.people],
        "products": [product(club, goods) for goods in club.goods],
        "instalments": list(instalments(club)),
    }


# What should become of it.


def expected(club: Club, sold: list[Json], *, today: date) -> Json:
    """What `expected.yaml` holds: the fate of each instalment, and why it is there."""
    return {
        "instalments": [
            Inline(
                code=each["instalmentCode"],
                expect=contract.expect if each["instalmentDate"] <= today else "nothing",
                **(contract.elsewhere if each["instalmentDate"] <= today else {}),
                amountInclVat=each["amountInclVat"],
                why=contract.why,
            )
            for each in sold
            for contract in [club.contract[each["sale"]["contractNumber"]]]
        ]
    }


def write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{folder / name}: {len(text.splitlines())} lines")
