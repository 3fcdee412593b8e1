"""How hard do the property tests try? Three Hypothesis profiles, chosen by HYPOTHESIS_PROFILE.

``dev`` is what a bare ``pytest`` does, ``ci`` what ``make test`` does (the same examples each time),
``long`` what ``make test-long`` does.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings

from support.reaching import (  # noqa: F401  (hooks: pytest finds them here)
    pytest_addoption,
    pytest_sessionfinish,
    pytest_sessionstart,
    pytest_testnodedown,
)

# A busy machine is no finding: no deadline per example, no complaint about slow generation.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)

settings.register_profile("dev", _PATIENT, max_examples=100)
settings.register_profile("ci", _PATIENT, max_examples=30, derandomize=True, database=None)
settings.register_profile("long", _PATIENT, max_examples=3_000, stateful_step_count=100)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

COUNTED = ("fault points", "fault pairs", "interleavings of two bridges", "random instalment lives")
"""What the simulation counts with ``record_property``; said at the end of a run."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counts: Counter[str] = Counter()
    for report in (*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())):
        counts.update(
            {name: int(count) for name, count in getattr(report, "user_properties", ()) if name in COUNTED}
        )
    if counts:
        told = ", ".join(f"{counts[name]:,} {name}" for name in COUNTED if name in counts)
        terminalreporter.write_line(f"simulation: {told}")
