"""How does the kit speak with `ixkit serve`? Its control API over HTTP, one method a call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ixconform.wire import Wire, WireError


class ControlError(Exception):
    """The control API said no, or nothing. The message says what was asked and what came back."""


@dataclass(frozen=True, slots=True)
class Place:
    """A world as a connector reaches it."""

    name: str
    systems: Mapping[str, Mapping[str, Any]]
    env: Mapping[str, str]
    readings: Mapping[str, str]

    @property
    def secrets(self) -> dict[str, str]:
        """What must not appear anywhere: variable to value."""
        words = ("SECRET", "PASSWORD", "KEY")
        return {
            name: value
            for name, value in self.env.items()
            if any(word in name for word in words) and len(value) >= 6
        }


class Control:
    """One server's control port. Safe to share between threads."""

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self.base: Mapping[str, str] = {}
        """What every world begins with, by system, where the server was started with something else."""
        self._wire = Wire(self.url, {**headers, "Content-Type": "application/json"})

    def close(self) -> None:
        self._wire.close()

    def ask(self, method: str, path: str, body: Any = None, *, query: Mapping[str, Any] | None = None) -> Any:
        content = b"" if method == "GET" else json.dumps({} if body is None else body).encode()
        try:
            status, told = self._wire.ask(method, path, content, query or {})
        except WireError as error:
            raise ControlError(f"{method} {path}: {error}") from error
        if not 200 <= status < 300:
            raise ControlError(f"{method} {path} answered {status}: {_detail(told)}")
        return json.loads(told, parse_float=Decimal) if told else None

    def create(self, name: str, *, clock: str, seed: int, readings: Mapping[str, str]) -> Place:
        body: dict[str, Any] = {"name": name, "clock": clock, "seed": seed, "readings": dict(readings)}
        if self.base:
            body |= {"scenario": "empty", "data": dict(self.base)}
        made = self.ask("POST", "/v1/worlds", body)
        return Place(made["name"], made["systems"], made["env"], made["readings"])

    def delete(self, world: str) -> None:
        self.ask("DELETE", f"/v1/worlds/{world}")

    def act(self, world: str, system: str, action: str, params: Mapping[str, Any]) -> Any:
        return self.ask("POST", f"/v1/worlds/{world}/actions/{system}/{action}", params)["answer"]

    def state(self, world: str, system: str) -> Any:
        return self.ask("GET", f"/v1/worlds/{world}/state/{system}")["state"]

    def advance(self, world: str, by: str) -> Any:
        return self.ask("POST", f"/v1/worlds/{world}/clock/advance", {"by": by})

    def clock(self, world: str, **change: str) -> Any:
        return self.ask("PUT" if change else "GET", f"/v1/worlds/{world}/clock", change or None)

    def arm(self, world: str, fault: Mapping[str, Any]) -> str:
        return str(self.ask("POST", f"/v1/worlds/{world}/faults", dict(fault))["id"])

    def disarm(self, world: str, fault: str = "all") -> int:
        return int(self.ask("DELETE", f"/v1/worlds/{world}/faults/{fault}")["cleared"])

    def held(self, world: str, *, timeout: float) -> list[Any]:
        """The exchanges that wait on their way; asks until there is one or the time is over."""
        return list(self.ask("POST", f"/v1/worlds/{world}/holds/wait", {"timeout": timeout})["holds"])

    def release(self, world: str, hold: str, then: str) -> None:
        self.ask("POST", f"/v1/worlds/{world}/holds/{hold}", {"then": then})

    def events(self, world: str, after: int = 0, *, limit: int = 1000) -> tuple[list[Any], int]:
        """Summaries of the events after this one, and the number of the last one there is."""
        query: dict[str, Any] = {"limit": limit}
        found: list[Any] = []
        while True:
            if after:
                query["after"] = f"e{after}"
            page = self.ask("GET", f"/v1/worlds/{world}/journal", query=query)
            found += page["events"]
            if page["events"]:
                after = number_of(page["events"][-1]["id"])
            if not page["more"] or not page["events"]:
                return found, after

    def event(self, world: str, event: str) -> Any:
        return self.ask("GET", f"/v1/worlds/{world}/journal/{event}")

    def archive(self, world: str) -> Mapping[str, Any]:
        """Every exchange with its bodies, by the event's name, in one go. Acts and notifications are not in it."""
        entries = self.ask("GET", f"/v1/worlds/{world}/journal.har", query={"limit": 10_000})["log"][
            "entries"
        ]
        return {each["_ixkit"]["id"]: each for each in entries}

    def rule(self, code: str) -> Any:
        return self.ask("GET", f"/v1/rules/{code}")


def number_of(event: str) -> int:
    return int(event[1:])


def _detail(told: bytes) -> str:
    text = told.decode(errors="replace")
    try:
        problem = json.loads(text)
    except ValueError:
        return text[:300]
    return str(problem.get("detail", problem) if isinstance(problem, dict) else problem)[:600]
