"""To which instalment does a document belong? The same answer for every target, without asking for one way to say it.

A tag (the instalment's code anywhere on the document) is the strongest sign, then the watermark in its lines, then
its exact total at its customer. A document without any sign belongs to nobody, and that is a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ixconform.data import Data, Instalment
from ixconform.history import Books, Document, History


def owner_of(document: Document, data: Data, books: Books) -> str | None:
    """The code of the instalment that a document was made for; None: no sign of any."""
    if document.made_by == "person":
        return None
    for signs in (_tagged, _marked):
        found = [each.code for each in data.instalments if signs(each, document)]
        if len(set(found)) == 1:
            return found[0]
    same = [each for each in data.instalments if each.gross_cents == document.total_cents]
    return same[0].code if len(same) == 1 else None


def documents_of(history: History) -> dict[str, list[Document]]:
    """Every instalment's documents, void ones too."""
    found: dict[str, list[Document]] = {each.code: [] for each in history.case.data.instalments}
    for document in history.books.documents:
        owner = owner_of(document, history.case.data, history.books)
        if owner is not None:
            found[owner].append(document)
    return found


def booked(history: History) -> Iterator[tuple[Instalment, list[Document]]]:
    """Every instalment with its documents, void ones too."""
    documents = documents_of(history)
    for each in history.case.data.instalments:
        yield each, documents[each.code]


def strays(history: History) -> list[Document]:
    """Documents of the connector that belong to no instalment."""
    return [
        each
        for each in history.books.documents
        if each.made_by == "connector" and owner_of(each, history.case.data, history.books) is None
    ]


def names_code(text: str, code: str) -> bool:
    """Whether a text names this code itself, and not a longer one that begins like it."""
    return re.search(rf"(?<![\w-]){re.escape(code)}(?![\w]|-\w)", text) is not None


def _tagged(instalment: Instalment, document: Document) -> bool:
    return names_code(document.texts, instalment.code)


def _marked(instalment: Instalment, document: Document) -> bool:
    return bool(instalment.token) and instalment.token in document.texts
