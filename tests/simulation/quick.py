"""What makes thousands of lives affordable? Pure functions that are asked the same again answer from memory.

A PDF is drawn once per content, by the bridge and by the mock each with its own code. Nothing else is cut
short, and a test compares lives with and without it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from ixbridge.shell import paper
from ixmocks.riverty import handlers as riverty
from ixmocks.silvasoft import papers

KEPT_MAX = 4_096


def _content(document: Any, life: Any) -> Hashable:
    """All that the bridge's drawing shows."""
    return (
        document.number, document.customer_number, document.date, document.due_date, document.notes, document.lines,
        document.totals, document.currency, life.customer_name, life.customer_number, life.currency,
    )  # fmt: skip


def _remembered(draw: Callable[[Any, Any], bytes]) -> Callable[[Any, Any], bytes]:
    kept: dict[Hashable, bytes] = {}

    def drawn(document: Any, life: Any) -> bytes:
        key = _content(document, life)
        if key not in kept:
            while len(kept) >= KEPT_MAX:
                del kept[next(iter(kept))]
            kept[key] = draw(document, life)
        return kept[key]

    return drawn


_DRAWS: Any = paper.invoice_pdf
_PRINTS: Any = papers.pdf
_SHOWS: Any = riverty.pdf
_DRAWN, _PRINTED, _SHOWN = _remembered(_DRAWS), lru_cache(KEPT_MAX)(_PRINTS), lru_cache(KEPT_MAX)(_SHOWS)


@contextmanager
def remembering() -> Iterator[None]:
    """While this holds, no PDF is drawn twice."""
    before = paper.invoice_pdf, papers.pdf, riverty.pdf
    paper.invoice_pdf, papers.pdf, riverty.pdf = _DRAWN, _PRINTED, _SHOWN
    try:
        yield
    finally:
        paper.invoice_pdf, papers.pdf, riverty.pdf = before
