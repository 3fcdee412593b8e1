"""How are the lines of an invoice read and kept when they are many? Column by column, and what they share once.

75 lines read one by one cost more than everything else about an invoice, and as objects of their own
they would be most of what a world remembers. So each column is read with one call, tax code, cost centre
and ledger account are looked up once for all lines that say the same, and amounts become numbers in an
array, texts one text. Whatever does not read at first sight is read line by line, with care, by `sales`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext
from itertools import repeat
from operator import mul
from typing import Any, NamedTuple, overload

import msgspec

from ixmocks.engine import exact
from ixmocks.silvasoft.model import Line, TaxCode
from ixmocks.silvasoft.money import cents_of, decimal_of

AMOUNT, TEXT = "SubTotalInclTax", "Description"
SHARED = ("TaxPc", "TaxCode", "CostCenter", "LedgerAccountNumber")
"""Members that lines have in common more often than not."""

Said = tuple[Any, Any, Any, Any]
"""What a line says of them; None for a member that is absent."""

_BETWEEN = "\x1e"
"""Parts the texts of the lines; ASCII calls it the record separator, and no invoice has it in a text."""
_WHOLE_CENTS = Context(prec=18, Emax=17, traps=[Inexact, InvalidOperation, Overflow])
"""Amounts of whole cents, up to 16 digits before the point; whatever else comes raises."""
_TRUTHS = frozenset({0, 1})
"""Numbers that Python takes for False and True."""


_NEEDS_CARE = (
    AttributeError, KeyError, OverflowError, TypeError, ValueError, Inexact, InvalidOperation, Overflow,
    msgspec.ValidationError,
)  # fmt: skip


class Shared(NamedTuple):
    """What some lines have in common."""

    tax: TaxCode
    centre: str
    """The cost centre; "" for none."""
    ledger: str


class Columns(Sequence[Line]):
    """Lines, kept by column; each net amount is half up to the cent. Reads as a sequence of `Line`; never changes."""

    __slots__ = ("_incl", "_kinds", "_texts", "_which")

    def __init__(self, kinds: tuple[Shared, ...], which: bytes, incl: array[int], texts: str) -> None:
        """The arguments are not copied: they must not change any more."""
        self._kinds, self._which, self._incl, self._texts = kinds, which, incl, texts

    def __len__(self) -> int:
        return len(self._which)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Line, ...]: ...
    def __getitem__(self, index: int | slice) -> Line | tuple[Line, ...]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Line]:
        kinds = map(self._kinds.__getitem__, self._which)
        texts = self._texts.split(_BETWEEN)
        for kind, incl, net, text in zip(kinds, self._incl, self._nets(), texts, strict=True):
            yield Line(kind.tax, incl, net, text, kind.centre, kind.ledger)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def totals(self) -> tuple[int, int]:
        """Amount without and with tax, in cents."""
        return sum(self._nets()), sum(self._incl)

    @property
    def kinds(self) -> tuple[Shared, ...]:
        """What lines have in common, each once, in the order of the first line that has it."""
        return self._kinds

    def _nets(self) -> list[int]:
        """Half up to the cent, away from zero for negative amounts."""
        incl = self._incl
        if len(self._kinds) == 1 and min(incl) >= 0:
            tax = self._kinds[0].tax
            twice, below, divisor = 2 * tax.above, tax.below, 2 * tax.below
            return [(cents * twice + below) // divisor for cents in incl]
        taxes = [kind.tax for kind in self._kinds]
        factors = [(2 * tax.above, tax.below, 2 * tax.below) for tax in taxes]
        return [
            (cents * twice + below) // divisor if cents >= 0 else -((below - cents * twice) // divisor)
            for cents, (twice, below, divisor) in zip(incl, map(factors.__getitem__, self._which), strict=True)
        ]  # fmt: skip


def read_columns(rows: Sequence[Any], shared_by: Callable[[Said], Shared | None]) -> Columns | None:
    """All lines at once; None where one of them needs care.

    ``shared_by`` gives what the lines that say so have in common, None where something is wrong with it. It is
    asked once for all lines that say the same.
    """
    if not rows:
        return None
    try:
        kinds = _Kinds(shared_by)
        amounts = [row[AMOUNT] for row in rows]
        texts = _BETWEEN.join([row.get(TEXT, "") for row in rows])
        which = kinds.of(_said(rows))
        incl = array("q", _cents(amounts))
    except _NEEDS_CARE:
        return None
    if texts.count(_BETWEEN) != len(rows) - 1 or kinds.doubtful(rows):
        return None
    return Columns(tuple(kinds.found), which, incl, texts)


class _Kinds(dict[Any, int]):
    """From what lines say to the place of what they have in common. Raises KeyError where a line needs care."""

    def __init__(self, shared_by: Callable[[Said], Shared | None]) -> None:
        self.found: list[Shared] = []
        self._shared_by = shared_by

    def __missing__(self, said: Said) -> int:
        shared = self._shared_by(said)
        if shared is None:
            raise KeyError(said)
        self.found.append(shared)
        place = self[said] = len(self.found) - 1
        return place

    def of(self, said: list[Said]) -> bytes:
        """For each line its place. Most invoices say the same in all lines: comparing shows it sooner than hashing."""
        if said.count(said[0]) == len(said):
            return bytes((self[said[0]],)) * len(said)
        return bytes(map(self.__getitem__, said))

    def doubtful(self, rows: Sequence[Any]) -> bool:
        """Whether a rate may be true or false, which Python takes for 1 and 0, instead of a number."""
        if not any(said[0] in _TRUTHS for said in self):
            return False
        return bool in {type(row.get("TaxPc")) for row in rows}


def _said(rows: Sequence[Any]) -> list[Said]:
    """What each line says of what it may share with others."""
    return [
        (row.get("TaxPc"), row.get("TaxCode"), row.get("CostCenter"), row.get("LedgerAccountNumber"))
        for row in rows
    ]


def _cents(amounts: list[Any]) -> list[int]:
    """Raises one of `_NEEDS_CARE` for a part of a cent, for what is too large, for an exponent, for no number.

    A few are read one by one. Written as JSON and read again, whole Decimals become ints sooner than one by one.
    """
    if len(amounts) < _MANY:
        return [_needed(cents_of(amount)) for amount in amounts]
    if {*map(type, amounts)} != _DECIMALS:
        amounts = [*map(decimal_of, amounts)]
    with localcontext(_WHOLE_CENTS):
        cents = [*map(mul, amounts, repeat(_HUNDRED))]
    return _whole_numbers(exact.dump([*map(_WHOLE_CENTS.to_integral_exact, cents)]))


def _needed(cents: int | None) -> int:
    if cents is None:
        raise ValueError
    return cents


_MANY = 6
_HUNDRED = Decimal(100)
_DECIMALS: set[type] = {Decimal}
_whole_numbers = msgspec.json.Decoder(list[int]).decode
