"""Are these contracts in order, and does the mock keep each rule? The whole of `ixkit check` without traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ixcheck.contract import RULES, Source
from ixcheck.finding import Finding, Level
from ixcheck.specs import examples
from ixcheck.specs.whole import document_findings, rule_findings, unnamed
from ixmocks.kit import Kit
from ixmocks.systems import SYSTEMS

NAMES = tuple(system.name for system in SYSTEMS)


@dataclass(slots=True)
class Checked:
    """What was looked at, and what was found."""

    documents: int = 0
    rules: int = 0
    named: int = 0
    """Rules that the mock's code or the contract names."""
    played: int = 0
    """Rules whose two examples were played against the mock."""
    findings: list[Finding] = field(default_factory=list)

    def summary(self) -> str:
        kept = f": {self.named} named in code or contract, {self.played} played" if self.rules else ""
        return f"{self.documents} contracts, {self.rules} rules{kept}"


def checked(sources: Mapping[str, Source], *, ours: bool, everything: bool = False) -> Checked:
    """The contracts by file name. `ours`: they are those that the mocks serve, so each rule must be kept by one.

    Rules that are named neither in code nor in the contract are shown to be kept by their examples, played against
    the mock; with `everything` the examples of all rules are played.
    """
    result = Checked()
    kit: Kit | None = None
    for name, source in sources.items():
        system = _system(name)
        if not source.is_rules:
            result.documents += 1
            result.findings += document_findings(system, source, sources.get(f"{system}{RULES}"))
            continue
        document = sources.get(f"{system}.yaml")
        result.rules += len(source.raw["rules"])
        result.findings += rule_findings(system, source, document)
        if not ours or system not in NAMES:
            continue
        bare = unnamed(system, source, document)
        result.named += len(source.raw["rules"]) - len(bare)
        chosen = list(source.raw["rules"]) if everything else bare
        kit = kit or Kit("documents", clock=examples.CLOCK, seed=7)
        result.played += len(chosen)
        result.findings += _not_kept(kit, system, source, chosen)
    return result


def _not_kept(kit: Kit, system: str, book: Source, codes: list[str]) -> Iterator[Finding]:
    for code in codes:
        for side in ("obeys", "breaks"):
            said = examples.failed(kit, system, book.raw["rules"][code].get(side) or ())
            if said:
                yield Finding(
                    Level.ERROR, "rule-not-kept", code, side, f"the mock does otherwise: {said}", system=system,
                    rule=code, file=book.name, line=book.line(("rules", code, side)),
                )  # fmt: skip


def _system(name: str) -> str:
    return name[: -len(RULES)] if name.endswith(RULES) else name.rsplit(".", 1)[0]
