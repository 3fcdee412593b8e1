"""Which worlds, instalments and faults may come? Hypothesis strategies, for tests that try many.

    from ixpytest.strategies import fault_schedules, worlds

    @given(worlds(), fault_schedules())
    def test_nothing_is_booked_twice(ixkit_world_factory, data, faults): ...

Amounts are exact. Everything is due on `ON`, the day that a world of these instalments should stand at.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

ON = date(2026, 4, 15)
CLOCK = f"{ON.isoformat()}T09:00:00+02:00"
RATES = {"21": 21, "12": 12, "6": 6}
"""VAT codes of iXpole and their percentages, which scenario `documents` has in Silvasoft too."""
OPERATIONS = (
    "silvasoft.addsalestransaction", "silvasoft.addorder", "silvasoft.listsalesinvoices",
    "silvasoft.listrelations", "silvasoft.addbusinessrelation", "ixpole.getInstalments", "ixpole.getCustomer",
    "ixpole.putInstalments", "ixpole.patchCustomer",
)  # fmt: skip
TEXTS = (
    "VIP seats", "Seizoenkaart vak A", "Café & brasserie",
    "«Été» – loge n° 4", "<b>Board</b>", "スタジアム", "🏟 tribune",
    "a" * 200, "O'Neill \"Lounge\"",
)  # fmt: skip


def amounts(least: str = "0.01", most: str = "9999.99") -> st.SearchStrategy[Decimal]:
    """Amounts of whole cents, thirds and round sums more often than chance would have them."""
    cents = st.integers(int(Decimal(least) * 100), int(Decimal(most) * 100))
    odd = st.sampled_from(["0.01", "0.05", "33.33", "33.34", "66.67", "99.99", "100.00", "449.68"])
    return (odd.map(Decimal) | cents.map(lambda whole: Decimal(whole) / 100)).filter(
        lambda amount: Decimal(least) <= amount <= Decimal(most)
    )


def lines(most: int = 8) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Lines of an instalment, as a scenario writes them."""
    line = st.fixed_dictionaries(
        {
            "productId": st.sampled_from([501, 502, 503]),
            "description": st.sampled_from(TEXTS),
            "amountExclVat": amounts(),
        }
    )
    return st.lists(line, min_size=1, max_size=most)


@st.composite
def instalments(draw: st.DrawFn, *, number: int = 1, most_lines: int = 8) -> dict[str, Any]:
    """One instalment that is due on `ON`, as a scenario writes it; `number` makes its code and ids its own."""
    customer = draw(st.sampled_from([1001, 1002, 1003]))
    past = draw(st.integers(0, 60))
    return {
        "instalmentId": 30_000 + number,
        "instalmentCode": f"C-2026-{number:04d}-01",
        "instalmentDate": (ON - timedelta(days=past)).isoformat(),
        "invoiceReference": draw(st.sampled_from(TEXTS[:4])),
        "sale": {"saleId": 9_000 + number, "contractReference": f"Contract {number}"},
        "customer": {"customerId": customer},
        "lines": draw(lines(most_lines)),
    }


@st.composite
def worlds(draw: st.DrawFn, *, most_instalments: int = 3, most_lines: int = 8) -> dict[str, Any]:
    """`data` of a world: an iXpole with some customers, products and due instalments.

    Give it to a world factory with `scenario="documents"` and `clock=CLOCK`.
    """
    count = draw(st.integers(0, most_instalments))
    return {
        "ixpole": {
            "settings": {"creditSales": True, "paymentTermDays": 30},
            "customers": [_customer(1001, "1"), _customer(1002, None), _customer(1003, "2")],
            "products": [
                {
                    "productId": 501 + index, "productCode": f"P-{code}", "description": f"Product {code} %",
                    "vatRate": {"code": code, "description": f"{code} %", "percentage": percentage},
                    "priceExclVat": Decimal("100.00"),
                }
                for index, (code, percentage) in enumerate(RATES.items())
            ],
            "instalments": [
                draw(instalments(number=number, most_lines=most_lines)) for number in range(1, count + 1)
            ],
        }
    }  # fmt: skip


def faults() -> st.SearchStrategy[dict[str, Any]]:
    """One fault, as `Faults.arm` takes it: place, harm and the operation whose nth request it strikes."""
    lost = st.tuples(st.sampled_from(["received", "before_commit", "after_commit"]), st.just("reset"))
    refused = st.tuples(st.sampled_from(["received", "after_commit"]), st.just("status"))
    damaged = st.tuples(
        st.just("sending"), st.sampled_from(["cut", "garbage", "html", "wrong_type", "empty", "hollow"])
    )
    return st.builds(
        lambda where, op, nth, status: {
            "place": where[0], "harm": where[1], "op": op, "nth": nth,
            **({"status": status} if where[1] == "status" else {}),
        },
        lost | refused | damaged, st.sampled_from(OPERATIONS), st.integers(1, 3), st.sampled_from([429, 500, 503]),
    )  # fmt: skip


def fault_schedules(most: int = 3) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Faults to arm before a run: ``for fault in schedule: world.faults.arm(**fault)``."""
    return st.lists(faults(), max_size=most)


def _customer(number: int, code: str | None) -> dict[str, Any]:
    return {
        "customerId": number, "customerCode": code, "customerType": "Business", "name": f"Customer {number} NV",
        "vatNumber": "BE0123456749", "email": f"c{number}@customer.example",
        "invoiceEmail": f"c{number}@customer.example",
        "addresses": [
            {"addressId": number, "isDefault": True, "street": "Voorbeeldstraat", "houseNumber": str(number),
             "postalCode": "2018", "city": "Antwerpen", "countryCode": "BE"}
        ],
    }  # fmt: skip
