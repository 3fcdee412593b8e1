"""How far has each instalment come, across iXpole and its target? As JSON, from the states alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ixmocks.control.asked import Asked, Done
from ixmocks.dashboard.lives import Found, Life, lives
from ixmocks.dashboard.sums import Sum, sums
from ixmocks.env import instant
from ixmocks.ixpole.state import today


def list_instalments(asked: Asked) -> Done:
    moment, code = asked.moment, asked.given.get("code")
    everything = lives(moment.systems, today(moment.clock.now()))
    fitting = [
        life
        for life in everything
        if code in (None, life.instalment.code) and (life.needs or not asked.given.get("needs"))
    ]
    return Done({
        "at": instant(moment.clock.now()),
        "instalments": [_life(life) for life in fitting],
        "sums": [_sum(each) for each in sums(fitting)],
    })  # fmt: skip


def _life(life: Life) -> dict[str, Any]:
    one = life.instalment
    return {
        "code": one.code, "status": one.status, "date": one.day.isoformat(), "customer": one.customer,
        "station": next((step.value for step, how in life.path if how == "now"), None),
        "number": one.number or None, "due": _maybe(one.due, lambda day: day.isoformat()),
        "payment": one.payment or None, "currency": one.currency, "total": _amount(one.gross_cents),
        "needs": [need.value for need in life.needs], "documents": [_document(each) for each in life.found],
    }  # fmt: skip


def _document(found: Found) -> dict[str, Any]:
    of = found.document
    return {
        "system": found.system, "kind": of.kind, "status": of.status, "number": of.number or None,
        "draft": of.draft or None, "currency": of.currency, "total": _amount(of.total_cents),
        "open": _maybe(of.open_cents, _amount), "paid": of.paid, "gone": of.gone, "found": found.by,
    }  # fmt: skip


def _sum(of: Sum) -> dict[str, Any]:
    return {
        "currency": of.currency, "asked": _amount(of.asked_cents), "booked": _amount(of.booked_cents),
        "told": _amount(of.told_cents), "paid": _amount(of.paid_cents),
    }  # fmt: skip


def _amount(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _maybe(value: Any, shape: Callable[[Any], Any]) -> Any:
    return None if value is None else shape(value)
