"""What do people do with whole sales? Plan one in instalments, make it final, cancel it, credit an invoice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from ixmocks.engine.outcome import Changed, Outcome, Readings, Violation
from ixmocks.ixpole import money, plan, show
from ixmocks.ixpole.desk import Command, answering, missing, unfit
from ixmocks.ixpole.rules import refused
from ixmocks.ixpole.shape import Misfit, read, read_date, shown
from ixmocks.ixpole.state import (
    Instalment,
    Kind,
    Line,
    Mark,
    Product,
    Sale,
    SaleState,
    Stage,
    State,
    stage_of,
    today,
)
from ixmocks.ixpole.tables import LINE, STORED_SALE

OF_A_SALE = {member.name for member in STORED_SALE}


@answering
def add_sale(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """A contract, its amount divided evenly over the instalment dates (IXP-10), formulas split into parts (IXP-14)."""
    described = {name: value for name, value in command.items() if name in OF_A_SALE}
    described = {"contractNumber": f"C-{today(at).year}-{state.next_id}"} | described
    if described["contractNumber"] in state.contracts:
        raise Misfit(
            "with.contractNumber", repr(described["contractNumber"]), "a number that no other sale has"
        )
    state, new = plan.sale(state, read(STORED_SALE, described, "with"), "with")
    customer = plan.customer_of(state, {"customer_id": command["customerId"]}, "with")
    kind = Kind.CREDIT if new.sale_type == "Credit" else Kind.INVOICE
    parts = [
        part
        for n, line in enumerate(command["lines"])
        for part in _parts(state, line, kind, f"with.lines.{n}")
    ]
    violations = unfit(customer, "with.customer") + final_without_instalments(
        new, len(command["instalmentDates"])
    )
    if violations:
        return refused(violations)
    count = len(command["instalmentDates"])
    for number, day in enumerate(command["instalmentDates"]):
        if read_date(day) is None:
            raise Misfit(f"with.instalmentDates.{number}", shown(day), "a date that exists", "IXP-39")
        lines = [_share(part, count, number) for part in parts]
        told = {
            "instalmentDate": day, "type": kind.value, "customer": {"customerId": customer.customer_id},
            "sale": {"saleId": new.sale_id}, "lines": lines,
        }  # fmt: skip
        state, instalment = plan.instalment(state, told, "with")
        state = state.with_instalment(instalment)
    return Changed(state, _sale_answer(state, new, at))


@answering
def finalise_sale(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """A draft sale becomes Final; its instalments are delivered from then on (IXP-09, IXP-29)."""
    sale = _sale(state, command)
    violations = final_without_instalments(
        replace(sale, state=SaleState.FINAL), len(state.instalments_of(sale.sale_id))
    )
    if violations:
        return refused(violations)
    changed = replace(sale, state=SaleState.FINAL)
    after = state if changed == sale else state.with_sale(changed)
    return Changed(after, _sale_answer(after, changed, at))


@answering
def cancel_sale(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """What is not invoiced is cancelled; of what is, the user chooses what to credit (IXP-12)."""
    sale = _sale(state, command)
    chosen = command.get("credit", [])
    instalments = state.instalments_of(sale.sale_id)
    violations = tuple(
        Violation("IXP-20", f"with.credit.{n}", repr(code), "the code of an instalment of this sale")
        for n, code in enumerate(chosen)
        if code not in {i.code for i in instalments}
    )
    violations += tuple(v for i in instalments if i.code in chosen for v in _not_creditable(i, "with.credit"))
    if violations:
        return refused(violations)
    for instalment in instalments:
        if instalment.code in chosen:
            state, _ = _credited(state, instalment, at)
        elif stage_of(instalment) in (Stage.BARE, Stage.DRAFT) and instalment.mark is Mark.NONE:
            state = state.with_instalment(replace(instalment, mark=Mark.CANCELLED))
    return Changed(state, _sale_answer(state, sale, at))


@answering
def credit_instalment(state: State, command: Command, *, at: datetime, readings: Readings) -> Outcome:
    """A credit-note request: the invoice is credited by a credit sale; a new instalment can take its place."""
    instalment = state.instalments.get(command["instalmentCode"])
    if instalment is None:
        return missing(command)
    violations = _not_creditable(instalment, "with.instalmentCode")
    if violations:
        return refused(violations)
    state, credit = _credited(state, instalment, at)
    codes = {"creditedInstalmentCode": instalment.code, "creditInstalmentCode": credit.code}
    if command.get("replace", False):
        fresh = replace(
            instalment, instalment_id=state.next_id, code=plan.next_code(state, state.sales[instalment.sale_id]),
            day=today(at), invoice_number="", due_date=None, payment_no="", pdf=b"",
        )  # fmt: skip
        state = state.having(fresh.instalment_id).with_instalment(fresh)
        codes["newInstalmentCode"] = fresh.code
    return Changed(state, codes)


def final_without_instalments(sale: Sale, count: int) -> tuple[Violation, ...]:
    if sale.state is SaleState.DRAFT or count:
        return ()
    return (
        Violation("IXP-09", "with", "a sale without instalments", "at least one before the sale is Final"),
    )


def _credited(state: State, instalment: Instalment, at: datetime) -> tuple[State, Instalment]:
    """A credit sale over the whole amount, and the mark on what it credits."""
    # ASSUMED: the credit takes over all lines, also those of products that are not in the catalog.
    original = state.sales[instalment.sale_id]
    number = 1
    while f"{original.contract_number}-CR{number}" in state.contracts:
        number += 1
    sale = replace(
        original, sale_id=state.next_id, contract_number=f"{original.contract_number}-CR{number}",
        sale_type="Credit", credited_code=instalment.code, state=SaleState.FINAL,
    )  # fmt: skip
    state = state.having(sale.sale_id).with_sale(sale)
    credit = replace(
        instalment, instalment_id=state.next_id, code=plan.next_code(state, sale), day=today(at), kind=Kind.CREDIT,
        sale_id=sale.sale_id, net_cents=-instalment.net_cents, vat_cents=-instalment.vat_cents,
        gross_cents=-instalment.gross_cents, lines=tuple(_negative(line) for line in instalment.lines),
        invoice_number="", due_date=None, payment_no="", pdf=b"",
    )  # fmt: skip
    state = state.having(credit.instalment_id).with_instalment(credit)
    return state.with_instalment(replace(instalment, mark=Mark.CREDITED)), credit


def _negative(line: Line) -> Line:
    return replace(
        line, unit_price=-line.unit_price, net_cents=-line.net_cents, vat_cents=-line.vat_cents,
        gross_cents=-line.gross_cents,
    )  # fmt: skip


def _not_creditable(instalment: Instalment, at: str) -> tuple[Violation, ...]:
    real = stage_of(instalment) in (Stage.REAL, Stage.PAID)
    if real and instalment.mark is Mark.NONE and instalment.kind is Kind.INVOICE:
        return ()
    seen = f"{instalment.code}: {instalment.kind.value}, {stage_of(instalment).value} document, {instalment.mark.name}"
    return (Violation("IXP-12", at, seen.lower(), "an invoiced instalment that was not credited yet"),)


def _sale(state: State, command: Command) -> Sale:
    number = command["contractNumber"]
    if number not in state.contracts:
        raise Misfit("with.contractNumber", repr(number), "the number of a sale", "IXP-50")
    return state.sales[state.contracts[number]]


def _sale_answer(state: State, sale: Sale, at: datetime) -> dict[str, Any]:
    rows = [show.instalment(state, i, today(at)) for i in state.instalments_of(sale.sale_id)]
    return {**show.sale(sale), "instalments": rows}


# The lines of a sale, before they are divided.


def _parts(state: State, line: Any, kind: Kind, at: str) -> Iterable[dict[str, Any]]:
    """One line of the sale as the lines to be invoiced, incentives only where told (IXP-13); money still whole."""
    explicitly = bool(line.get("isInvoiced", False)) if isinstance(line, dict) else False
    bare = {k: v for k, v in line.items() if k != "isInvoiced"} if isinstance(line, dict) else line
    given = read(LINE, bare, at)
    product = state.products.get(given["product_id"])
    if product is None:
        raise Misfit(f"{at}.productId", shown(given["product_id"]), "the id of a product")
    if kind is Kind.CREDIT and product.category != "Catalog":
        raise Misfit(
            f"{at}.productId", f"a product of category {product.category}", "a Catalog product", "IXP-11"
        )
    if product.category == "Incentive" and not explicitly:
        return []
    price = given.get("unit_price", money.amount_of(product.price_cents))
    net_cents = money.line_net_cents(
        quantity=given["quantity"], unit_price=price, discount_percentage=given["discount_percentage"]
    )
    whole = {
        "productId": product.product_id, "description": given.get("description", product.description),
        "quantity": given["quantity"], "discountPercentage": given["discount_percentage"],
        "net_cents": net_cents, "costCenter": given["cost_centre"],
    }  # fmt: skip
    return _bom_parts(state, whole, product) if product.bom else [whole]


def _bom_parts(state: State, whole: dict[str, Any], product: Product) -> list[dict[str, Any]]:
    """IXP-14: each part with its own VAT rate; the cents left over go to the last part."""
    parts = []
    left_cents = whole["net_cents"]
    for bom in product.bom:
        is_last = bom is product.bom[-1]
        cents = left_cents if is_last else money.rounded(whole["net_cents"] * bom.percentage / 100)
        left_cents -= cents
        part = state.products[bom.product_id]
        parts.append(whole | {
            "productId": part.product_id, "parentProductId": product.product_id, "net_cents": cents,
            "description": f"{whole['description']}: {part.description}",
        })  # fmt: skip
    return parts


def _share(part: dict[str, Any], count: int, number: int) -> dict[str, Any]:
    """One instalment's share of a line; where no unit price gives it exactly, the quantity becomes 1."""
    cents = money.divide(part["net_cents"], parts=count)[number]
    line = {name: value for name, value in part.items() if name != "net_cents"}
    price = plan.unit_price(cents, quantity=part["quantity"], discount_percentage=part["discountPercentage"])
    if price is None:
        line |= {"quantity": Decimal(1), "discountPercentage": Decimal(0)}
        price = money.amount_of(cents)
    return line | {"unitPriceExclVat": price, "amountExclVat": money.amount_of(cents)}
