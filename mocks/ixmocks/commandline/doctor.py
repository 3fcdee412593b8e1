"""`ixkit doctor`: is everything here that ixkit needs?"""

from __future__ import annotations

import os
import platform
import socket
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from ixmocks.commandline.server import says
from ixmocks.commandline.show import as_json
from ixmocks.commandline.stopping import ENVIRONMENT
from ixmocks.places import SCENARIOS, SPECS

PORTS = 6
"""Control, and one for each system."""


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    well: bool | None
    """None: not good, and not bad either."""
    seen: str
    advice: str = ""


@click.command()
@click.option(
    "--port-base", type=click.IntRange(1, 65_000), default=4710, show_default=True, help="Where to look."
)
@says
def doctor(port_base: int, output: str) -> None:
    """Is everything here that ixkit needs? Exit code 4 where something is amiss.

    \b
    ixkit doctor
    ixkit doctor --port-base 5000 --format json
    """
    found = [check() for check in _CHECKS] + [_ports(port_base)]
    bad = [finding for finding in found if finding.well is False]
    if output == "json":
        as_json({"well": not bad, "findings": [
            {"name": f.name, "well": f.well, "seen": f.seen, "advice": f.advice} for f in found
        ]})  # fmt: skip
    else:
        for finding in found:
            click.echo(_line(finding))
        click.echo("\n" + (f"{len(bad)} things are amiss" if bad else "all is well"))
    if bad:
        raise click.exceptions.Exit(ENVIRONMENT)


def _line(finding: Finding) -> str:
    marks = {
        True: click.style("✓", fg="green"),
        False: click.style("✗", fg="red"),
        None: click.style("·", fg="yellow"),
    }
    advice = f"\n    try  {finding.advice}" if finding.advice and finding.well is not True else ""
    return f"{marks[finding.well]} {finding.name:<12} {finding.seen}{advice}"


def _python() -> Finding:
    well = sys.version_info >= (3, 11)
    seen = f"{platform.python_implementation()} {platform.python_version()} at {sys.executable}"
    return Finding("Python", well, seen, "install Python 3.11 or newer")


def _ixkit() -> Finding:
    try:
        return Finding("ixkit", True, f"{version('ixkit')} at {Path(__file__).parents[1]}")
    except PackageNotFoundError:
        return Finding(
            "ixkit", False, "not installed as a package", "pip install ixkit (or `pip install -e .` here)"
        )


def _contracts() -> Finding:
    found = sorted(path.name.removesuffix(".rules.yaml") for path in SPECS.glob("*.rules.yaml"))
    return Finding("contracts", bool(found), f"{', '.join(found) or 'none'} in {SPECS}", "install ixkit anew")


def _scenarios() -> Finding:
    found = sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml"))
    return Finding(
        "scenarios", bool(found), f"{', '.join(found) or 'none'} in {SCENARIOS}", "install ixkit anew"
    )


def _cache() -> Finding:
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ixkit"
    advice = "set XDG_CACHE_HOME to a folder that can be written; without it, each start takes longer"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("cache", True, str(folder))
    except OSError as error:
        return Finding("cache", None, f"{folder} cannot be written ({error.strerror})", advice)


def _loop() -> Finding:
    try:
        return Finding("event loop", True, f"uvloop {version('uvloop')}")
    except PackageNotFoundError:
        return Finding(
            "event loop", None, "asyncio's own; serving is slower", "pip install uvloop (not on Windows)"
        )


def _terminal() -> Finding:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    advice = "set PYTHONUTF8=1, or a UTF-8 locale such as LANG=C.UTF-8"
    return Finding(
        "terminal", True if encoding == "utf8" else None, f"encoding {sys.stdout.encoding}", advice
    )


def _variables() -> Finding:
    names = sorted(name for name in os.environ if name.startswith("IXKIT_"))
    return Finding("environment", True, ", ".join(names) or "no IXKIT_ variable is set")


def _ports(base: int) -> Finding:
    taken = [port for port in range(base, min(base + PORTS, 65_536)) if not _free(port)]
    span = f"{base} to {base + PORTS - 1}"
    if not taken:
        return Finding("ports", True, f"{span} are free")
    if base in taken and _ours(base):
        return Finding("ports", True, f"an ixkit server answers at http://127.0.0.1:{base}")
    names = ", ".join(map(str, taken))
    return Finding(
        "ports", False, f"{names} taken by another program", "ixkit serve --port-base N (0: any free ones)"
    )


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _ours(port: int) -> bool:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return b'"ready"' in connection.getresponse().read(10_000)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


_CHECKS: tuple[Callable[[], Finding], ...] = (
    _python, _ixkit, _contracts, _scenarios, _cache, _loop, _terminal, _variables,
)  # fmt: skip
