"""What is an amount, how is it rounded and shared out, and what total will a target compute?

Amounts are integers of the minor unit, rates are exact decimals, and every rounding is half away
from zero: a third decimal of 5 goes up, and a credit is exactly the negative of its invoice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import partial
from types import MappingProxyType

from ixbridge.core.model import Basis, InvoiceLine, Line, Totals
from ixbridge.core.parked import Parked, Reason, park

EXPONENTS: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF"), 0),
        **dict.fromkeys(("UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
        **dict.fromkeys(("AED", "AUD", "BAM", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR"), 2),
        **dict.fromkeys(("GBP", "GEL", "HKD", "HUF", "ILS", "INR", "MAD", "MKD", "MXN", "NOK", "NZD"), 2),
        **dict.fromkeys(("PLN", "QAR", "RON", "RSD", "SAR", "SEK", "SGD", "TRY", "UAH", "USD", "ZAR"), 2),
        **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    }
)
"""Decimals of a currency (ISO 4217); one that is not listed is parked, never assumed to have two."""

MONEY_DECIMALS_MAX = 4
QUANTITY_DECIMALS_MAX = 6
DIGITS_MAX = 15

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)


# --- reading and printing ---------------------------------------------------------------------


def read_decimal(value: str | int | Decimal, *, decimals_max: int, field: str) -> Decimal | Parked:
    """The exact number, or why it is none: no comma, NaN, blank, too fine or too long a number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        return _unreadable(field, value, "a number")
    if isinstance(value, str):
        if len(value) > 64 or not _NUMBER.fullmatch(value):
            return _unreadable(field, value, "a number with a dot and no blanks")
        value = Decimal(value)
    number = Decimal(value)
    if not number.is_finite():
        return _unreadable(field, value, "a finite number")
    if number.adjusted() > DIGITS_MAX and number:
        return _unreadable(field, value, f"at most {DIGITS_MAX} digits")
    whole = _plain(number)
    if _decimals(whole) > decimals_max:
        return _unreadable(field, value, f"at most {decimals_max} decimals")
    if len(whole.as_tuple().digits) > DIGITS_MAX:
        return _unreadable(field, value, f"at most {DIGITS_MAX} digits")
    return whole


def read_minor(value: str | int | Decimal, *, currency: str, field: str) -> int | Parked:
    """The amount in minor units; an amount finer than the currency is not rounded but parked."""
    exponent = EXPONENTS.get(currency)
    if exponent is None:
        return park(Reason.CURRENCY_UNKNOWN, f"{field}: the currency {currency!r} is not known")
    number = read_decimal(value, decimals_max=MONEY_DECIMALS_MAX, field=field)
    if isinstance(number, Parked):
        return number
    if _decimals(number) > exponent:
        return _unreadable(field, value, f"at most {exponent} decimals for {currency}")
    return int(number.scaleb(exponent))


def told(amount_minor: int, *, currency: str) -> str:
    """The amount as a person reads it: `-12.10 EUR`."""
    return f"{print_minor(amount_minor, currency=currency)} {currency}"


def print_minor(amount_minor: int, *, currency: str) -> str:
    """The amount as it goes over the wire: always all decimals, a dot, no grouping."""
    exponent = EXPONENTS[currency]
    sign, digits = "-" if amount_minor < 0 else "", str(abs(amount_minor)).rjust(exponent + 1, "0")
    return sign + (f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits)


def print_decimal(number: Decimal) -> str:
    """A rate or quantity without an exponent and without idle zeros."""
    return format(_plain(number), "f")


def as_decimal(amount_minor: int, *, currency: str) -> Decimal:
    """The amount in currency units, with the currency's decimals."""
    return Decimal(print_minor(amount_minor, currency=currency))


# --- rounding and sharing ---------------------------------------------------------------------


def rounded(numerator: int, denominator: int) -> int:
    """The nearest integer of the fraction, halves away from zero. The denominator is positive."""
    assert denominator > 0, denominator
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -size if numerator < 0 else size


