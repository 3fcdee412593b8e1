"""What does addsalestransaction do? The customer, the lines with their tax, the totals, the number, the due date."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from rpds import HashTrieMap

from ixmocks.engine.memo import Memos
from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation
from ixmocks.silvasoft.attachments import file_at_url
from ixmocks.silvasoft.columns import SHARED, Columns, Said, Shared, read_columns
from ixmocks.silvasoft.form import Form, is_number, later, seen, stamp, today
from ixmocks.silvasoft.model import (
    Books,
    Invoice,
    Kind,
    Ledger,
    Line,
    Project,
    Relation,
    Status,
    TaxCode,
    same,
)
from ixmocks.silvasoft.money import (
    AMOUNT_MAX_CENTS,
    Rounding,
    cents_of,
    decimal_of,
    fraction_of,
    half_even,
    half_up,
    nets_by_rate,
)
from ixmocks.silvasoft.parties import customer_of
from ixmocks.silvasoft.state import State

LINES = "Invoice_InvoiceLine"
NOT_FINITE = "JSON does not allow non-finite numbers."


def add_sales_transaction(
    state: State, command: Mapping[str, Any], *, at: datetime, readings: Readings
) -> Outcome:
    """Book an invoice of the bookkeeping module: everything is checked before anything happens."""
    found: list[Violation] = []
    notes: list[str] = []
    form = Form(command, "body", found)
    customer = customer_of(state, form, notes, readings)
    day = invoice_day(form, at, readings)
    number = invoice_number(state, form)
    project = project_of(state.books, form, readings)
    attached = file_at_url(state, form, "InvoiceFileUrl", notes)
    rows = line_rows(form, LINES, lines_max(state, readings))
    lines = transaction_lines(state, rows, found, notes, readings)
    net, incl = totals(lines, found)
    if found or customer is None:
        return Refused(tuple(found))
    sales = state.sales
    if number is None:
        number = sales.next_number()
        notes.append("SILV-11")
    due_days = term_of(state, customer)
    # ASSUMED: an invoice over nothing has nothing outstanding and counts as paid at once.
    invoice = Invoice(
        sales.next_serial, Kind.BOOKKEEPING, Status.OPEN if incl else Status.PAID, number, day, later(day, due_days),
        due_days, customer, lines, net, incl, incl, form.text("InvoiceNotes"), "", project,
        (attached,) if attached else (), stamp(at),
    )  # fmt: skip
    centres = with_centres(state, lines, notes)
    return Changed(
        State(
            state.settings, state.books, state.files, centres, state.parties, state.goods, sales.book(invoice),
            state.orders,
        ),
        invoice,
        tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def invoice_day(form: Form, at: datetime, readings: Readings, name: str = "InvoiceDate") -> date:
    return form.day(name, readings) or today(at)


def invoice_number(state: State, form: Form) -> int | None:
    """The number that the caller wants; None: the next one is to be given."""
    # ASSUMED: 0 counts as not given, as it does for CustomerNumber and InvoiceDueDays.
    number = form.whole("InvoiceNumber")
    if number and number in state.sales.numbers:
        form.wrong(
            "SILV-10",
            "InvoiceNumber",
            "a number that no invoice has",
            f"Invoice number {number} already exists",
        )
    return number or None


def term_of(state: State, customer: Relation) -> int:
    """Days to pay: the customer's own, else the administration's (SILV-25)."""
    own = customer.payment_term_days
    return state.settings.payment_term_days if own is None else own


def project_of(books: Books, form: Form, readings: Readings) -> Project | None:
    wanted = form.word("InvoiceProject")
    by = form.choice("SelectProjectBy", "NAME", "NUMBER", default="", rule="SILV-33")
    if not wanted:
        return None
    by_number = books.project_by_number.get(wanted) if by != "NAME" else None
    project = by_number or (books.project_by_name.get(same(wanted)) if by != "NUMBER" else None)
    if project is None and readings.get("SILV-33") != "ignored":
        what = {"NAME": "the name of a project", "NUMBER": "the number of a project"}
        form.wrong(
            "SILV-33", "InvoiceProject", what.get(by, "the number or name of a project"), "Project not found"
        )
    return project


def lines_max(state: State, readings: Readings) -> int:
    """Lines that an invoice may have; older pages say 50."""
    most = 50 if readings.get("SILV-01") == "lines-50" else 75
    return min(most, state.settings.lines_max)


def line_rows(form: Form, name: str, most: int) -> list[Any]:
    """The lines as they came; too many or none are reported."""
    rows = form.rows(name)
    if len(rows) > most:
        form.wrong(
            "SILV-01", name, f"at most {most} lines", f"Maximum {most} invoice lines per invoice allowed"
        )
    elif not rows:
        form.wrong("SILV-02", name, "at least one line", "At least one invoice line must be present")
    return rows


def transaction_lines(
    state: State, rows: list[Any], found: list[Violation], notes: list[str], readings: Readings
) -> Sequence[Line]:
    """Lines with their amounts without tax; what is wrong with them is reported."""
    model = rounding(state, readings)
    lines: Sequence[Line] | None = None
    if model is Rounding.LINE:
        lines = _usual_lines(state, rows, notes, readings)
    if lines is None:
        rounded = half_even if model is Rounding.HALF_EVEN else half_up
        lines = _careful_lines(state, rows, rounded, found, notes, readings)
    if model is Rounding.RATE:
        shares = [(line.tax.code, line.incl, line.tax.above, line.tax.below) for line in lines if line.tax]
        lines = [line._replace(net=net) for line, net in zip(lines, nets_by_rate(shares), strict=True)]
    if readings.get("SILV-55") == "refused":
        refuse_small_change(rows, found, LINES)
    return lines if isinstance(lines, Columns) else tuple(lines)


def _usual_lines(state: State, rows: list[Any], notes: list[str], readings: Readings) -> Columns | None:
    """Lines without anything wrong or unusual, read by column; None where one needs a look of its own."""
    known = _MET.of(state.books)
    base = (state.settings.default_ledger, readings.get("SILV-34"))
    noted: list[str] = []
    chose = False

    def shared_by(said: Said) -> Shared | None:
        nonlocal chose
        key = (*base, type(said[0]), *said)
        met = known.get(key)
        if met is None:
            met = known[key] = _shared(state, said, readings)
        noted.extend(met.notes)
        chose = chose or met.chose
        return met.shared

    lines = read_columns(rows, shared_by)
    if lines is not None:
        notes += noted
        if chose:
            notes.append("SILV-13")
    return lines


class _Met(NamedTuple):
    """What came of looking up what some lines say."""

    shared: Shared | None
    notes: tuple[str, ...]
    chose: bool
    """A percentage had several codes, and the first was taken."""


def _shared(state: State, said: Said, readings: Readings) -> _Met:
    """Depends on nothing but the books, the usual ledger and the reading of SILV-34."""
    wrong: list[Violation] = []
    notes: list[str] = []
    members = dict(zip(SHARED, said, strict=True))
    form = Form(members, "", wrong)
    tax, centre = tax_of(state.books, form, notes), form.text("CostCenter").strip()
    ledger = ledger_of(state, form, readings)
    choice: list[str] = []
    _note_choice(state.books, [members], choice)
    return _Met(None if wrong or tax is None else Shared(tax, centre, ledger), tuple(notes), bool(choice))


_MET: Memos[Books, Any, _Met] = Memos()


def _careful_lines(
    state: State,
    rows: list[Any],
    rounded: Callable[[int, int], int],
    found: list[Violation],
    notes: list[str],
    readings: Readings,
) -> list[Line]:
    """Any lines, each looked at with care."""
    lines: list[Line] = []
    for index, row in enumerate(rows):
        if type(row) is not dict:
            found.append(_no_object(index, row))
            continue
        line = _line_of(state, row, _at(index), found, notes, readings)
        if line is not None and line.tax is not None:
            lines.append(line._replace(net=rounded(line.incl * line.tax.above, line.tax.below)))
    _note_choice(state.books, rows, notes)
    return lines


def _line_of(
    state: State, row: dict[str, Any], at: str, found: list[Violation], notes: list[str], readings: Readings
) -> Line | None:
    """Any line, looked at with care and still without its net amount; what is wrong with it is reported."""
    form = Form(row, at, found)
    tax = tax_of(state.books, form, notes)
    incl = cents_of(row.get("SubTotalInclTax"))
    if incl is None:
        incl = _slow_amount(form)
    description, centre = form.text("Description"), form.text("CostCenter")
    ledger = ledger_of(state, form, readings)
    return None if tax is None else Line(tax, incl, 0, description, centre.strip(), ledger)


def tax_of(books: Books, form: Form, notes: list[str]) -> TaxCode | None:
    """The tax code that a line means; None where there is none, which is then reported."""
    found_before = len(form.found)
    code = form.word("TaxCode")
    percent = percent_of(form)
    if code:
        tax = books.tax_by_code.get(code)
        if tax is None or not tax.sales:
            what = "Tax code not found" if tax is None else "Tax code is not a sales tax code"
            form.wrong("SILV-14", "TaxCode", "a tax code of type Sales that listtaxcodes shows", what)
            return None
        if percent is not None:
            notes.append("SILV-15")
        return tax
    if percent is not None:
        tax = books.tax_by_percent.get(percent)
        if tax is None:
            form.wrong(
                "SILV-13", "TaxPc", f"one of {', '.join(percents(books))}",
                f"Tax percentage {seen(form.members.get('TaxPc'))} not found in user administration",
            )  # fmt: skip
        return tax
    if len(form.found) == found_before:
        form.wrong("SILV-12", "TaxPc", "TaxPc or TaxCode", "At least one of TaxPc or TaxCode is mandatory")
    return None


def percent_of(form: Form) -> Decimal | None:
    value = form.members.get("TaxPc")
    if value is None or (type(value) is str and not value.strip()):
        return None
    number = decimal_of(value)
    if number is None:
        form.number("TaxPc")  # reports it
    return number


def percents(books: Books) -> list[str]:
    return [str(percent) for percent in books.tax_by_percent]


def ledger_of(state: State, form: Form, readings: Readings, *, default: str | None = None) -> str:
    """The account that a line books to. It must exist, and sales go to an income statement account."""
    number = form.word("LedgerAccountNumber")
    if not number:
        return default if default is not None else state.settings.default_ledger
    ledger: Ledger | None = state.books.ledger_by_number.get(number)
    if ledger is None:
        form.wrong(
            "SILV-20",
            "LedgerAccountNumber",
            "an account that listledgeraccounts shows",
            "Ledger account not found",
        )
    elif not ledger.income_statement and readings.get("SILV-34") != "accepted":
        form.wrong(
            "SILV-34", "LedgerAccountNumber", "an account of the income statement",
            "Ledger account is not an income statement account",
        )  # fmt: skip
    return number


def totals(lines: Sequence[Line], found: list[Violation]) -> tuple[int, int]:
    """Amount without and with tax: sums of the lines."""
    if isinstance(lines, Columns):
        return lines.totals()
    incl = net = 0
    for line in lines:
        incl += line.incl
        net += line.net
    if not -AMOUNT_MAX_CENTS <= incl <= AMOUNT_MAX_CENTS:
        found.append(
            Violation("SILV-62", f"body.{LINES}", "a sum past the largest double", "a total that a double can hold",
                      NOT_FINITE, keyword="type")
        )  # fmt: skip
    return net, incl


def with_centres(state: State, lines: Sequence[Line], notes: list[str]) -> HashTrieMap[str, int]:
    """The cost centres, with those that appear here for the first time (SILV-19)."""
    centres = state.centres
    some: Sequence[Shared | Line] = lines.kinds if isinstance(lines, Columns) else lines
    for centre in dict.fromkeys([each.centre for each in some]):
        if centre and centre not in centres:
            centres = centres.insert(centre, len(centres) + 1)
            notes.append("SILV-19")
    return centres


def rounding(state: State, readings: Readings) -> Rounding:
    """What the scenario sets, else what the reading of SILV-17 says."""
    chosen = state.settings.rounding
    if chosen is not None:
        return chosen
    return _ROUNDINGS.get(readings.get("SILV-17", ""), Rounding.LINE)


_ROUNDINGS = {"per-rate": Rounding.RATE, "half-even": Rounding.HALF_EVEN}


def _note_choice(books: Books, rows: Sequence[Any], notes: list[str]) -> None:
    """Remember that a percentage had several codes, and that the first was taken."""
    shared = books.percents_shared
    for row in rows if shared else ():
        if type(row) is dict and not row.get("TaxCode"):
            percent = row.get("TaxPc")
            if (percent if is_number(percent) else decimal_of(percent)) in shared:
                notes.append("SILV-13")
                return


def refuse_small_change(rows: list[Any], found: list[Violation], name: str) -> None:
    """Where the reading of SILV-55 says so: amounts may have two decimals, no more."""
    for index, row in enumerate(rows):
        value = row.get("SubTotalInclTax") if type(row) is dict else None
        amount = fraction_of(value)
        if amount is not None and (amount * 100).denominator != 1:
            at = f"body.{name}.{index}.SubTotalInclTax"
            message = "SubTotalInclTax may have at most two decimals"
            found.append(Violation("SILV-55", at, seen(value), "an amount with two decimals", message))


def _slow_amount(form: Form) -> int:
    """The amount of a line that did not read at first sight; what is wrong with it is reported."""
    found_before = len(form.found)
    cents = form.cents("SubTotalInclTax")
    if cents is None and len(form.found) == found_before:
        form.wrong("SILV-16", "SubTotalInclTax", "the line's total with tax", "SubTotalInclTax is mandatory")
    return cents or 0


def _at(index: int) -> str:
    return f"body.{LINES}.{index}"


def _no_object(index: int, row: object) -> Violation:
    message = f"JSONArray[{index}] is not a JSONObject."
    return Violation("schema", _at(index), seen(row), "an object", message, keyword="type")
