"""The invoice is booked, the answer is lost on its way, and the connector sends it again."""

import httpx
import pytest

TAG = "C-2017-0001-01"
INVOICE = {
    "CustomerNumber": 1,
    "InvoiceNotes": TAG,
    "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 121}],
}


def signed(silvasoft):
    """An httpx client that carries this world's key."""
    own = silvasoft.credentials
    silvasoft.client.headers.update({"ApiKey": own["api_key"], "Username": own["username"]})
    return silvasoft.client


def careless(api):
    """No answer? Then once more."""
    try:
        return api.post("/rest/addsalestransaction/", json=INVOICE)
    except httpx.TransportError:
        return api.post("/rest/addsalestransaction/", json=INVOICE)


def careful(api):
    """No answer? Then look first: the tag in the notes tells whether it was booked."""
    try:
        return api.post("/rest/addsalestransaction/", json=INVOICE).json()[0]
    except httpx.TransportError:
        for invoice in api.get("/rest/listsalesinvoices/").json():
            if invoice["InvoiceNotes"] == TAG:
                return invoice
        return api.post("/rest/addsalestransaction/", json=INVOICE).json()[0]


def test_sending_again_books_twice(ixkit_world, silvasoft):
    ixkit_world.faults.after_commit("silvasoft.addsalestransaction")
    careless(signed(silvasoft))
    with pytest.raises(AssertionError, match="made twice"):
        ixkit_world.assert_exactly_once(TAG)


@pytest.mark.parametrize("place", ["before_commit", "after_commit"])
def test_looking_first_books_once_wherever_the_line_broke(ixkit_world, silvasoft, place):
    ixkit_world.faults.arm(place, "reset", op="silvasoft.addsalestransaction")
    assert careful(signed(silvasoft))["InvoiceNotes"] == TAG
    ixkit_world.assert_exactly_once(TAG)
