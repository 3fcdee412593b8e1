"""What does a line of an invoice come to, and may it be sold like that?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ixmocks.crmcom.envelope import violates
from ixmocks.crmcom.form import Form
from ixmocks.crmcom.model import Account, Item, Piece, Product, Release, VatRate
from ixmocks.crmcom.money import AMOUNT_MAX_CENTS, Cents, Sum, in_cents, split_total
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Readings, Violation

ITEMS = "invoice_item_set"
ADD, UPDATE, REMOVE = "ADD", "UPDATE", "REMOVE"
NAMES = ("id", "name", "alternative_code")


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is asked for; ``id`` is "" where the line is new."""

    form: Form
    id: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which circumstances the lines of one invoice are read."""

    state: State
    account: Account | None
    release: Release
    readings: Readings
    invoice: str = ""
    """Id of the invoice whose lines they are; "" where it is new."""


@dataclass(frozen=True, slots=True)
class _Priced:
    """A line whose members were read, before its cents are known."""

    row: Row
    product: Product
    quantity: Fraction
    cost: Fraction | None
    percentage: Fraction | None
    rate: VatRate
    rate_percentage: Fraction
    pieces: tuple[str, ...]
    sum: Sum | None
    final: Fraction | None
    """The amount all in, where only that is told."""


def work_out(terms: Terms, rows: Sequence[Row], found: list[Violation], notes: list[str]) -> tuple[Item, ...]:
    """Every line with its cents. What is wrong is added to ``found``; the lines then mean nothing."""
    taken: set[str] = set()
    priced = [_priced(terms, row, taken, notes) for row in rows]
    if found:
        return ()
    lines = [line for line in priced if line is not None]
    rounding = terms.readings.get("CRM-27", "per-line")
    summed = iter(in_cents([line.sum for line in lines if line.sum is not None], rounding))
    items = [
        _item(line, next(summed) if line.final is None else split_total(line.final, line.rate_percentage, rounding))
        for line in lines
    ]  # fmt: skip
    if any(abs(part) > AMOUNT_MAX_CENTS for part in (*(item.net_cents for item in items), total(items))):
        found.append(violates("CRM-50", f"body.{ITEMS}", "a total that no double holds", "smaller amounts"))
    return tuple(items)


def total(items: Sequence[Item]) -> int:
    return sum(item.total_cents for item in items)


def _item(line: _Priced, cents: Cents) -> Item:
    return Item(
        id=line.row.id, product=line.product, quantity=line.quantity, cost=line.cost,
        discount_percentage=line.percentage, discount_cents=cents.discount, net_cents=cents.net, vat_rate=line.rate,
        vat_percentage=line.rate_percentage, vat_cents=cents.vat, total_cents=cents.total,
        asked=line.row.form.members, pieces=line.pieces,
    )  # fmt: skip


def _priced(terms: Terms, row: Row, taken: set[str], notes: list[str]) -> _Priced | None:
    form, state = row.form, terms.state
    before = len(form.found)
    product = form.pick(
        "product_identifier", state.products, "id", "code", "alternative_code", needed=True, what="product"
    )
    rate = form.pick("vat_rate_identifier", state.lists.vat_rates, *NAMES, what="VAT rate")
    if rate is not None:
        notes.append("CRM-11")
    cost, final = _price(terms, form, product, notes)
    percentage, amount = _discount(terms, form, product)
    form.udfs()
    quantity, pieces = _quantity(terms, form, product, taken, notes)
    _warehouses(terms, form, product)
    if len(form.found) > before or product is None or quantity is None:
        return None
    rate = rate or product.vat_rate
    tax = rate.percentage_under(terms.readings.get("CRM-25", "after-discount"))
    if final is not None and terms.readings.get("CRM-26") != "before-tax":
        if percentage or amount:
            notes.append("CRM-26")
        return _Priced(row, product, quantity, None, None, rate, tax, pieces, None, final)
    gross = final if final is not None else (cost or Fraction(0)) * quantity
    discount = amount if amount is not None else gross * (percentage or 0) / 100
    if discount > gross:
        form.wrong("CRM-32", "discount_amount", "at most the amount of the line")
        return None
    return _Priced(
        row, product, quantity, cost, percentage, rate, tax, pieces,
        _sum(gross, discount, tax, terms.readings.get("CRM-25", "after-discount")), None,
    )  # fmt: skip


def _sum(gross: Fraction, discount: Fraction, percentage: Fraction, reading: str) -> Sum:
    """From what the tax is worked out: three ways fit the 57.5 of the third sample (CRM-25)."""
    if reading == "no-discount-on-taxed" and percentage:
        return Sum(gross, Fraction(0), gross, percentage)
    taxed = gross if reading == "before-discount" else gross - discount
    return Sum(gross, discount, taxed, percentage)


def _price(
    terms: Terms, form: Form, product: Product | None, notes: list[str]
) -> tuple[Fraction | None, Fraction | None]:
    """Cost and final amount, of which one is None (CRM-02)."""
    cost, final = form.number("cost"), form.number("sub_total")
    if form.has("cost") and form.has("sub_total"):
        form.wrong(
            "CRM-02",
            "sub_total",
            "nothing beside a cost",
            "Cost cannot be specified if the sub total is specified",
        )
    elif not form.has("cost") and not form.has("sub_total"):
        if not terms.release.has(Release.R15):
            form.wrong("CRM-02", "cost", "a cost or a sub total", "Cost or sub total must be specified")
        elif product is not None and product.price is None:
            form.wrong(
                "CRM-02",
                "cost",
                "a cost or a sub total: the product has no price",
                "The product has no price",
            )
        elif product is not None:
            notes.append("CRM-02")
            cost = product.price
    return cost, final


def _discount(terms: Terms, form: Form, product: Product | None) -> tuple[Fraction | None, Fraction | None]:
    """Percentage and amount, of which at most one is there (CRM-03, CRM-09, CRM-32)."""
    percentage, amount = form.number("discount_percentage"), form.number("discount_amount")
    if form.has("discount_percentage") and form.has("discount_amount"):
        form.wrong("CRM-03", "discount_amount", "nothing beside a discount percentage")
    if percentage is not None and percentage > 100:
        form.wrong("CRM-32", "discount_percentage", "at most 100", "The discount percentage exceeds 100")
    if product is not None and product.type.stockable and terms.release.has(Release.R15):
        for name in ("discount_percentage", "discount_amount"):
            if form.has(name):
                form.wrong("CRM-09", name, "none: the product is a stockable good")
    return percentage, amount


def _quantity(
    terms: Terms, form: Form, product: Product | None, taken: set[str], notes: list[str]
) -> tuple[Fraction | None, tuple[str, ...]]:
    """How many, and which pieces. Of traceable goods the pieces are counted, from R15 on (CRM-08, CRM-38)."""
    quantity = form.number("quantity")
    traced = product is not None and product.type.traceable and terms.release.has(Release.R15)
    if not traced or product is None:
        if product is not None and not form.has("quantity"):
            form.wrong("CRM-38", "quantity", "a quantity")
        return quantity, ()
    if form.has("quantity"):
        if terms.readings.get("CRM-39") == "refused":
            form.wrong("CRM-39", "quantity", "none: the installed items are counted")
        notes.append("CRM-39")
    pieces = _pieces(terms, form)
    for piece in pieces:
        _check_piece(terms, form, product, piece, taken)
    return Fraction(len(pieces)), tuple(piece.id for piece in pieces)


def _pieces(terms: Terms, form: Form) -> list[Piece]:
    """The installed items of a line, as the release wants them told."""
    keys = ("id", "serial_number", "alternative_code")
    pieces = terms.state.pieces
    before = len(form.found)
    if not terms.release.has(Release.R17) or (
        terms.readings.get("CRM-08") == "single-too" and not form.has("installed_items_set")
    ):
        name = "installed_item_identifier"
        one = form.pick(name, pieces, *keys, what="installed item")
        chosen = [] if one is None else [one]
    else:
        name = "installed_items_set"
        chosen = []
        for entry in form.forms(name):
            found = entry.pick("installed_item_identifier", pieces, *keys, needed=True, what="installed item")
            if found is not None:
                _apply(entry, chosen, found)
    if not chosen and len(form.found) == before:
        form.wrong("CRM-08", name, "at least one installed item: the product is traceable")
    return chosen


def _apply(entry: Form, chosen: list[Piece], piece: Piece) -> None:
    """One record of a set of installed items: added, kept or taken out."""
    action = entry.word("action").upper() or ADD
    there = any(other.id == piece.id for other in chosen)
    if action not in (ADD, UPDATE, REMOVE):
        entry.wrong("CRM-49", "action", "add, update or remove")
    elif action == ADD:
        chosen.append(piece)
    elif not there:
        entry.wrong("CRM-49", "installed_item_identifier", "an installed item of this line")
    elif action == REMOVE:
        chosen[:] = [other for other in chosen if other.id != piece.id]


def _check_piece(terms: Terms, form: Form, product: Product, piece: Piece, taken: set[str]) -> None:
    """A piece is of the product, in stock, and sold once (CRM-48)."""
    name = "installed_items_set" if form.has("installed_items_set") else "installed_item_identifier"
    if piece.product != product.id:
        form.wrong("CRM-48", name, f"pieces of {product.code}; {piece.serial_number} is another product's")
    elif piece.sold_by not in ("", terms.invoice):
        form.wrong("CRM-48", name, f"pieces in stock; {piece.serial_number} is sold")
    elif piece.id in taken:
        form.wrong("CRM-48", name, f"each piece once; {piece.serial_number} stands twice")
    taken.add(piece.id)


def _warehouses(terms: Terms, form: Form, product: Product | None) -> None:
    """CRM-10: only goods that go to a partner with a warehouse of its own come out of one and into one."""
    if not terms.release.has(Release.R15) or terms.account is None or product is None:
        return
    warehouses = terms.state.lists.warehouses
    partner = terms.account.partner
    owns = bool(partner) and any(one.owner == partner for one in warehouses)
    ends = {
        name: form.pick(name, warehouses, *NAMES, what="warehouse")
        for name in ("from_warehouse", "to_warehouse")
    }
    for name, warehouse in ends.items():
        if not owns:
            if form.has(name):
                form.wrong("CRM-10", name, "none: the account is of no partner with a warehouse")
            continue
        if not product.type.stockable:
            continue  # ASSUMED: what lies in no warehouse needs none.
        if not form.has(name):
            form.wrong(
                "CRM-10", name, "a warehouse: the account is a partner's", "The warehouses are mandatory"
            )
        elif warehouse is not None:
            owner, expected = (
                ("", "no partner's") if name == "from_warehouse" else (partner, "the partner's own")
            )
            if warehouse.owner != owner:
                form.wrong("CRM-10", name, f"a warehouse that is {expected}")
