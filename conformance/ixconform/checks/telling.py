"""Is iXpole told the truth, in the right order? P-ACK."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from ixconform.checks.finding import Finding, Seen, documents_of
from ixconform.checks.making import POSTS, creations
from ixconform.data import Instalment
from ixconform.history import Document, Exchange, Told, moment
from ixconform.systems.ixpole import Ack, acks
from ixconform.visible import excused

LATE = "late"
"""The kit handed it over later than it was sent: its place in the journal is not the connector's doing."""


def acknowledged(seen: Seen) -> list[Finding]:
    """Every number that iXpole gets names a document that was made for that instalment, and is true at that moment."""
    found: list[Finding] = []
    owned = documents_of(seen.history)
    for ack in _acks(seen):
        if ack.number is not None and not seen.target.traits.unseen:
            found += _true_number(seen, ack, owned)
    for instalment in seen.history.case.data.instalments:
        found += _order(seen, instalment) + _told_at_all(seen, instalment, owned[instalment.code])
    return found


def _true_number(seen: Seen, ack: Ack, owned: dict[str, list[Document]]) -> list[Finding]:
    assert ack.number is not None
    return _true_name(seen, ack, owned) + _paper(ack)


def _paper(ack: Ack) -> list[Finding]:
    """A file that goes along is a PDF, whether iXpole takes it or not; none at all is judged at rest."""
    if ack.pdf is None or _is_pdf(ack.pdf):
        return []
    what = "is none: its content is no PDF in base64" if ack.pdf.strip() else "is empty"
    return [
        Finding(
            code="P-ACK",
            instalment=ack.code,
            actual=f"the file that was sent with {ack.number} {what}",
            expected="the document's PDF; where it is not to be had yet, no file at all, or a later write-back",
            marks={ack.exchange.number: "no PDF"},
        )
    ]


def _is_pdf(text: str) -> bool:
    try:
        return base64.b64decode("".join(text.split()), validate=True).startswith(b"%PDF")
    except ValueError:
        return False


def _true_name(seen: Seen, ack: Ack, owned: dict[str, list[Document]]) -> list[Finding]:
    assert ack.number is not None
    if seen.history.case.data.instalment(ack.code) is None:
        return [
            Finding(
                code="P-ACK",
                actual=f"a number was written back for {ack.code!r}, which is no instalment here",
                expected="the instalment's code, byte for byte",
                marks={ack.exchange.number: "unknown code"},
                because=("IXP-20",),
            )
        ]
    name = ack.number.removeprefix("D") if ack.draft else ack.number
    there = [each for each in owned[ack.code] if name in each.names]
    if not there and _was_there(seen, ack, name):
        return []
    if not there:
        other = [code for code, documents in owned.items() if any(name in each.names for each in documents)]
        what = f"which was made for {other[0]}" if other else "which names no document of it"
        return [
            Finding(
                code="P-ACK",
                instalment=ack.code,
                actual=f"iXpole was told {ack.number} for {ack.code}, {what}",
                expected=_wanted(owned[ack.code], draft=ack.draft),
                marks={ack.exchange.number: "untrue"},
            )
        ]
    return _stage_fits(seen, ack, there) + _early(seen, ack, there[0]) + _due(seen, ack, there[0])


def _was_there(seen: Seen, ack: Ack, name: str) -> bool:
    """Whether this document was made for the instalment before it was told; a person may have deleted it since."""
    instalment = seen.history.case.data.instalment(ack.code)
    signs = [sign for sign in (ack.code, instalment.token if instalment else "") if sign]
    return any(
        each.changed
        and each.operation in seen.target.traits.creates
        and each.number < ack.exchange.number
        and name in f"{each.sent}{each.answered}"
        and any(sign in str(each.sent) for sign in signs)
        for each in seen.history.asked
    )


def _stage_fits(seen: Seen, ack: Ack, documents: list[Document]) -> list[Finding]:
    """A draft carries its D at the moment at which it is told, and what is real is told by its real number."""
    if ack.draft:
        return []
    real = [each for each in documents if each.number == ack.number and not _still_draft(seen, ack, each)]
    if real:
        return []
    return [
        Finding(
            code="P-ACK",
            instalment=ack.code,
            actual=f"{ack.number} was a draft then, and was told as if it were real",
            expected=f"D{ack.number} while it is a draft, and its real number from then on",
            marks={ack.exchange.number: "no D"},
            because=("IXP-04",),
        )
    ]


def _still_draft(seen: Seen, ack: Ack, document: Document) -> bool:
    """Whether it became real only after it was told: by a person, or by itself as time passed."""
    if document.stage == "draft" or document.kind == "order":
        return True
    if document.since and moment(ack.exchange.at) < moment(document.since):
        return True
    return any(
        each.operation in POSTS and isinstance(each.sent, dict) and is_named(document, each.sent)
        for each in seen.history.exchanges
        if each.person and each.number > ack.exchange.number
    )


def is_named(document: Document, sent: Mapping[str, Any]) -> bool:
    """Whether an action was about this document: order 2 is not the invoice with serial 2."""
    return any(str(sent.get(name)) == str(value) for name, value in document.handle.items())


