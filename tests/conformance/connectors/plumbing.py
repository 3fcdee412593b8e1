"""HTTP, the state file and the exceptions that say what an answer means."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

PATIENCE_S = 10
BREATH_S = 1.1
BODY_MAX = 32 * 1024 * 1024


class Refused(Exception):
    """A definite no: nothing was done, and the same request would be refused again."""


class Limited(Exception):
    """Too many requests: nothing was done, and nothing more is sent in this poll."""


class TooMany(Limited):
    """The system itself said so, in whatever disguise."""


class Denied(Exception):
    """The credentials were refused."""


class Lost(Exception):
    """Nobody knows whether it was done."""


class Parked(Exception):
    """A person must look at this instalment; nothing of it was booked, or what was booked looks wrong."""


class State:
    """What this connector knows, in one file; on disk before anything is sent that rests on it."""

    def __init__(self, path: str) -> None:
        self.path = path = os.path.join(path, "state.json") if os.path.isdir(path) else path
        try:
            with open(path, encoding="utf-8") as file:
                self.all: dict[str, dict[str, Any]] = json.load(file)
        except FileNotFoundError:
            self.all = {}

    def get(self, code: str) -> dict[str, Any]:
        return self.all.get(code, {})

    def put(self, code: str, **values: Any) -> dict[str, Any]:
        self.all[code] = {**self.get(code), **values}
        with open(self.path + ".new", "w", encoding="utf-8") as file:
            json.dump(self.all, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(self.path + ".new", self.path)
        return self.all[code]

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Two polls at the same time would both book: the second one goes home."""
        with open(self.path + ".lock", "w", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
                return
            yield True


def dumped(value: Any) -> str:
    """JSON in which a Decimal is a number, digit by digit."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{dumped(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dumped, value)) + "]"
    return json.dumps(value)


class Api:
    """One system over HTTP. What an answer means: a value, or one of the exceptions above."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.headers: dict[str, str] = {}
        self.waits = 10
        """So often a limit is waited for in one poll; then the next poll goes on."""

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, Any] | None = None,
        body: Any = None,
        form: dict[str, str] | None = None,
    ) -> Any:
        headers = {"Accept": "application/json", **self.headers}
        data = b""
        if form is not None:
            data, headers["Content-Type"] = urlencode(form).encode(), "application/x-www-form-urlencoded"
        elif body is not None:
            data, headers["Content-Type"] = dumped(body).encode(), "application/json"
        target = self.url.path.rstrip("/") + path + (f"?{urlencode(query)}" if query else "")
        try:
            return self.meaning(*self.send(method, target, data, headers))
        except TooMany:
            if not self.waits:
                raise
        self.waits -= 1
        threading.Event().wait(BREATH_S)
        try:
            return self.meaning(*self.send(method, target, data, headers))
        except TooMany:
            self.waits = 0
            raise

    def send(self, method: str, target: str, data: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        secure = self.url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = kind(self.url.hostname or "", self.url.port, timeout=PATIENCE_S)
        try:
            connection.connect()
        except OSError as error:
            raise Limited(f"{self.url.netloc} cannot be reached: {error}") from None
        try:
            connection.request(method, target, data, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(BODY_MAX)
        except (OSError, http.client.HTTPException) as error:
            raise Lost(f"no answer to {method} {target.partition('?')[0]}: {error!r}") from None
        finally:
            connection.close()

    def meaning(self, status: int, raw: bytes) -> Any:
        said = raw[:300].decode("utf-8", "replace")
        if status == 429 or (status == 401 and "ratelimit exceeded" in said.lower()):
            raise TooMany(said)
        if status in (401, 403):
            raise Denied(said)
        if 400 <= status < 500:
            raise Refused(f"{status} {said}")
        if not 200 <= status < 300:
            raise Lost(f"{status} {said}")
        if not raw.strip():
            return None
        try:
            return json.loads(raw, parse_float=Decimal, parse_int=Decimal)
        except ValueError:
            raise Lost(f"{status} without JSON: {said}") from None


def member(value: Any, name: str) -> Any:
    """A member that must be there: an answer without it says nothing."""
    if not isinstance(value, dict) or value.get(name) is None:
        raise Lost(f"the answer has no {name}")
    return value[name]


def say(text: str) -> None:
    print(" ".join(text.split()), file=sys.stderr)
