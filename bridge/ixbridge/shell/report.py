"""What went where? One run, or a journal, told in numbers that add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ixbridge.core.life import Life, Stage
from ixbridge.core.model import Mode
from ixbridge.core.money import EXPONENTS, print_minor
from ixbridge.core.parked import Parked, Reason


class Status(Enum):
    BOOKED = "booked"
    DRAFTED = "drafted"
    FINALISED = "finalised"
    PAID = "paid"
    PARKED = "parked"
    WAITING = "waiting"
    DROPPED = "dropped"


MEANING: Mapping[Status, str] = {
    Status.BOOKED: "invoiced, number and PDF in iXpole",
    Status.DRAFTED: "draft made, D number in iXpole",
    Status.FINALISED: "draft made real, number and PDF in iXpole",
    Status.PAID: "paid, iXpole knows",
    Status.PARKED: "set aside for a person",
    Status.WAITING: "goes on in the next run",
    Status.DROPPED: "withdrawn in iXpole before anything was made",
}

FAILED_CHECKS = frozenset({Reason.TOTAL_DIFFERS, Reason.TAX_SPLIT_DIFFERS, Reason.DUPLICATE_DOCUMENTS})
"""Parked for these after a document was made: something is wrong in the books."""


@dataclass(frozen=True, slots=True)
class Item:
    """One instalment; the names are those of the JSON."""

    code: str
    customer: str
    total_minor: int | None
    currency: str
    mode: Mode | None
    status: Status
    draft_number: str | None = None
    number: str | None = None
    due_date: str | None = None
    reason: str | None = None
    message: str = ""
    advice: str = ""
    changed: bool = False
    failed_check: bool = False

    @property
    def total(self) -> str | None:
        if self.total_minor is None or self.currency not in EXPONENTS:
            return None
        return print_minor(self.total_minor, currency=self.currency)

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "customer": self.customer,
            "total": self.total,
            "currency": self.currency,
            "mode": self.mode.value if self.mode else None,
            "status": self.status.value,
            "draft_number": self.draft_number,
            "number": self.number,
            "due_date": self.due_date,
            "reason": self.reason,
            "message": self.message,
            "advice": self.advice,
            "changed": self.changed,
        }


@dataclass(frozen=True, slots=True)
class Report:
    items: tuple[Item, ...]
    halted: str | None = None
    """Why the run ended early."""
    advice: str = ""
    requests: Mapping[str, int] = field(default_factory=dict)
    records: int = 0
    """How many records the journal gained."""
    busy: int = 0
    """How many instalments another bridge was at."""

    @property
    def changed(self) -> bool:
        return any(item.changed for item in self.items)

    @property
    def exit_code(self) -> int:
        if self.halted is not None:
            return 4
        return 1 if any(item.failed_check and item.changed for item in self.items) else 0

    def totals(self) -> dict[str, dict[str, Any]]:
        """Count and amounts per status, and of all: the parts make the whole."""
        by_status: dict[str, dict[str, Any]] = {
            status.value: _sum(item for item in self.items if item.status is status) for status in Status
        }
        return {**by_status, "all": _sum(self.items)}

    def as_json(self) -> dict[str, Any]:
        return {
            "instalments": [item.as_json() for item in self.items],
            "totals": self.totals(),
            "halted": self.halted,
            "advice": self.advice,
            "requests": dict(sorted(self.requests.items())),
            "records": self.records,
        }


def _sum(items: Iterable[Item]) -> dict[str, Any]:
    count = 0
    amounts: dict[str, int] = {}
    for item in items:
        count += 1
        if item.total_minor is not None and item.currency in EXPONENTS:
            amounts[item.currency] = amounts.get(item.currency, 0) + item.total_minor
    told = {currency: print_minor(amount, currency=currency) for currency, amount in sorted(amounts.items())}
    return {"count": count, "amounts": told}


def item_of(life: Life, *, changed: bool = False, waiting: str = "") -> Item:
    status = status_of(life)
    parked = life.parked
    after_create = life.stage not in (Stage.NEW, Stage.SEEN, Stage.ASKED)
    return Item(
        code=life.code,
        customer=life.customer_name,
        total_minor=life.gross_minor if life.digest else None,
        currency=life.currency,
        mode=life.mode,
        status=status,
        draft_number=life.handed,
        number=life.number,
        due_date=life.due_date.isoformat() if life.due_date else None,
        reason=parked.reason.value if parked else None,
        message=parked.message if parked else waiting,
        advice=parked.advice if parked else "",
        changed=changed,
        failed_check=parked is not None and after_create and parked.reason in FAILED_CHECKS,
    )


def item_of_unusable(code: str, parked: Parked) -> Item:
    """An instalment that could not be read and has not even a code to remember it by."""
    return Item(
        code, "", None, "", None, Status.PARKED, reason=parked.reason.value, message=parked.message,
        advice=parked.advice,
    )  # fmt: skip


def status_of(life: Life) -> Status:
    if life.parked is not None:
        return Status.PARKED
    match life.stage:
        case Stage.REPORTED:
            return Status.FINALISED if life.was_draft else Status.BOOKED
        case Stage.HANDED:
            return Status.DRAFTED
        case Stage.PAID:
            return Status.PAID
        case Stage.DROPPED:
            return Status.DROPPED
        case _:
            return Status.WAITING
