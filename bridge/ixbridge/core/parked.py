"""Why was an instalment set aside, and what can a person do about it?

Parking is how the bridge says no: nothing is sent, nothing is lost, and the reason has a name
that operators, reports and documentation share. A name is never reused for another meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Reason(Enum):
    """Every reason there is. The value is the stable name in reports and in the journal."""

    # the instalment's own data
    AMOUNT_UNREADABLE = "amount_unreadable"
    CURRENCY_UNKNOWN = "currency_unknown"
    CURRENCY_NOT_ALLOWED = "currency_not_allowed"
    VAT_RATE_UNUSABLE = "vat_rate_unusable"
    DOES_NOT_ADD_UP = "does_not_add_up"
    CREDIT_NOT_NEGATIVE = "credit_not_negative"
    CODE_UNUSABLE = "code_unusable"
    NO_LINES = "no_lines"
    INSTALMENT_UNREADABLE = "instalment_unreadable"
    # what the mapping does not know
    TAX_NOT_MAPPED = "tax_not_mapped"
    TAX_PERCENTAGE_DIFFERS = "tax_percentage_differs"
    LEDGER_NOT_MAPPED = "ledger_not_mapped"
    COST_CENTRE_UNKNOWN = "cost_centre_unknown"
    PRODUCT_NOT_MAPPED = "product_not_mapped"
    PRODUCT_UNKNOWN = "product_unknown"
    # customers
    CUSTOMER_NUMBER_MISSING = "customer_number_missing"
    CUSTOMER_NOT_FOUND = "customer_not_found"
    CUSTOMER_AMBIGUOUS = "customer_ambiguous"
    CUSTOMER_INCOMPLETE = "customer_incomplete"
    CUSTOMER_SHARED = "customer_shared"
    # what the target cannot express
    TOO_MANY_LINES = "too_many_lines"
    SPLIT_EXPERIMENTAL = "split_experimental"
    ANNEX_IMPOSSIBLE = "annex_impossible"
    TOTAL_NOT_REACHABLE = "total_not_reachable"
    TAX_SPLIT_DIFFERS = "tax_split_differs"
    NOTES_AMBIGUOUS = "notes_ambiguous"
    NOT_EXPRESSIBLE = "not_expressible"
    RATE_NOT_REPRESENTABLE = "rate_not_representable"
    DUE_DATE_PAST = "due_date_past"
    ARTICLE_AMBIGUOUS = "article_ambiguous"
    # numbers
    NUMBER_LOOKS_LIKE_DRAFT = "number_looks_like_draft"
    NUMBER_UNUSABLE = "number_unusable"
    NUMBER_CHANGED = "number_changed"
    NUMBER_VANISHED = "number_vanished"
    NUMBER_TAKEN = "number_taken"
    DRAFT_AFTER_REAL = "draft_after_real"
    DRAFT_CHANGED = "draft_changed"
    # the two systems and the road between them
    REFUSED_BY_SOURCE = "refused_by_source"
    REFUSED_BY_TARGET = "refused_by_target"
    ANSWER_UNREADABLE = "answer_unreadable"
    UNCERTAIN_CREATE = "uncertain_create"
    NO_VERDICT = "no_verdict"
    DUPLICATE_DOCUMENTS = "duplicate_documents"
    DOCUMENT_NOT_OURS = "document_not_ours"
    DOCUMENT_GONE = "document_gone"
    TOTAL_DIFFERS = "total_differs"
    PDF_UNUSABLE = "pdf_unusable"
    SOURCE_CHANGED = "source_changed"
    SOURCE_WITHDRAWN = "source_withdrawn"
    SOURCE_FORGETS = "source_forgets"
    JOURNAL_LOST = "journal_lost"
    CREDIT_UNPROVED = "credit_unproved"


ADVICE: dict[Reason, str] = {
    Reason.AMOUNT_UNREADABLE: "Correct the amount in iXpole.",
    Reason.CURRENCY_UNKNOWN: "Correct the currency in iXpole; it must be a three-letter ISO 4217 code.",
    Reason.CURRENCY_NOT_ALLOWED: "Add the currency to `currencies` if the target books it; else by hand.",
    Reason.VAT_RATE_UNUSABLE: "Correct the VAT rate of the product in iXpole.",
    Reason.DOES_NOT_ADD_UP: "Compare the lines with the totals in iXpole, correct them, and poll again.",
    Reason.CREDIT_NOT_NEGATIVE: "Check the sale in iXpole: a credit sale carries negative amounts.",
    Reason.CODE_UNUSABLE: "Rename the instalment in iXpole, or book it by hand.",
    Reason.NO_LINES: "Add a line to the sale in iXpole, or withdraw the instalment.",
    Reason.INSTALMENT_UNREADABLE: "Look at the instalment in iXpole; a field is missing or has a wrong type.",
    Reason.TAX_NOT_MAPPED: "Add the VAT code under `tax.codes`.",
    Reason.TAX_PERCENTAGE_DIFFERS: "Correct the percentage under `tax.codes`, or the VAT rate in iXpole.",
    Reason.LEDGER_NOT_MAPPED: "Add the product or its group under `ledger`, or set `ledger.fallback`.",
    Reason.COST_CENTRE_UNKNOWN: "Fill the field in iXpole, or change `cost_centre`.",
    Reason.PRODUCT_NOT_MAPPED: "Add the product under `products.numbers`, or set `products.fallback: same`.",
    Reason.PRODUCT_UNKNOWN: "Create the article in the target, or set `products.create: true`.",
    Reason.CUSTOMER_NUMBER_MISSING: "Give the customer a code in iXpole, or set `customers.create: true`.",
    Reason.CUSTOMER_NOT_FOUND: "Create the customer in the target, or set `customers.create: true`.",
    Reason.CUSTOMER_AMBIGUOUS: "Write the right number into the customer's code in iXpole.",
    Reason.CUSTOMER_INCOMPLETE: "Complete the customer in iXpole.",
    Reason.CUSTOMER_SHARED: "Give each iXpole customer its own number, or set `customers.shared: true`.",
    Reason.TOO_MANY_LINES: "Shorten the sale, set `lines.over_limit: consolidate`, or book it by hand.",
    Reason.SPLIT_EXPERIMENTAL: "Set `lines.over_limit` to park or consolidate.",
    Reason.ANNEX_IMPOSSIBLE: "Use another mode, set `lines.consolidate.annex: optional`, or book it by hand.",
    Reason.TOTAL_NOT_REACHABLE: "Book it by hand, or set `tolerance_minor`.",
    Reason.TAX_SPLIT_DIFFERS: "Accept the target's split with `tax.split_check: pinned`, or book it by hand.",
    Reason.NOTES_AMBIGUOUS: "Remove the text that looks like a tag from the reference in iXpole.",
    Reason.NOT_EXPRESSIBLE: "Book it by hand.",
    Reason.RATE_NOT_REPRESENTABLE: "Book it by hand, or in another accounting system.",
    Reason.DUE_DATE_PAST: "Set `target.past_due` to omit or today, or book it by hand.",
    Reason.ARTICLE_AMBIGUOUS: "Name the article by its id under `products.numbers`.",
    Reason.NUMBER_LOOKS_LIKE_DRAFT: "Use a number series without D in front; enter this number by hand.",
    Reason.NUMBER_UNUSABLE: "Look at the document in the accounting system; enter its number by hand.",
    Reason.NUMBER_CHANGED: "Find out which document counts, then correct the number in iXpole by hand.",
    Reason.NUMBER_VANISHED: "Look for the document in the accounting system; it may have been deleted.",
    Reason.NUMBER_TAKEN: "Raise `numbers.start` above the highest number in use.",
    Reason.DRAFT_AFTER_REAL: "Check the document by hand: it was reported with a real number before.",
    Reason.DRAFT_CHANGED: "Check the drafts by hand: another draft was reported before.",
    Reason.REFUSED_BY_SOURCE: "Read the refusal; correct the data in iXpole.",
    Reason.REFUSED_BY_TARGET: "Read the refusal; correct the mapping or the data.",
    Reason.ANSWER_UNREADABLE: "Check address and credentials, and whether the system is in maintenance.",
    Reason.UNCERTAIN_CREATE: "Look for the document by hand, then `ixkit bridge resolve`.",
    Reason.NO_VERDICT: "Ask the target's support what became of it; then `ixkit bridge resolve`.",
    Reason.DUPLICATE_DOCUMENTS: "Keep one document, credit the others, then `ixkit bridge resolve`.",
    Reason.DOCUMENT_NOT_OURS: "The number belongs to another document; raise `numbers.start`.",
    Reason.DOCUMENT_GONE: "Find out who removed the document, then `ixkit bridge resolve`.",
    Reason.TOTAL_DIFFERS: "Compare the document with the instalment; credit it if it is wrong.",
    Reason.PDF_UNUSABLE: "Look at the document's PDF in the accounting system.",
    Reason.SOURCE_CHANGED: "Undo the change, or credit the document and `ixkit bridge resolve CODE --replace CREDIT`.",
    Reason.SOURCE_WITHDRAWN: "The instalment is gone from iXpole: credit the document if it was booked.",
    Reason.SOURCE_FORGETS: "Find out who clears the number in iXpole, then `ixkit bridge resolve CODE --retry`.",
    Reason.JOURNAL_LOST: "Look for a document by hand, then `ixkit bridge resolve` with --adopt or --not-created.",
    Reason.CREDIT_UNPROVED: "Name the document that credits all of it: `ixkit bridge resolve CODE --replace CREDIT`.",
}
"""What to do, where the place that parks knows nothing better."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A no with its reason: what was seen, what was expected, what to do next."""

    reason: Reason
    message: str
    advice: str


def park(reason: Reason, message: str, *, advice: str = "") -> Parked:
    """Set aside for this reason; without own advice, the advice of the table."""
    return Parked(reason, message, advice or ADVICE[reason])


def all_of(parked: list[Parked]) -> Parked:
    """One value for several of them: the first reason, every distinct message of that reason."""
    first = parked[0]
    messages = list(dict.fromkeys(each.message for each in parked if each.reason is first.reason))
    others = len({each.reason for each in parked}) - 1
    message = "; ".join(messages[:5])
    if len(messages) > 5:
        message += f"; and {len(messages) - 5} more"
    if others:
        message += f" (and {others} other kind{'s' if others > 1 else ''} of problem)"
    return Parked(first.reason, message, first.advice)
