"""What is in an administration at first? A scenario's section, in the vendor's field names, becomes a state."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from rpds import HashTrieMap

from ixmocks.engine.outcome import Outcome, Refused
from ixmocks.engine.system import SeedError
from ixmocks.silvasoft import seed_keys as keys
from ixmocks.silvasoft.attachments import MIMES, ending_of
from ixmocks.silvasoft.form import ZONE, Form, day_of, seen
from ixmocks.silvasoft.invoicing import add_sales_invoice
from ixmocks.silvasoft.model import (
    Books,
    File,
    Invoice,
    Ledger,
    Order,
    Product,
    Project,
    Relation,
    Settings,
    Status,
    TaxCode,
)
from ixmocks.silvasoft.money import Rounding, decimal_of, fraction_of, shown
from ixmocks.silvasoft.orders import add_order
from ixmocks.silvasoft.parties import address_of, contact_of
from ixmocks.silvasoft.relations import full_name
from ixmocks.silvasoft.sales import add_sales_transaction
from ixmocks.silvasoft.state import Goods, Parties, State

CREATED_ON = 1_483_225_200
"""1 January 2017 in Amsterdam: when what a scenario does not date was made."""

PLANS = {"free": 15, "max": 1200}


def load(section: Mapping[str, Any], seed: int) -> State:
    """The first state of a world. Raises SeedError with the key, what was seen and what was expected."""
    only(section, keys.SECTION, "")
    taxes = [tax_of(row, at) for row, at in rows(section, "taxCodes", keys.TAX_CODE, keys.DEFAULT_TAX_CODES)]
    ledgers = [
        ledger_of(row, at) for row, at in rows(section, "ledgerAccounts", keys.LEDGER, keys.DEFAULT_LEDGERS)
    ]
    projects = [
        Project(text(row, "ProjectNumber", at), text(row, "ProjectName", at))
        for row, at in rows(section, "projects", keys.PROJECT)
    ]
    books = Books.of(taxes, ledgers, projects)
    settings = settings_of(section.get("settings") or {}, books)
    files = [file_of(row, at) for row, at in rows(section, "files", keys.FILE)]
    state = State(
        settings, books, HashTrieMap({file.url: file for file in files}), _centres(section),
        _parties(section), _goods(section, books),
    )  # fmt: skip
    return _with_orders(_with_invoices(state, section), section)


def settings_of(given: Any, books: Books) -> Settings:
    only(given, keys.SETTINGS, "settings")
    plan = given.get("plan", 1200)
    plan = PLANS.get(plan, plan) if isinstance(plan, str) else plan
    revenue = [one.number for one in books.ledgers if one.income_statement and one.credit]
    ledger = str(given.get("defaultLedger") or next(iter(revenue), ""))
    if ledger not in books.ledger_by_number:
        raise wrong("settings.defaultLedger", ledger, "the number of one of the ledgerAccounts")
    rounding = given.get("rounding")
    if rounding not in (None, *(one.value for one in Rounding)):
        raise wrong("settings.rounding", rounding, " or ".join(one.value for one in Rounding))
    return Settings(
        payment_term_days=whole(given, "paymentTermDays", "settings", default=21, least=0),
        rounding=Rounding(rounding) if rounding else None,
        requests_per_hour=whole({"plan": plan}, "plan", "settings", default=1200, least=1),
        lines_max=whole(given, "linesMax", "settings", default=75, least=1),
        default_ledger=ledger,
    )


def tax_of(row: Mapping[str, Any], at: str) -> TaxCode:
    percent = decimal_of(row.get("TaxPc"))
    if percent is None or percent < 0:
        raise wrong(f"{at}.TaxPc", row.get("TaxPc"), "a percentage such as 21")
    kind = row.get("TaxType", "Sales")
    if kind not in ("Sales", "Purchase"):
        raise wrong(f"{at}.TaxType", kind, "Sales or Purchase")
    name = text(row, "Name", at)
    exact = Fraction(percent)
    bare = str(shown(exact))
    code = f"{bare if '.' in bare else bare + '.0'}% - {name}"
    return TaxCode(
        code=str(row.get("TaxCode") or code), name=name, percent=percent, exempt=flag(row, "TaxExempt", at),
        sales=kind == "Sales", above=100 * exact.denominator, below=100 * exact.denominator + exact.numerator,
    )  # fmt: skip


def ledger_of(row: Mapping[str, Any], at: str) -> Ledger:
    kind, side = row.get("LedgerType", "IncomeStatement"), row.get("DebetOrCredit", "credit")
    if kind not in ("IncomeStatement", "BalanceSheet"):
        raise wrong(f"{at}.LedgerType", kind, "IncomeStatement or BalanceSheet")
    if side not in ("debet", "credit"):
        raise wrong(f"{at}.DebetOrCredit", side, "debet or credit")
    year, country = str(row.get("FiscalYear", "2017")), row.get("Countrycode", "NL")
    if len(year) != 4 or not year.isdigit():
        raise wrong(f"{at}.FiscalYear", year, "a year of four digits")
    if country not in ("NL", "BE"):
        raise wrong(f"{at}.Countrycode", country, "NL or BE")
    number, name = text(row, "Number", at), text(row, "Name", at)
    return Ledger(number, name, year, kind == "IncomeStatement", country, side == "credit")


def file_of(row: Mapping[str, Any], at: str) -> File:
    """What would be found at a URL. Raises SeedError."""
    url = text(row, "url", at)
    try:
        content = base64.b64decode(row.get("base64", ""), validate=True)
    except (binascii.Error, ValueError):
        raise told(f"{at}.base64", "text that is no base64", "the file's bytes in base64") from None
    content = content or str(row.get("text", "")).encode()
    mime = str(row.get("mime") or MIMES.get(ending_of(url), "application/octet-stream"))
    size = whole(row, "size", at, default=len(content), least=0)
    return File(url, mime, size, content, flag(row, "reachable", at, default=True))


def relation_of(row: Mapping[str, Any], at: str, guid: int) -> Relation:
    form = Form(row, at, [])
    kind = row.get("RelationType", "Business")
    if kind not in ("Business", "Private"):
        raise wrong(f"{at}.RelationType", kind, "Business or Private")
    for index, contact in enumerate(form.rows("Relation_Contact")):
        only(contact, keys.CONTACT, f"{at}.Relation_Contact.{index}")
    contacts = tuple(contact_of(contact) for contact in form.forms("Relation_Contact"))
    customer, supplier = form.whole("CustomerNumber"), form.whole("SupplierNumber")
    created = whole(row, "CreatedOn", at, default=CREATED_ON, least=0)
    is_supplier = form.flag("IsSupplier", supplier is not None)
    relation = Relation(
        guid=guid, private=kind == "Private", name=form.word("Name") or full_name(contacts),
        is_customer=form.flag("IsCustomer", customer is not None or not is_supplier), is_supplier=is_supplier,
        is_other=form.flag("IsOther"), customer_number=customer, supplier_number=supplier,
        email=form.word("Email") or None, phone=form.word("Phone") or None,
        registration=form.word("RegistrationNumber") or None, vat=form.word("TaxIdentificationNumber") or None,
        address=address_of(form), contacts=contacts, created_on=created,
        changed_on=whole(row, "ChangedOn", at, default=created, least=0),
        payment_term_days=whole(row, "PaymentTermDays", at, default=0, least=0) if "PaymentTermDays" in row else None,
    )  # fmt: skip
    if form.found:
        raise told(form.found[0].at, form.found[0].seen, form.found[0].expected)
    if not relation.name:
        raise wrong(f"{at}.Name", None, "a name")
    return relation


def product_of(row: Mapping[str, Any], at: str, serial: int, books: Books) -> Product:
    code = row.get("TaxCode")
    percent = decimal_of(row["VATPercentage"]) if "VATPercentage" in row else None
    tax = (
        books.tax_by_code.get(str(code))
        if code
        else books.tax_by_percent.get(percent)
        if percent is not None
        else None
    )
    if tax is None and (code or "VATPercentage" in row):
        raise wrong(
            f"{at}.{'TaxCode' if code else 'VATPercentage'}",
            code or row["VATPercentage"],
            "one of the taxCodes",
        )
    created = whole(row, "CreatedOn", at, default=CREATED_ON, least=0)

    def number(name: str) -> Fraction:
        value = fraction_of(row.get(name, 0))
        if value is None:
            raise wrong(f"{at}.{name}", row.get(name), "a number")
        return value

    def word(name: str) -> str | None:
        return None if row.get(name) is None else str(row[name])

    return Product(
        serial=serial, article=word("ArticleNumber"), name=text(row, "Name", at), category=word("Category") or "",
        ean=word("EAN"), description=word("Description") or "", stock=number("StockQty"), price=number("Price"),
        purchase_price=number("PurchasePrice"), tax=tax, unit=word("Unit") or "",
        minimal_stock=number("MinimalStockQty"), supplier_article=word("SupplierArticleNumber"), created_on=created,
        changed_on=whole(row, "ChangedOn", at, default=created, least=0), archived=flag(row, "Archived", at),
    )  # fmt: skip


def only(given: Any, known: tuple[str, ...], at: str) -> None:
    """Raises SeedError for anything that is no mapping, and for a key nobody knows, with the nearest one."""
    if not isinstance(given, Mapping):
        raise wrong(at or "the section", given, "a mapping")
    for key in given:
        if key not in known:
            near = get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            place = f"{at}.{key}" if at else str(key)
            raise told(place, "an unknown key", f"one of {', '.join(known)}{hint}")


def rows(
    section: Mapping[str, Any], name: str, known: tuple[str, ...], default: tuple[Mapping[str, Any], ...] = ()
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Each item of a list with its place, its keys checked."""
    items = section.get(name)
    if items is None:
        items = default
    if not isinstance(items, (list, tuple)):
        raise wrong(name, items, "a list")
    for index, item in enumerate(items):
        at = f"{name}.{index}"
        only(item, known, at)
        yield item, at


