"""How is a product made?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.crmcom.form import Form
from ixmocks.crmcom.invoices import Found, refused
from ixmocks.crmcom.items import NAMES
from ixmocks.crmcom.model import Product
from ixmocks.crmcom.money import fraction_of
from ixmocks.crmcom.state import State
from ixmocks.engine.outcome import Changed, Outcome, Readings, Violation

PRODUCT = ("id", "code", "alternative_code")


def create_product(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """products/create: codes are unique (CRM-51)."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    lists = state.lists
    kind = form.pick("type_identifier", lists.product_types, *NAMES, needed=True, what="product type")
    form.pick("brand_identifier", lists.brands, *NAMES, what="brand")
    form.pick("family_identifier", lists.families, *NAMES, what="family")
    rate = form.pick("vat_rate_identifier", lists.vat_rates, *NAMES, what="VAT rate")
    # ASSUMED: a product that is made without a VAT rate gets the organisation's.
    rate = rate or lists.vat_rates.get(state.settings.vat_rate)
    codes = {name: form.word(name) for name in ("code", "alternative_code")}
    for name, code in codes.items():
        if not code:
            form.wrong("CRM-52", name, "a code")
        elif state.products.find(name, code):
            form.wrong("CRM-51", name, "a code that no other product has")
    description = form.text("description")
    if description is None:
        form.wrong("CRM-52", "description", "a description")
    fields: dict[str, Any] = {name: form.text(name) for name in ("short_description", "long_description")}
    if form.has("priority"):
        priority = fraction_of(form.members["priority"])
        if priority is None:
            form.wrong("schema", "priority", "a number that a double holds")
        fields["priority"] = priority
    if rate is None and not found:
        form.wrong("CRM-52", "vat_rate_identifier", "a VAT rate: the organisation has no usual one")
    if found or kind is None or rate is None:
        return refused(found)
    state, id = state.new_id()
    product = Product(
        id, codes["code"], codes["alternative_code"], description or "", kind, rate, None, fields
    )
    return Changed(replace(state, products=state.products.put(product)), Found(product))
