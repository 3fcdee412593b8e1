"""Is every instalment booked once, whole, and for the right customer? P-ONE, P-SUM, P-MAP, P-LIM."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from ixconform.checks.finding import Finding, Seen
from ixconform.data import Instalment
from ixconform.history import Document, Exchange
from ixconform.matching import booked, strays
from ixconform.money import by_rate, shown
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
                    actual=f"{_count(len(there), kind)} for instalment {instalment.code}: {_listed(there)}",
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
                actual=f"{instalment.code} was booked as {_listed(alive)}",
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


def sums(seen: Seen) -> list[Finding]:
    """The documents of an instalment add up to it: in total and for each rate, to the cent."""
    found = []
    for instalment, documents in booked(seen.history):
        live = [each for each in documents if each.stage == "live"]
        judged = live or [each for each in documents if each.stage == "draft"]
        if not judged or _doubled(judged, instalment):
            continue  # doubles are P-ONE's
        found += _total(seen, instalment, judged)
    return found


def _doubled(documents: list[Document], instalment: Instalment) -> bool:
    return len(documents) > 1 and any(each.total_cents == instalment.gross_cents for each in documents)


def _total(seen: Seen, instalment: Instalment, documents: list[Document]) -> list[Finding]:
    total = sum(each.total_cents for each in documents)
    marks = {each.number: "this body" for each in creations(seen, documents)}
    if total != instalment.gross_cents:
        return [
            Finding(
                code="P-SUM",
                instalment=instalment.code,
                marks=marks,
                actual=f"{_listed(documents)}: together {shown(total)} for {instalment.code}",
                expected=f"{shown(instalment.gross_cents)}, as iXpole says"
                + (f" ({instalment.why})" if instalment.why else ""),
            )
        ]
    lines = [line for each in documents for line in each.lines]
    net = by_rate((line.rate, line.net_cents) for line in lines)
    gross = by_rate((line.rate, line.gross_cents) for line in lines)
    wrong = {
        rate: (amount, instalment.gross_by_rate.get(rate))
        for rate, amount in gross.items()
        if rate not in instalment.gross_by_rate
    }
    missing = [rate for rate in instalment.gross_by_rate if rate not in gross]
    if wrong or missing or _rates_off(seen, instalment, gross, net):
        return [
            Finding(
                code="P-SUM",
                instalment=instalment.code,
                marks=marks,
                actual=f"by rate: {_rates(gross)}",
                expected=f"by rate: {_rates(instalment.gross_by_rate)}",
            )
        ]
    return []


def _rates_off(
    seen: Seen, instalment: Instalment, gross: dict[Decimal, int], net: dict[Decimal, int]
) -> bool:
    """Whether amounts stand under another rate. Where tax is worked out once, the lines' own tax decides nothing."""
    if seen.target.traits.vat_once:
        return any(
            abs(net.get(rate, 0) - amount) > len(instalment.lines)
            for rate, amount in instalment.net_by_rate.items()
        )
    return any(gross.get(rate) != amount for rate, amount in instalment.gross_by_rate.items())


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


def dated_by_person(seen: Seen) -> bool:
    """A draft that a person makes real may be dated that day."""
    return any(each.person and each.operation in POSTS for each in seen.history.exchanges)


POSTS = frozenset(
    {"act:postDraft", "act:orderToInvoice", "act:postInvoice", "act:setInvoiceNumber", "act:makeInvoice"}
)


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


def limits(seen: Seen) -> list[Finding]:
    """Nothing longer than the target takes is even attempted: that would only be refused, again and again."""
    most = seen.target.traits.lines_max
    found = _without_lines(seen)
    for each in seen.history.asked:
        if most and each.operation in seen.target.traits.creates:
            lines = _longest(each.sent)
            if lines > most:
                found.append(
                    Finding(
                        code="P-LIM",
                        actual=f"{each.operation} with {lines} lines",
                        marks={each.number: f"{lines} lines"},
                        expected=f"at most {most}: {seen.claims.over_75} what is longer, before it is sent",
                        because=(seen.target.traits.line_rule,),
                    )
                )
    return found


def _without_lines(seen: Seen) -> list[Finding]:
    """A document without any line is nothing that could be booked."""
    return [
        Finding(
            code="P-LIM",
            actual=f"{each.operation} without a line",
            expected="what has no lines is left for a person, before it is sent",
            marks={each.number: "no lines"},
        )
        for each in seen.history.asked
        if each.operation in seen.target.traits.creates and _is_bare(each.sent)
    ]


def _is_bare(body: object) -> bool:
    """Whether it has a list for lines and nothing in it."""
    lists = [value for value in body.values() if isinstance(value, list)] if isinstance(body, dict) else []
    return bool(lists) and not any(lists)


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


def refusals(seen: Seen, instalment: Instalment) -> list[Exchange]:
    """Creations for this instalment that the target refused."""
    creates = seen.target.traits.creates
    signs = [instalment.code, *([instalment.token] if instalment.token else [])]
    return [
        each
        for each in seen.history.asked
        if each.operation in creates and not each.changed and any(sign in str(each.sent) for sign in signs)
    ][:3]


def _longest(body: object) -> int:
    if not isinstance(body, dict):
        return 0
    return max((len(value) for value in body.values() if isinstance(value, list)), default=0)


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


def _listed(documents: Iterable[Document]) -> str:
    return ", ".join(
        f"{each.number or each.key} ({shown(each.total_cents)}, {each.stage})" for each in documents
    )


def _rates(sums: dict[Decimal, int]) -> str:
    return ", ".join(f"{rate.normalize():f} %: {shown(amount)}" for rate, amount in sorted(sums.items()))
