"""Of what are invoice lines made? Products are made, found, read and changed, each level from the one above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings
from ixmocks.telecomx.asked import Asked, customer_for, denied, is_admin, sells
from ixmocks.telecomx.current import RECURRENCES
from ixmocks.telecomx.form import Form, Found
from ixmocks.telecomx.invoicing import may_use
from ixmocks.telecomx.state import Customer, Employee, Product, State, effective, usable

UNITS = {name: name for name in ("MIN", "MB", "UNITS", "HOURS", "KM", "MONTHS")}
MASTER_ONLY = ("type", "unitType", "cost", "wholesale")
"""What a product inherits, so that only a master product has it of its own."""


def create_product(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    """TCX-42: from a master product, from a reseller's product, or, by an ADMIN, a master product."""
    found = Found()
    form = Form.of(asked.body, "body", found)
    for name in ("productCode", "name"):
        if not form.has(name):
            form.wrong("TCX-42", name, "a value: it is mandatory")
    if not sells(asked.by):
        denied(found, asked.by, "a RESELLER or an ADMIN")
    above = _above(state, form, asked.by)
    customer = _customer(state, form, asked.by)
    reseller = _reseller(state, form, asked.by, above)
    state, identifier = state.with_id(at)
    blank = Product(
        id=identifier, code="", name="", reseller=reseller, customer=customer.id if customer else "",
        inherits=above.id if above and form.has("inheritFrom") else "",
        inherits_reseller=above.id if above and not form.has("inheritFrom") else "",
    )  # fmt: skip
    product = changed_product(form, _inherited(blank, above), is_master=above is None)
    if found.violations:
        return found.refused
    return Changed(state.with_product(product), effective(state, product), found.noted)


def _inherited(product: Product, above: Product | None) -> Product:
    if above is None:
        return product
    return replace(
        product, type=above.type, unit=above.unit, recurrence=above.recurrence, full_month=above.full_month,
        cost=above.cost, wholesale=above.wholesale, price=above.price, vat_exempt=above.vat_exempt,
    )  # fmt: skip


def _above(state: State, form: Form, by: Employee) -> Product | None:
    """The product that this one inherits from; None: it is a master product, which takes an ADMIN."""
    for name, wants_master in (("inheritFrom", True), ("inheritFromReseller", False)):
        given = form.text(name, "TCX-42")
        if given is None:
            continue
        above = state.products.get(given)
        own = above is not None and (above.reseller == "") is wants_master
        if own and above is not None and not wants_master and not is_admin(by):
            own = above.reseller == by.customer
        if above is None or not own:
            form.wrong(
                "TCX-42", name, "the id of a master product" if wants_master else "the id of an own product"
            )
            return None
        return effective(state, above)
    if not is_admin(by) and not {"inheritFrom", "inheritFromReseller"} & set(form.members):
        form.found.wrong(
            "TCX-42", "request", "a master product", "inheritFrom: only an ADMIN makes master products"
        )
    return None


def _customer(state: State, form: Form, by: Employee) -> Customer | None:
    given = form.text("customer", "TCX-20")
    return None if given is None else customer_for(state, given, form.found, by, at="body.customer")


def _reseller(state: State, form: Form, by: Employee, above: Product | None) -> str:
    """A reseller's own id is put in by itself; an ADMIN names one, or inherits it."""
    if not is_admin(by):
        return by.customer
    given = form.text("reseller", "TCX-21")
    if given is not None and given not in state.customers:
        form.wrong("TCX-21", "reseller", "the id of a reseller")
    return given or (above.reseller if above else "")


def changed_product(form: Form, product: Product, *, is_master: bool) -> Product:
    """The product with what the body says; absent members stay, members of the level above are passed over."""
    values: Mapping[str, Any] = {
        "code": form.text("productCode"),
        "name": form.text("name"),
        "recurrence": form.choice("recurrence", RECURRENCES),
        "full_month": form.flag("recurrenceFullMonth"),
        "price": form.number("price", "TCX-26"),
        "reseller_only": form.flag("applyByResellerOnly"),
        "standard": form.flag("standard"),
        "vat_exempt": form.flag("vatExempt"),
    }
    inner: Mapping[str, Any] = {
        "type": form.text("type"),
        "unit": form.choice("unitType", UNITS),
        "cost": form.number("cost", "TCX-26"),
        "wholesale": form.number("wholesale", "TCX-26"),
    }
    if is_master:
        values = {**values, **inner}
    elif set(MASTER_ONLY) & set(form.members):
        form.found.notes.add("TCX-16")
    given = {name: value for name, value in values.items() if value is not None}
    for name in ("start", "end"):
        if form.has(name):
            given[name] = None if form.members[name] is None else form.instant(name, "TCX-43")
    return replace(product, **given)


def get_product(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    product = product_for(state, asked, found)
    return found.refused if found.violations or product is None else Changed(state, effective(state, product))


def product_for(state: State, asked: Asked, found: Found, *, touch: bool = False) -> Product | None:
    """The product that the address names. Masters may be read by resellers, and changed by an ADMIN."""
    product, by = state.products.get(asked.id), asked.by
    if product is None:
        found.wrong("TCX-37", "path.productId", repr(asked.id)[:60], "the id of a product")
    elif touch and not sells(by):
        denied(found, by, "a RESELLER or an ADMIN")
    elif not is_admin(by) and product.reseller != _own_reseller(state, by) and (product.reseller or touch):
        denied(found, by, "an employee of the product's reseller, or an ADMIN")
    return product


def _own_reseller(state: State, by: Employee) -> str:
    """Whose products the employee works with: her own, or below a reseller those of the parent."""
    if sells(by):
        return by.customer
    customer = state.customers.get(by.customer)
    return customer.parent if customer else ""


def list_products(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found, query, by = Found(), asked.query, asked.by
    customer = None
    if "customer" in query:
        customer = customer_for(state, query["customer"], found, by, at="query.customer", also_own=True)
    if found.violations:
        return found.refused
    reseller = query.get("reseller") if is_admin(by) else None
    whose = "" if query.get("master") and sells(by) else reseller or _own_reseller(state, by)
    if customer is not None and whose:
        whose = customer.parent
    products = [
        effective(state, product)
        for product in state.products.values()
        if product.reseller == whose
        and (query.get("all") or usable(product, at))
        and _matches(product, query.get("filter", ""))
        and (sells(by) or not product.reseller_only)
        and (customer is None or not product.reseller or may_use(product, customer, at) or query.get("all"))
    ]
    wanted = query.get("type", "ALL")
    fitting = [product for product in products if wanted in ("ALL", product.type)]
    return Changed(state, tuple(sorted(fitting, key=lambda product: (product.code, product.id))))


def _matches(product: Product, text: str) -> bool:
    wanted = text.casefold()
    return wanted in product.code.casefold() or wanted in product.name.casefold()


def update_product(state: State, asked: Asked, *, at: datetime, readings: Readings) -> Outcome:
    found = Found()
    form = Form.of(asked.body, "body", found)
    product = product_for(state, asked, found, touch=True)
    blank = product or Product(id="", code="", name="")
    is_master = not (blank.inherits or blank.inherits_reseller) and is_admin(asked.by)
    changed = changed_product(form, blank, is_master=is_master)
    if found.violations or product is None:
        return found.refused
    after = state if changed == product else state.with_product(changed)
    return Changed(after, effective(after, changed), found.noted)
