"""What invoice does an instalment become?

One function from values to a value. Whatever cannot be expressed exactly is parked here, before
anything is sent; the totals the target will compute are predicted here and must be iXpole's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date as Date
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

from ixbridge.core import keys
from ixbridge.core.drafts import real_number
from ixbridge.core.lines import Bundle, MappedLine, fit, single
from ixbridge.core.mapping import (
    Settings,
    SplitCheck,
    article_for,
    cost_centre_for,
    currency_problem,
    fields_of,
    fill,
    ledger_for,
    mode_for,
    tax_for,
)
from ixbridge.core.model import Instalment, InstalmentType, Invoice, InvoiceLine, Line, Mode, Product, Totals
from ixbridge.core.money import EXPONENTS, Allocation, allocation_of, predicted, print_decimal, told
from ixbridge.core.nets import fitted, taxed
from ixbridge.core.parked import Parked, Reason, all_of, park
from ixbridge.core.target import PLAIN, Amounts, Target


def invoice_for(
    instalment: Instalment,
    *,
    customer_number: str,
    products: Mapping[int, Product],
    settings: Settings,
    target: Target = PLAIN,
    number: str | None = None,
) -> Invoice | Parked:
    """The one invoice for an instalment; ``number`` where the bridge keeps the series."""
    invoices = invoices_for(
        instalment,
        customer_number=customer_number,
        products=products,
        settings=settings,
        target=target,
        number=number,
    )
    if isinstance(invoices, Parked):
        return invoices
    if len(invoices) > 1:
        seen = f"{len(instalment.lines)} lines need {len(invoices)} invoices"
        return park(Reason.SPLIT_EXPERIMENTAL, f"{seen}; iXpole takes one number per instalment")
    return invoices[0]


def invoices_for(
    instalment: Instalment,
    *,
    customer_number: str,
    products: Mapping[int, Product],
    settings: Settings,
    target: Target = PLAIN,
    number: str | None = None,
) -> tuple[Invoice, ...] | Parked:
    """All invoices for an instalment: one, unless ``over_limit: split`` (experimental) cuts it.

    A part has the code ``code#1/2``; only a single invoice takes ``number``.
    """
    problem = _problem(instalment, customer_number, settings, target)
    if problem:
        return problem
    usable = None if number is None else real_number(number)
    if isinstance(usable, Parked):
        return usable
    header = Totals(instalment.net_minor, instalment.vat_minor, instalment.gross_minor)
    allocation = allocation_of(
        instalment.lines, header, currency=instalment.currency, basis=settings.tax.basis
    )
    if isinstance(allocation, Parked):
        return allocation
    mapped = _mapped(instalment, allocation, products, settings, target)
    if isinstance(mapped, Parked):
        return mapped
    parts = fit(mapped, settings.lines, rounding=settings.tax.rounding)
    if isinstance(parts, Parked):
        return parts
    invoices: list[Invoice] = []
    for index, bundles in enumerate(parts, start=1):
        code = keys.part_key(instalment.code, index, len(parts))
        invoice = _invoice(
            instalment,
            code=code,
            bundles=bundles,
            customer_number=customer_number,
            settings=settings,
            target=target,
            number=number if len(parts) == 1 else None,
        )
        if isinstance(invoice, Parked):
            return invoice
        invoices.append(invoice)
    return _total_problem(invoices, header, settings) or tuple(invoices)


# --- checks -----------------------------------------------------------------------------------


def _problem(
    instalment: Instalment, customer_number: str, settings: Settings, target: Target
) -> Parked | None:
    """What speaks against the instalment as a whole."""
    problem = keys.code_problem(instalment.code, length_max=target.code_length_max)
    problem = problem or currency_problem(instalment.currency, settings)
    problem = problem or not_expressible(instalment, target)
    if problem:
        return problem
    if instalment.currency not in EXPONENTS:
        return park(Reason.CURRENCY_UNKNOWN, f"the currency {instalment.currency!r} is not known")
    if not instalment.lines:
        return park(Reason.NO_LINES, "the instalment has no lines; an invoice needs at least one")
    if instalment.type is InstalmentType.CREDIT and instalment.gross_minor > 0:
        seen = (
            f"a credit with the positive total {told(instalment.gross_minor, currency=instalment.currency)}"
        )
        return park(Reason.CREDIT_NOT_NEGATIVE, f"{seen}; booked as it is, it would charge the customer")
    if not customer_number.strip():
        return park(Reason.CUSTOMER_NUMBER_MISSING, f"customer {instalment.customer_id} has no number yet")
    return None


def not_expressible(instalment: Instalment, target: Target) -> Parked | None:
    """What this target has no way to say."""
    if target.currencies is not None and instalment.currency not in target.currencies:
        known = ", ".join(sorted(target.currencies))
        return park(
            Reason.CURRENCY_NOT_ALLOWED, f"{target.title} knows {known} only, not {instalment.currency}"
        )
    for line in instalment.lines:
        if not target.negatives and (line.net_minor < 0 or (line.gross_minor or 0) < 0):
            seen = f"line {line.number} is negative, and {target.title} takes no negative line"
            advice = "A credit is a cancellation there: book it by hand."
            return park(Reason.NOT_EXPRESSIBLE, seen, advice=advice)
        if target.rates is not None and line.vat_rate.percentage not in target.rates:
            shown = print_decimal(line.vat_rate.percentage)
            known = " and ".join(f"{print_decimal(each)} %" for each in sorted(target.rates))
            seen = f"line {line.number} has {shown} % VAT; {target.title} knows {known} only"
            return park(Reason.RATE_NOT_REPRESENTABLE, seen)
    return None


def _total_problem(invoices: Sequence[Invoice], header: Totals, settings: Settings) -> Parked | None:
    """The target's total must be iXpole's, to the cent."""
    money = partial(told, currency=invoices[0].currency)
    gross = sum(each.expected.gross_minor for each in invoices)
    if abs(gross - header.gross_minor) > settings.tolerance_minor:
        seen = f"the target would compute {money(gross)}, iXpole says {money(header.gross_minor)}"
        return park(Reason.TOTAL_NOT_REACHABLE, seen)
    net = sum(each.expected.net_minor for each in invoices)
    if settings.tax.split_check is SplitCheck.STRICT and net != header.net_minor:
        seen = f"the target would compute a net total of {money(net)}, iXpole says {money(header.net_minor)}"
        return park(Reason.TAX_SPLIT_DIFFERS, seen)
    return None


# --- mapping ----------------------------------------------------------------------------------


def _mapped(
    instalment: Instalment,
    allocation: Allocation,
    products: Mapping[int, Product],
    settings: Settings,
    target: Target,
) -> tuple[MappedLine, ...] | Parked:
    """Every line with its place in the books, or everything that is not mapped, at once."""
    needs_articles = target.names_articles(draft=mode_for(instalment, settings.mode) is Mode.DRAFT)
    mapped: list[MappedLine] = []
    parked: list[Parked] = []
    for line, gross in zip(instalment.lines, allocation.gross_minor, strict=True):
        product = products.get(line.product_id) if line.product_id is not None else None
        tax = tax_for(line.vat_rate, settings.tax)
        ledger = ledger_for(line, product, settings.ledger) if target.ledgers else None
        centre = cost_centre_for(line, product, instalment, settings.cost_centre) if target.ledgers else None
        article = article_for(line.product_code, settings.products) if needs_articles else line.product_code
        if isinstance(tax, Parked) or isinstance(ledger, Parked):
            parked += [each for each in (tax, ledger) if isinstance(each, Parked)]
            continue
        if isinstance(centre, Parked) or isinstance(article, Parked):
            parked += [each for each in (centre, article) if isinstance(each, Parked)]
            continue
        group = product.group if product else ""
        mapped.append(MappedLine(line, gross, tax.code, ledger, centre, group, article))
    return all_of(parked) if parked else tuple(mapped)


def _invoice(
    instalment: Instalment,
    *,
    code: str,
    bundles: Sequence[Bundle],
    customer_number: str,
    settings: Settings,
    target: Target,
    number: str | None,
) -> Invoice | Parked:
    notes = _notes(instalment, code, settings)
    if isinstance(notes, Parked):
        return notes
    lines, expected = _arranged(
        tuple(_line(each, instalment.currency, settings) for each in bundles), settings, target
    )
    summed_up = any(each.summary is not None for each in bundles)
    listed = (
        single(part for each in bundles for part in each.parts)
        if summed_up and settings.lines.annex_required
        else ()
    )
    term = instalment.payment_term_days or 0
    due = None if instalment.payment_term_days is None else _later(instalment.date, term)
    return Invoice(
        code=code,
        date=instalment.date,
        currency=instalment.currency,
        customer_number=customer_number,
        lines=lines,
        expected=expected,
        notes=notes,
        reference=clean(instalment.invoice_reference),
        number=number,
        due_days=term if term > 0 else None,
        annex=tuple(_line(each, instalment.currency, settings) for each in listed),
        due_date=due,
        options=target.told(settings.target.options),
    )


def _arranged(
    lines: tuple[InvoiceLine, ...], settings: Settings, target: Target
) -> tuple[tuple[InvoiceLine, ...], Totals]:
    """The lines as they are sent, and what the target will compute from them."""
    if target.amounts is Amounts.GROSS:
        return lines, predicted(lines, settings.tax.rounding)
    if target.amounts is Amounts.BOTH:
        sums = sum(line.net_minor for line in lines), sum(line.vat_minor for line in lines)
        return lines, Totals(*sums, sum(sums))
    gross = sum(line.gross_minor for line in lines)
    sent = fitted(lines, gross_minor=gross, taxing=target.taxing) or lines
    return sent, taxed(sent, target.taxing)


def _later(day: Date, days: int) -> Date | None:
    """Some days later; None where the calendar ends."""
    try:
        return day + timedelta(days=days) if days >= 0 else None
    except OverflowError:
        return None


def _line(bundle: Bundle, currency: str, settings: Settings) -> InvoiceLine:
    """Quantity 1 and the line's amount, so that the target has nothing to multiply."""
    part, line = bundle.first, bundle.first.line
    multiplies = all(_is_product(each.line, currency) for each in bundle.parts)
    structured = settings.lines.structured_quantity and bundle.summary is None and multiplies
    text = bundle.summary or _text(bundle, structured=structured, multiplies=multiplies)
    return InvoiceLine(
        description=clean(text),
        net_minor=bundle.net_minor,
        gross_minor=bundle.gross_minor,
        vat_percentage=line.vat_rate.percentage,
        tax_code=part.tax_code,
        ledger_account=part.ledger_account,
        cost_centre=part.cost_centre,
        product_code=part.article,
        quantity=bundle.quantity if structured else Decimal(1),
        merged=bundle.numbers,
    )


