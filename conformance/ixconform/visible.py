"""Does a connector say that a person must look? What it leaves for a person, it must show: by exit code or by name."""

from __future__ import annotations

from ixconform.history import History
from ixconform.matching import names_code


def parked(history: History, code: str) -> bool:
    """Whether the connector shows that this instalment waits: its code in the output, or a run that ended as failed."""
    return any(names_code(run.output, code) or run.code not in (0, None) for run in history.runs)
