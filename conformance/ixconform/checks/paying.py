"""Is paid told when nothing is outstanding, and not before? P-PAY."""

from __future__ import annotations

from ixconform.checks.finding import Finding, Seen, documents_of
from ixconform.checks.telling import is_named
from ixconform.history import Document
from ixconform.money import cents, shown
from ixconform.systems.ixpole import Ack, acks
from ixconform.visible import excused

MONEY = frozenset({"act:registerPayment", "act:reversePayment"})


def payments(seen: Seen) -> list[Finding]:
    """Paid is told only when the books say that nothing is outstanding, after the real number, and then for sure."""
    if not seen.claims.payments or seen.target.traits.unseen:
        return []
    found: list[Finding] = []
    owned = documents_of(seen.history)
    paid: dict[str, str] = {}
    for each in seen.history.exchanges:
        for ack in acks(each):
            if ack.payment and each.status < 300:
                found += _paid_rightly(seen, ack, owned.get(ack.code, []))
                paid[ack.code] = ack.payment
    for code, documents in owned.items():
        told = seen.history.shelf.instalments.get(code)
        live = [each for each in documents if each.stage == "live"]
        if (
            not live
            or told is None
            or seen.history.problem
            or excused(seen.history, code, seen.target.traits.creates)
        ):
            continue
        settled = all(each.outstanding_cents == 0 for each in live) and _money_came(seen, code)
        if settled and not told.payment:
            found.append(
                Finding(
                    code="P-PAY",
                    instalment=code,
                    actual=f"{live[0].number} is paid, and iXpole was not told",
                    expected="a paymentNo for it in the runs after the payment; "
                    "whoever tells none claims payments = false",
                )
            )
    return found


def _money_came(seen: Seen, code: str) -> bool:
    return any(each.operation == "act:registerPayment" for each in seen.history.exchanges)


def _paid_rightly(seen: Seen, ack: Ack, documents: list[Document]) -> list[Finding]:
    live = [each for each in documents if each.stage == "live"]
    owing = [cents for each in live if (cents := _owed_then(seen, each, ack.exchange.number)) > 0]
    if live and not owing:
        return []
    owed = f", of which {shown(owing[0])} was outstanding then" if owing else ""
    return [
        Finding(
            code="P-PAY",
            instalment=ack.code,
            marks={ack.exchange.number: "told as paid"},
            actual=f"iXpole was told that {ack.code} is paid ({ack.payment}){owed}",
            expected="paid is told when nothing is outstanding, and not before",
        )
    ]


def _owed_then(seen: Seen, document: Document, number: int) -> int:
    """What was outstanding on a document when this event came: its total, and what people did with money before."""
    owed = document.total_cents
    for each in seen.history.exchanges:
        if each.number >= number:
            break
        if (
            each.operation not in MONEY
            or not isinstance(each.sent, dict)
            or not is_named(document, each.sent)
        ):
            continue
        given = cents(each.sent.get("Amount", each.sent.get("amount")))
        if each.operation == "act:registerPayment":
            owed = owed - given if given is not None else min(owed, 0)
        else:
            owed = owed + given if given is not None else document.total_cents
    return owed
