"""Which connector does a project test? `[connector]` of `ixkit.toml`, looked for upwards."""

from __future__ import annotations

import shlex
import tomllib
from pathlib import Path
from typing import Any

NAME = "ixkit.toml"


class SettingsError(ValueError):
    """No usable ixkit.toml; the message says what to write."""


def connector_of(start: Path) -> tuple[list[str], dict[str, str], Path]:
    """Command, more variables of the environment, and the folder to run in. Raises SettingsError."""
    file = next((folder / NAME for folder in (start, *start.parents) if (folder / NAME).is_file()), None)
    if file is None:
        raise SettingsError(f"there is no {NAME} in {start} or above; `ixkit init` writes one to fill in")
    try:
        section: Any = tomllib.loads(file.read_text("utf-8")).get("connector", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from None
    command = section.get("command") if isinstance(section, dict) else None
    parts = shlex.split(command) if isinstance(command, str) else command
    if not parts or not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise SettingsError(
            f'{file}: expected [connector] with command = ["./my-connector", "--once"]; seen {command!r}'
        )
    env = section.get("env", {})
    if not isinstance(env, dict) or not all(isinstance(value, str) for value in env.values()):
        raise SettingsError(f"{file}: [connector.env] maps names to texts; seen {env!r}")
    return parts, env, file.parent
