"""How does the kit speak with `ixkit serve`? Its control API over HTTP, one method a call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

WAIT_S = 30.0


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
        self._client = httpx.Client(base_url=self.url, headers=headers, timeout=WAIT_S, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def ask(self, method: str, path: str, body: Any = None, *, query: Mapping[str, Any] | None = None) -> Any:
        content = None if method == "GET" else json.dumps({} if body is None else body)
        try:
            reply = self._client.request(
                method, path, content=content, params=query, headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError as error:
            raise ControlError(f"{method} {path}: {str(error) or type(error).__name__}") from error
        if not reply.is_success:
            raise ControlError(f"{method} {path} answered {reply.status_code}: {_detail(reply)}")
        return json.loads(reply.text, parse_float=Decimal) if reply.content else None

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

    def rule(self, code: str) -> Any:
        return self.ask("GET", f"/v1/rules/{code}")


def number_of(event: str) -> int:
    return int(event[1:])


def _detail(reply: httpx.Response) -> str:
    try:
        problem = reply.json()
        return str(problem.get("detail", problem))[:600]
    except ValueError:
        return reply.text[:300]
