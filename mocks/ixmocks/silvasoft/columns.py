"""How are the lines that most clients send read and kept in little time and room? Column by column.

A call with 75 lines spends most of its time here, and an administration keeps every line for good. Where
all lines have the same members, and plain ones, each column is read at once by the interpreter's own
iterators, and kept as it is. Anything else is read line by line, with care, by `sales`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Any, overload

from ixmocks.silvasoft.model import Books, Line, TaxCode

AMOUNT, RATE, CODE = "SubTotalInclTax", "TaxPc", "TaxCode"
TEXTS = ("Description", "CostCenter", "LedgerAccountNumber")
_CENTS = Context(prec=18, Emax=17, traps=[Inexact, InvalidOperation, Overflow])
"""Amounts of whole cents, up to 16 digits before the point; whatever else comes raises."""
_NUMBERS: set[type] = {int, Decimal}
_DECIMALS: set[type] = {Decimal}
_STRINGS: set[type] = {str}


class Columns(Sequence[Line]):
    """Lines, kept by column. Reads as a sequence of `Line`; never changes."""

    __slots__ = ("_centres", "_descriptions", "_incl", "_ledgers", "_net", "_taxes")

    def __init__(
        self,
        taxes: tuple[TaxCode, ...],
        incl: list[int],
        net: list[int],
        descriptions: tuple[str, ...],
        centres: tuple[str, ...],
        ledgers: tuple[str, ...],
    ) -> None:
        self._taxes, self._descriptions, self._centres, self._ledgers = taxes, descriptions, centres, ledgers
        self._incl, self._net = array("q", incl), array("q", net)

    def __len__(self) -> int:
        return len(self._taxes)

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Line, ...]: ...
    def __getitem__(self, index: int | slice) -> Line | tuple[Line, ...]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Line]:
        return map(Line, self._taxes, self._incl, self._net, self._descriptions, self._centres, self._ledgers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def totals(self) -> tuple[int, int]:
        """Amount without and with tax, in cents."""
        return sum(self._net), sum(self._incl)

    @property
    def centres(self) -> tuple[str, ...]:
        """The cost centre of each line; "" for none."""
        return self._centres


def read_columns(rows: Sequence[Any], books: Books, ledger: str) -> Columns | None:
    """All lines at once, each net amount half up to the cent; None where one of them needs care.

    ``ledger`` is the account of lines that name none.
    """
    width = len(rows[0]) if rows and type(rows[0]) is dict else 0
    reader = _reader(tuple(rows[0])) if width else None
    if reader is None:
        return None
    read, by_code = reader
    try:
        if {*map(len, rows)} != {width}:
            return None
        codes, amounts, descriptions, centres, ledgers = zip(*map(read, rows), strict=True)
        incl = _cents(amounts)
        by: Mapping[Any, TaxCode] = books.tax_by_code if by_code else books.tax_by_percent
        taxes = _taxes(codes, by, _STRINGS if by_code else _NUMBERS)
    except (KeyError, TypeError, Inexact, InvalidOperation, Overflow):
        return None
    accounts = _texts(ledgers, lambda number: _account(books, number, ledger))
    names = _texts(centres, lambda centre: centre if centre == centre.strip() else None)
    told = _texts(descriptions, _as_it_is)
    if incl is None or taxes is None or accounts is None or names is None or told is None:
        return None
    return Columns(taxes, incl, _nets(incl, taxes), told, names, accounts)


@lru_cache(maxsize=256)
def _reader(names: tuple[str, ...]) -> tuple[Callable[[Any], tuple[Any, ...]], bool] | None:
    """What reads the five columns of lines that have these members, and whether their tax is a code.

    None where a member is missing, doubtful, or not known: such lines are read with care.
    """
    by_code = CODE in names
    key = CODE if by_code else RATE
    if AMOUNT not in names or key not in names or not {*names} <= {AMOUNT, key, *TEXTS}:
        return None
    absent = tuple(text for text in TEXTS if text not in names)
    if not absent:
        return itemgetter(key, AMOUNT, *TEXTS), by_code
    return (lambda row: (row[key], row[AMOUNT], *(row.get(text, "") for text in TEXTS))), by_code


def _cents(amounts: tuple[Any, ...]) -> list[int] | None:
    """Raises Inexact for a part of a cent, Overflow or InvalidOperation for what is too large."""
    kinds = {*map(type, amounts)}
    if not kinds <= _NUMBERS:
        return None
    exact = amounts if kinds == _DECIMALS else map(Decimal, amounts)
    return [*map(int, map(_CENTS.to_integral_exact, map(_CENTS.scaleb, exact, repeat(2))))]


def _taxes(codes: tuple[Any, ...], by: Mapping[Any, TaxCode], kinds: set[type]) -> tuple[TaxCode, ...] | None:
    """Raises KeyError for a code or percentage that the administration does not have."""
    if not {*map(type, codes)} <= kinds:
        return None
    known = {code: by[code] for code in {*codes}}
    if not all(tax.sales for tax in known.values()):
        return None
    return tuple(map(known.__getitem__, codes))


def _texts(texts: tuple[Any, ...], meant: Callable[[str], str | None]) -> tuple[str, ...] | None:
    """The same texts, equal ones as one object; None where one of them is not meant as it stands."""
    if {*map(type, texts)} != _STRINGS:
        return None
    known = {text: meant(text) for text in {*texts}}
    if None in known.values():
        return None
    return tuple(map(known.__getitem__, texts))  # type: ignore[arg-type]


def _as_it_is(text: str) -> str:
    return text


def _account(books: Books, number: str, default: str) -> str | None:
    if not number:
        return default
    account = books.ledger_by_number.get(number)
    return account.number if account is not None and account.income_statement else None


def _nets(incl: list[int], taxes: tuple[TaxCode, ...]) -> list[int]:
    """Half up to the cent, away from zero for negative amounts."""
    if min(incl) >= 0 and len({*map(id, taxes)}) == 1:
        twice, below, divisor = 2 * taxes[0].above, taxes[0].below, 2 * taxes[0].below
        return [(cents * twice + below) // divisor for cents in incl]
    return [
        (2 * cents * tax.above + tax.below) // (2 * tax.below) if cents >= 0
        else -((2 * -cents * tax.above + tax.below) // (2 * tax.below))
        for cents, tax in zip(incl, taxes, strict=True)
    ]  # fmt: skip
