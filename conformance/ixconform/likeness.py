"""Is it the same in the end? What of two histories must agree when only the weather was different."""

from __future__ import annotations

from dataclasses import dataclass

from ixconform.checks.finding import Finding, Seen, documents_of
from ixconform.history import Document
from ixconform.visible import excused


@dataclass(frozen=True, slots=True)
class Likeness:
    """One instalment's end, without numbers that depend on the order of work."""

    documents: tuple[tuple[str, str, int, str], ...]
    told: str
    paid: bool


def likeness(seen: Seen) -> dict[str, Likeness]:
    found = {}
    known = {seen.target.code_of(each) for each in seen.history.case.data.customers if each.known}
    for code, documents in documents_of(seen.history).items():
        told = seen.history.shelf.instalments.get(code)
        number = told.number if told else ""
        alive = tuple(sorted(_seen_as(seen, each, known) for each in documents if each.stage != "void"))
        what = "draft" if number.startswith("D") else "real" if number else "nothing"
        found[code] = Likeness(alive, what, bool(told and told.payment))
    return found


def _seen_as(seen: Seen, document: Document, known: set[str]) -> tuple[str, str, int, str]:
    party = seen.history.books.party(document.customer)
    who = party.code if party and party.code in known else "new"
    return document.kind, document.stage, document.total_cents, who


def differs(clean: Seen, seen: Seen, code: str) -> list[Finding]:
    """Where the end differs from that of the run without faults. ``code``: `P-META-1` or `P-META-2`."""
    if seen.history.problem:
        return []
    wanted, found = likeness(clean), likeness(seen)
    unclear = seen.target.traits.creates | seen.target.traits.adds
    findings = []
    for instalment, before in wanted.items():
        after = found.get(instalment)
        if after is None or after == before:
            continue
        excuse = excused(seen.history, instalment, unclear)
        if excuse == "shown" and len(after.documents) <= len(before.documents):
            continue
        findings.append(
            Finding(
                code=code, instalment=instalment, kind="skip" if excuse and not after.documents else "fail",
                actual=f"{instalment} ends as {_words(after)}", expected=f"as without: {_words(before)}",
            )
        )  # fmt: skip
    return findings


def _words(end: Likeness) -> str:
    documents = ", ".join(f"{stage} {kind} over {cents / 100:.2f}" for kind, stage, cents, _ in end.documents)
    return f"{documents or 'no document'}; iXpole was told {end.told}{', paid' if end.paid else ''}"
