"""Silvasoft answers a busy hour with 401, and the connector believes that its key is wrong."""

import pytest


class WrongKey(Exception):
    """No use in trying again."""


class Busy(Exception):
    """Later."""


def signed(silvasoft):
    own = silvasoft.credentials
    silvasoft.client.headers.update({"ApiKey": own["api_key"], "Username": own["username"]})
    return silvasoft.client


def careless(api):
    answer = api.get("/rest/listtaxcodes/")
    if answer.status_code == 401:
        raise WrongKey(answer.text)
    return answer.json()


def careful(api):
    """The words tell what the status does not."""
    answer = api.get("/rest/listtaxcodes/")
    if answer.status_code == 401:
        raise Busy if "Ratelimit" in answer.json()["errorMessage"] else WrongKey
    return answer.json()


@pytest.fixture
def api(silvasoft):
    """A client whose hour holds two more requests."""
    silvasoft.act("setPlan", requestsPerHour=2)
    return signed(silvasoft)


def test_a_busy_hour_looks_like_a_wrong_key(api):
    careless(api)
    careless(api)
    with pytest.raises(WrongKey):
        careless(api)


def test_read_well_it_is_a_reason_to_wait(api, ixkit_clock):
    careful(api)
    careful(api)
    with pytest.raises(Busy):
        careful(api)
    ixkit_clock.advance("1h1s")
    assert careful(api)


def test_a_wrong_key_is_still_a_wrong_key(api):
    api.headers["ApiKey"] = "somebody else's"
    with pytest.raises(WrongKey):
        careful(api)
