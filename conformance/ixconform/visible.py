"""Does a connector say that a person must look? What it leaves for a person, it must show: by exit code or by name."""

from __future__ import annotations

from ixconform.history import History
from ixconform.matching import names_code


def parked(history: History, code: str) -> bool:
    """Whether the connector shows that this instalment waits: it names it, or its last run ended as failed."""
    if any(names_code(run.output, code) for run in history.runs):
        return True
    return bool(history.runs) and history.runs[-1].code not in (0, None)


def excused(history: History, code: str, unclear: frozenset[str]) -> str:
    """Whether an instalment may be left to a person: `` (no), `shown`, or `silent` where nothing says so.

    It may where the kit itself hid what became of a creation, or answered a definite no; ``unclear`` are the
    operations whose outcome matters so. Whatever else goes wrong, a right connector comes to its end.
    """
    if not history.case.faulty:
        return ""
    if not any(_unclear(each.operation, each.fault, each.status, unclear) for each in history.asked):
        return ""
    return "shown" if parked(history, code) else "silent"


def _unclear(operation: str, fault: str, status: int, unclear: frozenset[str]) -> bool:
    if not fault:
        return False
    refused = fault.startswith("status") and 400 <= status < 500 and status not in (401, 408, 425, 429)
    return operation in unclear or refused
