"""What does a write-back say? Reads the bodies of PUT api/instalments and PATCH api/customers, and their mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ixmocks.engine.outcome import Readings, Violation
from ixmocks.ixpole import names, pdf
from ixmocks.ixpole.names import Bound
from ixmocks.ixpole.shape import read_date, shown
from ixmocks.ixpole.state import is_draft_number

UNSET = date(1, 1, 1)
"""What a .NET client sends for a date that it never set."""


@dataclass(frozen=True, slots=True)
class Said:
    """One item, read. None: the member is absent, so it stays as it is."""

    at: str
    code: str | None = None
    number: str | None = None
    """Empty: the draft is withdrawn."""
    due_date: date | None = None
    pdf: bytes | None = None
    payment_no: str | None = None
    """Empty: the payment is taken back."""
    places: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def place(self, name: str) -> str:
        """Where a member stands, or would stand."""
        return self.places.get(name, f"{self.at}.{name}")


Sorry = tuple[Violation, ...]

BITS_MAX = 64
"""Of a number that stands for a text: no accounting system counts further."""
ABSENT = "nothing"
"""Seen, where a member should have been."""


def read_items(body: Any, readings: Readings) -> tuple[tuple[Said, ...], Sorry]:
    """Every item of one object or an array of objects, with all violations of their form."""
    if isinstance(body, list):
        items = [_read_item(item, f"body.{number}", readings) for number, item in enumerate(body)]
    else:
        items = [_read_item(body, "body", readings)]
    return tuple(said for said, _ in items), tuple(v for _, sorry in items for v in sorry)


def _read_item(item: Any, at: str, readings: Readings) -> tuple[Said, Sorry]:
    if not isinstance(item, dict):
        return Said(at), (
            Violation("schema", at, shown(item), "an object that names an instalment", keyword="type"),
        )
    members = names.bind(item, names.WRITE_BACK, at)
    violations = list(members.violations)
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    notes = {"IXP-47"} if members.unknown else set()
    notes |= {"IXP-53"} if any(_is_number(bound) for bound in members.known.values()) else set()
    for name, bound in members.known.items():
        if bound.value is None and name != "paymentNo" and readings.get("IXP-48") == "absent":
            notes.add("IXP-48")
            continue
        places[name] = bound.at
        if bound.value is None and name != "paymentNo":
            violations.append(_null(bound))
            continue
        value, wrong = READ[name](bound, readings)
        violations += wrong
        if not wrong:
            values[name] = value
    if "instalmentCode" not in places:
        violations.append(
            Violation("IXP-03", f"{at}.instalmentCode", ABSENT, "the code of the instalment: it is the key")
        )
    if "invoicePdf" in values and not values["invoicePdf"].has_end_mark:
        notes.add("IXP-42")
    paper = values.get("invoicePdf")
    said = Said(
        at=at, code=values.get("instalmentCode"), number=values.get("invoiceNumber"),
        due_date=values.get("invoiceDueDate"), pdf=paper.content if paper else None,
        payment_no=values.get("paymentNo"), notes=tuple(sorted(notes)), places=places,
    )  # fmt: skip
    return said, tuple(violations)


def _null(bound: Bound) -> Violation:
    return Violation("IXP-48", bound.at, "null", "a value, or no such member", advice="Leave the member out.")


def _mistyped(bound: Bound, expected: str) -> Violation:
    return Violation("schema", bound.at, shown(bound.value), expected, keyword="type")


def _is_number(bound: Bound) -> bool:
    return isinstance(bound.value, int) and not isinstance(bound.value, bool)


def _as_text(bound: Bound, readings: Readings, expected: str) -> tuple[str | None, Sorry]:
    """IXP-53: a whole number is taken for its digits."""
    if isinstance(bound.value, str):
        return bound.value, ()
    if not _is_number(bound):
        return None, (_mistyped(bound, expected),)
    if readings.get("IXP-53") == "refused" or bound.value.bit_length() > BITS_MAX:
        return None, (Violation("IXP-53", bound.at, shown(bound.value), expected),)
    return str(bound.value), ()


def _read_code(bound: Bound, readings: Readings) -> tuple[Any, Sorry]:
    if not isinstance(bound.value, str):
        return None, (_mistyped(bound, "text"),)
    return bound.value, ()


def _read_number(bound: Bound, readings: Readings) -> tuple[Any, Sorry]:
    number, wrong = _as_text(bound, readings, "text: a number such as 20240017, in quotes")
    if number is None:
        return None, wrong
    if number == "" and readings.get("IXP-31") != "lenient":
        return None, (
            Violation(
                "IXP-31", bound.at, "an empty number", "an invoice number",
                advice="Have somebody clear the number in iXpole, or try the reading IXP-31=lenient.",
            ),
        )  # fmt: skip
    if number != "" and not number.strip():
        return None, (_blank(bound, "an invoice number"),)
    if is_draft_number(number) and not number[1:].strip():
        return None, (
            Violation("IXP-04", bound.at, shown(number), "the letter D and the document number behind it"),
        )
    return number, ()


def _read_due_date(bound: Bound, readings: Readings) -> tuple[Any, Sorry]:
    if not isinstance(bound.value, str):
        return None, (_mistyped(bound, "text: a date such as 2017-05-26"),)
    day = read_date(bound.value)
    if day is None or day == UNSET:
        expected = "a date that exists, as yyyy-MM-dd or yyyy-MM-ddTHH:mm:ss"
        advice = "Year 1 is what an unset date looks like in .NET." if day == UNSET else ""
        return None, (Violation("IXP-39", bound.at, shown(bound.value), expected, advice=advice),)
    return day, ()


def _read_pdf(bound: Bound, readings: Readings) -> tuple[Any, Sorry]:
    if not isinstance(bound.value, str):
        return None, (_mistyped(bound, "text: the PDF in base64"),)
    paper = pdf.read(bound.value)
    if paper.too_large:
        return None, (
            Violation("IXP-35", bound.at, paper.seen, f"at most {pdf.BYTES_MAX} bytes", advice=paper.advice),
        )
    if paper.seen:
        expected = "a PDF in base64: standard alphabet, padded, without line breaks"
        return None, (Violation("IXP-21", bound.at, paper.seen, expected, advice=paper.advice),)
    if not paper.has_end_mark and readings.get("IXP-42") == "refused":
        expected = f"%%EOF within its last {pdf.TAIL} bytes"
        return None, (
            Violation("IXP-42", bound.at, "a PDF without an end", expected, advice="Send the whole file."),
        )
    return paper, ()


def _read_payment_no(bound: Bound, readings: Readings) -> tuple[Any, Sorry]:
    if bound.value is None:
        return "", ()
    reference, wrong = _as_text(bound, readings, "text, or null to take the payment back")
    if reference is not None and not reference.strip():
        return None, (_blank(bound, "a payment reference, or null to take the payment back"),)
    return reference, wrong


def _blank(bound: Bound, expected: str) -> Violation:
    return Violation("IXP-41", bound.at, shown(bound.value), expected)


READ: Mapping[str, Callable[[Bound, Readings], tuple[Any, Sorry]]] = {
    "instalmentCode": _read_code,
    "invoiceNumber": _read_number,
    "invoiceDueDate": _read_due_date,
    "invoicePdf": _read_pdf,
    "paymentNo": _read_payment_no,
}


# PATCH api/customers.


def read_customer_code(body: Any, readings: Readings) -> tuple[str | None, Sorry, tuple[str, ...]]:
    """The new code out of an object or a JSON Patch, with violations and notes."""
    if isinstance(body, list):
        return _read_patch(body, readings)
    if not isinstance(body, dict):
        expected = "an object with customerCode, or a JSON Patch array"
        return None, (Violation("schema", "body", shown(body), expected, keyword="type"),), ()
    members = names.bind(body, names.CUSTOMER_PATCH, "body")
    bound = members.known.get("customerCode")
    notes: tuple[str, ...] = ("IXP-47",) if members.unknown else ()
    if bound is None:
        return None, (*members.violations, _no_code("body.customerCode")), notes
    code, wrong = _read_customer_code(bound, readings)
    notes += ("IXP-53",) if _is_number(bound) else ()
    return code, (*members.violations, *wrong), notes


def _read_patch(operations: list[Any], readings: Readings) -> tuple[str | None, Sorry, tuple[str, ...]]:
    code: str | None = None
    violations: list[Violation] = []
    for number, operation in enumerate(operations):
        at = f"body.{number}"
        if not isinstance(operation, dict):
            violations.append(
                Violation("schema", at, shown(operation), "a JSON Patch operation", keyword="type")
            )
            continue
        if operation.get("op") not in ("replace", "add"):
            violations.append(Violation("IXP-45", f"{at}.op", shown(operation.get("op")), "replace (or add)"))
        path = operation.get("path")
        if not isinstance(path, str) or names.folded(path) != "/customercode":
            violations.append(Violation("IXP-45", f"{at}.path", shown(path), "/customerCode"))
            continue
        code, wrong = _read_customer_code(Bound(operation.get("value"), f"{at}.value"), readings)
        violations += wrong
    if not operations:
        violations.append(_no_code("body"))
    return code, tuple(violations), ()


def _read_customer_code(bound: Bound, readings: Readings) -> tuple[str | None, Sorry]:
    if bound.value is None:
        return None, (Violation("IXP-41", bound.at, "null", "a customer code"),)
    code, wrong = _as_text(bound, readings, "text: a code such as 200017, in quotes")
    if code is not None and not code.strip():
        return None, (_blank(bound, "a customer code"),)
    return code, wrong


def _no_code(at: str) -> Violation:
    return Violation("IXP-40", at, ABSENT, "customerCode: it is all that can be written back")
