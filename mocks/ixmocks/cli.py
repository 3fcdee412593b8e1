"""How does `ixkit` find its commands? By entry points, so that rooms need not know each other."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from importlib.metadata import entry_points, version

import click

GROUP = "ixkit.commands"


class Commands(click.Group):
    """The sub-commands of all installed rooms, each imported when it is called for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(point.name for point in entry_points(group=GROUP))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for point in entry_points(group=GROUP):
            if point.name == cmd_name:
                command = point.load()
                assert isinstance(command, click.Command)
                return command
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in self.list_commands(ctx):
            near = get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"there is no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("ixkit"), prog_name="ixkit")
def ixkit() -> None:
    """Build and check connectors between iXpole and accounting systems, offline.

    \b
    ixkit serve                   five minutes with curl: all mocks on this machine
    ixkit bridge run              the reference bridge, once
    ixkit demo                    both together, and a table of what was booked where
    """


def main() -> None:
    """Exit codes: 0 ok, 1 check failed, 2 usage or configuration, 4 environment, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    ixkit(prog_name="ixkit")


if __name__ == "__main__":
    main()
