"""What does a line of products come to? Article or own price, discount, and tax on top or inside."""

from __future__ import annotations

from fractions import Fraction

from ixmocks.engine.outcome import Readings
from ixmocks.silvasoft.form import TYPE, Form
from ixmocks.silvasoft.model import Line, Product, TaxCode
from ixmocks.silvasoft.money import (
    AMOUNT_MAX_CENTS,
    Rounding,
    cents_from,
    fraction_of,
    half_even,
    half_up,
    nets_by_rate,
)
from ixmocks.silvasoft.sales import NOT_FINITE, ledger_of, rounding, tax_of
from ixmocks.silvasoft.state import State

OF_THE_PRODUCT = -1
"""TaxPc -1: the product's own tax, or none at all."""


def product_lines(
    state: State, form: Form, name: str, *, discount: Fraction | None, notes: list[str], readings: Readings
) -> tuple[Line, ...]:
    """The lines of an invoice or order; what is wrong with them is reported."""
    left = 1 - (discount or Fraction(0)) / 100
    read = [_line(state, row, left, notes, readings) for row in form.forms(name)]
    model = rounding(state, readings)
    inside = _with_net([line for line, has_tax in read if has_tax], model)
    on_top = _with_incl([line for line, has_tax in read if not has_tax], model)
    taken = {True: iter(inside), False: iter(on_top)}
    lines = tuple(next(taken[has_tax]) for _, has_tax in read)
    if any(not -AMOUNT_MAX_CENTS <= line.incl <= AMOUNT_MAX_CENTS for line in lines):
        form.wrong("SILV-62", name, "amounts that a double can hold", NOT_FINITE, keyword=TYPE)
    return lines


def product_of(state: State, form: Form, readings: Readings) -> Product | None:
    """The product of a line; none or an archived one is reported."""
    number, ean = form.word("ProductNumber"), form.word("ProductEAN")
    if not number and not ean:
        form.wrong(
            "SILV-36",
            "ProductNumber",
            "ProductNumber or ProductEAN",
            "ProductNumber or ProductEAN is mandatory",
        )
        return None
    # ASSUMED: where both are given, the number decides.
    name = "ProductNumber" if number else "ProductEAN"
    serial = state.goods.by_article.get(number) if number else state.goods.by_ean.get(ean)
    if serial is None:
        form.wrong("SILV-36", name, "a product that listproducts shows", "Product not found")
        return None
    product = state.goods.all[serial]
    if product.archived and readings.get("SILV-37") != "accepted":
        form.wrong("SILV-37", name, "a product that is not archived", "Product is archived")
        return None
    return product


def _line(
    state: State, form: Form, left: Fraction, notes: list[str], readings: Readings
) -> tuple[Line, bool]:
    """A line with one of its two amounts still open, and whether the one it has includes tax (SILV-57)."""
    product = product_of(state, form, readings)
    quantity = form.number("Quantity")
    quantity = Fraction(1) if quantity is None else quantity
    tax = _tax(state, form, product, notes)
    price, incl = form.number("UnitPriceExclTax"), form.cents("SubTotalInclTax")
    # ASSUMED: UseArticlePrice wins over a given price, a given line total over a unit price, and
    # without any of them the article's price counts.
    if form.flag("UseArticlePrice"):
        price = incl = None
    if price is None and product is not None:
        price = product.price
    line = Line(
        tax, 0, 0, form.text("Description") or (product.name if product else ""), form.word("CostCenter"),
        ledger_of(state, form, readings), product, quantity, price,
    )  # fmt: skip
    if incl is not None:
        # ASSUMED: the invoice's discount is taken off each line.
        return line._replace(incl=cents_from(Fraction(incl, 100) * left)), True
    return line._replace(net=cents_from(quantity * (price or Fraction(0)) * left)), False


def _tax(state: State, form: Form, product: Product | None, notes: list[str]) -> TaxCode | None:
    percent = form.members.get("TaxPc")
    of_product = percent is None or percent == "" or fraction_of(percent) == OF_THE_PRODUCT
    if percent is not None and of_product:
        notes.append("SILV-52")
    if form.word("TaxCode") or not of_product:
        return tax_of(state.books, form, notes)
    if product is not None and product.tax is not None:
        return product.tax
    free = state.books.tax_by_percent.get(0)
    if free is None and product is not None:
        form.wrong(
            "SILV-13",
            "TaxPc",
            "a product with tax, or a tax code of 0 %",
            "Tax percentage 0 not found in user administration",
        )
    return free


def _with_net(lines: list[Line], model: Rounding) -> list[Line]:
    if model is Rounding.RATE:
        shares = [(_name(line), line.incl, *_factors(line)) for line in lines]
        return [line._replace(net=net) for line, net in zip(lines, nets_by_rate(shares), strict=True)]
    per_line = half_even if model is Rounding.HALF_EVEN else half_up
    return [
        line._replace(net=per_line(line.incl * above, below))
        for line in lines
        for above, below in [_factors(line)]
    ]


def _with_incl(lines: list[Line], model: Rounding) -> list[Line]:
    if model is Rounding.RATE:
        shares = [
            (_name(line), line.net, below, above) for line in lines for above, below in [_factors(line)]
        ]
        return [line._replace(incl=incl) for line, incl in zip(lines, nets_by_rate(shares), strict=True)]
    per_line = half_even if model is Rounding.HALF_EVEN else half_up
    return [
        line._replace(incl=per_line(line.net * below, above))
        for line in lines
        for above, below in [_factors(line)]
    ]


def _factors(line: Line) -> tuple[int, int]:
    return (line.tax.above, line.tax.below) if line.tax is not None else (1, 1)


def _name(line: Line) -> str:
    return line.tax.code if line.tax is not None else ""
