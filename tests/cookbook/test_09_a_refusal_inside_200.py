"""CRM.COM refuses with HTTP status 200, and the connector looks at the status only."""

import pytest

API = "/crmapi/rest/v2"
INVOICE = {
    "accounts_receivable_identifier": {"number": "401"},
    "type_identifier": {"name": "Invoice"},
    "life_cycle_state": "POSTED",
    "back_office_code": "C-2017-0001-01",
    "invoice_item_set": [
        {
            "product_identifier": {"code": "Gold"},
            "quantity": 1,
            "cost": 100,
            "sub_total": 100,  # a line has a cost or a sub total, not both
            "vat_rate_identifier": {"name": "High"},
        }
    ],
}


class Refused(Exception):
    """CRM.COM said no."""


def token(crmcom):
    own = {name: crmcom.credentials[name] for name in ("username", "password", "organisation")}
    return crmcom.client.post(f"{API}/authentication/token", json=own).json()["data"]["token"]


def careless(api, token):
    answer = api.post(f"{API}/invoices/create", json={"token": token, **INVOICE})
    return answer.status_code == 200


def careful(api, token):
    """The code in the body decides, whatever the status says."""
    answer = api.post(f"{API}/invoices/create", json={"token": token, **INVOICE})
    if answer.json()["status"]["code"] != "OK":
        raise Refused(answer.json()["status"])
    return answer.json()["data"]


def test_by_its_status_a_refusal_is_a_success(crmcom):
    assert careless(crmcom.client, token(crmcom))
    with pytest.raises(AssertionError):
        assert crmcom.journal.last("invoicesCreate").changed


@pytest.mark.ixkit(readings={"CRM-21": "in-200"})
def test_the_code_in_the_body_tells(crmcom):
    with pytest.raises(Refused):
        careful(crmcom.client, token(crmcom))


@pytest.mark.ixkit(readings={"CRM-21": "http-4xx"})
def test_and_it_does_so_where_refusals_have_a_status_too(crmcom):
    with pytest.raises(Refused):
        careful(crmcom.client, token(crmcom))
