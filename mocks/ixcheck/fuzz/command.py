"""`ixkit fuzz`: is a server true to the contract under data that nobody thought of?"""

from __future__ import annotations

import ipaddress
import os
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from ixmocks.commandline.stopping import ENVIRONMENT, FAILED, OK, stop

if TYPE_CHECKING:
    from ixcheck.fuzz.running import Signing
    from ixmocks.kit import Kit

CREDENTIALS = "IXKIT_FUZZ_CREDENTIALS"
BEFORE = {"riverty": (("setOnboarding", {"wrongKey": 401}),)}
"""What is done in our mock first: Riverty's documented 500 for a wrong key would be a finding."""
READINGS = {"SILV-31": "none"}
"""A fuzzer sends more in a second than any plan allows."""


@click.command()
@click.argument("system")
@click.option("--url", help="A server that is running already. Without it: our mock, in this process.")
@click.option(
    "--credential",
    "credentials",
    multiple=True,
    metavar="NAME=VALUE",
    help=f"A header, or a member of query and body, as the contract has it [{CREDENTIALS}, one in a line].",
)
@click.option("--allow-writes", is_flag=True, help="Send requests that change things to a server elsewhere.")
@click.option(
    "--examples", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Cases per operation."
)
@click.option("--seed", type=int, help="The same seed sends the same requests.")
@click.option("--phases", default="", help="Of examples, coverage, fuzzing, stateful; all unless told.")
@click.option(
    "--junit", type=click.Path(dir_okay=False, path_type=Path), help="A report for CI, in this file."
)
def fuzz(
    system: str, url: str | None, credentials: tuple[str, ...], allow_writes: bool, examples: int, seed: int | None,
    phases: str, junit: Path | None,
) -> None:  # fmt: skip
    """Thousands of valid and invalid requests, made from the contract; every answer is held against it.

    Against our mock a refusal of valid data must name the business rule behind it. Elsewhere nobody can tell a rule
    from a mistake, so any documented refusal is taken. On a server that is not on this machine only GET is sent,
    unless --allow-writes is given: fuzzing books, changes and deletes things.

    \b
    ixkit fuzz silvasoft
    ixkit fuzz telecomx --url http://127.0.0.1:4714 --seed 1
    IXKIT_FUZZ_CREDENTIALS="ApiKey=…" ixkit fuzz silvasoft --url https://rest-api.silvasoft.nl
    """
    if find_spec("schemathesis") is None:
        stop("fuzzing needs Schemathesis, which is not installed: pip install 'ixkit[fuzz]'", ENVIRONMENT)
    from ixcheck.fuzz.running import PHASES, Run, start
    from ixmocks.places import SPECS
    from ixmocks.systems import SYSTEMS

    names = [each.name for each in SYSTEMS]
    if system not in names:
        stop(f"there is no system {system!r}; there are: {', '.join(names)}.")
    if url is None and credentials:
        stop("--credential belongs to --url: our own mock, in this process, needs none given.")
    chosen = phases or PHASES
    unknown = [phase for phase in chosen.split(",") if phase not in PHASES.split(",")]
    if unknown:
        stop(f"there is no phase {unknown[0]!r}; there are: {PHASES}.")
    junit = junit.resolve() if junit is not None else None
    with tempfile.TemporaryDirectory(prefix="ixkit-fuzz-") as folder:
        if url is None:
            code = _mock(system, Path(folder), examples, seed, chosen, junit)
        else:
            here = is_here(url)
            read_only = not here and not allow_writes
            _warn(url, here=here, read_only=read_only)
            signing = _given(system, url, credentials, here)
            run = Run(
                url, str(SPECS / f"{system}.yaml"), signing, ours=False, read_only=read_only, examples=examples,
                seed=seed, phases=chosen, junit=junit,
            )  # fmt: skip
            code = start(run, Path(folder)).returncode
    if code not in (OK, FAILED):
        stop("Schemathesis could not run; what it printed above says why.", ENVIRONMENT)
    raise click.exceptions.Exit(code)


def _mock(system: str, folder: Path, examples: int, seed: int | None, phases: str, junit: Path | None) -> int:
    from ixcheck.fuzz.running import Run, signing_of, start
    from ixcheck.serving import listening
    from ixmocks.kit import Kit

    kit = Kit("documents", readings=READINGS)
    for action, params in BEFORE.get(system, ()):
        kit.act(system, action, params)
    with listening(kit) as urls:
        schema = f"{urls[system]}/openapi.json"
        run = Run(
            urls[system], schema, signing_of(kit, system), ours=True, examples=examples, seed=seed, phases=phases,
            junit=junit,
        )  # fmt: skip
        return start(run, folder).returncode


def is_here(url: str) -> bool:
    """Whether the address is this machine's own. Ends the command where it is no address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        stop(f"--url {url!r}: expected an address such as https://sandbox.example")
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def _warn(url: str, *, here: bool, read_only: bool) -> None:
    if here:
        return
    host = urlsplit(url).hostname
    if read_only:
        click.echo(
            f"ixkit: {host} is not this machine: only GET is sent (--allow-writes sends everything).",
            err=True,
        )
    else:
        click.echo(
            f"ixkit: WARNING: {host} is not this machine, and --allow-writes is given: requests that book, change and "
            "delete are sent to it. Use a test account that nobody needs.",
            err=True,
        )


def _given(system: str, url: str, credentials: tuple[str, ...], here: bool) -> Signing:
    """What was given; for a server on this machine, else a sign-in as the default world of `ixkit serve`."""
    from ixcheck.fuzz.running import Signing, spelt
    from ixmocks.kit import Kit

    lines = [*os.environ.get(CREDENTIALS, "").splitlines(), *credentials]
    pairs = [line.partition("=") for line in lines if line.strip()]
    for name, sep, _ in pairs:
        if not sep or not name.strip():
            stop("a credential is written NAME=VALUE, such as ApiKey=…")
    kit = Kit("")
    told = {name.strip(): value.strip() for name, _, value in pairs}
    if not told and here:
        told = spelt(kit, system, _signed_in(kit, system, url))
    members = kit.members(system)
    return Signing(
        {name: value for name, value in told.items() if name not in members},
        {name: value for name, value in told.items() if name in members},
    )


def _signed_in(kit: Kit, system: str, url: str) -> dict[str, str]:
    import httpx

    described = kit.worlds.systems[system]

    def ask(method: str, path: str, told: Mapping[str, str]) -> Any:
        with httpx.Client(trust_env=False, timeout=10) as client:
            kind = {"json": dict(told)} if described.body_credentials else {"data": dict(told)}
            return client.request(method, f"{url.rstrip('/')}{path}", **kind).json()  # type: ignore[arg-type]

    try:
        return described.sign_in(kit.world().credentials[system], ask)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        stop(
            f"{url} does not let the default world's connector in ({type(error).__name__}: {error}). "
            f"Is it where `ixkit serve` has {system}? "
            f"For another server give its credentials with --credential or {CREDENTIALS}.",
            ENVIRONMENT,
        )
