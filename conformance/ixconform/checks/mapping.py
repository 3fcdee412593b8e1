"""Is a document on the right customer, day and account, and does its tag name its instalment? P-MAP."""

from __future__ import annotations

import re

from ixconform.checks.finding import Finding, Seen
from ixconform.checks.making import creations, dated_by_person
from ixconform.data import Instalment
from ixconform.history import Document
from ixconform.matching import booked


def mapping(seen: Seen) -> list[Finding]:
    """Customer, date and texts are those of the instalment."""
    found = []
    for instalment, documents in booked(seen.history):
        for document in documents:
            if document.stage != "void":
                found += _mapped(seen, instalment, document)
    return found


def _mapped(seen: Seen, instalment: Instalment, document: Document) -> list[Finding]:
    marks = {each.number: "this body" for each in creations(seen, [document])}
    found = _tag(seen, instalment, document)
    wrong = _wrong_customer(seen, instalment, document)
    if wrong:
        found.append(
            Finding(code="P-MAP", instalment=instalment.code, actual=wrong[0], expected=wrong[1], marks=marks)
        )
    if document.day and document.day != instalment.day and not dated_by_person(seen):
        found.append(
            Finding(
                code="P-MAP",
                instalment=instalment.code,
                marks=marks,
                actual=f"{document.key} is dated {document.day}",
                expected=f"the instalment's own date, {instalment.day}, in every time zone",
            )
        )
    for line in instalment.lines:
        if line.ledger and document.lines and seen.name == "silvasoft" and len(instalment.lines) == 1:
            ledger = document.lines[0].ledger
            if ledger and ledger != line.ledger:
                found.append(
                    Finding(
                        code="P-MAP",
                        instalment=instalment.code,
                        marks=marks,
                        actual=f"booked on account {ledger}",
                        expected=f"account {line.ledger}, which iXpole names on the line",
                    )
                )
    return found


def _tag(seen: Seen, instalment: Instalment, document: Document) -> list[Finding]:
    """Where the connector says how it tags its documents, the tag names this instalment."""
    if not seen.claims.correlation:
        return []
    match = re.search(seen.claims.correlation, document.texts)
    tagged = match["code"] if match else ""
    if tagged == instalment.code:
        return []
    return [
        Finding(
            code="P-MAP",
            instalment=instalment.code,
            actual=f"the correlation pattern finds {tagged or 'nothing'} on {document.key}",
            expected=f"{instalment.code}, as the capability `correlation` claims",
        )
    ]


def _wrong_customer(seen: Seen, instalment: Instalment, document: Document) -> tuple[str, str] | None:
    customer = seen.history.case.data.customer(instalment.customer)
    party = seen.history.books.party(document.customer)
    if party is None:
        return None
    if customer.known:
        wanted = seen.target.code_of(customer)
        if party.code != wanted:
            return (
                f"{document.key} is on customer {party.code} {party.name!r}",
                f"customer {wanted} {customer.name!r}, whose code iXpole knows",
            )
        return None
    entered = {seen.target.code_of(each) for each in seen.history.case.data.strangers if each.known}
    entered |= {seen.target.code_of(each) for each in seen.history.case.data.customers if each.known}
    if party.code in entered:
        return (
            f"{document.key} is on customer {party.code} {party.name!r}, who is somebody else",
            f"a customer of its own for {customer.name!r}, who is new",
        )
    return None