def vat_on(net_minor: int, percentage: Decimal) -> int:
    """VAT on a net amount."""
    part, whole = _rate(percentage)
    return rounded(net_minor * part, whole)


def net_within(gross_minor: int, percentage: Decimal) -> int:
    """The net amount inside an inclusive one."""
    part, whole = _rate(percentage)
    return rounded(gross_minor * whole, whole + part)


def allocate(total_minor: int, *, weights: Sequence[int | Decimal | Fraction]) -> tuple[int, ...]:
    """Share by weight; cents left over go to the largest remainders, ties to the earlier share."""
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact, Fraction(0))
    if not exact or whole <= 0 or min(exact) < 0:
        raise ValueError("weights must not be negative, and at least one must be above zero")
    quotas = [abs(total_minor) * weight / whole for weight in exact]
    shares = [int(quota) for quota in quotas]
    left = abs(total_minor) - sum(shares)
    by_remainder = sorted(range(len(quotas)), key=lambda i: (shares[i] - quotas[i], i))
    for index in by_remainder[:left]:
        shares[index] += 1
    parts = tuple(-share for share in shares) if total_minor < 0 else tuple(shares)
    assert sum(parts) == total_minor, (parts, total_minor)
    return parts


def split(total_minor: int, *, parts: int) -> tuple[int, ...]:
    """Equal shares; cents left over go to the first ones."""
    return allocate(total_minor, weights=[1] * parts)


# --- from the source's lines to a gross amount per line ---------------------------------------


@dataclass(frozen=True, slots=True)
class Allocation:
    """The gross amount of each line, in the order of the lines, and how the source came to it."""

    basis: Basis
    gross_minor: tuple[int, ...]


def allocation_of(
    lines: Sequence[Line], header: Totals, *, currency: str = "EUR", basis: Basis | None = None
) -> Allocation | Parked:
    """Gross amounts per line that make the header's total; ``basis`` None means: find it out.

    ``currency`` is only for the words of a refusal.

    Amounts the source states for every line are kept when they make the total; only then are the
    cents of a total that was rounded once per rate handed out.
    """
    say = partial(told, currency=currency)
    wrong = _wrong_with(lines, header, say)
    if wrong:
        return wrong
    for each in (basis,) if basis else (Basis.PER_LINE, Basis.GROSS, Basis.PER_RATE):
        gross = _TRIES[each](lines, header)
        if gross is not None:
            assert sum(gross) == header.gross_minor
            inclusive = basis is None and each is Basis.PER_LINE and _is_inclusive(lines, gross)
            return Allocation(Basis.GROSS if inclusive else each, gross)
    how = f"rounded {basis.value}" if basis else "in any way (per line, per rate, inclusive)"
    seen = f"lines: net {say(sum(line.net_minor for line in lines))}"
    given = _given(lines)
    if given:
        seen += f", inclusive {say(sum(given))}"
    wanted = f"net {say(header.net_minor)}, VAT {say(header.vat_minor)}, inclusive {say(header.gross_minor)}"
    return park(Reason.DOES_NOT_ADD_UP, f"{seen} do not make the totals {how}: expected {wanted}")


def _per_line(lines: Sequence[Line], header: Totals) -> tuple[int, ...] | None:
    given = _given(lines) or tuple(line.net_minor + _vat(line) for line in lines)
    if sum(given) != header.gross_minor or _net_sum(lines) != header.net_minor:
        return None
    return given


def _is_inclusive(lines: Sequence[Line], gross_minor: Sequence[int]) -> bool:
    """Do the nets follow from the inclusive amounts, and not the other way round?"""
    pairs = list(zip(lines, gross_minor, strict=True))
    inclusive = all(line.net_minor == net_within(gross, _pc(line)) for line, gross in pairs)
    return inclusive and any(gross != line.net_minor + _vat(line) for line, gross in pairs)


