"""A token of TelecomX ends after 15 quiet minutes, in the middle of a long run."""

import pytest


class Session:
    """A login, and what it opens."""

    def __init__(self, telecomx):
        self.api, self.own = telecomx.client, telecomx.credentials
        self.log_in()

    def log_in(self):
        answer = self.api.post("/auth/login", json=dict(self.own))
        self.headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def careless(self, path):
        return self.api.get(path, headers=self.headers)

    def careful(self, path):
        """Expired? Log in and ask once more; a second 401 is an answer."""
        answer = self.api.get(path, headers=self.headers)
        if answer.status_code == 401:
            self.log_in()
            answer = self.api.get(path, headers=self.headers)
        return answer


def test_after_a_pause_the_token_is_dead(telecomx, ixkit_clock, ixkit_world):
    session = Session(telecomx)
    assert session.careless("/product").status_code == 200
    ixkit_clock.advance("20m")
    session.careless("/product")
    with pytest.raises(AssertionError, match="TCX-17"):
        ixkit_world.assert_no_violations()


def test_one_login_more_and_the_run_goes_on(telecomx, ixkit_clock):
    session = Session(telecomx)
    ixkit_clock.advance("20m")
    assert session.careful("/product").status_code == 200
    assert telecomx.journal.count("authLogin") == 2
