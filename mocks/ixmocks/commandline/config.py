"""What does `ixkit.toml` say? Defaults for the options of commands, found from here upwards."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from ixmocks.commandline.stopping import stop

FILE = "ixkit.toml"
SERVE = ("scenario", "clock", "seed", "reading", "port-base", "host", "allow-host", "ready-file", "faithful")
OPTION = {"reading": "readings", "allow-host": "allowed"}
"""What an option is called inside, where that is another name."""


def find(start: Path) -> Path | None:
    """The nearest one, no higher than the repository's root."""
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder / FILE
        if (folder / ".git").exists():
            return None
    return None


def defaults(start: Path) -> dict[str, Any]:
    """Command to option to value, as click takes it. Tables of other rooms are theirs to read."""
    path = find(start)
    if path is None:
        return {}
    import tomllib

    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        stop(f"{path}: cannot be read ({error}).")
    serve = said.get("serve", {})
    if not isinstance(serve, Mapping):
        stop(f"{path}: `serve` holds {serve!r}; expected a table [serve].")
    return {"serve": {_option(path, key): value for key, value in serve.items()}}


def _option(path: Path, key: str) -> str:
    if key not in SERVE:
        near = get_close_matches(key, SERVE, n=1)
        hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(SERVE)}"
        stop(f"{path}: [serve] has an unknown key {key!r}; {hint}")
    return OPTION.get(key, key.replace("-", "_"))
