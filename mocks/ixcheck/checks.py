"""`ixkit check`: are the contracts in order, and is recorded traffic true to them?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ixcheck.finding import Finding, Level, worst
from ixcheck.formats import FORMATS, counted, summarised, told
from ixmocks.commandline.group import Named
from ixmocks.commandline.stopping import FAILED, INCONCLUSIVE, stop

if TYPE_CHECKING:
    from ixcheck.traffic.exchange import Exchange
    from ixcheck.traffic.har import Told
    from ixcheck.traffic.judging import Judge

SHOWN_MAX = 1000
_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.command()
@click.argument("contracts", metavar="[CONTRACTS]", required=False)
@click.option("--har", "har_file", type=_FILE, help="Recorded traffic: an HTTP archive.")
@click.option(
    "--journal", "journal_file", type=_FILE, help="Recorded traffic: events of our journal, as JSON."
)
@click.option("--system", help="All of the traffic is with this system.")
@click.option(
    "--coverage",
    "coverage_file",
    type=_FILE,
    help="What a test run reached (`ixkit coverage`, --ixkit-coverage).",
)
@click.option(
    "--allow", "allow_file", type=_FILE, help="What need not be reached, and why (YAML); with --coverage."
)
@click.option("--examples", is_flag=True, help="Play the examples of all rules against the mocks (a minute).")
@click.option(
    "--fail-on",
    type=Named(["error", "warning"]),
    default="error",
    show_default=True,
    help="Exit code 1 from here on.",
)
@click.option(
    "--format", "output", type=Named(FORMATS), default="text", show_default=True, help="How to say it."
)
def check(
    contracts: str | None, har_file: Path | None, journal_file: Path | None, system: str | None,
    coverage_file: Path | None, allow_file: Path | None, examples: bool, fail_on: str, output: str,
) -> None:  # fmt: skip
    """Are contracts and rule books in order? Is recorded traffic true to them?

    Without a file: documents and rule books (those of ixkit, or CONTRACTS: a file or folder) are valid, each example is
    of its shape, each rule has source, confidence, examples on both sides, and is kept by the mock.

    With --har or --journal: each request and answer is held against contract and rules. Judged are the schema and those
    rules that a request alone obeys or breaks; rules that ask what the system holds are not.

    With --coverage: every operation, status, parameter, keyword, rule (both sides), reading and transition was reached
    by that test run, or is allowed not to be.

    \b
    ixkit check
    ixkit check specs/silvasoft.yaml
    ixkit check --har run.har --system silvasoft --format github
    ixkit check --coverage reached.json --allow unreached.yaml
    """
    least = Level.WARNING if fail_on == "warning" else Level.ERROR
    if allow_file is not None and coverage_file is None:
        stop("--allow says what a test run need not reach; it belongs to --coverage.")
    if coverage_file is not None:
        if contracts or examples or har_file or journal_file or system:
            stop("--coverage judges what a test run reached; give it with --allow and --format only.")
        _reached(coverage_file, allow_file, least, output)
        return
    if har_file is not None or journal_file is not None:
        if contracts or examples or (har_file and journal_file):
            stop("give either contracts, or one recording (--har or --journal).")
        _traffic(
            har_file,
            journal_file,
            system or "",
            least,
            output,
        )
        return
    if system is not None:
        stop("--system says whose traffic is recorded; it belongs to --har or --journal.")
    _contracts(contracts, examples, output)


def _reached(coverage_file: Path, allow_file: Path | None, least: Level, output: str) -> None:
    from ixcheck.reached import NotAllowed, allowed, summary, unreached
    from ixmocks.reach.file import NotCoverage, read

    try:
        systems = read(coverage_file)
        but = allowed(allow_file) if allow_file else {}
    except (NotCoverage, NotAllowed) as error:
        stop(str(error))
    findings = list(unreached(systems, but, str(allow_file or "")))
    _say(findings, output, check="coverage", summary=summary(systems), least=least)


def _contracts(contracts: str | None, examples: bool, output: str) -> None:
    from ixcheck.diff.places import sources
    from ixcheck.specs.checking import checked
    from ixmocks.engine.document import SpecError
    from ixmocks.places import SPECS

    try:
        result = checked(sources(contracts or str(SPECS)), ours=contracts is None, everything=examples)
    except SpecError as error:
        stop(str(error))
    if contracts is not None and examples:
        stop("--examples plays against the mocks, which serve the contracts of ixkit; leave CONTRACTS out.")
    _say(result.findings, output, check="check", summary=result.summary(), least=Level.ERROR)


def _traffic(
    har_file: Path | None, journal_file: Path | None, system: str, least: Level, output: str
) -> None:
    from ixcheck.traffic.exchange import NotTraffic
    from ixcheck.traffic.har import har, journal
    from ixcheck.traffic.judging import Judge
    from ixmocks.systems import SYSTEMS

    names = [each.name for each in SYSTEMS]
    if system and system not in names:
        stop(f"there is no system {system!r}; there are: {', '.join(names)}.")
    path = har_file or journal_file
    assert path is not None
    judge = Judge.of(system)
    try:
        with _progress(path) as tell:
            read = har if har_file else journal
            found, more = _found(judge, read, path, tell)
    except NotTraffic as error:
        stop(str(error))
    _say(found, output, check="traffic", summary=_summary(judge, more), least=least)
    if not judge.judged:
        stop(
            "nothing in the recording belongs to a system that we know; name it with --system.", INCONCLUSIVE
        )


def _found(
    judge: Judge, read: Callable[[Path, Told], Iterator[Exchange]], path: Path, tell: Told
) -> tuple[list[Finding], int]:
    """The first findings, and how many more there were: memory stays bounded, whatever the recording holds."""
    found: list[Finding] = []
    more = 0
    for exchange in read(path, tell):
        for finding in judge.judge(exchange):
            if len(found) < SHOWN_MAX:
                found.append(finding)
            else:
                more += 1
    return found, more


def _summary(judge: Judge, more: int) -> str:
    from ixcheck.traffic.judging import stateless

    rules = sum(len(codes) for name, codes in stateless().items() if name in judge.kit.ports)
    every = sum(len(port.rules.rules) for port in judge.kit.ports.values())
    lines = [f"{judge.judged} exchanges judged by contract and by {rules} of {every} rules"]
    lines += [f"{more} more findings are not listed"] if more else []
    lines += [f"not judged: {times} {why}" for why, times in sorted(judge.unjudged.items())]
    lines.append("not judged: whether credentials were right, and rules that ask what the system holds")
    return "\n".join(lines)


def _say(findings: list[Finding], output: str, *, check: str, summary: str, least: Level) -> None:
    level = worst(findings)
    failed = level is not None and level >= least
    if output == "text":
        if findings:
            click.echo(told(findings, output, check=check) + "\n")
        click.echo(summary)
        click.echo(counted(findings) if findings else "nothing was found")
    else:
        click.echo(
            told(findings, output, check=check, more={"summary": summary.splitlines(), "failed": failed})
        )
        click.echo(summary, err=True)
    if output == "github":
        summarised(findings, check=check, summary=summary)
    if failed:
        raise click.exceptions.Exit(FAILED)


@contextmanager
def _progress(path: Path) -> Iterator[Told]:
    """A bar on a terminal's error stream, where a file is long enough to be waited for."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    size = path.stat().st_size
    if not console.is_terminal or size < 2_000_000:
        yield lambda _: None
        return
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(path.name, total=size)
        yield lambda seen: progress.update(task, completed=seen)
