"""How does a described instalment become a complete one? Fills in what was left out, checks what was given.

A scenario and the action `addInstalment` say as little as they like; amounts that they do say
must fit one of the ways in which VAT can be rounded: per line, per rate, or out of the inclusive amount.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ixmocks.ixpole import money
from ixmocks.ixpole.shape import Misfit, read
from ixmocks.ixpole.state import (
    Customer,
    Instalment,
    Kind,
    Line,
    Mark,
    Owner,
    Product,
    Sale,
    SaleState,
    Season,
    State,
    VatRate,
)
from ixmocks.ixpole.tables import INSTALMENT, STORED_SALE

OWNER = Owner(user_id=1, name="An Peeters", email="an@club.example")
PRICE_DECIMALS_MAX = 6
Fields = dict[str, Any]


def instalment(state: State, described: Any, at: str) -> tuple[State, Instalment]:
    """The complete instalment, and the state with its sale; the instalment itself is not yet stored."""
    given = read(INSTALMENT, described, at)
    customer = customer_of(state, given["customer"], f"{at}.customer")
    state, sale = _sale_of(state, given, at)
    code = given.get("code") or next_code(state, sale)
    if code in state.instalments:
        raise Misfit(f"{at}.instalmentCode", repr(code), "a code that no other instalment has", "IXP-03")
    instalment_id = given.get("instalment_id", state.next_id)
    lines = lines_of(state, given["lines"], sale, at)
    net_cents, vat_cents, gross_cents = header(given, lines, state.settings.check_amounts, at)
    kind = Kind(given["kind"])
    check_credit(kind, net_cents, at)
    complete = Instalment(
        instalment_id=instalment_id, code=code, day=given["day"], kind=kind,
        invoice_reference=given["invoice_reference"], season=given.get("season") or season_of(given["day"]),
        sale_id=sale.sale_id, customer_id=customer.customer_id,
        address_id=address_id(customer, given, at), contact_id=contact_id(customer, given, at),
        owner=given.get("owner", OWNER), currency=given.get("currency", state.settings.currency),
        payment_term_days=given.get("payment_term_days", state.settings.payment_term_days),
        net_cents=net_cents, vat_cents=vat_cents, gross_cents=gross_cents, lines=lines,
        invoice_number=given["invoice_number"] or "", due_date=given["due_date"],
        payment_no=given["payment_no"] or "", mark=_mark(given.get("status", "")),
    )  # fmt: skip
    return state.having(instalment_id), complete


def sale(state: State, given: Fields, at: str) -> tuple[State, Sale]:
    """A sale by its number or id: the one that is there (nothing may differ), or a new one."""
    known = _known_sale(state, given)
    if known is None:
        if "contract_number" not in given:
            raise Misfit(f"{at}.contractNumber", "nothing", "the number of the contract")
        new = _new_sale(state, given)
        return state.having(new.sale_id).with_sale(new), new
    for member in STORED_SALE:
        if member.field not in given:
            continue
        wanted, stored = given[member.field], getattr(known, member.field)
        if wanted != (stored.value if isinstance(stored, SaleState) else stored):
            raise Misfit(
                f"{at}.{member.name}",
                repr(wanted),
                f"{stored!r}, as sale {known.contract_number} had it before",
            )
    return state, known


def lines_of(state: State, described: Iterable[Fields], of: Sale, at: str) -> tuple[Line, ...]:
    return tuple(_line(state, line, n, of, f"{at}.lines.{n}") for n, line in enumerate(described))


def check_credit(kind: Kind, net_cents: int, at: str) -> None:
    if kind is Kind.CREDIT and net_cents > 0:
        raise Misfit(
            f"{at}.lines", f"a sum of {money.amount_of(net_cents)}", "a sum below zero: a Credit", "IXP-11"
        )


def next_code(state: State, of: Sale) -> str:
    """Contract number and a sequence of two digits."""
    taken = [i.code.removeprefix(f"{of.contract_number}-") for i in state.instalments_of(of.sale_id)]
    last = max((int(tail) for tail in taken if tail.isascii() and tail.isdigit()), default=0)
    return f"{of.contract_number}-{last + 1:02d}"


def season_of(day: date) -> Season:
    """Seasons run from July to June."""
    start = day.year if day.month >= 7 else day.year - 1
    return Season(season_id=max(start - 2012, 0), name=f"{start}-{start + 1}")


def unit_price(net_cents: int, *, quantity: Decimal, discount_percentage: Decimal) -> Decimal | None:
    """The price that gives this amount exactly; None where no short decimal does."""
    factor = quantity * (100 - discount_percentage)
    if factor == 0:
        return None
    price = (Decimal(net_cents) / factor).quantize(Decimal(1).scaleb(-PRICE_DECIMALS_MAX))
    return price.normalize() + 0 if price * factor == net_cents else None


# The sale and the customer behind it.


def _sale_of(state: State, given: Fields, at: str) -> tuple[State, Sale]:
    told = dict(given.get("sale") or {})
    if "sale_id" not in told and "contract_number" not in told:
        if "code" not in given:
            raise Misfit(f"{at}.sale", "nothing", "instalmentCode, or a sale with contractNumber or saleId")
        told["contract_number"] = re.sub(r"-[0-9]{2}$", "", given["code"])
    if (
        "sale_id" in told
        and told["sale_id"] not in state.sales
        and "contract_number" not in told
        and "code" in given
    ):
        told["contract_number"] = re.sub(r"-[0-9]{2}$", "", given["code"])
    return sale(state, told, f"{at}.sale")


def _known_sale(state: State, given: Fields) -> Sale | None:
    sale_id = given.get("sale_id")
    if sale_id is not None and sale_id in state.sales:
        return state.sales[sale_id]
    sale_id = state.contracts.get(given.get("contract_number", ""))
    return None if sale_id is None else state.sales[sale_id]


def _new_sale(state: State, given: Fields) -> Sale:
    return Sale(
        sale_id=given.get("sale_id", state.next_id), contract_number=given["contract_number"],
        contract_reference=given.get("contract_reference", ""), sale_type=given.get("sale_type", "Season"),
        is_barter=given.get("is_barter", False), start_date=given.get("start_date"),
        end_date=given.get("end_date"), credited_code=given.get("credited_code"),
        state=SaleState(given.get("state", "Final")),
    )  # fmt: skip


def customer_of(state: State, given: Fields, at: str) -> Customer:
    customer = state.customers.get(given["customer_id"])
    if customer is None:
        raise Misfit(f"{at}.customerId", str(given["customer_id"]), "the id of a customer in `customers`")
    for member, stored in (("code", customer.code), ("name", customer.name)):
        if member in given and given[member] != stored:
            name = {"code": "customerCode", "name": "name"}[member]
            raise Misfit(f"{at}.{name}", repr(given[member]), f"{stored!r}, as the customer has it")
    return customer


def address_id(customer: Customer, given: Fields, at: str) -> int | None:
    ids = [a.address_id for a in sorted(customer.addresses, key=lambda a: not a.is_default)]
    return _one_of(ids, given, "address_id", f"{at}.addressId")


def contact_id(customer: Customer, given: Fields, at: str) -> int | None:
    ids = [c.contact_id for c in sorted(customer.contact_persons, key=lambda c: not c.is_default)]
    return _one_of(ids, given, "contact_id", f"{at}.contactId")


def _one_of(ids: list[int], given: Fields, field: str, at: str) -> int | None:
    if field not in given:
        return ids[0] if ids else None
    chosen: int | None = given[field]
    if chosen is not None and chosen not in ids:
        raise Misfit(
            at, str(chosen), f"null or one of the customer's own: {', '.join(map(str, ids)) or 'none'}"
        )
    return chosen


def _mark(status: str) -> Mark:
    """Only the end marks are stored; every other status follows from dates and numbers."""
    return Mark(status) if status in (Mark.CANCELLED.value, Mark.CREDITED.value) else Mark.NONE


# Lines and amounts.


def _line(state: State, given: Fields, index: int, of: Sale, at: str) -> Line:
    product = _product(state, given, at)
    rate = given.get("vat_rate") or (
        VatRate(product.vat_rate.code, product.vat_rate.percentage) if product else None
    )
    if rate is None:
        raise Misfit(f"{at}.vatRate", "nothing", "a rate, or a productId that brings one")
    price, net_cents, vat_cents, gross_cents = _amounts(given, product, rate, at)
    line = Line(
        number=given.get("number", index + 1), product_id=given["product_id"],
        product_code=given.get("product_code", product.code if product else ""),
        description=given.get("description", product.description if product else ""),
        quantity=given["quantity"], unit_price=price, discount_percentage=given["discount_percentage"],
        vat_rate=rate, net_cents=net_cents, vat_cents=vat_cents, gross_cents=gross_cents,
        ledger_account=given.get("ledger_account", product.ledger_account if product else None),
        cost_centre=given["cost_centre"], period_from=given.get("period_from", of.start_date),
        period_to=given.get("period_to", of.end_date), parent_product_id=given["parent_product_id"],
    )  # fmt: skip
    if state.settings.check_amounts:
        _check_line(line, given, at)
    return line


def _product(state: State, given: Fields, at: str) -> Product | None:
    for field, name in (("product_id", "productId"), ("parent_product_id", "parentProductId")):
        if given[field] is not None and given[field] not in state.products:
            raise Misfit(f"{at}.{name}", str(given[field]), "the id of a product in `products`")
    product = None if given["product_id"] is None else state.products[given["product_id"]]
    if product is not None and product.bom:
        parts = ", ".join(str(part.product_id) for part in product.bom)
        raise Misfit(
            f"{at}.productId", str(product.product_id), f"its parts {parts}: it is a composite", "IXP-14"
        )
    return product


def _amounts(given: Fields, product: Product | None, rate: VatRate, at: str) -> tuple[Decimal, int, int, int]:
    """Unit price, and the three amounts in cents."""
    quantity, discount = given["quantity"], given["discount_percentage"]
    net_cents: int | None = given.get("net_cents")
    price: Decimal | None = given.get("unit_price")
    if net_cents is None and "gross_cents" in given:
        net_cents = money.net_out_of_gross_cents(given["gross_cents"], rate.percentage)
    if price is None and net_cents is not None:
        price = unit_price(net_cents, quantity=quantity, discount_percentage=discount)
    elif price is None and product is not None:
        price = money.amount_of(product.price_cents)
    if price is None:
        raise Misfit(f"{at}.unitPriceExclVat", "nothing", "a price (none follows exactly from what is given)")
    if net_cents is None:
        net_cents = money.line_net_cents(quantity=quantity, unit_price=price, discount_percentage=discount)
    if "vat_cents" in given:
        vat_cents = given["vat_cents"]
    elif "gross_cents" in given:
        vat_cents = given["gross_cents"] - net_cents
    else:
        vat_cents = money.vat_cents(net_cents, rate.percentage)
    return price, net_cents, vat_cents, given.get("gross_cents", net_cents + vat_cents)


def _check_line(line: Line, given: Fields, at: str) -> None:
    """What a scenario says of a line adds up (IXP-51)."""
    if line.gross_cents != line.net_cents + line.vat_cents:
        raise Misfit(f"{at}.amountInclVat", _euro(line.gross_cents), _euro(line.net_cents + line.vat_cents))
    percentage = line.vat_rate.percentage
    on_net = money.vat_cents(line.net_cents, percentage)
    in_gross = line.gross_cents - money.net_out_of_gross_cents(line.gross_cents, percentage)
    if line.vat_cents not in (on_net, in_gross):
        raise Misfit(
            f"{at}.vatAmount", _euro(line.vat_cents), f"{_euro(on_net)}: {percentage} % of the amount"
        )
    product_cents = money.line_net_cents(
        quantity=line.quantity, unit_price=line.unit_price, discount_percentage=line.discount_percentage
    )
    if "net_cents" in given and product_cents != line.net_cents:
        raise Misfit(
            f"{at}.amountExclVat", _euro(line.net_cents), f"{_euro(product_cents)}: quantity × unit price"
        )


def header(given: Fields, lines: tuple[Line, ...], check: bool, at: str) -> tuple[int, int, int]:
    """The three amounts of the instalment: given, or the sums of its lines."""
    net_sum, vat_sum = sum(line.net_cents for line in lines), sum(line.vat_cents for line in lines)
    net_cents = given.get("net_cents", net_sum)
    vat_cents = given.get("vat_cents", vat_sum)
    if "vat_cents" not in given and "gross_cents" in given:
        vat_cents = given["gross_cents"] - net_cents
    gross_cents = given.get("gross_cents", net_cents + vat_cents)
    if check:
        per_rate = vat_per_rate(lines)
        if net_cents != net_sum:
            raise Misfit(f"{at}.amountExclVat", _euro(net_cents), f"{_euro(net_sum)}, the sum of the lines")
        if vat_cents not in (vat_sum, per_rate):
            expected = f"{_euro(vat_sum)} (sum of the lines) or {_euro(per_rate)} (rounded once per rate)"
            raise Misfit(f"{at}.vatAmount", _euro(vat_cents), expected)
        if gross_cents != net_cents + vat_cents:
            raise Misfit(f"{at}.amountInclVat", _euro(gross_cents), _euro(net_cents + vat_cents))
    return net_cents, vat_cents, gross_cents


def vat_per_rate(lines: tuple[Line, ...]) -> int:
    nets: Mapping[Decimal, list[int]] = defaultdict(list)
    for line in lines:
        nets[line.vat_rate.percentage].append(line.net_cents)
    return sum(money.vat_cents(sum(cents), percentage) for percentage, cents in nets.items())


def _euro(cents: int) -> str:
    return str(money.amount_of(cents))
