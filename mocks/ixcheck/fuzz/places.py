"""Is a 404 about what was made before, or about something else?"""

from __future__ import annotations

from collections.abc import Iterable


def broken_by(named: Iterable[object]) -> list[str]:
    """What one of our mocks says was broken, and where: `TCX-03;at="body.customer";by=rule`."""
    return [each for each in ", ".join(map(str, named)).split(", ") if each and not each.startswith("more;")]


def is_its_own_place(made_at: str, asked_at: str) -> bool:
    """Whether a path lies right below the collection: `/invoice/{invoiceId}`, not `/invoice/current/{currentId}`."""
    return asked_at.removeprefix(made_at.rstrip("/")).startswith("/{")


def is_about_the_address(broken: Iterable[str]) -> bool:
    """Nothing is named, or something in the path is."""
    said = list(broken)
    return not said or any(';at="path.' in each for each in said)
