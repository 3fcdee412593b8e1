"""Is every instalment booked once: never twice, and in the end not never? P-ONE."""

from __future__ import annotations

from ixconform.checks.finding import Finding, Seen
from ixconform.checks.making import creations, listed
from ixconform.data import Instalment
from ixconform.history import Document, Exchange
from ixconform.matching import booked, strays
from ixconform.money import shown
from ixconform.visible import excused, parked


def exactly_once(seen: Seen) -> list[Finding]:
    """At most one live document and one draft for an instalment; exactly one in the end, if it must be booked."""
    if seen.target.traits.unseen:
        return _numbers(seen)
    found = []
    for instalment, documents in booked(seen.history):
        found += _too_many(seen, instalment, documents) + _too_few(seen, instalment, documents)
    for document in strays(seen.history):
        found.append(
            Finding(
                code="P-ONE",
                actual=f"{document.key} over {shown(document.total_cents)} belongs to no instalment",
                expected="every document is made for one instalment, and shows it by tag, text or total",
            )
        )
    return found


def _numbers(seen: Seen) -> list[Finding]:
    """What iXpole alone can tell: every instalment has a number, and no two have the same."""
    found: list[Finding] = []
    owners: dict[str, str] = {}
    history = seen.history
    for instalment in history.case.data.instalments:
        told = history.shelf.instalments.get(instalment.code)
        number = told.number if told else ""
        if number and number in owners:
            found.append(
                Finding(
                    code="P-ONE",
                    instalment=instalment.code,
                    actual=f"{number} was told for {owners[number]} and for {instalment.code}",
                    expected="a document of its own for each instalment",
                )
            )
        elif number:
            owners[number] = instalment.code
        elif excused(history, instalment.code, frozenset()) == "shown":
            continue  # its write-back was refused for good, and it is left for a person by name
        elif instalment.expect == "book" and not history.problem and not _withdrawn(seen, instalment.code):
            found.append(
                Finding(
                    code="P-ONE",
                    instalment=instalment.code,
                    kind="skip" if history.case.faulty else "fail",
                    actual=f"iXpole never got a number for {instalment.code}",
                    expected="a number for every instalment that was due",
                )
            )
    return found


def _too_many(seen: Seen, instalment: Instalment, documents: list[Document]) -> list[Finding]:
    allowed = 1
    over = seen.target.traits.lines_max
    if seen.claims.over_75 == "split" and over and len(instalment.lines) > over:
        allowed = -(-len(instalment.lines) // over)
    made = creations(seen, documents)
    found = []
    for kind in ("invoice", "order"):
        there = [each for each in documents if each.kind == kind and each.stage != "void"]
        if len(there) > allowed:
            found.append(
                Finding(
                    code="P-ONE",
                    instalment=instalment.code,
                    because=_no_key(seen),
                    actual=f"{_count(len(there), kind)} for instalment {instalment.code}: {listed(there)}",
                    expected=f"at most {_count(allowed, kind)} for {instalment.code}: look for the first one, or "
                    "use a key that the target enforces, before anything is sent again",
                    marks={each.number: f"booking {nth}" for nth, each in enumerate(made, 1)},
                )
            )
    return found


def _too_few(seen: Seen, instalment: Instalment, documents: list[Document]) -> list[Finding]:
    alive = [each for each in documents if each.stage != "void"]
    history = seen.history
    if history.problem:
        return []
    if instalment.expect == "refuse" and alive:
        return [
            Finding(
                code="P-ONE",
                instalment=instalment.code,
                expected=f"nothing is booked: {instalment.why}",
                actual=f"{instalment.code} was booked as {listed(alive)}",
            )
        ]
    if instalment.expect == "may-park" and not documents:
        return _parked_unseen(seen, instalment)
    if instalment.expect != "book" or documents or _withdrawn(seen, instalment.code):
        return []
    excuse = excused(history, instalment.code, _creating(seen))
    if excuse == "shown":
        return []
    silent = ", and nothing the connector says names it: lost, or left for a person? Nobody can tell"
    return [
        Finding(
            code="P-ONE",
            instalment=instalment.code,
            kind="skip" if excuse else "fail",
            actual=f"{instalment.code} was never booked" + (silent if excuse else ""),
            expected=f"{instalment.code} is booked once ({instalment.why or 'nothing is special about it'})",
            marks={each.number: "refused" for each in refusals(seen, instalment)},
        )
    ]


def _parked_unseen(seen: Seen, instalment: Instalment) -> list[Finding]:
    """What may be left to a person must be shown to one."""
    if parked(seen.history, instalment.code):
        return []
    return [
        Finding(
            code="P-ONE",
            instalment=instalment.code,
            actual=f"{instalment.code} was not booked, and nothing the connector says names it",
            expected=f"it is booked to the cent, or left for a person by name ({instalment.why})",
        )
    ]


def _creating(seen: Seen) -> frozenset[str]:
    return seen.target.traits.creates | seen.target.traits.adds


def _withdrawn(seen: Seen, code: str) -> bool:
    return any(
        each.operation in ("act:withdrawInstalment", "act:cancelSale") and code in str(each.sent)
        for each in seen.history.exchanges
    )


def refusals(seen: Seen, instalment: Instalment) -> list[Exchange]:
    """Creations for this instalment that the target refused."""
    creates = seen.target.traits.creates
    signs = [instalment.code, *([instalment.token] if instalment.token else [])]
    return [
        each
        for each in seen.history.asked
        if each.operation in creates and not each.changed and any(sign in str(each.sent) for sign in signs)
    ][:3]


NO_KEY = {
    "silvasoft": ("SILV-28",),
    "crmcom": ("CRM-14", "CRM-04"),
    "telecomx": ("TCX-15",),
    "riverty": ("RIV-18", "RIV-19"),
}
"""The rules that say that a repeated creation makes a second document, and what keeps it from doing so."""


def _no_key(seen: Seen) -> tuple[str, ...]:
    return NO_KEY.get(seen.name, ())


def _count(number: int, kind: str) -> str:
    return f"{number} {kind}{'' if number == 1 else 's'}"
