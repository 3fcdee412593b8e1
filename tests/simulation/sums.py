"""Of which instalment is a create, and what may its VAT be? Worked out a second time, without the bridge."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulation import ledgers

if TYPE_CHECKING:
    from ixbridge.core.wire import Request

_KEY = re.compile(rb'\[iX:([^\[\]]+)\]|"back_office_code":\s*"([^"]+)"')
_NUMBER = re.compile(rb'"InvoiceNumber":\s*(\d+)')
_ORDER = re.compile(rb'"(?:orderReference|shipmentReference)":\s*"([^"]+)"')


def slot_of(operation: str, code: str) -> str:
    """An order and its invoice are two creates of one code."""
    return f"{code} invoice" if operation == "createInvoice" else code


def key_of(request: Request) -> tuple[str, bytes]:
    """Instalment code in a create, and the number or id under which it is sent."""
    body = request.body or b""
    if request.operation in ("createOrder", "createInvoice"):
        order = _ORDER.search(body)
        id = request.headers.get("X-Request-ID", "").encode()
        return ledgers.CODES.get(order.group(1).decode(), "") if order else "", id
    found = _KEY.search(body)
    code = (found.group(1) or found.group(2)).decode() if found else ""
    number = _NUMBER.search(body)
    return code, number.group(1) if number else b""


def vats(lines: Iterable[Any]) -> set[int]:
    """The VAT in cents, rounded half up per line, per rate, or out of the inclusive line totals."""
    per_line = per_rate = out = 0
    rates: dict[int, int] = {}
    for line in lines:
        rate = int(line.vat_rate.percentage * 100)
        vat = _half_up(line.net_cents * rate, 10_000)
        per_line += vat
        rates[rate] = rates.get(rate, 0) + line.net_cents
        gross = line.net_cents + vat
        out += gross - _half_up(gross * 10_000, 10_000 + rate)
    per_rate = sum(_half_up(net * rate, 10_000) for rate, net in rates.items())
    return {per_line, per_rate, out}


def _half_up(numerator: int, denominator: int) -> int:
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))