def wrong(at: str, value: object, expected: str) -> SeedError:
    return told(at, seen(value), expected)


def told(at: str, what: str, expected: str) -> SeedError:
    return SeedError(f"{at}: {what}; expected {expected}.")


def text(row: Mapping[str, Any], name: str, at: str) -> str:
    value = row.get(name)
    if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
        return str(value)
    raise wrong(f"{at}.{name}", value, "a text")


def whole(row: Mapping[str, Any], name: str, at: str, *, default: int, least: int) -> int:
    value = row.get(name, default)
    if type(value) is not int or value < least:
        raise wrong(f"{at}.{name}", value, f"a whole number from {least}")
    return value


def flag(row: Mapping[str, Any], name: str, at: str, *, default: bool = False) -> bool:
    value = row.get(name, default)
    if type(value) is not bool:
        raise wrong(f"{at}.{name}", value, "true or false")
    return value


def _centres(section: Mapping[str, Any]) -> HashTrieMap[str, int]:
    names = section.get("costCentres") or []
    if not isinstance(names, list) or not all(isinstance(name, (str, int)) for name in names):
        raise wrong("costCentres", names, "a list of names")
    return HashTrieMap({str(name): place for place, name in enumerate(names, start=1)})


def _parties(section: Mapping[str, Any]) -> Parties:
    parties = Parties()
    for row, at in rows(section, "relations", keys.RELATION):
        relation = relation_of(row, at, whole(row, "RelationGUID", at, default=parties.next_guid(), least=1))
        for name, number, index in (
            ("RelationGUID", relation.guid, parties.all),
            ("CustomerNumber", relation.customer_number, parties.by_customer),
            ("SupplierNumber", relation.supplier_number, parties.by_supplier),
        ):
            if number is not None and number in index:
                raise wrong(f"{at}.{name}", number, "a number that no other relation has")
        if relation.is_customer and relation.customer_number is None:
            relation = replace(relation, customer_number=(parties.customer_numbers.highest or 0) + 1)
        if relation.is_supplier and relation.supplier_number is None:
            relation = replace(relation, supplier_number=(parties.supplier_numbers.highest or 0) + 1)
        parties = parties.put(relation)
    return parties


