"""iXpole writes 2017-05-05, Silvasoft 05-05-2017, and a date is handed on as it came."""

from datetime import date, datetime

import pytest


def signed(silvasoft):
    own = silvasoft.credentials
    silvasoft.client.headers.update({"ApiKey": own["api_key"], "Username": own["username"]})
    return silvasoft.client


def book(api, day):
    line = {"TaxPc": 21, "SubTotalInclTax": 121}
    sent = {"CustomerNumber": 1, "InvoiceDate": day, "Invoice_InvoiceLine": [line]}
    return api.post("/rest/addsalestransaction/", json=sent)


def careless(api, instalment_date):
    return book(api, instalment_date)


def careful(api, instalment_date):
    """Reads one form and writes the other, both by name."""
    return book(api, date.fromisoformat(instalment_date).strftime("%d-%m-%Y"))


def test_a_date_as_it_came_is_refused(ixkit_world, silvasoft):
    careless(signed(silvasoft), "2017-05-04")
    with pytest.raises(AssertionError, match="SILV-09"):
        ixkit_world.assert_no_violations()


def test_a_date_is_turned_both_ways(ixkit_world, silvasoft):
    booked = careful(signed(silvasoft), "2017-05-04").json()[0]
    assert booked["InvoiceDate"] == "04-05-2017"
    due = datetime.strptime(booked["InvoiceDueDate"], "%d-%m-%Y").date()  # noqa: DTZ007
    assert due.isoformat() == "2017-05-25"  # what iXpole wants to read
    ixkit_world.assert_no_violations()
