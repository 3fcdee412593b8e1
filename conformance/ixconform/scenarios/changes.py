"""L2: what is not as usual. Addresses that change, products that go, rates that nobody knows, money that goes back."""

from __future__ import annotations

from typing import Any

from ixconform.data import Case, Step
from ixconform.scenarios.asked import Asked, Build, Omitted, Scenario, case, life, people, settle
from ixconform.systems.ixpole import edit_customer

UNKNOWN_RATE = "17"
"""A percentage that no administration of a base world has."""


def address(asked: Asked) -> list[Case]:
    """A customer moves between two instalments: the one that the books have, and the one that was made for it."""
    maker = asked.maker(40)
    steps: list[Step] = [*life(asked)]
    for known in (True, False):
        if known or asked.claims.customers:
            customer = maker.customer(known=known)
            maker.instalment(customer, why="before it moves")
            later = maker.instalment(customer, why="after it has moved")
            action, params = edit_customer(customer, asked.target.traits.country)
            steps.append(_act("ixpole", action, params))
            steps.append(Step("add", {"code": later.code}))
    return [case(asked, maker, (*steps, *life(asked)))]


def retired(asked: Asked) -> list[Case] | Omitted:
    """The product of the first instalment is archived before the second one comes."""
    retire = asked.target.traits.retires
    if not retire:
        return Omitted(f"the kit cannot archive a product in {asked.target.traits.title}")
    maker = asked.maker(41)
    maker.instalment(maker.customer(), [maker.line(10_000, product=501)], why="while its product is sold")
    line = maker.line(12_000, product=501)
    later = maker.instalment(
        maker.customer(),
        [line],
        why="its product is archived",
        expect="may-park",
    )
    other = maker.instalment(
        maker.customer(), [maker.line(9_000, product=502)], why="an ordinary one beside it"
    )
    added = tuple(Step("add", {"code": each.code}) for each in (later, other))
    return [case(asked, maker, (*life(asked), people("retire"), *added, *life(asked)))]


def unknown_rate(asked: Asked) -> list[Case]:
    maker = asked.maker(42)
    odd = maker.line(10_000, UNKNOWN_RATE)
    why = f"{UNKNOWN_RATE} %, which the administration does not have"
    maker.instalment(maker.customer(), [odd], why=why, expect="may-park")
    maker.instalment(maker.customer(), [maker.line(8_000, product=502)], why="an ordinary one beside it")
    return [case(asked, maker, life(asked))]


def other_currency(asked: Asked) -> list[Case]:
    """Books that have one currency hold nothing else; where each document names its own, it may be booked so."""
    traits = asked.target.traits
    other = "USD" if traits.currency == "EUR" else "EUR"
    expect, where = (
        ("may-park", "usually") if traits.names_currency else ("refuse", "all that the books hold")
    )
    maker = asked.maker(48)
    why = f"in {other}, where {traits.currency} is {where}"
    maker.instalment(maker.customer(), currency=other, expect=expect, why=why)
    maker.instalment(maker.customer(), why="an ordinary one beside it")
    return [case(asked, maker, life(asked))]


def empty_ones(asked: Asked) -> list[Case]:
    maker = asked.maker(43)
    maker.instalment(maker.customer(), bare=True, why="no line at all", expect="refuse")
    maker.instalment(maker.customer(), why="an ordinary one beside it")
    return [case(asked, maker, life(asked))]


def paid(asked: Asked) -> list[Case] | Omitted:
    """In full, in part, in two parts, taken back: paid is told when nothing is outstanding."""
    if not asked.claims.payments:
        return Omitted("not claimed: payments = false")
    maker = asked.maker(19)
    full, part, two = (
        maker.instalment(maker.customer(), why=f"paid {how}") for how in ("in full", "in part", "twice")
    )
    steps: list[Step] = [*life(asked), people("pay", full.code)]
    if asked.target.traits.part_payments:
        steps += [
            people("pay-part", part.code),
            people("pay-part", two.code),
            settle(),
            people("pay", two.code),
        ]
    return [case(asked, maker, (*steps, settle(), settle()))]


