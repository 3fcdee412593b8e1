"""How do measured figures get into a page? As a table between two marks; the rest of the page stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path


def write(page: Path, mark: str, table: str) -> None:
    """Put the table between `<!-- mark -->` and `<!-- /mark -->`. Raises ValueError without such marks."""
    text = page.read_text("utf-8")
    pattern = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"{page} has not exactly one pair of marks <!-- {mark} --> and <!-- /{mark} -->")
    page.write_text(pattern.sub(lambda found: f"{found[1]}\n{table}\n{found[2]}", text), "utf-8")


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose columns are ranged right, but for the first."""
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " --: |" * (len(heads) - 1)]
    lines += ["| " + " | ".join(cell or "–" for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
