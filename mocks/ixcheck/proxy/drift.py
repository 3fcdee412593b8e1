"""Where do upstream and contract disagree, and which of our conclusions does that contradict?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ixcheck.finding import Finding

ABOUT_UPSTREAM = ("answer-", "status-", "request-taken-")
"""These say that the system is not as we think; the others, that the connector is not."""
KINDS_MAX = 5000


@dataclass(slots=True)
class Drift:
    """Each disagreement once, and how often it was met."""

    met: dict[tuple[str, str, str, str], tuple[Finding, int]] = field(default_factory=dict)
    refused: int = 0
    """Requests that the contract has nothing against, and upstream refused: perhaps a rule that asks for its state."""

    def add(self, finding: Finding) -> None:
        at = re.sub(r"\.\d+(?=\.|$)", ".*", finding.at)
        key = (finding.kind, finding.subject, at, finding.rule)
        first, times = self.met.get(key, (replace(finding, at=at), 0))
        if times or len(self.met) < KINDS_MAX:
            self.met[key] = (first, times + 1)

    def findings(self) -> list[Finding]:
        """What was met, the inferred details first."""
        counted = [
            replace(each, text=f"{each.text} (met {times} times)" if times > 1 else each.text)
            for each, times in self.met.values()
        ]
        return sorted(counted, key=lambda f: (not _is_contradicted(f), -f.level, f.subject, f.at))

    def report(self) -> str:
        found = self.findings()
        guessed = [each for each in found if _is_contradicted(each)]
        upstream = [each for each in found if each.kind.startswith(ABOUT_UPSTREAM)]
        lines = [
            f"{len(upstream)} disagreements of upstream and contract, "
            f"{len(guessed)} of them contradict what is only inferred",
            *_listed(guessed),
            f"{len(found) - len(upstream)} mistakes of the connector",
        ]
        if self.refused:
            lines.append(f"{self.refused} requests were refused that the contract has nothing against")
        return "\n".join(lines)


def _is_contradicted(finding: Finding) -> bool:
    return finding.confidence == "inferred" and finding.kind.startswith(ABOUT_UPSTREAM)


def _listed(findings: Sequence[Finding]) -> list[str]:
    return [
        f"  inferred  {' '.join(filter(None, (each.subject, each.at, each.rule)))}: {each.text}\n"
        f"            {each.source}"
        for each in findings
    ]