def taken_back(asked: Asked) -> list[Case] | Omitted:
    """Money that came goes back: after it was told, and before."""
    if not asked.claims.payments:
        return Omitted("not claimed: payments = false")
    if not asked.target.traits.unpays:
        return Omitted(f"nobody takes a payment back in {asked.target.traits.title}")
    maker = asked.maker(44)
    told = maker.instalment(maker.customer(), why="paid, told, and taken back")
    untold = maker.instalment(maker.customer(), why="paid, and taken back before anybody looked")
    back = (people("pay", untold.code), people("unpay", untold.code))
    steps = (
        *life(asked),
        people("pay", told.code),
        settle(),
        people("unpay", told.code),
        *back,
        settle(),
        settle(),
    )
    return [case(asked, maker, steps)]


def paid_too_much(asked: Asked) -> list[Case] | Omitted:
    if not asked.claims.payments:
        return Omitted("not claimed: payments = false")
    if not asked.target.traits.overpays:
        return Omitted(f"{asked.target.traits.title} takes no more than what is outstanding")
    maker = asked.maker(45)
    more = maker.instalment(maker.customer(), why="paid five too much")
    return [case(asked, maker, (*life(asked), people("pay-over", more.code), settle(), settle()))]


def own_pdf(asked: Asked) -> list[Case] | Omitted:
    if asked.target.traits.has_pdf:
        return Omitted(f"{asked.target.traits.title} makes the PDF itself")
    if not asked.claims.own_pdf:
        return Omitted("not claimed: own_pdf = false")
    maker = asked.maker(46)
    maker.instalment(maker.customer(), why="its PDF is the connector's own")
    return [case(asked, maker, life(asked))]


def tagged(asked: Asked) -> list[Case] | Omitted:
    if not asked.claims.correlation:
        return Omitted("not claimed: correlation")
    maker = asked.maker(47)
    for code in ("K-0070-1", "K-0070-10", "K-0071-1"):
        maker.instalment(maker.customer(), code=code, why="found by the pattern that is claimed")
    return [case(asked, maker, life(asked))]


def _act(system: str, action: str, params: Any) -> Step:
    return Step("act", {"system": system, "action": action, "params": dict(params)})


def _of(id: str, title: str, build: Build, *about: str, purpose: str, target: bool = True) -> Scenario:
    return Scenario(
        id=id, level=2, title=title, build=build, about=about, purpose=purpose, needs_target=target
    )  # fmt: skip


SCENARIOS = (
    _of(
        "C-033", "an address changes", address, "P-ONE", "P-DEP", "P-MAP",
        purpose="A customer moves, known or new: the next document is still on the same one, and nobody is made twice.",
    ),
    _of(
        "C-034", "an archived product", retired, "P-ONE", "P-SUM",
        purpose="What can no longer be sold as it was is booked right all the same, or left for a person by name.",
    ),
    _of(
        "C-035", "an unknown rate", unknown_rate, "P-ONE", "P-SUM",
        purpose="A rate that the administration does not have stops that instalment, and no other.",
    ),
    _of(
        "C-036", "another currency", other_currency, "P-ONE", "P-SUM",
        purpose="Amounts in another currency are not booked as if they were the books' own.",
    ),
    _of(
        "C-041", "no lines", empty_ones, "P-ONE", "P-LIM",
        purpose="An instalment without lines is refused before the call; the others go on.",
    ),
    _of(
        "C-050", "payments", paid, "P-ONE", "P-SUM", "P-PAY",
        purpose="Paid is told when nothing is outstanding, and not before.",
    ),
    _of(
        "C-046", "money goes back", taken_back, "P-PAY",
        purpose="Paid is told when the ledger says so; what was taken back is not told as paid again.",
    ),
    _of("C-047", "paid too much", paid_too_much, "P-PAY", purpose="More than was owed is paid as well."),
    _of("C-048", "its own PDF", own_pdf, "P-ACK", purpose="Where the target has no PDF, the connector's comes back."),
    _of("C-049", "the tag", tagged, "P-MAP", purpose="The pattern that is claimed finds each document's instalment."),
)  # fmt: skip
