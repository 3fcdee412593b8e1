"""An instalment has 76 lines, Silvasoft takes 75, and the connector sends the first 75."""

from collections import Counter

import pytest


class Parked(Exception):
    """Somebody has to decide."""


def signed(silvasoft):
    own = silvasoft.credentials
    silvasoft.client.headers.update({"ApiKey": own["api_key"], "Username": own["username"]})
    return silvasoft.client


def send(api, lines):
    sent = {"CustomerNumber": 1, "Invoice_InvoiceLine": lines}
    return api.post("/rest/addsalestransaction/", json=sent).json()[0]


def careless(api, seats):
    return send(api, [{"TaxPc": 21, "Description": seat, "SubTotalInclTax": 12.1} for seat in seats[:75]])


def careful(api, seats):
    """Lines alike become one; what is still too long is not booked at all."""
    alike = Counter(seats)
    if len(alike) > 75:
        raise Parked(f"{len(alike)} different lines; Silvasoft takes 75")
    return send(
        api,
        [
            {"TaxPc": 21, "Description": f"{count} × {seat}", "SubTotalInclTax": 1210 * count / 100}
            for seat, count in alike.items()
        ],
    )


def test_a_cut_invoice_is_a_line_short(silvasoft):
    booked = careless(signed(silvasoft), ["VIP seat"] * 76)
    with pytest.raises(AssertionError):
        assert booked["InvoiceTotalInclTax"] == 919.6


def test_lines_alike_become_one(silvasoft):
    assert careful(signed(silvasoft), ["VIP seat"] * 76)["InvoiceTotalInclTax"] == 919.6


def test_what_is_still_too_long_is_not_booked(ixkit_world, silvasoft):
    with pytest.raises(Parked, match="76 different lines"):
        careful(signed(silvasoft), [f"Seat {number}" for number in range(76)])
    assert ixkit_world.journal.count("addsalestransaction") == 0
