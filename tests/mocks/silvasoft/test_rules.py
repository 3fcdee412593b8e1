"""Do all rules bear whatever JSON comes, and does a no change nothing?"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixmocks.engine.outcome import Changed, Refused
from ixmocks.engine.system import Rule
from ixmocks.silvasoft import rules
from ixmocks.silvasoft.actions import ACTIONS
from ixmocks.silvasoft.state import State

RULES = {name: getattr(rules, name) for name in rules.__all__}
READS = {name for name in RULES if name.startswith("list_")}

MEMBERS = (
    "CustomerNumber", "CustomerName", "CustomerEmail", "InvoiceDate", "InvoiceNumber", "InvoiceNotes",
    "InvoiceFileUrl", "InvoiceProject", "SelectProjectBy", "Invoice_InvoiceLine", "TaxPc", "TaxCode",
    "SubTotalInclTax", "Description", "CostCenter", "LedgerAccountNumber", "AddAsDraft", "InvoiceDiscountPc",
    "InvoiceReference", "InvoiceDueDays", "Invoice_Contact", "Invoice_Address", "Invoice_Attachment", "FileUrl",
    "FileName", "FileContent", "ProductNumber", "ProductEAN", "Quantity", "UnitPriceExclTax", "UseArticlePrice",
    "Limit", "Offset", "DateFrom", "DateTill", "RelationGUID", "Name", "Email", "Relation_Contact", "LastName",
    "IsCustomer", "SupplierNumber", "SearchOperand", "RelationName", "RelationNumber", "RelationVAT", "Sorting",
    "SortDir", "ArticleNumber", "NewName", "CategoryName", "EAN", "NewStockQty", "NewSalePrice",
    "SalePriceInclOrExcl", "NewVATPercentage", "StockUpdateMode", "OrderNumber", "OrderDate", "OrderStatus",
    "CreatedOn", "Order_Orderline", "Order_Address", "HtmlAsPlainText", "ChangedSince", "FiscalYear",
    "LedgerType", "OnExistingRelationEmail", "Address_Street", "Amount", "Serial", "Number", "Date", "Private",
    "PaymentTermDays", "url", "base64", "size", "Archived", "requestsPerHour",
)  # fmt: skip

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-2, 3), st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([
        "", " ", "1", "-1", "21", "1204", "05-05-2017", "2017-05-05", "99-99-9999", "Demo bedrijf", "NAME", "CONTINUE",
        "21.0% - high", "8000", "1300", "https://files.example/instalment.pdf", "http://[x/a.pdf", "incl", "AND",
        "customernumber", "DEC", "JVBERi0=", "é", Decimal("1e400"), 10**400, 2**63, Decimal("-0"),
    ]),
    st.text(max_size=8),
)  # fmt: skip
names = st.sampled_from(MEMBERS) | st.text(max_size=4)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6),
    max_leaves=8,
)
objects = st.dictionaries(names, anything, max_size=8)
lines = st.fixed_dictionaries(
    {"TaxPc": st.just(21) | scalars, "ProductNumber": st.just("1204") | scalars, "SubTotalInclTax": scalars},
    optional={"Quantity": scalars},
)
near = st.builds(
    lambda more, rows: {"CustomerNumber": 1, "Invoice_InvoiceLine": rows, "Order_Orderline": rows, **more},
    st.dictionaries(names, anything, max_size=5),
    st.lists(lines | scalars, max_size=2),
)
readings = st.fixed_dictionaries(
    {},
    optional={
        "SILV-01": st.just("lines-50"), "SILV-09": st.just("lenient"),
        "SILV-17": st.sampled_from(["per-rate", "half-even"]),
        "SILV-33": st.just("ignored"), "SILV-34": st.just("accepted"), "SILV-37": st.just("accepted"),
        "SILV-49": st.just("exact-case"), "SILV-53": st.just("invoicing-only"), "SILV-55": st.just("refused"),
        "SILV-58": st.just("drafts-hidden"),
    },
)  # fmt: skip


@pytest.mark.parametrize("name", sorted(RULES))
@given(command=objects | near | anything, chosen=readings)
def test_no_rule_ever_raises_and_a_no_has_reasons(
    name: str, state: State, at: datetime, command: Any, chosen: dict[str, str]
) -> None:
    outcome = RULES[name](state, command, at=at, readings=chosen)
    _is_an_outcome(outcome, state)
    if name in READS and isinstance(outcome, Changed):
        assert outcome.state is state


@given(name=st.sampled_from(sorted(ACTIONS)), command=objects)
def test_no_action_ever_raises_on_what_its_schema_lets_through(
    name: str, state: State, at: datetime, command: dict[str, Any]
) -> None:
    properties = ACTIONS[name].params["properties"]
    kept = {
        key: value for key, value in command.items() if key in properties and _fits(value, properties[key])
    }
    kept |= {
        key: "1" for key in ACTIONS[name].params.get("required", ()) if properties[key]["type"] == "string"
    }
    rule: Rule = ACTIONS[name].rule
    _is_an_outcome(rule(state, kept, at=at, readings={}), state)


def _is_an_outcome(outcome: Changed | Refused, state: State) -> None:
    if isinstance(outcome, Refused):
        assert outcome.violations
        assert all(one.rule and one.at and one.expected for one in outcome.violations)
    else:
        assert isinstance(outcome.state, State)
        assert len(set(outcome.notes)) == len(outcome.notes)
        sales = outcome.state.sales
        assert all((found := sales.get(number)) and found.number == number for number in sales.numbers)


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    types = {"integer": int, "number": (int, Decimal), "string": str, "boolean": bool, "array": list}
    if isinstance(value, bool) and "boolean" not in kinds:
        return False
    if not any(isinstance(value, types[kind]) for kind in kinds):  # type: ignore[arg-type]
        return False
    if isinstance(value, int) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True
