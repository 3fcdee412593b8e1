"""Under which names does a body speak? Binds members without regard to case (IXP-23).

The documents print labels (`InstalmentCode`, `invoicenumber`, `invoice duedate`), never JSON, so
each member answers to its label, to the canonical name and to the aliases that clients are likely to use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ixmocks.engine.outcome import Violation

WRITE_BACK = {
    "instalmentcode": "instalmentCode",
    "invoicenumber": "invoiceNumber",
    "invoiceduedate": "invoiceDueDate",
    "invoice duedate": "invoiceDueDate",
    "invoicepdf": "invoicePdf",
    "pdf": "invoicePdf",
    "pdflayout": "invoicePdf",
    "pdf layout to be returned": "invoicePdf",
    "paymentno": "paymentNo",
}
CUSTOMER_PATCH = {"customercode": "customerCode"}

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Bound:
    """What was said of one member, and where it stands as it was spelt."""

    value: Any
    at: str


@dataclass(frozen=True, slots=True)
class Members:
    known: Mapping[str, Bound]
    unknown: tuple[str, ...]
    violations: tuple[Violation, ...]


def folded(name: str) -> str:
    """Lower case for A to Z only: no other letter is taken for one of these."""
    return name.translate(_LOWER)


def bind(body: Mapping[str, Any], names: Mapping[str, str], at: str) -> Members:
    """Members by their canonical names. A member that is given twice is a violation."""
    known: dict[str, Bound] = {}
    unknown: list[str] = []
    violations: list[Violation] = []
    for spelt, value in body.items():
        name = names.get(folded(spelt))
        if name is None:
            unknown.append(spelt)
        elif name in known:
            violations.append(_twice(name, known[name].at, f"{at}.{spelt}"))
        else:
            known[name] = Bound(value, f"{at}.{spelt}")
    return Members(known, tuple(unknown), tuple(violations))


def _twice(name: str, first: str, second: str) -> Violation:
    return Violation(
        "IXP-23", second, f"{name} a second time", "each member once, in whatever case",
        advice=f"It was given already, at {first}.",
    )  # fmt: skip