def _gross(lines: Sequence[Line], header: Totals) -> tuple[int, ...] | None:
    given = _given(lines)
    if given is None or sum(given) != header.gross_minor:
        return None
    per_rate: dict[Decimal, int] = {}
    for line, gross in zip(lines, given, strict=True):
        per_rate[_pc(line)] = per_rate.get(_pc(line), 0) + gross
    nets = {_net_sum(lines), sum(net_within(gross, pc) for pc, gross in per_rate.items())}
    return given if header.net_minor in nets else None


def _per_rate(lines: Sequence[Line], header: Totals) -> tuple[int, ...] | None:
    if _net_sum(lines) != header.net_minor:
        return None
    for group_of in (_by_percentage, _by_code):
        groups: dict[object, list[int]] = {}
        for index, line in enumerate(lines):
            groups.setdefault(group_of(line), []).append(index)
        gross = [0] * len(lines)
        for indexes in groups.values():
            shares = shared_by_rate([lines[i] for i in indexes])
            for index, share in zip(indexes, shares, strict=True):
                gross[index] = share
        if sum(gross) == header.gross_minor:
            return tuple(gross)
    return None


def shared_by_rate(lines: Sequence[Line]) -> tuple[int, ...]:
    """Gross amounts of lines of one rate whose sum is N + R(N·r): the largest remainder.

    Each line ends less than a cent from its exact value, no sign flips, a zero line stays zero.
    """
    part, whole = _rate(_pc(lines[0]))
    net = _net_sum(lines)
    gross = [line.net_minor + _vat(line) for line in lines]
    missing = net + vat_on(net, _pc(lines[0])) - sum(gross)
    step = 1 if missing > 0 else -1

    def distance(index: int) -> tuple[int, int, int]:
        line = lines[index]
        return abs((gross[index] + step) * whole - line.net_minor * (whole + part)), line.number, index

    movable = sorted((i for i, line in enumerate(lines) if line.net_minor), key=distance)
    for index in movable[: abs(missing)]:
        gross[index] += step
    assert sum(gross) == net + vat_on(net, _pc(lines[0])), "the parts must make the whole"
    return tuple(gross)


_TRIES: dict[Basis, Callable[[Sequence[Line], Totals], tuple[int, ...] | None]] = {
    Basis.PER_LINE: _per_line,
    Basis.PER_RATE: _per_rate,
    Basis.GROSS: _gross,
}


# --- what a target will compute ---------------------------------------------------------------


class Rounding(Enum):
    """How a target gets from the inclusive line totals it was sent to its own net total."""

    PER_LINE = "per_line"
    PER_LINE_HALF_EVEN = "per_line_half_even"
    PER_RATE = "per_rate"
    PER_INVOICE = "per_invoice"


def predicted(lines: Sequence[InvoiceLine], rounding: Rounding = Rounding.PER_LINE) -> Totals:
    """Totals of a target that takes inclusive line totals. Gross is exact under every model."""
    gross = sum(line.gross_minor for line in lines)
    net = _NETS[rounding](lines)
    return Totals(net, gross - net, gross)


def explains(lines: Sequence[InvoiceLine], reported: Totals) -> frozenset[Rounding]:
    """The models under which these lines give the reported totals; none: nobody can explain them."""
    return frozenset(each for each in Rounding if predicted(lines, each) == reported)


def net_per_line(lines: Sequence[InvoiceLine]) -> int:
    """Silvasoft: each line's net is its inclusive total over 1 + rate, half up to the cent."""
    # ASSUMED: SILV-17; it fits the one published answer (449.68 at 21 % and 340.01 at 6 %).
    return sum(net_within(line.gross_minor, line.vat_percentage) for line in lines)


def net_per_line_half_even(lines: Sequence[InvoiceLine]) -> int:
    """The same, with halves to the even cent."""
    return sum(round(_exact_net(line)) for line in lines)


def net_per_rate(lines: Sequence[InvoiceLine]) -> int:
    """Rounded once for all lines of a percentage."""
    gross: dict[Decimal, int] = {}
    for line in lines:
        gross[line.vat_percentage] = gross.get(line.vat_percentage, 0) + line.gross_minor
    return sum(net_within(amount, percentage) for percentage, amount in gross.items())


