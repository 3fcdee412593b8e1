"""What does `ixkit.toml` say about the connector? Read once, checked whole, every mistake named with its place."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ixconform.profile import OVER, Claims

NAME = "ixkit.toml"
DRIVERS = ("command", "service", "http", "python")
_ENV = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
CONNECTOR = {"name", "version", "driver", "command", "callable", "env", "cwd", "url", "status", "ready", "capabilities",
             "timeout_s", "quiet_s", "hears", "registers", "previous"}  # fmt: skip
CONFORM = {"profile", "level", "budget", "known_failing", "known_flaky", "seed", "report", "jobs"}


class ConfigError(ValueError):
    """Something in the file is not as it must be. Says where, what was seen and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    name: str = ""
    version: str = ""
    driver: str = "command"
    command: tuple[str, ...] = ()
    callable: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    url: str = ""
    """Where a trigger is posted to (driver http)."""
    status: str = ""
    ready: str = ""
    """A URL that answers, or a pattern in the output, when a service is ready."""
    timeout_s: float = 60.0
    quiet_s: float = 2.0
    """A service is at rest when it has asked nothing for so long."""
    hears: str = ""
    """Where it takes notifications itself, such as `http://127.0.0.1:{webhook.port}/hook`; empty: it reads a folder."""
    registers: bool = True
    """Whether it registers the address for notifications itself."""
    previous: tuple[str, ...] = ()
    """The command of the version that it can be upgraded from."""
    claims: Claims = field(default_factory=Claims)
    profile: str = ""
    level: int | None = None
    budget: str = ""
    seed: int | None = None
    known_failing: str = ""
    known_flaky: str = ""
    report: str = ""
    jobs: int | None = None
    path: Path | None = None


def find(start: Path) -> Path | None:
    """The nearest `ixkit.toml`, upwards to the root of the repository."""
    for folder in (start, *start.parents):
        if (folder / NAME).is_file():
            return folder / NAME
        if (folder / ".git").exists():
            return None
    return None


def read(path: Path) -> Config:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; `ixkit init` writes an ixkit.toml to fill in") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no TOML: {error}") from None
    return of(content, path)


def of(content: Mapping[str, Any], path: Path) -> Config:
    connector, conform = _table(content, "connector", path), _table(content, "conform", path)
    _known(connector, CONNECTOR, f"{path}: connector")
    _known(conform, CONFORM, f"{path}: conform")
    claimed = _table(connector, "capabilities", path)
    chosen = {
        "profile": _one(conform.get("profile") or claimed.get("profile") or "", str, "conform.profile"),
        "level": _one(conform.get("level"), int, "conform.level"),
        "budget": str(conform.get("budget", "")),
        "seed": _one(conform.get("seed"), int, "conform.seed"),
        "known_failing": _one(conform.get("known_failing", ""), str, "conform.known_failing"),
        "known_flaky": _one(conform.get("known_flaky", ""), str, "conform.known_flaky"),
        "report": _one(conform.get("report", ""), str, "conform.report"),
        "jobs": _one(conform.get("jobs"), int, "conform.jobs"),
    }
    driver = connector.get("driver", "command")
    if driver not in DRIVERS:
        raise ConfigError(f"{path}: connector.driver is {driver!r}; expected one of {', '.join(DRIVERS)}")
    cwd = connector.get("cwd")
    return Config(
        name=str(connector.get("name", "")), version=str(connector.get("version", "")), driver=driver,
        command=command_of(connector.get("command", ())), callable=str(connector.get("callable", "")),
        env={str(name): _expanded(str(text), name) for name, text in _table(connector, "env", path).items()},
        cwd=(path.parent / cwd).resolve() if cwd else path.parent.resolve(), url=str(connector.get("url", "")),
        status=str(connector.get("status", "")), ready=str(connector.get("ready", "")),
        timeout_s=float(connector.get("timeout_s", 60)), quiet_s=float(connector.get("quiet_s", 2)),
        hears=str(connector.get("hears", "")), registers=_flag(connector.get("registers", True), "connector.registers"),
        previous=command_of(connector.get("previous", ())), claims=claims_of(claimed), path=path, **chosen,
    )  # fmt: skip


def command_of(given: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(shlex.split(given)) if isinstance(given, str) else tuple(str(part) for part in given)


def claims_of(given: Mapping[str, Any]) -> Claims:
    """Capabilities as they were declared; what is not named keeps its default."""
    names = {each.name: each.type for each in fields(Claims)}
    wanted = {name: value for name, value in given.items() if name not in ("profile", "mode")}
    _known(wanted, set(names), "connector.capabilities")
    correlation = wanted.get("correlation", "")
    if isinstance(correlation, Mapping):
        wanted["correlation"] = str(correlation.get("pattern", ""))
    if wanted.get("over_75", "refuse") not in OVER:
        raise ConfigError(
            f"connector.capabilities.over_75 is {wanted['over_75']!r}; expected one of {', '.join(OVER)}"
        )
    _pattern(str(wanted.get("correlation", "")))
    for name, value in wanted.items():
        if names[name] == "bool" and not isinstance(value, bool):
            raise ConfigError(f"connector.capabilities.{name} is {value!r}; expected true or false")
        if names[name] == "int":
            wanted[name] = _seconds(value, f"connector.capabilities.{name}")
    return Claims(**wanted)


def _seconds(value: Any, where: str) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 5):
        raise ConfigError(f"{where} is {value!r}; expected a number of seconds")
    return int(text)


def _pattern(text: str) -> None:
    try:
        groups = re.compile(text).groupindex
    except re.error as error:
        raise ConfigError(f"connector.capabilities.correlation {text!r} is no pattern: {error}") from None
    if text and "code" not in groups:
        raise ConfigError(f"connector.capabilities.correlation {text!r}: expected a group (?P<code>…)")


def seconds_of(span: str) -> float:
    """`90`, `90s`, `5m`, `1h`: seconds. Empty: 0."""
    if not span:
        return 0.0
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", span.strip())
    if match is None:
        raise ConfigError(f"{span!r} is no span of time; expected 90s, 5m or 1h")
    return float(match[1]) * {"": 1, "s": 1, "m": 60, "h": 3600}[match[2]]


def _expanded(text: str, name: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise ConfigError(f"connector.env.{name} names ${{{match[1]}}}, which is not set")
        return os.environ[match[1]]

    return _ENV.sub(value, text)


def _table(content: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    found = content.get(name, {})
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: {name} is {found!r}; expected a table")
    return found


def _known(content: Mapping[str, Any], names: set[str], where: str) -> None:
    from difflib import get_close_matches

    for name in content:
        if name not in names:
            near = get_close_matches(name, names, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(sorted(names))}"
            raise ConfigError(f"{where}.{name}: nobody knows that{hint}")


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ConfigError(f"{where} is {value!r}; expected true or false")
    return value


def _one(value: Any, kind: type, where: str) -> Any:
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise ConfigError(f"{where} is {value!r}; expected {'a number' if kind is int else 'text'}")
    return value
