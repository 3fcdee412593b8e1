"""What is going on in here? Pages for people, on the control port. Nothing else is loaded until one is opened."""

from __future__ import annotations

PREFIX = "/ui/"


def is_page(path: str) -> bool:
    """Whether a path of the control port is one of ours; everything else is the control API's."""
    return path == "/" or path == PREFIX[:-1] or path.startswith(PREFIX)