def net_per_invoice(lines: Sequence[InvoiceLine]) -> int:
    """Rounded once at the end."""
    exact = sum((_exact_net(line) for line in lines), Fraction(0))
    return rounded(exact.numerator, exact.denominator)


_NETS: dict[Rounding, Callable[[Sequence[InvoiceLine]], int]] = {
    Rounding.PER_LINE: net_per_line,
    Rounding.PER_LINE_HALF_EVEN: net_per_line_half_even,
    Rounding.PER_RATE: net_per_rate,
    Rounding.PER_INVOICE: net_per_invoice,
}


# --- helpers ----------------------------------------------------------------------------------


def _wrong_with(lines: Iterable[Line], header: Totals, say: Callable[[int], str]) -> Parked | None:
    if header.net_minor + header.vat_minor != header.gross_minor:
        seen = f"net {say(header.net_minor)} + VAT {say(header.vat_minor)} is not"
        return park(Reason.DOES_NOT_ADD_UP, f"totals: {seen} inclusive {say(header.gross_minor)}")
    for line in lines:
        percentage = _pc(line)
        if not percentage.is_finite() or not 0 <= percentage <= 100:
            seen = f"line {line.number}: VAT code {line.vat_rate.code!r} has the percentage {percentage}"
            return park(Reason.VAT_RATE_UNUSABLE, f"{seen}; expected 0 to 100")
        gross = _gross_of(line)
        if gross is not None and line.vat_minor not in (None, gross - line.net_minor):
            seen = f"net {say(line.net_minor)} + VAT {say(line.vat_minor or 0)} is not inclusive {say(gross)}"
            return park(Reason.DOES_NOT_ADD_UP, f"line {line.number}: {seen}")
        part, whole = _rate(percentage)
        off = 0 if gross is None else abs(gross * whole - line.net_minor * (whole + part))
        if off > (whole if part else 0):  # a whole cent at most, as handing out cents may need
            seen = f"line {line.number}: net {say(line.net_minor)} and inclusive {say(gross or 0)}"
            return park(Reason.DOES_NOT_ADD_UP, f"{seen} do not fit {print_decimal(percentage)} % VAT")
    return None


def _given(lines: Sequence[Line]) -> tuple[int, ...] | None:
    """The gross amounts the source states, if it states one for every line."""
    gross = [each for each in map(_gross_of, lines) if each is not None]
    return tuple(gross) if len(gross) == len(lines) else None


def _gross_of(line: Line) -> int | None:
    if line.gross_minor is None and line.vat_minor is not None:
        return line.net_minor + line.vat_minor
    return line.gross_minor


def _net_sum(lines: Sequence[Line]) -> int:
    return sum(line.net_minor for line in lines)


def _pc(line: Line) -> Decimal:
    return line.vat_rate.percentage


def _vat(line: Line) -> int:
    return vat_on(line.net_minor, line.vat_rate.percentage)


def _by_percentage(line: Line) -> object:
    return line.vat_rate.percentage


def _by_code(line: Line) -> object:
    return line.vat_rate.code, line.vat_rate.percentage


def _rate(percentage: Decimal) -> tuple[int, int]:
    """The rate as a fraction of integers: 21 % is 21 of 100."""
    numerator, denominator = percentage.as_integer_ratio()
    return numerator, denominator * 100


def _exact_net(line: InvoiceLine) -> Fraction:
    part, whole = _rate(line.vat_percentage)
    return Fraction(line.gross_minor * whole, whole + part)


def _plain(number: Decimal) -> Decimal:
    """Without exponent, idle zeros or a minus before zero."""
    if not number:
        return Decimal(0)
    sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    shown = list(digits)
    while exponent < 0 and shown[-1] == 0 and len(shown) > 1:
        shown.pop()
        exponent += 1
    if exponent > 0:
        shown += [0] * exponent
        exponent = 0
    return Decimal((sign, tuple(shown), exponent))


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)


def _unreadable(field: str, value: object, expected: str) -> Parked:
    return park(Reason.AMOUNT_UNREADABLE, f"{field} is {str(value)[:40]!r}; expected {expected}")
