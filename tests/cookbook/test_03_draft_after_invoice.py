"""A slow worker tells of the draft when the real number is there already."""

import pytest

CODE = "C-2017-0001-01"


def signed(ixpole):
    form = {"grant_type": "client_credentials", **ixpole.credentials}
    token = ixpole.client.post("/oauth/token", data=form).json()["access_token"]
    ixpole.client.headers["Authorization"] = f"Bearer {token}"
    return ixpole.client


def careless(api, told):
    """Sends what comes, in the order in which it comes."""
    return [api.put("/api/instalments", json={"instalmentCode": CODE, **each}) for each in told]


def careful(api, told):
    """Remembers what it said, and never goes back from a number to a draft."""
    final, answers = False, []
    for each in told:
        if final and each["invoiceNumber"].startswith("D"):
            continue
        final = not each["invoiceNumber"].startswith("D")
        answers.append(api.put("/api/instalments", json={"instalmentCode": CODE, **each}))
    return answers


LATE = [{"invoiceNumber": "20170002", "invoiceDueDate": "2017-05-26"}, {"invoiceNumber": "D4711"}]


def test_going_back_to_a_draft_breaks_a_rule(ixkit_world, ixpole):
    careless(signed(ixpole), LATE)
    with pytest.raises(AssertionError, match="IXP-19"):
        ixkit_world.assert_no_violations()


@pytest.mark.ixkit(readings={"IXP-19": "lenient"})
def test_where_iXpole_lets_it_pass_the_invoice_vanishes(ixpole):
    answers = careless(signed(ixpole), LATE)
    assert [each.json()["status"] for each in answers] == ["Open", "Pending"]


@pytest.mark.parametrize("told", [LATE, LATE[::-1]])
def test_the_number_stays(ixkit_world, ixpole, told):
    assert careful(signed(ixpole), told)[-1].json()["invoiceNumber"] == "20170002"
    ixkit_world.assert_no_violations()
