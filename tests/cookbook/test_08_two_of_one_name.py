"""Two customers have one name, and the invoice goes to the one who came first."""

import pytest

BRUGES = {"number": 3, "name": "De Smet BV"}  # number 2, in Ghent, has the same name


def signed(silvasoft):
    own = silvasoft.credentials
    silvasoft.client.headers.update({"ApiKey": own["api_key"], "Username": own["username"]})
    return silvasoft.client


def book(api, **customer):
    sent = {**customer, "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 121}]}
    return api.post("/rest/addsalestransaction/", json=sent).json()[0]


def careless(api, customer):
    return book(api, CustomerName=customer["name"])


def careful(api, customer):
    """The number cannot mean anybody else; the name in the answer confirms it."""
    booked = book(api, CustomerNumber=customer["number"])
    assert booked["CustomerName"] == customer["name"]
    return booked


def test_a_name_books_on_the_first_who_has_it(silvasoft):
    with pytest.raises(AssertionError):
        assert careless(signed(silvasoft), BRUGES)["CustomerNumber"] == 3


def test_a_number_books_on_the_one_meant(silvasoft):
    assert careful(signed(silvasoft), BRUGES)["CustomerNumber"] == 3
