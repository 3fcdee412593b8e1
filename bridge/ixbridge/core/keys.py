"""By what is a document found again? Tags and keys that follow from the instalment code alone.

No key needs the journal to be recomputed, and two codes never share one: nothing is cut off or
replaced. A code that cannot stand in a tag unharmed is parked instead.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ixbridge.core.model import Document, Instalment, Line
from ixbridge.core.money import print_decimal
from ixbridge.core.parked import Parked, Reason, park

CODE_LENGTH_MAX = 100

_OPEN, _CLOSE = "[iX:", "]"
_TAG = re.compile(r"\[iX:([^\[\]]*)\]")
_MARKUP = re.compile(r"</?[A-Za-z][^<>\[\]]*>")
_PART = re.compile(r"#[0-9]+/[0-9]+\Z", re.ASCII)


def code_problem(code: str, *, length_max: int = CODE_LENGTH_MAX) -> Parked | None:
    """Why this instalment code cannot be used as a key, if it cannot."""
    seen = f"the instalment code {code[:CODE_LENGTH_MAX]!r}"
    if not code or len(code) > length_max:
        return park(Reason.CODE_UNUSABLE, f"{seen} has {len(code)} characters; at most {length_max}")
    if any(each in "[]<>" or each.isspace() or not each.isprintable() for each in code):
        return park(Reason.CODE_UNUSABLE, f"{seen} has a blank, a bracket or an invisible character")
    longest = part_key(code, 1, 2)  # a split appends to it, and "&" + "#1" would be an entity
    if html.unescape(longest) != longest or unicodedata.normalize("NFC", code) != code:
        return park(Reason.CODE_UNUSABLE, f"{seen} may be rewritten on its way (HTML entity or Unicode form)")
    if _PART.search(code):
        return park(Reason.CODE_UNUSABLE, f"{seen} ends like a part of a split invoice (#1/2)")
    return None


def tag(code: str) -> str:
    """What a document's notes carry. For a usable code, or a part of one."""
    return f"{_OPEN}{code}{_CLOSE}"


def codes_in(notes: str) -> tuple[str, ...]:
    """Every code that is tagged in these notes, plain, HTML-escaped or wrapped over lines."""
    plain = notes
    for _ in range(3):  # escaped by the client, by the server, by the export
        plain, before = html.unescape(plain), plain
        if plain == before:
            break
    plain = "".join(each for each in _MARKUP.sub("", plain) if each.isprintable() and not each.isspace())
    return tuple(dict.fromkeys(_TAG.findall(unicodedata.normalize("NFC", plain))))


def is_tagged(notes: str, code: str) -> bool:
    """Do the notes carry the tag of exactly this code, and no other?"""
    return codes_in(notes) == (code,)


def codes_of(document: Document) -> tuple[str, ...]:
    """Which instalments a document says it is of: by the field for it, else by the tags in its notes."""
    return (document.key,) if document.key else codes_in(document.notes)


def part_key(code: str, part: int, parts: int) -> str:
    """The key of one of several documents for a code (experimental split)."""
    return f"{code}#{part}/{parts}" if parts > 1 else code


def order_reference(tenant: str, code: str) -> str:
    """Sixteen letters and digits for a field that takes no more (80 bits of a digest)."""
    digest = hashlib.sha256(f"{tenant}\0{code}".encode()).digest()
    return base64.b32encode(digest).decode("ascii")[:16]


def request_id(tenant: str, code: str, step: str) -> str:
    """A UUID for one request about an instalment, the same however often it is sent (version 8: a digest)."""
    digits = hashlib.sha256(f"{tenant}\0{code}\0{step}".encode()).hexdigest()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def payment_number(target: str, number: str, on: date) -> str:
    """A payment reference where the target gives none: always the same for a document and day."""
    return f"{target}-{number}-{on.isoformat()}"


def digest(instalment: Instalment) -> str:
    """A fingerprint of what matters to the invoice.

    Left out is what the bridge itself changes (numbers, due date, payment, status, the customer's
    code) and the customer's name, which the customer record decides.
    """
    try:
        return _digest(instalment)
    except TypeError:  # a number that is none cannot be looked up
        return _digest.__wrapped__(instalment)


@lru_cache(4096)
def _digest(instalment: Instalment) -> str:
    """Asked at each move of each instalment; equal ones have equal digests."""
    matters = {
        "code": instalment.code,
        "date": instalment.date.isoformat(),
        "type": instalment.type.value,
        "customer": instalment.customer_id,
        "currency": instalment.currency,
        "term": instalment.payment_term_days,
        "totals": [instalment.net_minor, instalment.vat_minor, instalment.gross_minor],
        "reference": instalment.invoice_reference,
        "contract": instalment.contract_number,
        "barter": instalment.is_barter,
        "credited": instalment.credited_code,
        "season": instalment.season,
        "sale_type": instalment.sale_type,
        "lines": _canonical(instalment.lines),
    }
    text = json.dumps(matters, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _canonical(lines: Sequence[Line]) -> list[list[object]]:
    """The lines by number, whatever order they came in; equal numbers by their content."""
    rows: list[list[object]] = [
        [
            line.number,
            line.product_id,
            line.product_code,
            line.description,
            _text(line.quantity),
            _text(line.unit_price),
            _text(line.discount_percentage),
            [line.vat_rate.code, _text(line.vat_rate.percentage)],
            [line.net_minor, line.vat_minor, line.gross_minor],
            [line.ledger_account, line.cost_centre],
            [each.isoformat() if each else None for each in (line.period_from, line.period_to)],
            line.parent_product_id,
        ]
        for line in lines
    ]
    return sorted(rows, key=lambda row: json.dumps([str(row[0]).rjust(20), row]))


def _text(number: Decimal) -> str:
    """1 and 1.00 are the same quantity."""
    return print_decimal(number) if number.is_finite() else str(number)
