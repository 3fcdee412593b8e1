"""Runs Schemathesis against one system of a kit, over real sockets, and reports what it found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ixmocks.kit import Kit
from support.listening import listening

HOOKS = Path(__file__).with_name("fuzz_hooks.py")
REPLACED = "positive_data_acceptance"


def fuzz(kit: Kit, system: str, folder: Path, *, examples: int, seed: int, phases: str) -> tuple[int, str]:
    """Exit code and output of a run with every check, valid and invalid data. 0 means no findings."""
    with listening(kit) as urls:
        # Spelt as the document spells them: the check `ignored_auth` looks for them by name.
        schemes = kit.ports[system].document.security_schemes.values()
        spelt = {str(scheme["name"]).lower(): str(scheme["name"]) for scheme in schemes if "name" in scheme}
        told = kit.credentials(system)
        members, spare = {}, {}
        if kit.members(system) & set(told):
            # One token may be given back; a second later the next one is another.
            spare = told
            kit.advance(seconds=1)
            members = kit.credentials(system)
        signed = {} if members else told
        headers = "\n".join(f"{spelt.get(name.lower(), name)}={value}" for name, value in signed.items())
        excluded = f"{REPLACED},ignored_auth" if members else REPLACED
        command = [
            sys.executable, "-m", "schemathesis.cli", "run", f"{urls[system]}/openapi.json", "--url", urls[system],
            "--mode", "all", "--phases", phases, "--checks", "all", "--exclude-checks", excluded,
            "--max-examples", str(examples), "--seed", str(seed), "--suppress-health-check", "all",
            "--output-truncate", "false", "--continue-on-failure", "--warnings", "off",
        ]  # fmt: skip
        environment = {
            **os.environ,
            "SCHEMATHESIS_HOOKS": str(HOOKS),
            "IXKIT_FUZZ_HEADERS": headers,
            "IXKIT_FUZZ_MEMBERS": json.dumps(members),
            "IXKIT_FUZZ_SPARE": json.dumps(spare),
            "NO_PROXY": "*",
            "PYTHONHASHSEED": "0",
        }
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
    return done.returncode, done.stdout + done.stderr
