"""What do the commands of the bridge ask for alike? Options that several of them share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_CONFIG = "bridge.yaml"
DEFAULT_JOURNAL = "bridge-journal.sqlite"
JOURNAL_ENV = "IXKIT_JOURNAL"


def _checked(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from ixbridge.shell.store import address_problem, is_shared

    source = context.get_parameter_source(parameter.name or "")
    problem = address_problem(value, typed=source is click.core.ParameterSource.COMMANDLINE)
    if problem is None and not is_shared(value) and (not value or Path(value).is_dir()):
        problem = f"{value!r} is a folder, expected a file or postgresql://USER@HOST/DATABASE"
    if problem is None and not is_shared(value) and "://" in value:
        problem = f"a journal of the kind {value.partition('://')[0]!r} is not known, expected a file or postgresql://USER@HOST/DATABASE"
    if problem:
        raise click.BadParameter(problem)
    return value


def _in_a_file(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from ixbridge.shell.store import is_shared, shown

    where = _checked(context, parameter, value)
    if is_shared(where):
        raise click.BadParameter(
            f"{shown(where)}: a watch keeps its journal in a file of its own, since notifications come to one place;"
            " bridges that share a database are started now and then, with `ixkit bridge run`"
        )
    return where


def _journal(
    callback: Callable[[click.Context, click.Parameter, str], str], metavar: str, where: str
) -> Callable[[F], F]:
    return click.option(
        "--journal",
        "journal_file",
        default=DEFAULT_JOURNAL,
        show_default=True,
        envvar=JOURNAL_ENV,
        show_envvar=True,
        callback=callback,
        metavar=metavar,
        help=f"Where everything is written before it is done: {where}.",
    )


journal_option = _journal(_checked, "FILE|URL", "a file, or postgresql://USER@HOST/DATABASE")
own_journal_option = _journal(_in_a_file, "FILE", "a file of its own")
config_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_CONFIG,
    show_default=True,
    help="How VAT codes, accounts, customers and products are mapped.",
)
format_option = click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def pace_options(command: F) -> F:
    """How many requests go to the accounting system."""
    second = click.option(
        "--per-second",
        type=click.IntRange(min=0),
        default=2,
        show_default=True,
        help="Requests; 0: no limit.",
    )
    minute = click.option(
        "--per-minute",
        type=click.IntRange(min=0),
        default=50,
        show_default=True,
        help="Requests; 0: no limit.",
    )
    return second(minute(command))
