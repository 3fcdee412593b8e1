"""What do all checkers together say of a history? The table of promises, and one verdict for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ixconform.checks import adding, booking, conduct, depending, details, limiting, mapping, paying, telling
from ixconform.checks.finding import Check, Finding, Seen
from ixconform.history import History
from ixconform.profile import Claims
from ixconform.systems.target import Target


@dataclass(frozen=True, slots=True)
class Property:
    level: int
    title: str
    check: Check


def _all(*checks: Check) -> Check:
    """One promise that several checkers look after."""
    return lambda seen: [finding for check in checks for finding in check(seen)]


PROPERTIES: Mapping[str, Property] = {
    "P-END": Property(0, "each run ends by itself and leaves nothing behind", conduct.ends),
    "P-LOGIN": Property(0, "wrong credentials are a reason to stop", conduct.logins),
    "P-NET": Property(1, "no call goes past the kit, as far as that is seen", conduct.network),
    "P-REQ": Property(1, "every request is documented, valid and exactly formatted", conduct.requests),
    "P-SEC": Property(1, "no secret in addresses or output", conduct.secrets),
    "P-CONV": Property(1, "the work of a run is in proportion to what there is to do", conduct.bounded),
    "P-ONE": Property(2, "every instalment is booked once", booking.exactly_once),
    "P-SUM": Property(
        2,
        "documents add up to their instalment, in total and for each rate",
        _all(adding.sums, details.currencies),
    ),
    "P-MAP": Property(
        2,
        "customer, date and accounts are those of the instalment",
        _all(mapping.mapping, details.accounts, details.newcomers, details.terms),
    ),
    "P-LIM": Property(2, "nothing longer than the target takes is attempted", limiting.limits),
    "P-ACK": Property(
        2, "iXpole is told the truth, in the right order", _all(telling.acknowledged, details.papers)
    ),
    "P-DEP": Property(
        2, "customers and products are there before they are used, and once", depending.depends
    ),
    "P-PAY": Property(2, "paid is told when nothing is outstanding", paying.payments),
    "P-IDEM": Property(2, "a run without anything new writes nothing", conduct.idempotent),
    "P-RETRY": Property(3, "what is refused for good is not sent again and again", conduct.retries),
    "P-RATE": Property(3, "nobody asks on while a limit is in force", conduct.rates),
}
"""By code; the level is that of the promise, and a scenario of a higher level raises it."""


def judge(history: History, target: Target, claims: Claims) -> list[Finding]:
    """All findings of one history."""
    seen = Seen(history=history, target=target, claims=claims)
    found = []
    for each in PROPERTIES.values():
        found += each.check(seen)
    return found
