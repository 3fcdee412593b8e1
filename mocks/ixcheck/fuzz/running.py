"""How is Schemathesis told what it needs? A process of its own, with our hooks; credentials in its environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ixmocks.kit import Kit

HOOKS = Path(__file__).with_name("hooks.py")
REPLACED = "positive_data_acceptance,ensure_resource_availability"
"""One takes any refusal of valid data for a mistake, the other any address below for that of what was made; ours know
the business rules, and what is another collection."""
PHASES = "examples,coverage,fuzzing,stateful"
CONFIG = """\
[phases.coverage]
unexpected-methods = []
"""
"""For reading only: the coverage phase would otherwise try DELETE and the like on every path."""


@dataclass(frozen=True, slots=True)
class Signing:
    """How requests are signed: headers, or members of query and body; and a token that a logout may use up."""

    headers: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    spare: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One run: against `url`, by the contract at `schema` (a file or an address)."""

    url: str
    schema: str
    signing: Signing
    ours: bool = False
    read_only: bool = False
    examples: int = 50
    seed: int | None = None
    phases: str = PHASES
    junit: Path | None = None


def spelt(kit: Kit, system: str, told: Mapping[str, str]) -> dict[str, str]:
    """Credentials under the names of the document: the check `ignored_auth` looks for them by name."""
    schemes = kit.ports[system].document.security_schemes.values()
    names = {str(scheme["name"]).lower(): str(scheme["name"]) for scheme in schemes if "name" in scheme}
    return {names.get(name.lower(), name): value for name, value in told.items()}


def signing_of(kit: Kit, system: str) -> Signing:
    """How the default world's own connector signs."""
    told = kit.credentials(system)
    if not kit.members(system) & set(told):
        return Signing(spelt(kit, system, told))
    # One token may be given back; a second later the next one is another.
    kit.advance(seconds=1)
    return Signing(members=kit.credentials(system), spare=told)


def command(run: Run, folder: Path) -> list[str]:
    """The words that start it. A file of settings is written into `folder` where one is needed."""
    words = [sys.executable, "-m", "schemathesis.cli"]
    if run.read_only:
        config = folder / "schemathesis.toml"
        config.write_text(CONFIG, encoding="utf-8")
        words += ["--config-file", str(config)]
    excluded = f"{REPLACED},ignored_auth" if run.signing.members else REPLACED
    words += [
        "run", run.schema, "--url", run.url, "--mode", "all", "--phases", run.phases, "--checks", "all",
        "--exclude-checks", excluded, "--max-examples", str(run.examples), "--suppress-health-check", "all",
        "--output-truncate", "false", "--continue-on-failure", "--warnings", "off",
    ]  # fmt: skip
    words += ["--seed", str(run.seed)] if run.seed is not None else []
    words += ["--include-method", "GET"] if run.read_only else []
    words += ["--report-junit-path", str(run.junit)] if run.junit is not None else []
    return words


def environment(run: Run) -> dict[str, str]:
    signing = run.signing
    return {
        **os.environ,
        "SCHEMATHESIS_HOOKS": str(HOOKS),
        "IXKIT_FUZZ_HEADERS": "\n".join(f"{name}={value}" for name, value in signing.headers.items()),
        "IXKIT_FUZZ_MEMBERS": json.dumps(dict(signing.members)),
        "IXKIT_FUZZ_SPARE": json.dumps(dict(signing.spare or signing.members)),
        "IXKIT_FUZZ_OURS": "1" if run.ours else "0",
        "IXKIT_FUZZ_READ_ONLY": "1" if run.read_only else "0",
        "PYTHONHASHSEED": "0",
        **({"NO_PROXY": "*"} if run.ours else {}),
    }


def start(run: Run, folder: Path, *, capture: bool = False) -> subprocess.CompletedProcess[str]:
    """Runs it to its end. 0: no findings; 1: findings; else it could not run."""
    words: Sequence[str] = command(run, folder)
    return subprocess.run(
        words, cwd=folder, env=environment(run), capture_output=capture, text=True, check=False
    )
