"""What does ixkit do? `ixkit demo`: all mocks, the reference bridge over real HTTP, and what was booked where.

Everything here happens from outside, as a user would do it: two programs, HTTP, the bridge's own report.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, NoReturn

import click

CHECK_FAILED, ENVIRONMENT = 1, 4
PAID = 3
"""How many customers pay between the two runs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything is, as the ready file of `ixkit serve` says."""

    control: str
    systems: Mapping[str, str]
    env: Mapping[str, str]
    text: str


@click.command()
@click.option("--scenario", default="club-season", show_default=True, help="Name or folder of the world.")
@click.option("--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def demo(scenario: str, output: str) -> None:
    """Serve all mocks, run the bridge twice over HTTP, and show what was booked where.

    Between the runs, people work in Silvasoft: they make invoices of the drafts, and some customers pay.
    """
    quiet = output == "json"
    with tempfile.TemporaryDirectory(prefix="ixkit-demo-") as folder, _served(scenario) as place:
        say = _silent if quiet else click.echo
        say(place.text)
        config = Path(folder) / "bridge.yaml"
        config.write_text(_ixkit(["bridge", "example"]))
        say("\n1  the bridge runs: what is due in iXpole is booked in Silvasoft")
        first = _bridge(folder, place, quiet=quiet)
        say(f"   {_counts(first)}")
        made, paid = _people_work(place, first)
        say(f"\n2  people work in Silvasoft: {made} drafts become invoices, {paid} customers pay")
        say("\n3  the bridge runs again: real numbers replace the drafts, payments go back")
        say(f"   {_counts(_bridge(folder, place, quiet=quiet))}\n")
        final = _standing(folder)
        found = _compared(place, final)
    if quiet:
        click.echo(json.dumps({**final, "check": found}, ensure_ascii=False, indent=2))
    else:
        _show(final, found)
    if found["differences"]:
        sys.exit(CHECK_FAILED)


@contextmanager
def _served(scenario: str) -> Iterator[Place]:
    """The mocks in a process of their own, until the block ends."""
    command = [sys.executable, "-m", "ixmocks.cli", "serve", "--scenario", scenario, "--port-base", "0"]
    with subprocess.Popen([*command, "--format", "json"], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            if not line:
                sys.exit(server.wait())  # it has said why
            facts = json.loads(line)
            urls = {name: system["url"] for name, system in facts["systems"].items()}
            text = f"ixkit demo · scenario {scenario} · clock {facts['clock']['now']}\n" + "\n".join(
                f"   {name:<10} {url}" for name, url in {**urls, "control": facts["control"]}.items()
            )
            yield Place(facts["control"], urls, facts["env"], text)
        finally:
            server.terminate()


def _bridge(folder: str, place: Place, *, quiet: bool) -> dict[str, Any]:
    """One run of the reference bridge; its report."""
    arguments = [
        "bridge",
        "run",
        "--config",
        f"{folder}/bridge.yaml",
        "--journal",
        f"{folder}/journal.sqlite",
    ]
    # The mocks' clock stands still, so nothing is gained by waiting between requests.
    pace = ["--per-second", "0", "--per-minute", "0"]
    told = _ixkit([*arguments, *pace, "--format", "json"], place.env, progress=not quiet)
    return dict(json.loads(told, parse_float=Decimal))


def _counts(report: Mapping[str, Any]) -> str:
    parts = [f"{part['count']} {name}" for name, part in report["totals"].items() if part["count"]]
    return f"{', '.join(parts)}; {sum(report['requests'].values())} requests"


def _standing(folder: str) -> dict[str, Any]:
    """Where every instalment stands, by the bridge's own journal."""
    told = _ixkit(["bridge", "status", "--journal", f"{folder}/journal.sqlite", "--format", "json"])
    return dict(json.loads(told, parse_float=Decimal))


def _ixkit(arguments: list[str], env: Mapping[str, str] | None = None, *, progress: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "ixmocks.cli", *arguments], env={**os.environ, **(env or {})}, check=False,
        stdout=subprocess.PIPE, stderr=None if progress else subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode not in (0, CHECK_FAILED):
        click.echo(done.stderr or "", err=True, nl=False)
        sys.exit(done.returncode)
    return done.stdout


