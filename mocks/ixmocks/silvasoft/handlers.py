"""Who answers a request? Each function translates, asks one rule and shapes the reply."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ixmocks.engine.call import Call
from ixmocks.engine.outcome import Answer
from ixmocks.silvasoft import papers, rules, show
from ixmocks.silvasoft.listing import Page
from ixmocks.silvasoft.model import Invoice, Order, Product, Relation
from ixmocks.silvasoft.orders import OrderPage, as_plain


def addsalestransaction(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_sales_transaction, call.body), _invoice)


def addsalesinvoice(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_sales_invoice, call.body), _invoice)


def listsalesinvoices(call: Call) -> Answer:
    return call.reply(call.decide(rules.list_sales_invoices, call.query), _invoices)


def addbusinessrelation(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_business_relation, call.body), _relation)


def addprivaterelation(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_private_relation, call.body), _relation)


def updaterelation(call: Call) -> Answer:
    return call.reply(call.decide(rules.update_relation, call.body), _relation)


def listrelations(call: Call) -> Answer:
    return call.reply(call.decide(rules.list_relations, call.query), _relations)


def listproducts(call: Call) -> Answer:
    return call.reply(call.decide(rules.list_products, call.query), _products)


def addproduct(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_product, call.body), _product)


def updateproduct(call: Call) -> Answer:
    return call.reply(call.decide(rules.update_product, call.body), _product)


def listtaxcodes(call: Call) -> Answer:
    return call.reply(
        call.decide(rules.list_tax_codes, call.query), lambda codes: _all(map(show.tax_code, codes))
    )


def listledgeraccounts(call: Call) -> Answer:
    return call.reply(
        call.decide(rules.list_ledger_accounts, call.query), lambda some: _all(map(show.ledger, some))
    )


def addorder(call: Call) -> Answer:
    return call.reply(call.decide(rules.add_order, call.body), _order)


def updateorder(call: Call) -> Answer:
    return call.reply(call.decide(rules.update_order, call.body), _order)


def listorders(call: Call) -> Answer:
    return call.reply(call.decide(rules.list_orders, call.query), _orders)


def _all(objects: Iterable[Any]) -> Answer:
    return Answer(200, list(objects))


def _one(shown: Any) -> Answer:
    """The vendor answers most creations with an array of one."""
    return Answer(200, [shown])


def _invoice(invoice: Invoice) -> Answer:
    return _one(show.invoice(invoice))


def _invoices(page: Page) -> Answer:
    return _all(_listed(invoice, page) for invoice in page.invoices)


def _listed(invoice: Invoice, page: Page) -> dict[str, Any]:
    shown = show.invoice(invoice, lines=page.with_lines)
    if page.with_pdf:
        shown["Base64PDF"] = papers.base64_of(invoice, generate=page.generate_pdf)
    return shown


def _relation(relation: Relation | None) -> Answer:
    return Answer(200, {}) if relation is None else _one(show.relation(relation))


def _relations(relations: Iterable[Relation]) -> Answer:
    return _all(map(show.relation, relations))


def _product(product: Product | None) -> Answer:
    """Unlike the others, addproduct's page shows a bare object."""
    return Answer(200, {} if product is None else show.product(product))


def _products(found: tuple[Iterable[Product], bool]) -> Answer:
    products, positions = found
    return _all(show.product(product, stock_positions=positions) for product in products)


def _order(order: Order | None) -> Answer:
    return Answer(200, {}) if order is None else _one(show.order(order))


def _orders(page: OrderPage) -> Answer:
    return _all(_listed_order(order, page) for order in page.orders)


def _listed_order(order: Order, page: OrderPage) -> dict[str, Any]:
    shown = show.order(order)
    if page.plain_text:
        shown["OrderNotes"] = as_plain(order.notes)
    return shown
