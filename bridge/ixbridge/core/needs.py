"""What must be known, be there, or be in time before an invoice can be made of an instalment?"""

from __future__ import annotations

from dataclasses import replace

from ixbridge.core.mapping import Settings, mode_for
from ixbridge.core.model import Instalment, Invoice, InvoiceLine, Mode
from ixbridge.core.moves import Facts
from ixbridge.core.parked import Parked, Reason, park
from ixbridge.core.target import PastDue, Target


def missing_products(
    instalment: Instalment, facts: Facts, settings: Settings, target: Target
) -> tuple[int, ...]:
    """Products whose group or account decides where a line is booked, or which become articles."""
    ledger, centre = settings.ledger, settings.cost_centre
    all_needed = (
        target.names_articles(draft=mode_for(instalment, settings.mode) is Mode.DRAFT)
        or bool(ledger.groups or centre.groups)
        or "{product_group}" in (centre.value or "")
        or 0 < settings.lines.max < len(instalment.lines)
    )
    by_account = target.ledgers and ledger.from_source
    needed = (
        line.product_id
        for line in instalment.lines
        if all_needed or (by_account and not line.ledger_account and line.product_code not in ledger.products)
    )
    return tuple(dict.fromkeys(each for each in needed if each is not None and each not in facts.products))


def missing_articles(invoice: Invoice, facts: Facts) -> dict[str, tuple[int | None, str | None]]:
    """What a draft's lines name and the target may not have yet."""
    lines = facts.delivered.lines if facts.delivered else ()
    ids = {line.number: line.product_id for line in lines}
    return {
        line.product_code: (ids.get(line.merged[0]) if line.merged else None, line.tax_code)
        for line in invoice.lines
        if line.product_code not in facts.articles
    }


def with_articles(invoice: Invoice, facts: Facts, target: Target) -> Invoice | Parked:
    """The lines with what the target calls their articles, whose VAT, where it decides, is the line's."""
    lines: list[InvoiceLine] = []
    for line in invoice.lines:
        article = facts.known_articles.get(line.product_code)
        if article is None:
            lines.append(line)
            continue
        if target.articles_tax and line.tax_code not in article.tax_codes:
            seen = f"article {line.product_code!r} has the VAT rate {sorted(article.tax_codes)} in the target"
            return park(Reason.TAX_PERCENTAGE_DIFFERS, f"{seen}, the line has {line.tax_code!r}")
        tax_code = None if target.articles_tax else line.tax_code
        lines.append(replace(line, article_id=article.id, tax_code=tax_code))
    return replace(invoice, lines=tuple(lines))


def in_time(invoice: Invoice, facts: Facts, target: Target) -> Invoice | Parked:
    """The due date, where the target refuses one that is past."""
    due, today = invoice.due_date, facts.today
    if target.past_due is None or due is None or today is None or due >= today:
        return invoice
    if target.past_due is PastDue.PARK:
        seen = f"the due date {due} is past, which {target.title} refuses"
        return park(Reason.DUE_DATE_PAST, seen)
    return replace(invoice, due_date=today if target.past_due is PastDue.TODAY else None)
