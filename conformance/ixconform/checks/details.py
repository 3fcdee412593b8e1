"""Are the smaller things right as well? Files, accounts, new customers, due dates, currencies: P-ACK, P-MAP, P-SUM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from ixconform.checks.finding import Finding, Seen
from ixconform.checks.making import dated_by_person
from ixconform.data import Customer, Instalment, Line
from ixconform.history import Document, DocumentLine, Party
from ixconform.matching import booked
from ixconform.money import shown
from ixconform.systems.ixpole import Ack, acks, home_in

KEPT: tuple[tuple[str, Callable[[Line], str], Callable[[DocumentLine], str]], ...] = (
    ("account", lambda line: line.ledger, lambda line: line.ledger),
    ("cost centre", lambda line: line.cost_centre, lambda line: line.cost_centre),
)
"""What iXpole may name on a line, and where it stands in the books."""


def papers(seen: Seen) -> list[Finding]:
    """A file is that of its own document: no two instalments get the same one."""
    owners: dict[str, Ack] = {}
    found = []
    for ack in _with_paper(seen):
        assert ack.pdf is not None
        first = owners.setdefault(ack.pdf, ack)
        if first.code != ack.code:
            found.append(
                Finding(
                    code="P-ACK",
                    instalment=ack.code,
                    actual=f"the file that was sent with {ack.number} is that of {first.number}, sent for {first.code}",
                    expected="each document's own PDF",
                    marks={first.exchange.number: "this file", ack.exchange.number: "the same file"},
                )
            )
    return found


def _with_paper(seen: Seen) -> Iterator[Ack]:
    for each in seen.history.asked:
        for ack in acks(each):
            if ack.pdf and ack.pdf.strip():
                yield ack


def accounts(seen: Seen) -> list[Finding]:
    """Accounts and cost centres that iXpole names stand on the lines, under whatever name the books have for them."""
    found = []
    for instalment, documents in booked(seen.history):
        for document in documents:
            if document.stage == "live":
                found += _kept(instalment, document)
    return found


def _kept(instalment: Instalment, document: Document) -> list[Finding]:
    found = []
    for what, wanted_of, there_of in KEPT:
        names: dict[str, str] = {}
        for line in instalment.lines:
            wanted = wanted_of(line)
            mine = [each for each in document.lines if line.text and line.text in each.text]
            if not wanted or not mine:
                continue  # a line whose text was changed shows nothing
            there = there_of(mine[0])
            if not there or names.setdefault(there, wanted) != wanted:
                actual = f"{line.text!r} has {there or 'none'}, as {names.get(there, 'nothing')!r} has"
                found.append(
                    Finding(
                        code="P-MAP",
                        instalment=instalment.code,
                        actual=f"{what}: {actual if there else f'{line.text!r} has none'}",
                        expected=f"the {what} that iXpole names, {wanted}, or what stands for it in the books",
                    )
                )
    return found


def newcomers(seen: Seen) -> list[Finding]:
    """A customer that was made has the name that iXpole has, its VAT number, e-mail address and address."""
    found = []
    data, books = seen.history.case.data, seen.history.books
    for instalment, documents in booked(seen.history):
        customer = data.customer(instalment.customer)
        for document in documents:
            party = books.party(document.customer)
            if customer.known or party is None or document.stage == "void":
                continue
            for what, there, wanted in _unlike(seen, customer, party):
                found.append(
                    Finding(
                        code="P-MAP",
                        instalment=instalment.code,
                        actual=f"{document.key} is on a new customer {what} {there!r}",
                        expected=f"what iXpole has: {wanted}",
                    )
                )
    return found


def _unlike(seen: Seen, customer: Customer, party: Party) -> Iterator[tuple[str, str, str]]:
    """What of a customer is not as iXpole has it, or had it: what was there, and what was wanted."""
    names = customer.person or (customer.name,)
    if party.name and not all(name.casefold() in party.name.casefold() for name in names):
        yield "called", party.name, customer.name
    edits = list(_edits(seen, customer))
    addresses = {customer.email, *(str(each["email"]) for each in edits)}
    if party.email is not None and customer.email and not _among(party.email, addresses):
        yield f"{party.code} with the e-mail address", party.email, " or ".join(sorted(addresses))
    if party.vat is not None and customer.vat and not party.vat.endswith(customer.vat[2:]):
        yield f"{party.code} with the VAT number", party.vat, customer.vat
    homes = [home_in(seen.target.traits.country)]
    homes += [
        (home["street"], home["postalCode"], home["city"]) for each in edits for home in each["addresses"]
    ]
    there = party.address
    if there is not None and not any(all(word in there for word in home) for home in homes):
        yield f"{party.code} at", " ".join(there.split()), " or ".join(" ".join(home) for home in homes)


def _among(text: str, wanted: Iterable[str]) -> bool:
    return text.strip().casefold() in {each.casefold() for each in wanted}


def _edits(seen: Seen, customer: Customer) -> Iterator[Mapping[str, Any]]:
    """What people have entered for a customer in iXpole since."""
    for each in seen.history.of("act:editCustomer"):
        if isinstance(each.sent, dict) and each.sent["customerId"] == customer.id:
            yield each.sent


def terms(seen: Seen) -> list[Finding]:
    """Where the connector says when a document is due, it says what iXpole says: so many days after its date."""
    if not seen.target.traits.dues:
        return []
    found = []
    for instalment, documents in booked(seen.history):
        wanted = str(date.fromisoformat(instalment.day) + timedelta(days=instalment.term))
        for document in documents:
            free = document.stage == "void" or not document.due or dated_by_person(seen)
            if not free and document.due != wanted:
                found.append(
                    Finding(
                        code="P-MAP",
                        instalment=instalment.code,
                        actual=f"{document.key} is due on {document.due}",
                        expected=f"{wanted}, {instalment.term} days after its date, as iXpole says",
                    )
                )
    return found


def currencies(seen: Seen) -> list[Finding]:
    """A document that names its currency names that of the instalment."""
    found = []
    for instalment, documents in booked(seen.history):
        wanted = instalment.currency or seen.target.traits.currency
        for document in documents:
            if document.stage != "void" and document.currency not in ("", wanted):
                found.append(
                    Finding(
                        code="P-SUM",
                        instalment=instalment.code,
                        actual=f"{document.key} is over {shown(document.total_cents)} {document.currency}",
                        expected=f"{shown(instalment.gross_cents)} {wanted}, as iXpole says",
                    )
                )
    return found