def _people_work(place: Place, report: Mapping[str, Any]) -> tuple[int, int]:
    """Each draft becomes an invoice, and the first few customers pay all they owe."""
    drafts = [item["draft_number"] for item in report["instalments"] if item["status"] == "drafted"]
    owing = [
        item["number"]
        for item in report["instalments"]
        if item["status"] == "booked" and Decimal(item["total"]) > 0
    ][:PAID]
    for draft in drafts:
        _act(place, "orderToInvoice", {"OrderNumber": int(draft.removeprefix("D"))})
    for number in owing:
        _act(place, "registerPayment", {"InvoiceNumber": int(number)})
    return len(drafts), len(owing)


def _act(place: Place, action: str, params: Mapping[str, Any]) -> None:
    import httpx

    with httpx.Client(trust_env=False) as client:
        answer = client.post(f"{place.control}/v1/worlds/default/actions/silvasoft/{action}", json=params)
    if answer.status_code != 200:
        _stop(f"{action} {dict(params)}: {answer.text}")


def _compared(place: Place, report: Mapping[str, Any]) -> dict[str, Any]:
    """What Silvasoft itself lists, beside what the bridge says it booked: every total, to the cent."""
    booked = {item["number"]: item for item in report["instalments"] if item["number"]}
    listed = {str(invoice["InvoiceNumber"]): invoice for invoice in _listed(place)}
    differences = [
        f"{item['code']}: the bridge says {number} for {item['total']}, Silvasoft "
        + (f"says {listed[number]['InvoiceTotalInclTax']}" if number in listed else "has no such invoice")
        for number, item in booked.items()
        if number not in listed or Decimal(listed[number]["InvoiceTotalInclTax"]) != Decimal(item["total"])
    ]
    theirs = sum((Decimal(listed[n]["InvoiceTotalInclTax"]) for n in booked if n in listed), Decimal(0))
    ours = sum((Decimal(item["total"]) for item in booked.values()), Decimal(0))
    return {
        "invoices": len(booked), "bridge": f"{ours:.2f}", "silvasoft": f"{theirs:.2f}", "differences": differences,
    }  # fmt: skip


def _listed(place: Place) -> Iterator[dict[str, Any]]:
    import httpx

    page = 100
    headers = {
        "ApiKey": place.env["IXKIT_SILVASOFT_API_KEY"], "Username": place.env["IXKIT_SILVASOFT_USERNAME"],
    }  # fmt: skip
    with httpx.Client(base_url=place.systems["silvasoft"], headers=headers, trust_env=False) as client:
        for offset in range(0, 100_000, page):
            answer = client.get("/rest/listsalesinvoices/", params={"Limit": page, "Offset": offset})
            rows = json.loads(answer.text, parse_float=Decimal)
            yield from rows
            if len(rows) < page:
                return


def _show(report: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    for title in ("instalment", "customer", "total", "draft", "number", "due", "status"):
        side: Literal["left", "right"] = "right" if title == "total" else "left"
        table.add_column(title, justify=side, no_wrap=True, overflow="ellipsis", max_width=34)
    shown = ("code", "customer", "total", "draft_number", "number", "due_date", "status")
    for item in report["instalments"]:
        table.add_row(*(Text(str(item[key] or "")) for key in shown))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(table)
    console.print("parked for a person; nothing of these was booked:")
    for item in report["instalments"]:
        if item["status"] == "parked":
            told = Text(f"  {item['code']}  {item['message']}")
            console.print(told, no_wrap=True, overflow="ellipsis")
    console.print()
    for status, part in report["totals"].items():
        if part["count"]:
            amounts = ", ".join(f"{amount:>14} {currency}" for currency, amount in part["amounts"].items())
            console.print(f"  {status:<10} {part['count']:>3}  {amounts}")
    console.print(
        f"\n  check      {found['invoices']} invoices: {found['bridge']} by the bridge, {found['silvasoft']} in "
        "Silvasoft's own list: " + ("equal" if not found["differences"] else "DIFFERENT")
    )
    for difference in found["differences"]:
        console.print(Text(f"             {difference}"))


def _silent(text: str) -> None:
    """For --format json: one document and nothing else."""


def _stop(message: str) -> NoReturn:
    click.echo(f"ixkit demo: {message}", err=True)
    sys.exit(ENVIRONMENT)
