"""How does a command end that cannot do what it was told? One message, and the exit code that says whose turn it is."""

from __future__ import annotations

from typing import IO, Any, NoReturn

import click

OK, FAILED, USAGE, INCONCLUSIVE, ENVIRONMENT, DEFECT = range(6)
INTERRUPTED = 130


class Stop(click.ClickException):
    """A message for a person. `code` is one of the exit codes above."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"ixkit: {self.message}", err=True)


def stop(message: str, code: int = USAGE) -> NoReturn:
    raise Stop(message, code)
