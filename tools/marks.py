"""How does a made table get into a page that people write? Between two marks; the rest stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def placed(page: str, mark: str, made: str) -> str:
    """The page with this between `<!-- mark -->` and `<!-- /mark -->`. ValueError without just one such place."""
    pattern = rf"(<!-- {mark} -->\n).*?(<!-- /{mark} -->)"
    text, count = re.subn(
        pattern, lambda found: f"{found[1]}\n{made.strip()}\n\n{found[2]}", page, flags=re.DOTALL
    )
    if count != 1:
        raise ValueError(
            f"the page needs exactly one place <!-- {mark} --> … <!-- /{mark} -->, found {count}"
        )
    return text


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, right: bool = False) -> str:
    """In Markdown. ``right``: all columns but the first are ranged right."""
    rule = ["---", *["--:" if right else "---"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *rows))
