"""Do the rules of iXpole begin and end exactly where they should? Both sides of each edge."""

from __future__ import annotations

from typing import Any

import pytest

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.ixpole import plan, rules
from ixmocks.ixpole.state import Kind
from ixmocks.kit import Kit
from ixmocks.systems import SYSTEMS


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(
        "documents", clock="2017-05-05T09:00:00+02:00", systems=[s for s in SYSTEMS if s.name == "ixpole"]
    )


@pytest.mark.parametrize(
    ("kind", "cents", "fits"),
    [(Kind.CREDIT, -1, True), (Kind.CREDIT, 0, True), (Kind.CREDIT, 1, False), (Kind.INVOICE, 1, True)],
)
def test_a_credit_comes_to_nothing_or_less(kind: Kind, cents: int, fits: bool) -> None:
    if fits:
        plan.check_credit(kind, cents, "here")
        return
    with pytest.raises(Exception, match="below zero") as refused:
        plan.check_credit(kind, cents, "here")
    assert "IXP-11" in repr(refused.value.__dict__) + repr(refused.value.args)


@pytest.mark.parametrize(
    ("grant", "broken"), [("client_credentials", []), ("password", ["IXP-25"]), (None, ["IXP-25"])]
)
def test_the_rule_itself_wants_the_grant_of_the_client(
    kit: Kit, grant: str | None, broken: list[str]
) -> None:
    own = kit.world().credentials["ixpole"]
    form = {"client_id": own.key, "client_secret": own.secret, **({"grant_type": grant} if grant else {})}
    outcome = rules.issue_token(kit.state("ixpole"), form, at=kit.now, readings=kit.world().readings)
    assert ([v.rule for v in outcome.violations] if isinstance(outcome, Refused) else []) == broken


@pytest.mark.parametrize(
    ("header", "seen"),
    [
        ({}, "no Authorization header"),
        ({"Authorization": "Basic eDp5"}, "an Authorization header without a bearer token"),
    ],
)
def test_what_is_missing_of_a_token_is_said(kit: Kit, header: dict[str, str], seen: str) -> None:
    reply = kit.ask("ixpole", "GET", "/api/instalments", headers=header, auth=False)
    assert [(each.rule, each.seen) for each in reply.violations] == [("IXP-26", seen)]


@pytest.mark.parametrize(
    ("day", "taken"), [("2017-05-26", True), ("", True), (None, True), ("2017-02-30", False)]
)
def test_people_type_a_due_date_that_exists_or_clear_it(kit: Kit, day: Any, taken: bool) -> None:
    kit.world().reset()
    told = {"instalmentCode": "C-2017-0003-01", "invoiceDueDate": day}
    assert isinstance(kit.act("ixpole", "typeInvoiceNumber", told), Changed) is taken
