"""Are the smaller things right as well? Files, accounts and cost centres, new customers' names: P-ACK, P-MAP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ixconform.checks.finding import Finding, Seen, documents_of
from ixconform.data import Instalment, Line
from ixconform.history import Document, DocumentLine
from ixconform.systems.ixpole import Ack, acks

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
    for code, documents in documents_of(seen.history).items():
        instalment = seen.history.case.data.instalment(code)
        assert instalment is not None
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
    """A customer that was made has the name that iXpole has."""
    found = []
    data, books = seen.history.case.data, seen.history.books
    for code, documents in documents_of(seen.history).items():
        instalment = data.instalment(code)
        assert instalment is not None
        customer = data.customer(instalment.customer)
        names = customer.person or (customer.name,)
        for document in documents:
            party = books.party(document.customer)
            if customer.known or party is None or document.stage == "void":
                continue
            if party.name and not all(name.casefold() in party.name.casefold() for name in names):
                found.append(
                    Finding(
                        code="P-MAP",
                        instalment=code,
                        actual=f"{document.key} is on a new customer called {party.name!r}",
                        expected=f"the name that iXpole has: {customer.name}",
                    )
                )
    return found
