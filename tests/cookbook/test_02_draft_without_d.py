"""A sales order was made, and its number goes back to iXpole as if it were an invoice."""

import pytest


def signed(ixpole):
    """An httpx client with a fresh token."""
    form = {"grant_type": "client_credentials", **ixpole.credentials}
    token = ixpole.client.post("/oauth/token", data=form).json()["access_token"]
    ixpole.client.headers["Authorization"] = f"Bearer {token}"
    return ixpole.client


def careless(api, code, order_number):
    told = {"instalmentCode": code, "invoiceNumber": str(order_number), "invoiceDueDate": "2017-05-26"}
    return api.put("/api/instalments", json=told).json()


def careful(api, code, order_number):
    """D tells a draft from an invoice; a draft is not due yet."""
    return api.put(
        "/api/instalments", json={"instalmentCode": code, "invoiceNumber": f"D{order_number}"}
    ).json()


def test_without_the_d_an_order_passes_for_an_invoice(ixpole):
    with pytest.raises(AssertionError):
        assert careless(signed(ixpole), "C-2017-0001-01", 4711)["status"] == "Pending"


def test_with_the_d_the_instalment_waits_for_its_number(ixpole):
    assert careful(signed(ixpole), "C-2017-0001-01", 4711)["status"] == "Pending"
