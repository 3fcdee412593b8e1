"""Are customers and products there before they are used, and once? P-DEP."""

from __future__ import annotations

from ixconform.checks.finding import Finding, Seen
from ixconform.history import Exchange


def depends(seen: Seen) -> list[Finding]:
    """A customer's code is told only when that customer is there; nobody gets the code of somebody else."""
    found: list[Finding] = []
    if seen.target.traits.unseen:
        return found
    parties = {party.code for party in seen.history.books.parties}
    parties |= {code for party in seen.history.books.parties for code in party.codes}
    known = {each.id: each for each in seen.history.case.data.customers}
    taken = {seen.target.code_of(each): each for each in known.values() if each.known}
    for each in seen.history.asked:
        if each.operation != "patchCustomer":
            continue
        told = _customer_code(each)
        if told is None:
            continue
        customer = known.get(_id_in(each.path))
        owner = taken.get(told)
        if told not in parties or not _exists_before(seen, told, each.number):
            found.append(
                Finding(
                    code="P-DEP",
                    actual=f"iXpole was told customer code {told!r}, which nobody in {seen.target.traits.title} has"
                    " at that moment",
                    expected="first the customer, then its code",
                    marks={each.number: "code of nobody"},
                )
            )
        elif owner is not None and customer is not None and owner.id != customer.id:
            found.append(
                Finding(
                    code="P-DEP",
                    actual=f"{customer.name!r} was given code {told}, which is {owner.name!r}'s",
                    expected="a customer of its own",
                    marks={each.number: "code of another"},
                )
            )
    return found + _doubles(seen)


def _exists_before(seen: Seen, code: str, number: int) -> bool:
    """Entered by hand, or named in a target's answer before this moment; where a customer comes with its first
    document, it is enough that one came."""
    entered = {
        seen.target.code_of(each)
        for each in (*seen.history.case.data.customers, *seen.history.case.data.strangers)
        if each.known
    }
    if (
        seen.target.traits.customers_along
    ):  # its number is the connector's choice, and may be told before it is used
        return code in entered or any(party.code == code for party in seen.history.books.parties)
    return code in entered or any(
        code in str(each.answered)
        for each in seen.history.exchanges
        if each.number < number and each.system == seen.name
    )


def _doubles(seen: Seen) -> list[Finding]:
    """At most one customer for one of iXpole's, and at most one product for one code."""
    found = []
    entered = {
        seen.target.code_of(each)
        for each in (*seen.history.case.data.customers, *seen.history.case.data.strangers)
        if each.known
    }
    made = [each for each in seen.history.books.parties if each.code not in entered]
    new = [each for each in seen.history.case.data.customers if not each.known]
    if len(made) > len(new):
        adds = {
            each.number: "another customer"
            for each in seen.history.asked
            if each.operation in seen.target.traits.adds and each.changed
        }
        found.append(
            Finding(
                code="P-DEP",
                actual=f"{len(made)} customers were made for {len(new)} new ones: "
                + ", ".join(f"{each.code} {each.name}" for each in made[:6]),
                expected="one customer for each that is new, and none for those that are known",
                marks=adds,
            )
        )
    codes = list(seen.history.books.products)
    doubled = sorted({code for code in codes if codes.count(code) > 1})
    if doubled:
        found.append(
            Finding(
                code="P-DEP",
                actual=f"products are there twice: {', '.join(doubled)}",
                expected="a product is made once and used from then on",
            )
        )
    return found


def _customer_code(exchange: Exchange) -> str | None:
    body = exchange.sent
    if isinstance(body, list):
        values = [
            each.get("value")
            for each in body
            if isinstance(each, dict) and each.get("path") == "/customerCode"
        ]
        return str(values[0]) if values else None
    if not isinstance(body, dict):
        return None
    found = [value for name, value in body.items() if name.lower() == "customercode" and value is not None]
    return str(found[0]) if found else None


def _id_in(path: str) -> int:
    last = path.rstrip("/").rsplit("/", 1)[-1]
    return int(last) if last.isdigit() else 0