def _early(seen: Seen, ack: Ack, document: Document) -> list[Finding]:
    """No acknowledgement before the document is there."""
    made = [
        each.number
        for each in seen.history.exchanges
        if each.changed and each.system == seen.name and (_names(each, document) or each.person)
    ]
    made += [
        each.number for each in creations(seen, [document])
    ]  # whose answer may have been lost, with the name
    if made and min(made) < ack.exchange.number:
        return []
    return [
        Finding(
            code="P-ACK",
            instalment=ack.code,
            actual=f"{ack.number} was told before the document was made",
            expected="book first, then tell",
            marks={ack.exchange.number: "too early"},
        )
    ]


def _names(exchange: Exchange, document: Document) -> bool:
    text = f"{exchange.sent}{exchange.answered}"
    return any(name in text for name in document.names)


def _due(seen: Seen, ack: Ack, document: Document) -> list[Finding]:
    if ack.draft or not ack.due or not document.due or ack.due[:10] == document.due:
        return []
    return [
        Finding(
            code="P-ACK",
            instalment=ack.code,
            actual=f"due date {ack.due} was told for {ack.number}",
            expected=f"{document.due}, the due date of that document",
            marks={ack.exchange.number: "another due date"},
        )
    ]


def _order(seen: Seen, instalment: Instalment) -> list[Finding]:
    """D first, real after, never back; a real number does not change."""
    found = []
    real = ""
    for ack in _acks(seen):
        if ack.code != instalment.code or ack.number is None or ack.exchange.fault.startswith(LATE):
            continue
        if real and ack.draft:
            found.append(
                Finding(
                    code="P-ACK",
                    instalment=ack.code,
                    actual=f"{ack.number} was sent after the real number {real}",
                    expected="never a draft number after a real one",
                    marks={ack.exchange.number: "back to D"},
                    because=("IXP-19",),
                )
            )
        elif real and ack.number != real:
            found.append(
                Finding(
                    code="P-ACK",
                    instalment=ack.code,
                    actual=f"the number changed from {real} to {ack.number}",
                    expected=f"{real} stays",
                    marks={ack.exchange.number: "another number"},
                )
            )
        if not ack.draft and ack.exchange.status < 300:
            real = ack.number
    return found


def _told_at_all(seen: Seen, instalment: Instalment, documents: list[Document]) -> list[Finding]:
    """At rest, iXpole knows every document: the real number of what is real, D and its name of a draft."""
    history = seen.history
    told = history.shelf.instalments.get(instalment.code)
    alive = [each for each in documents if each.stage != "void"]
    if told is None or not alive or history.problem:
        return []
    live = [each for each in alive if each.stage == "live"]
    names = {name for each in live for name in each.names}
    if live:
        right = told.number in names
    else:
        right = told.number.startswith("D") and told.number[1:] in {n for each in alive for n in each.names}
    if right:
        return _file(seen, instalment, told, live)
    excuse = excused(history, instalment.code, seen.target.traits.creates | seen.target.traits.adds)
    if excuse == "shown":
        return []
    return [
        Finding(
            code="P-ACK",
            instalment=instalment.code,
            expected=_wanted(alive, draft=not live),
            actual=f"at rest iXpole holds {told.number or 'no number'} for {instalment.code}",
            kind="skip" if excuse and _doubtful(seen) else "fail",
        )
    ]


def _doubtful(seen: Seen) -> bool:
    """Whether the kit hid what became of a creation. A write-back that was refused is refused: nothing is unclear."""
    unclear = seen.target.traits.creates | seen.target.traits.adds
    return any(each.fault and each.operation in unclear for each in seen.history.asked)


def _file(seen: Seen, instalment: Instalment, told: Told, live: list[Document]) -> list[Finding]:
    """A real document comes with its PDF where the target has one, and with its due date."""
    if not live:
        return []
    found = []
    wanted = seen.target.traits.has_pdf or seen.claims.own_pdf
    if wanted and not told.pdf_bytes and not excused(seen.history, instalment.code, frozenset()):
        found.append(
            Finding(
                code="P-ACK",
                instalment=instalment.code,
                actual=f"iXpole has no PDF of {told.number}",
                expected="the document's PDF comes back with its number"
                + ("" if seen.target.traits.has_pdf else " (the capability own_pdf is claimed)"),
                because=("IXP-17",),
            )
        )
    if not told.due:
        found.append(
            Finding(
                code="P-ACK",
                instalment=instalment.code,
                actual=f"iXpole has no due date of {told.number}",
                expected="the document's due date comes back with its number",
            )
        )
    return found


def _acks(seen: Seen) -> Iterator[Ack]:
    for each in seen.history.asked:
        yield from acks(each)


def _wanted(documents: list[Document], *, draft: bool) -> str:
    alive = [each for each in documents if each.stage != "void"]
    if not alive:
        return "no number, as nothing was booked for it"
    names = " or ".join(
        sorted({f"D{name}" if each.stage == "draft" else name for each in alive for name in each.names})
    )
    return names