# --- words ------------------------------------------------------------------------------------


def _text(bundle: Bundle, *, structured: bool, multiplies: bool) -> str:
    """What has no field of its own goes into the description: quantity, price, discount, period.

    A price that does not make the amount (a share of a season, say) would mislead, and is left out.
    """
    line = bundle.first.line
    words = [line.description or line.product_code]
    if bundle.quantity != 1 and not structured:
        words.insert(0, f"{print_decimal(bundle.quantity)} x")
        if multiplies:
            words.append(f"({_price(line)})")
    if line.period_from and line.period_to:
        words.append(f"{line.period_from} to {line.period_to}")
    elif line.period_from or line.period_to:
        words.append(f"from {line.period_from}" if line.period_from else f"until {line.period_to}")
    return " ".join(words)


def _price(line: Line) -> str:
    price = print_decimal(line.unit_price)
    whole, _, cents = price.partition(".")
    text = f"{whole}.{cents.ljust(2, '0')} each"
    if line.discount_percentage:
        text += f", less {print_decimal(line.discount_percentage)} %"
    return text


def _is_product(line: Line, currency: str) -> bool:
    """Do quantity, price and discount make the amount exactly?"""
    factors = (line.quantity, line.unit_price, 100 - line.discount_percentage)
    if not all(each.is_finite() for each in factors):
        return False
    quantity, price, left = (Fraction(each) for each in factors)
    scale: int = 10 ** EXPONENTS[currency]
    return quantity * price * left * scale == 100 * line.net_minor


def _notes(instalment: Instalment, code: str, settings: Settings) -> str | Parked:
    """The text of the document with the tag by which it is found again, and no second tag."""
    template = settings.notes if "tag" in fields_of(settings.notes) else f"{settings.notes} {{tag}}"
    values = {
        "code": instalment.code,
        "contract": instalment.contract_number,
        "reference": instalment.invoice_reference,
        "season": instalment.season,
        "sale_type": instalment.sale_type,
        "date": instalment.date.isoformat(),
        "customer": instalment.customer_name,
    }
    safe = {name: clean(text).replace("[", "(").replace("]", ")") for name, text in values.items()}
    notes = " ".join(fill(template, {**safe, "tag": keys.tag(code)}).split())
    if keys.codes_in(notes) != (code,):
        return park(Reason.NOTES_AMBIGUOUS, f"the notes {notes[:200]!r} carry more than the tag of {code!r}")
    return notes


def clean(text: str) -> str:
    """One line of text without control characters; everything else stays as it is."""
    shown = (each if unicodedata.category(each) not in ("Cc", "Cs") else " " for each in text)
    return "".join(shown).strip()
