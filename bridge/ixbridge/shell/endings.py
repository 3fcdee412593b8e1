"""How does a command end that cannot go on? In one sentence on the error stream, and with an exit code."""

from __future__ import annotations

from typing import NoReturn

import click

USAGE, ENVIRONMENT = 2, 4


def fail(message: str, code: int) -> NoReturn:
    click.echo(f"ixkit bridge: {message}", err=True)
    raise click.exceptions.Exit(code)
