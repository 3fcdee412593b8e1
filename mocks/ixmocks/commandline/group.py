"""A group of commands that offers the near name for one nobody knows."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

import click


class Named(click.Choice[str]):
    """As click's own; a misspelt value is named with the one that was likely meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            near = get_close_matches(str(value), [str(choice) for choice in self.choices], n=1, cutoff=0.5)
            if near:
                self.fail(f"{value!r} is none of them. Did you mean {near[0]!r}?", param, ctx)
        return str(super().convert(value, param, ctx))


class Group(click.Group):
    """As click's own; a misspelt command is named with the one that was likely meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known = (args[0] if args else ""), self.list_commands(ctx)
        if name and not name.startswith("-") and name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}."
            ctx.fail(f"there is no command {name!r}. {hint}")
        return super().resolve_command(ctx, args)
