"""How does a command reach a running server? By its control port, over HTTP, as any script would."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import quote, urlencode

import click

from ixmocks.commandline.stopping import DEFECT, ENVIRONMENT, USAGE, stop

DEFAULT_URL = "http://127.0.0.1:4710"
TOKEN = "IXKIT_CONTROL_TOKEN"
PATIENCE_S = 90
"""The server waits a minute at most."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running `ixkit serve`, and the world that is meant there."""

    url: str
    token: str | None = None
    world: str = "default"

    def get(self, path: str, **query: Any) -> Any:
        return parsed(self.raw("GET", path, query=query))

    def send(self, method: str, path: str, body: Any = None) -> Any:
        raw = self.raw(method, path, body=body)
        return parsed(raw) if raw else None

    def here(self, path: str = "", world: str | None = None) -> str:
        """A path below the world that is meant."""
        return f"/v1/worlds/{quote(world or self.world, safe='')}{path}"

    def raw(
        self, method: str, path: str, *, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> bytes:
        with self._opened(method, path, body, query or {}) as answer:
            read: bytes = answer.read()
            return read

    def follow(self, path: str, **query: Any) -> Iterator[str]:
        """The data of each message of a stream, as they come."""
        with self._opened("GET", path, None, query) as answer:
            for line in answer:
                if line.startswith(b"data: "):
                    yield line[6:].decode().rstrip("\n")

    def _opened(self, method: str, path: str, body: Any, query: Mapping[str, Any]) -> Any:
        import http.client
        import urllib.error
        import urllib.request

        from ixmocks.engine import exact

        given = urlencode({name: _text(value) for name, value in query.items() if value is not None})
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if not self.url.startswith(("http://", "https://")):
            stop(f"--url {self.url!r}: expected an address such as {DEFAULT_URL}")
        url = f"{self.url.rstrip('/')}{path}{'?' if given else ''}{given}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            data = None if body is None else exact.dump(body)
            request = urllib.request.Request(url, data=data, headers=headers, method=method)
            return opener.open(request, timeout=PATIENCE_S)
        except urllib.error.HTTPError as error:
            _refused(error.code, error.read(), self.url)
        except ValueError as error:
            stop(f"--url {self.url!r}: {error}; expected an address such as {DEFAULT_URL}")
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "reason", error)
            said = getattr(why, "strerror", None) or str(why) or type(error).__name__
            stop(
                f"no ixkit server answers at {self.url} ({said}). Start one with `ixkit serve`, or say where it is "
                "with --url or IXKIT_URL (the address printed as `control`).",
                ENVIRONMENT,
            )


class _Answer(dict[str, Any]):
    """What a control port answered. Whoever leaves out what each control port has, is something else."""

    def __missing__(self, name: str) -> Any:
        _no_control_port(f"has no {name!r}")


def parsed(raw: bytes) -> Any:
    """The value of an answer. Ends the command where it comes from no control port."""
    from ixmocks.engine import exact

    try:
        answer = exact.parse(raw)
    except exact.NotJson as error:
        _no_control_port(f"is no JSON that we read ({error})")
    if not isinstance(answer, dict):
        _no_control_port("is no JSON object")
    return _Answer(answer)


def _no_control_port(why: str) -> NoReturn:
    stop(f"the server's answer {why}: it is no ixkit control port; look at --url or IXKIT_URL.", ENVIRONMENT)


def _refused(status: int, raw: bytes, url: str) -> None:
    """A problem of the control API, in its own words; the exit code says whose turn it is."""
    from ixmocks.engine import exact

    try:
        problem = exact.parse(raw)
    except exact.NotJson:
        problem = None
    if not isinstance(problem, dict) or "detail" not in problem:
        stop(
            f"{url} answers {status}, but it is no ixkit control port; look at --url or IXKIT_URL.",
            ENVIRONMENT,
        )
    detail = str(problem["detail"]).rstrip(".")
    if status == 401:
        detail += f"; give it in the variable {TOKEN}"
    lines = [detail if detail.endswith("?") else f"{detail}."]
    for violation in problem.get("violations", ()):
        if violation.get("title"):
            lines.append(f"  {violation['rule']}  {violation['title']}")
            lines.append(f"    try  {violation['advice'] or 'ixkit explain ' + violation['rule']}")
    stop("\n".join(lines), DEFECT if status >= 500 else USAGE)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_format = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to say it.",
)
_url = click.option(
    "--url",
    envvar="IXKIT_URL",
    default=DEFAULT_URL,
    show_default=True,
    help="The server's control port [IXKIT_URL].",
)
_world = click.option(
    "--world",
    "-w",
    envvar="IXKIT_WORLD",
    default="default",
    show_default=True,
    help="Which world [IXKIT_WORLD].",
)


def says(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--format`."""
    return _format(command)


def asks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--url` and `--format`; the command gets `server` and `output`."""

    @_url
    @_format
    @functools.wraps(command)
    def run(*args: Any, url: str, **options: Any) -> Any:
        world = options.pop("world", "default")
        return command(*args, server=Server(url, os.environ.get(TOKEN) or None, world), **options)

    return run


def asks_world(command: Callable[..., Any]) -> Callable[..., Any]:
    """As `asks`, and adds `--world`."""
    return _world(asks(command))
