"""What can the Tab key put in? Rule codes, scenarios and systems; what only a server knows is left to its reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

_CODE = re.compile(r"^  ([A-Z]+-\d+):", re.MULTILINE)


def rule_codes(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """The codes that begin so, in either case."""
    from ixmocks.engine.document import SPECS

    books = sorted(SPECS.glob("*.rules.yaml"))
    codes = [code for book in books for code in _CODE.findall(book.read_text("utf-8"))]
    return [code for code in codes if code.startswith(begun.upper())]


def scenarios(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    from ixmocks.engine.scenario import names

    return [name for name in names() if name.startswith(begun)]


def systems(context: click.Context, parameter: click.Parameter, begun: str) -> list[str]:
    """Each has a rule book."""
    from ixmocks.engine.document import SPECS

    found = (path.name.partition(".")[0] for path in sorted(SPECS.glob("*.rules.yaml")))
    return [name for name in found if name.startswith(begun)]
