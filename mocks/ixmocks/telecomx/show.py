"""What does TelecomX say of an invoice, a customer, a product? Members without a value are left out.

Who asks decides what is shown: cost is for an ADMIN, wholesale prices for RESELLER and ADMIN (TCX-10).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from ixmocks.engine import exact
from ixmocks.engine.outcome import Readings
from ixmocks.telecomx import dates
from ixmocks.telecomx.asked import is_admin, sells
from ixmocks.telecomx.entry import Session
from ixmocks.telecomx.invoices import Page
from ixmocks.telecomx.money import plain
from ixmocks.telecomx.people import ADDRESS, TEXTS
from ixmocks.telecomx.state import (
    Address,
    Current,
    Customer,
    Employee,
    Invoice,
    Line,
    Product,
    State,
    Sums,
    effective,
)

Json = dict[str, Any]


def session(of: Session) -> Json:
    return {"token": of.token, "expiresInMinutes": of.minutes, **_whose(of, extended=True)}


def validity(of: Session | None, *, extended: bool) -> Json:
    return {"success": False} if of is None else {"success": True, **_whose(of, extended=extended)}


def _whose(of: Session, *, extended: bool) -> Json:
    employee = of.employee
    whose = {"employee": employee.id, "customer": employee.customer, "accessLevel": employee.level.value}
    if extended:
        more = {"name": employee.name, "customerName": of.customer_name}
        whose |= _held(more) | {"language": "da"}
        return {**whose, "customerFeatures": ["CUSTOMER"]}
    return dict(whose)


def invoice(of: Invoice, by: Employee, readings: Readings, *, with_totals: bool = True) -> Json:
    shown: Json = {
        "_id": of.id,
        "customer": of.customer,
        "sent": of.sent,
        "invoiceNumber": _number(of, readings),
        "period": of.period,
        "invoiceDate": dates.shown(of.day),
        **_moments({"dueDate": of.due}),
        "paid": of.paid,
        **_held({"headline": of.headline}),
        "lines": [_line(line, by, readings) for line in of.lines],
    }
    return shown | _totals(of, by) if with_totals else shown


def _number(of: Invoice, readings: Readings) -> str | int:
    """TCX-32: text by the table; where it waits, the number -1 of the sample."""
    return -1 if of.is_pending and readings.get("TCX-32") != "text" else of.number


def _line(of: Line, by: Employee, readings: Readings) -> Json:
    shown: Json = {
        "product": of.product, **_held({"productCode": of.code, "name": of.name, "description": of.description}),
        "units": plain(of.units), "type": of.unit,
    }  # fmt: skip
    shown |= _prices(by, unitCost=of.cost, unitWholesale=of.wholesale, unitPrice=of.price)
    shown["vatExempt"] = of.vat_exempt
    if readings.get("TCX-34") == "shown":
        shown |= _moments({"from": of.since, "to": of.until})
    return shown


def _totals(of: Invoice, by: Employee) -> Json:
    """Sums, of cost and wholesale for those whom they concern (TCX-10)."""
    price, wholesale, cost = of.totals.price, of.totals.wholesale, of.totals.cost
    shown: Json = {}
    if is_admin(by):
        shown["subTotalCost"] = exact.amount(cost.net)
    if sells(by):
        shown["subTotalWholesale"] = exact.amount(wholesale.net)
    shown["subTotal"] = exact.amount(price.net)
    if is_admin(by):
        shown["vatCost"] = exact.amount(cost.vat)
    if sells(by):
        shown["vatWholesale"] = exact.amount(wholesale.vat)
    return shown | {"vat": exact.amount(price.vat), "total": exact.amount(total(price))}


def total(of: Sums) -> int:
    return of.net + of.vat


def _prices(by: Employee, **prices: Decimal | None) -> Json:
    """The prices that this employee may see (TCX-10); names that speak of cost or wholesale say who that is."""
    shown = {}
    for name, price in prices.items():
        hidden = ("ost" in name and not is_admin(by)) or ("holesale" in name and not sells(by))
        if price is not None and not hidden:
            shown[name] = plain(price)
    return shown


def invoices(page: Page, state: State, by: Employee, readings: Readings) -> Json:
    with_totals = page.expand or readings.get("TCX-35") == "shown"
    shown = [invoice(one, by, readings, with_totals=with_totals) for one in page.items]
    if page.expand:
        for one in shown:
            one["customer"] = _customer_in_short(state.customers[one["customer"]])
    return {**_head(page), "invoices": shown}


def _customer_in_short(of: Customer) -> Json:
    primary = of.primary
    return {
        "_id": of.id,
        **_held(
            {"name": of.name, "emailAddress": of.finance.get("emailAddress") or of.texts.get("emailAddress")}
        ),
        **({"address": address(primary)} if primary else {}),
    }


def _head(page: Page) -> Json:
    return {"offset": page.offset, "limit": page.limit, "total": page.total}


def current(state: State, of: Current, by: Employee) -> Json:
    product = effective(state, state.products[of.product])
    return {
        "_id": of.id,
        "customer": of.customer,
        "product": {"_id": product.id, **_product_common(product, by)},
        **_held({"name": of.name, "description": of.description}),
        "units": plain(of.units),
        **_prices(by, unitCost=of.cost, unitWholesale=of.wholesale, unitPrice=of.price),
        **_moments({"start": of.start, "terminate": of.terminate}),
        "recurrence": of.recurrence.value,
        "locked": of.locked,
        **_held({"billingCustomer": of.billing}),
    }


def customer(of: Customer, by: Employee, *, full: bool = True) -> Json:
    texts = {name: of.texts.get(name) for name in TEXTS if name != "notes" or (sells(by) and full)}
    shown: Json = {"_id": of.id, "name": of.name, **_held(texts), "state": of.state}
    shown |= _held({"parentReseller": of.parent})
    if of.is_reseller:
        shown["isReseller"] = True
    if not full:
        return shown
    shown["addresses"] = [address(one) for one in of.addresses]
    finance = dict(sorted(of.finance.items()))
    return shown | ({"finance": finance} if finance else {})


def customers(page: Page, by: Employee) -> Json:
    return {**_head(page), "customers": [customer(one, by, full=page.expand) for one in page.items]}


def address(of: Address) -> Json:
    return {"_id": of.id, "primary": of.primary, **_held({name: of.texts.get(name) for name in ADDRESS})}


def product(of: Product, by: Employee) -> Json:
    return {
        "_id": of.id,
        "start": None if of.start is None else dates.shown(of.start),
        "end": None if of.end is None else dates.shown(of.end),
        **_product_common(of, by),
        "vatExempt": of.vat_exempt,
        **_held({"reseller": of.reseller, "customer": of.customer}),
        **_held({"inheritFrom": of.inherits, "inheritFromReseller": of.inherits_reseller}),
        "applyByResellerOnly": of.reseller_only,
        "standard": of.standard,
    }


def _product_common(of: Product, by: Employee) -> Json:
    return {
        "type": of.type, "productCode": of.code, "name": of.name, "unitType": of.unit,
        "recurrence": of.recurrence.value, "recurrenceFullMonth": of.full_month,
        **_prices(by, cost=of.cost, wholesale=of.wholesale, price=of.price),
    }  # fmt: skip


def _held(members: Mapping[str, str | None]) -> Json:
    return {name: value for name, value in members.items() if value}


def _moments(members: Mapping[str, datetime | None]) -> Json:
    return {name: dates.shown(value) for name, value in members.items() if value is not None}
