"""How do products come, change and get listed? Only what is sent changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.silvasoft.form import Form, stamp
from ixmocks.silvasoft.listing import paged, window_of
from ixmocks.silvasoft.model import Product, TaxCode
from ixmocks.silvasoft.money import cents_from
from ixmocks.silvasoft.sales import percent_of, tax_of
from ixmocks.silvasoft.state import Goods, State

PRODUCTS_MAX = 100
NAME_MAX = 175
ARTICLE_MAX = 100


def add_product(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """A new product. Its category must exist, or be made by CategoryCreateIfMissing."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    article, name = form.word("ArticleNumber"), form.word("NewName")
    for member in ("ArticleNumber", "NewName", "CategoryName"):
        if not form.word(member):
            form.wrong("SILV-41", member, "a text that is not blank", f"{member} is mandatory")
    if article and state.goods.by_article.get(article) is not None:
        form.wrong("SILV-42", "ArticleNumber", "a number that no product has", "ArticleNumber already exists")
    blank = Product(
        serial=len(state.goods.all) + 1, article=article, name=name, category="", ean=None, description="",
        stock=Fraction(0), price=Fraction(0), purchase_price=Fraction(0), tax=None, unit="", minimal_stock=Fraction(0),
        supplier_article=None, created_on=stamp(at), changed_on=stamp(at),
    )  # fmt: skip
    product = _changed(state, blank, form, at=at, readings=readings)
    if found:
        return Refused(tuple(found))
    return Changed(replace(state, goods=state.goods.put(product)), product)


def update_product(state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Change the product with that ArticleNumber, or where there is none with that EAN."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    article, ean = form.word("ArticleNumber"), form.word("EAN")
    old = _selected(state.goods, article, ean)
    if old is None:
        if article or ean:
            name = "ArticleNumber" if article else "EAN"
            form.wrong("SILV-43", name, "a product that listproducts shows", "Product not found")
        else:
            form.wrong(
                "SILV-43", "ArticleNumber", "ArticleNumber or EAN", "ArticleNumber or EAN is mandatory"
            )
        return Refused(tuple(found))
    product = _changed(state, old, form, at=at, readings=readings)
    if found:
        return Refused(tuple(found))
    return Changed(replace(state, goods=state.goods.put(product)), product)


def list_products(state: State, query: Mapping[str, Any], *, at: datetime, readings: Readings) -> Outcome:
    """Products in the order of creation; archived ones only when asked for (SILV-69)."""
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(query, "query", found)
    limit, offset = window_of(form, PRODUCTS_MAX, notes)
    article, ean, category = form.word("ArticleNumber"), form.word("EAN"), form.word("Category")
    changed, created = form.whole("ChangedSince"), form.whole("CreatedSince")
    archived, positions = form.flag("IncludeArchived"), form.flag("IncludeStockPositions")
    if found:
        return Refused(tuple(found))
    goods = state.goods
    if article or ean:
        one = _selected(goods, article, ean)
        candidates = [one] if one is not None else []
    else:
        candidates = [goods.all[serial] for serial in range(1, len(goods.all) + 1)]
    chosen = (
        one
        for one in candidates
        if (archived or not one.archived)
        and (not ean or one.ean == ean)
        and (not category or one.category == category)
        and (changed is None or one.changed_on >= changed)
        and (created is None or one.created_on >= created)
    )
    return Changed(state, (paged(chosen, limit, offset), positions), tuple(notes))


def _selected(goods: Goods, article: str, ean: str) -> Product | None:
    serial = goods.by_article.get(article) if article else goods.by_ean.get(ean) if ean else None
    return None if serial is None else goods.all[serial]


def _changed(state: State, old: Product, form: Form, *, at: datetime, readings: Readings) -> Product:
    """The product with what the request says; what is wrong with it is reported."""
    tax = _tax(state, old, form)
    price = _price(form, tax)
    for member, most in (("NewName", NAME_MAX), ("ArticleNumber", ARTICLE_MAX)):
        if len(form.word(member)) > most:
            form.wrong("SILV-44", member, f"at most {most} characters", f"{member} is too long")
    purchase = form.number("NewStockMutationPurchasePrice")
    return replace(
        old,
        name=form.word("NewName") or old.name,
        category=_category(state.goods, old, form),
        ean=form.word("EAN") or old.ean,
        description=form.text("NewDescription") if form.has("NewDescription") else old.description,
        stock=_stock(old, form),
        price=old.price if price is None else price,
        purchase_price=old.purchase_price if purchase is None else purchase,
        tax=tax,
        unit=form.word("NewUnit") or old.unit,
        supplier_article=form.word("NewSupplierArticleNumber") or old.supplier_article,
        changed_on=stamp(at),
    )


def _price(form: Form, tax: TaxCode | None) -> Fraction | None:
    """The price without tax, which is how one is kept (SILV-67)."""
    price = form.number("NewSalePrice")
    if price is not None and form.choice("SalePriceInclOrExcl", "incl", "excl", default="excl") == "incl":
        price = price / (1 + Fraction(tax.percent) / 100) if tax is not None else price
        # ASSUMED: a price with tax is kept without it, rounded to cents.
        price = Fraction(cents_from(price), 100)
    return price


def _category(goods: Goods, old: Product, form: Form) -> str:
    name = form.word("CategoryName")
    create = form.flag("CategoryCreateIfMissing")
    if name and name not in goods.categories and not create:
        form.wrong(
            "SILV-45",
            "CategoryName",
            "a category that exists, or CategoryCreateIfMissing",
            "Category not found",
        )
    return name or old.category


def _stock(old: Product, form: Form) -> Fraction:
    quantity = form.number("NewStockQty")
    mode = form.choice("StockUpdateMode", "Relative", "Absolute", default="Relative")
    if quantity is None:
        return old.stock
    return quantity if mode == "Absolute" else old.stock + quantity


def _tax(state: State, old: Product, form: Form) -> TaxCode | None:
    """The product's tax: by code, or by NewVATPercentage; else as it was."""
    # ASSUMED: addproduct and updateproduct choose a code as sales lines do.
    chosen = Form(
        {"TaxPc": form.members.get("NewVATPercentage"), "TaxCode": form.members.get("TaxCode")}, "body", []
    )
    if not form.has("TaxCode") and (not form.has("NewVATPercentage") or percent_of(chosen) is None):
        form.number("NewVATPercentage")
        return old.tax
    tax = tax_of(state.books, chosen, [])
    for violation in chosen.found:
        at = violation.at.replace("TaxPc", "NewVATPercentage")
        form.found.append(
            replace(violation, at=at, message=violation.message.replace("TaxPc", "NewVATPercentage"))
        )
    return tax or old.tax
