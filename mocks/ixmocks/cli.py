"""How does `ixkit` find its commands? By entry points, so that rooms need not know each other."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path

import click

from ixmocks.commandline.stopping import DEFECT, INTERRUPTED, OK

GROUP = "ixkit.commands"
LOCAL = ("serve",)
"""Commands that take defaults from ixkit.toml."""


@cache
def _points() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


class Commands(click.Group):
    """The sub-commands of all installed rooms, each imported when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_points())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        point = _points().get(cmd_name)
        if point is None:
            return None
        command = point.load()
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.list_commands(ctx):
            near = get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"there is no command {name!r}.{hint}")
        if name in LOCAL:
            from ixmocks.commandline.config import defaults

            ctx.default_map = {**defaults(Path.cwd()), **(ctx.default_map or {})}
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("ixkit"), prog_name="ixkit")
@click.pass_context
def ixkit(ctx: click.Context) -> None:
    """Build and check connectors between iXpole and accounting systems, offline.

    \b
    ixkit serve                   five minutes with curl: all mocks on this machine
    ixkit explain SILV-01         what a rule says, and how sure we are of it
    ixkit journal tail -f         what a connector asks, as it comes
    ixkit faults add reset        the next answer gets lost
    ixkit bridge run              the reference bridge, once
    ixkit demo                    both together, and a table of what was booked where

    \b
    Tab completion: eval "$(_IXKIT_COMPLETE=bash_source ixkit)"   (or zsh_source, fish_source)
    Exit codes: 0 ok, 1 a check failed, 2 usage, 3 inconclusive, 4 environment, 5 our defect
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False


def main() -> None:
    """Exit codes: 0 ok, 1 check failed, 2 usage or configuration, 3 inconclusive, 4 environment, 5 our defect."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    sys.exit(_run())


def _run() -> int:
    try:
        answer = ixkit(prog_name="ixkit", standalone_mode=False)
        sys.stdout.flush()
        return answer if isinstance(answer, int) else OK
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough; nothing may be written any more, not even at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return OK
    except Exception:
        return _defect()


def _defect() -> int:
    """Our own mistake: keep what happened, and say where it is."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="ixkit-defect-", suffix=".txt", delete=False) as kept:
        words = [sys.argv[0], *sys.argv[1:2]]  # the rest may hold a secret
        kept.write(
            f"ixkit {version('ixkit')}, Python {sys.version}\n{' '.join(words)} …\n\n{traceback.format_exc()}"
        )
    last = traceback.format_exc().strip().splitlines()[-1]
    click.echo(f"ixkit: this is a defect of ixkit ({last}). Please report it with {kept.name}.", err=True)
    return DEFECT


if __name__ == "__main__":
    main()
