"""What does a Silvasoft administration remember? One immutable value; a snapshot is a reference."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TypeAlias

from rpds import HashTrieMap

from ixmocks.engine.rows import Rows
from ixmocks.engine.values import value
from ixmocks.silvasoft.model import Books, File, Invoice, Order, Product, Relation, Settings, Status, same
from ixmocks.silvasoft.ordered import Ordered

LONG_MAX = 2**63 - 1
INTEGER_MAX = 2**31 - 1
NOTHING = Ordered()

Guids: TypeAlias = "HashTrieMap[str, tuple[int, ...]]"


@value(frozen=True, slots=True)
class Parties:
    """All relations, with the indexes by which invoices find their customer."""

    all: HashTrieMap[int, Relation] = field(default_factory=HashTrieMap)
    guids: Ordered = NOTHING
    by_customer: HashTrieMap[int, int] = field(default_factory=HashTrieMap)
    by_supplier: HashTrieMap[int, int] = field(default_factory=HashTrieMap)
    by_name: Guids = field(default_factory=HashTrieMap)
    by_email: Guids = field(default_factory=HashTrieMap)
    customer_numbers: Ordered = NOTHING
    supplier_numbers: Ordered = NOTHING

    def next_guid(self) -> int:
        return self.guids.next_free(most=LONG_MAX)

    def put(self, relation: Relation) -> Parties:
        """With this relation added, or in the place of the one with its GUID."""
        old = self.all.get(relation.guid)
        base = self if old is None else self._without_keys(old)
        guid, customer, supplier = relation.guid, relation.customer_number, relation.supplier_number
        return Parties(
            base.all.insert(guid, relation),
            base.guids.add(guid),
            base.by_customer if customer is None else base.by_customer.insert(customer, guid),
            base.by_supplier if supplier is None else base.by_supplier.insert(supplier, guid),
            _listed(base.by_name, same(relation.name), guid),
            _listed(base.by_email, same(relation.email or ""), guid),
            base.customer_numbers if customer is None else base.customer_numbers.add(customer),
            base.supplier_numbers if supplier is None else base.supplier_numbers.add(supplier),
        )

    def _without_keys(self, old: Relation) -> Parties:
        customer, supplier = old.customer_number, old.supplier_number
        return replace(
            self,
            by_customer=self.by_customer if customer is None else self.by_customer.discard(customer),
            by_supplier=self.by_supplier if supplier is None else self.by_supplier.discard(supplier),
            by_name=_unlisted(self.by_name, same(old.name), old.guid),
            by_email=_unlisted(self.by_email, same(old.email or ""), old.guid),
            customer_numbers=self.customer_numbers
            if customer is None
            else self.customer_numbers.drop(customer),
            supplier_numbers=self.supplier_numbers
            if supplier is None
            else self.supplier_numbers.drop(supplier),
        )


@value(frozen=True, slots=True)
class Goods:
    """All products in the order of creation, and the categories there are."""

    all: HashTrieMap[int, Product] = field(default_factory=HashTrieMap)
    by_article: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    by_ean: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    categories: tuple[str, ...] = ()

    def put(self, product: Product) -> Goods:
        old = self.all.get(product.serial)
        by_article, by_ean = self.by_article, self.by_ean
        if old is not None and old.ean is not None and by_ean.get(old.ean) == old.serial:
            by_ean = by_ean.discard(old.ean)
        if product.article is not None:
            by_article = by_article.insert(product.article, product.serial)
        if product.ean is not None and by_ean.get(product.ean) is None:
            by_ean = by_ean.insert(product.ean, product.serial)
        known = product.category in self.categories or not product.category
        categories = self.categories if known else (*self.categories, product.category)
        return Goods(self.all.insert(product.serial, product), by_article, by_ean, categories)


@value(frozen=True, slots=True)
class Sales:
    """All invoices, found by serial or number, listed by number without sorting."""

    all: Rows[Invoice] = field(default_factory=Rows)
    """By serial."""
    numbers: Ordered = NOTHING
    """Each number stands for the serial of its invoice."""
    drafts: Ordered = NOTHING
    """Serials of documents without a number."""
    next_serial: int = 1

    def next_number(self) -> int:
        return self.numbers.next_free(most=LONG_MAX)

    def get(self, number: int) -> Invoice | None:
        serial = self.numbers.get(number)
        return None if serial is None else self.all[serial]

    def book(self, invoice: Invoice) -> Sales:
        """With this invoice, which is new or was a draft so far."""
        serial, number = invoice.serial, invoice.number
        numbers, drafts = self.numbers, self.drafts
        if number is None:
            drafts = drafts.add(serial)
        else:
            numbers = numbers.add(number, serial)
            if drafts.chunks:
                drafts = drafts.drop(serial)
        return Sales(self.all.insert(serial, invoice), numbers, drafts, max(self.next_serial, serial + 1))

    def change(self, invoice: Invoice) -> Sales:
        """With a new version of an invoice whose number stays as it was."""
        return replace(self, all=self.all.insert(invoice.serial, invoice))

    def remove(self, invoice: Invoice) -> Sales:
        """Without an invoice in lists and numbers; the row itself stays, marked as deleted."""
        gone = invoice._replace(status=Status.DELETED)
        kept = self.all.insert(invoice.serial, gone)
        if invoice.number is None:
            return replace(self, all=kept, drafts=self.drafts.drop(invoice.serial))
        return replace(self, all=kept, numbers=self.numbers.drop(invoice.number))


@value(frozen=True, slots=True)
class Orders:
    all: HashTrieMap[int, Order] = field(default_factory=HashTrieMap)
    numbers: Ordered = NOTHING

    def put(self, order: Order) -> Orders:
        return Orders(self.all.insert(order.number, order), self.numbers.add(order.number))


@value(frozen=True, slots=True)
class State:
    settings: Settings
    books: Books
    files: HashTrieMap[str, File] = field(default_factory=HashTrieMap)
    centres: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    """Name of a cost centre to its place in the order of creation."""
    parties: Parties = field(default_factory=Parties)
    goods: Goods = field(default_factory=Goods)
    sales: Sales = field(default_factory=Sales)
    orders: Orders = field(default_factory=Orders)


def _listed(index: Guids, key: str, guid: int) -> Guids:
    if not key:
        return index
    known = index.get(key) or ()
    ranked = (*known, guid) if not known or guid > known[-1] else tuple(sorted({*known, guid}))
    return index.insert(key, ranked)


def _unlisted(index: Guids, key: str, guid: int) -> Guids:
    left = tuple(one for one in index.get(key) or () if one != guid)
    return index.insert(key, left) if left else index.discard(key)
