"""Who made a document, and who made it real? What several checkers ask of a history."""

from __future__ import annotations

from collections.abc import Iterable

from ixconform.checks.finding import Seen
from ixconform.history import Document, Exchange
from ixconform.money import shown

POSTS = frozenset(
    {"act:postDraft", "act:orderToInvoice", "act:postInvoice", "act:setInvoiceNumber", "act:makeInvoice"}
)
"""What a person does to make a draft real."""


def creations(seen: Seen, documents: Iterable[Document]) -> list[Exchange]:
    """The requests that made these documents: a creation that changed something and shows one of their signs."""
    creates = seen.target.traits.creates
    wanted = {text for each in documents for text in (*each.names, each.texts) if text}
    keys = {line for text in wanted for line in text.split("\n") if len(line) > 5}
    return [
        each
        for each in seen.history.asked
        if each.operation in creates and each.changed and any(key in str(each.sent) for key in keys)
    ]


def dated_by_person(seen: Seen) -> bool:
    """A draft that a person makes real may be dated that day."""
    return any(each.person and each.operation in POSTS for each in seen.history.exchanges)


def listed(documents: Iterable[Document]) -> str:
    """Documents as a finding names them."""
    return ", ".join(
        f"{each.number or each.key} ({shown(each.total_cents)}, {each.stage})" for each in documents
    )
