"""Runs Schemathesis against one system of a kit, over real sockets, and reports what it found."""

from __future__ import annotations

from pathlib import Path

from ixcheck.fuzz.running import Run, signing_of, start
from ixmocks.kit import Kit
from support.listening import listening


def fuzz(kit: Kit, system: str, folder: Path, *, examples: int, seed: int, phases: str) -> tuple[int, str]:
    """Exit code and output of a run with every check, valid and invalid data. 0 means no findings."""
    with listening(kit) as urls:
        schema = f"{urls[system]}/openapi.json"
        run = Run(
            urls[system],
            schema,
            signing_of(kit, system),
            ours=True,
            examples=examples,
            seed=seed,
            phases=phases,
        )
        done = start(run, folder, capture=True)
    return done.returncode, done.stdout + done.stderr
