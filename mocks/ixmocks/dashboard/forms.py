"""How does a JSON schema become a form, and a form the JSON that the schema wants?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from ixmocks.engine import exact

NUMBERS = frozenset({"integer", "number"})


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form."""

    name: str
    sort: str
    """`text`, `number`, `flag`, `choice` or `json`."""
    required: bool
    choices: tuple[str, ...] = ()
    hint: str = ""
    least: str = ""
    most: str = ""


def fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The inputs for an object's members; none where the schema names no members."""
    required = schema.get("required", ())
    return tuple(
        _field(name, member, name in required) for name, member in schema.get("properties", {}).items()
    )


def is_open(schema: Mapping[str, Any]) -> bool:
    """Whether members are taken that the schema does not name; then only JSON can say everything."""
    return not schema.get("properties") and schema.get("additionalProperties") is not False


def read(schema: Mapping[str, Any], given: Mapping[str, str], prefix: str = "") -> tuple[dict[str, Any], str]:
    """The object that a filled-in form means, and what is no JSON in it; empty inputs are left out."""
    values: dict[str, Any] = {}
    for field in fields(schema):
        text = given.get(f"{prefix}{field.name}", "").strip()
        if not text:
            continue
        try:
            values[field.name] = _value(field, text)
        except exact.NotJson as error:
            return {}, f"{field.name}: {error}; expected JSON, such as [] or {{}}"
    return values, ""


def read_json(text: str) -> tuple[dict[str, Any], str]:
    """An object written by hand."""
    if not text.strip():
        return {}, ""
    try:
        value = exact.parse(text.encode())
    except exact.NotJson as error:
        return {}, f"that is no JSON: {error}"
    return (value, "") if isinstance(value, dict) else ({}, "expected a JSON object: {…}")


def _field(name: str, member: Mapping[str, Any], required: bool) -> Field:
    kinds = member.get("type", ())
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if "enum" in member:
        return Field(name, "choice", required, tuple(str(choice) for choice in member["enum"]))
    if kinds == {"boolean"}:
        return Field(name, "flag", required, ("true", "false"))
    if kinds and kinds <= NUMBERS | {"null"}:
        least, most = (str(member.get(bound, "")) for bound in ("minimum", "maximum"))
        return Field(
            name,
            "number",
            required,
            hint="whole number" if "integer" in kinds else "number",
            least=least,
            most=most,
        )
    if kinds & NUMBERS:
        return Field(name, "amount", required, hint="such as 12.10")
    if kinds and kinds <= {"string", "null"}:
        return Field(name, "text", required, hint="null clears" if "null" in kinds else "")
    return Field(
        name,
        "json",
        required,
        hint={"array": "a JSON list"}.get(
            next(iter(kinds), ""), "JSON, or plain text" if not kinds else "a JSON object"
        ),
    )


def _value(field: Field, text: str) -> Any:
    if field.sort == "text":
        return None if text == "null" and field.hint else text
    if field.sort in ("number", "amount"):
        return number(text)
    if field.sort in ("flag", "choice"):
        return {"true": True, "false": False}.get(
            text, int(text) if text.isdecimal() and field.sort == "choice" else text
        )
    if field.hint.endswith("plain text") and text[:1] not in '[{"':
        plain = number(text)
        return (
            {"true": True, "false": False, "null": None}.get(text, plain) if isinstance(plain, str) else plain
        )
    return exact.parse(text.encode())


def number(text: str) -> Any:
    """The number, exact; text that is none stays text, so that the schema says what it wants."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    if not value.is_finite() or len(text) > 40 or "e" in text.lower():
        return text
    return value if "." in text else int(value)
