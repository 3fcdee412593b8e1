"""What does a bridge that runs for months say, and to whom? One line per event, for people or for machines.

No secret gets out: whatever the bridge knows to be one is blotted out of every line, wherever it came from.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from ixbridge.shell.clock import Clock

NAME = "ixkit.bridge"
REDACTED = "[redacted]"
SECRET_MIN = 4
"""A shorter secret would blot out half of the text, and is none."""
_SECRET_NAME = re.compile(r"(?i)(secret|password|token|authorization|(api|subscription)[_-]?key)")


def secrets_in(named: Mapping[str, str]) -> tuple[str, ...]:
    """Of what was given by name, what nobody else may see."""
    return tuple(value for name, value in named.items() if _SECRET_NAME.search(name))


class Log:
    """Events with their facts: ``log.info("poll", changed=3)``."""

    def __init__(
        self, out: TextIO, clock: Clock, *, as_json: bool = False, secrets: Iterable[str] = ()
    ) -> None:
        handler = logging.StreamHandler(out)
        handler.setFormatter(_Lines(clock, as_json=as_json, secrets=secrets))
        self._logger = logging.Logger(NAME, logging.INFO)  # of our own: nobody else's handlers get it
        self._logger.addHandler(handler)

    def info(self, event: str, **facts: Any) -> None:
        self._logger.info(event, extra={"facts": facts})

    def warning(self, event: str, **facts: Any) -> None:
        self._logger.warning(event, extra={"facts": facts})

    def error(self, event: str, **facts: Any) -> None:
        self._logger.error(event, extra={"facts": facts})

    def defect(self, event: str) -> None:
        """A mistake of ours, with its traceback."""
        self._logger.exception(event, extra={"facts": {}})


class _Lines(logging.Formatter):
    def __init__(self, clock: Clock, *, as_json: bool, secrets: Iterable[str]) -> None:
        super().__init__()
        self._clock, self._json = clock, as_json
        longest_first = sorted({each for each in secrets if len(each) >= SECRET_MIN}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def format(self, record: logging.LogRecord) -> str:
        at = self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        facts = self._clean(getattr(record, "facts", {}))
        if record.exc_info:
            facts = {**facts, "traceback": self._blotted(self.formatException(record.exc_info))}
        event, level = self._blotted(record.getMessage()), record.levelname.lower()
        if self._json:
            return json.dumps({"at": at, "level": level, "event": event, **facts}, ensure_ascii=False)
        told = "".join(f" {name}={_quoted(value)}" for name, value in facts.items())
        return f"{at} {level:<7} {event}{told}"

    def _clean(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: REDACTED if _SECRET_NAME.search(name) else self._value(value)
            for name, value in facts.items()
            if value not in (None, "")
        }

    def _value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self._clean(value)
        return value if isinstance(value, (bool, int, float)) else self._blotted(str(value))

    def _blotted(self, text: str) -> str:
        return self._secrets.sub(REDACTED, text) if self._secrets else text


def _quoted(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return (
        text
        if text and text.isprintable() and not set(text) & set(' "=')
        else json.dumps(text, ensure_ascii=False)
    )