def _goods(section: Mapping[str, Any], books: Books) -> Goods:
    goods = Goods()
    for row, at in rows(section, "products", keys.PRODUCT):
        product = product_of(row, at, len(goods.all) + 1, books)
        if product.article is not None and product.article in goods.by_article:
            raise wrong(f"{at}.ArticleNumber", product.article, "a number that no other product has")
        goods = goods.put(product)
    return goods


def _with_invoices(state: State, section: Mapping[str, Any]) -> State:
    """Booked by the same rules that requests meet, on the date that each one says."""
    for row, at in rows(section, "invoices", keys.INVOICE):
        kind = row.get("InvoiceType", "BOOKKEEPING")
        rule = {"BOOKKEEPING": add_sales_transaction, "INVOICE": add_sales_invoice}.get(kind)
        if rule is None:
            raise wrong(f"{at}.InvoiceType", kind, "BOOKKEEPING or INVOICE")
        outcome = _applied(rule, state, row, at, "InvoiceDate")
        invoice: Invoice = outcome.answer
        state = outcome.state
        due = day_of(str(row["InvoiceDueDate"])) if "InvoiceDueDate" in row else invoice.due
        if due is None:
            raise wrong(f"{at}.InvoiceDueDate", row["InvoiceDueDate"], "a date as dd-MM-yyyy")
        left = (
            Form(row, at, []).cents("InvoiceOutstandingAmount") if "InvoiceOutstandingAmount" in row else None
        )
        left = invoice.outstanding_cents if left is None else left
        status = Status.PAID if invoice.status is Status.OPEN and not left else invoice.status
        changed = invoice._replace(due=due, outstanding_cents=left, status=status)
        state = replace(state, sales=state.sales.change(changed))
    return state


def _with_orders(state: State, section: Mapping[str, Any]) -> State:
    for row, at in rows(section, "orders", keys.ORDER):
        outcome = _applied(add_order, state, row, at, "OrderDate")
        order: Order = outcome.answer
        number = whole(row, "OrderNumber", at, default=order.number, least=1)
        if number in state.orders.all:
            raise wrong(f"{at}.OrderNumber", number, "a number that no other order has")
        state = replace(outcome.state, orders=state.orders.put(replace(order, number=number)))
    return state


def _applied(rule: Callable[..., Outcome], state: State, row: Mapping[str, Any], at: str, name: str) -> Any:
    day = day_of(str(row.get(name)))
    if day is None:
        raise wrong(f"{at}.{name}", row.get(name), "a date as dd-MM-yyyy: a scenario has no current date")
    outcome = rule(state, row, at=datetime.combine(day, time(9), ZONE), readings={})
    if isinstance(outcome, Refused):
        first = outcome.first
        raise told(first.at.replace("body", at, 1), first.seen, first.expected)
    return outcome
