"""What does a test hold in its hands? A world: its systems, clock, faults and journal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx

from ixpytest.servers import Server, ask

SYSTEMS = ("ixpole", "silvasoft", "riverty", "telecomx", "crmcom")
SHOWN = 20


class Vendor:
    """One system of a world."""

    def __init__(self, world: World, name: str, described: Mapping[str, Any]) -> None:
        self._world = world
        self.name = name
        self.url: str = described["url"]
        """Stands for the vendor's host: the documented paths are appended to it."""
        self.credentials: dict[str, str] = dict(described["credentials"])

    @cached_property
    def client(self) -> httpx.Client:
        """An httpx client whose base URL is this system's; credentials are the caller's business."""
        return self._world.server.client(self.name, self.url)

    @property
    def state(self) -> Any:
        """What the system remembers, as JSON values."""
        return ask(self._world.server.control, "GET", f"{self._world.path}/state/{self.name}")["state"]

    @property
    def journal(self) -> Journal:
        return Journal(self._world, self.name)

    @property
    def openapi(self) -> dict[str, Any]:
        """The contract of this system, as it serves it."""
        found: dict[str, Any] = self.client.get("/openapi.json").json()
        return found

    def seed(self, data: Mapping[str, Any] | str) -> None:
        """Replace what this system remembers: what stands in `<system>.yaml` of a scenario, or that file's text.

        Raises ControlError where it cannot be; nothing is changed then.
        """
        ask(self._world.server.control, "PUT", f"{self._world.path}/state/{self.name}", data)

    def instalment(self, code: str) -> dict[str, Any]:
        """How far this instalment has come; of iXpole only. Raises AssertionError where there is none of that code."""
        found = self._world.instalments(code)
        assert found, f"there is no instalment {code}"
        return found[0]

    def act(self, action: str, **params: Any) -> Any:
        """Do what a person does inside this system; what it tells. Raises ControlError where it is impossible."""
        path = f"{self._world.path}/actions/{self.name}/{action}"
        return ask(self._world.server.control, "POST", path, params)["answer"]

    def close(self) -> None:
        if "client" in self.__dict__:
            self.client.close()


@dataclass(frozen=True, slots=True)
class Event:
    """One exchange, action or control call, in a line; `whole` reads the rest."""

    id: str
    at: str
    system: str
    operation: str
    method: str
    path: str
    query: str
    status: int
    violations: tuple[str, ...]
    notes: tuple[str, ...]
    fault: str
    changed: bool
    _world: World = field(repr=False, compare=False)

    @property
    def whole(self) -> dict[str, Any]:
        """Headers, bodies, each violation with text, source and advice, differences, curl."""
        found: dict[str, Any] = ask(
            self._world.server.control, "GET", f"{self._world.path}/journal/{self.id}"
        )
        return found

    @property
    def body(self) -> str:
        """The request's body as text; secrets are taken out."""
        return str(self.whole["request"]["body"]["data"])

    @property
    def answer(self) -> str:
        return str(self.whole["answer"]["body"]["data"])

    def __str__(self) -> str:
        extra = [*self.violations, *([f"fault {self.fault}"] if self.fault else [])]
        tail = f"  {', '.join(extra)}" if extra else ""
        return f"{self.id:<6} {self.system:<9} {self.method:<5} {self.path} → {self.status}{tail}"


class Journal:
    """What happened in a world, or in one system of it; control calls are left out unless asked for."""

    def __init__(self, world: World, system: str = "") -> None:
        self._world, self._system = world, system

    def all(
        self, operation: str | None = None, *, status: int | None = None, system: str | None = None,
        violations: bool | None = None, control: bool = False,
    ) -> list[Event]:  # fmt: skip
        """The events that fit, oldest first."""
        found: list[Event] = []
        after = None
        while True:
            page = ask(
                self._world.server.control, "GET", f"{self._world.path}/journal", system=system or self._system or None,
                operation=operation, status=status, violations=violations, after=after, limit=1000,
            )  # fmt: skip
            found += [self._event(each) for each in page["events"]]
            if not page["more"]:
                return found if control else [event for event in found if event.system != "control"]
            after = page["next"]

    def last(self, operation: str | None = None, **fits: Any) -> Event:
        """The newest event that fits. Raises AssertionError where there is none."""
        found = self.all(operation, **fits)
        assert found, f"no such event: {operation or 'any'} {fits or ''}; {self._story()}"
        return found[-1]

    def count(self, operation: str | None = None, **fits: Any) -> int:
        return len(self.all(operation, **fits))

    def writes(self) -> list[Event]:
        """What changed some system, actions of people left out."""
        return [event for event in self.all() if event.changed and event.method != "ACT"]

    def wait_for(self, operation: str, n: int = 1, *, timeout: float = 5, **fits: Any) -> list[Event]:
        """The server answers as soon as `n` such events are there. Raises AssertionError after `timeout` seconds."""
        wanted = {"operation": operation, "n": n, "timeout": timeout, **fits}
        if self._system:
            wanted.setdefault("system", self._system)
        found = ask(self._world.server.control, "POST", f"{self._world.path}/journal/wait", wanted)
        assert found["reached"], (
            f"{len(found['events'])} of {n} × {operation} within {timeout} s; {self._story()}"
        )
        return [self._event(each) for each in found["events"]]

    def assert_only(self, *operations: str) -> None:
        """Nothing but these operations was asked for."""
        others = [
            event for event in self.all() if event.operation not in operations and event.method != "ACT"
        ]
        assert not others, f"other calls than {', '.join(operations)}:\n" + _lines(others)

    def assert_order(self, *operations: str) -> None:
        """The first call of each comes after the first call of the one before."""
        steps = [
            {"operation": operation, **({"system": self._system} if self._system else {})}
            for operation in operations
        ]
        self._world.verify({"check": "order", "steps": steps})

    def to_har(self) -> dict[str, Any]:
        """An HTTP archive, secrets taken out."""
        found: dict[str, Any] = ask(self._world.server.control, "GET", f"{self._world.path}/journal.har")
        return found

    def __str__(self) -> str:
        return _lines(self.all())

    def _event(self, each: Mapping[str, Any]) -> Event:
        lists = {"violations": tuple(each["violations"]), "notes": tuple(each["notes"])}
        return Event(**{**each, **lists}, _world=self._world)

    def _story(self) -> str:
        return "what happened:\n" + _lines(self.all())


class Clock:
    """The one time of all systems of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def now(self) -> str:
        """In UTC, as ISO 8601."""
        return str(ask(self._world.server.control, "GET", f"{self._world.path}/clock")["now"])

    def set(self, to: str) -> list[str]:
        """A time with its zone, such as `2026-02-01T09:00:00+01:00`; what became due on the way."""
        return list(ask(self._world.server.control, "PUT", f"{self._world.path}/clock", {"set": to})["due"])

    def advance(self, by: str | float) -> list[str]:
        """Seconds, or a span such as `90d` or `1d12h`; what became due."""
        return list(
            ask(self._world.server.control, "POST", f"{self._world.path}/clock/advance", {"by": by})["due"]
        )

    def until_idle(self, most: str | float = "366d") -> list[str]:
        """Go on until nothing is planned any more, webhooks delivered; what became due.

        Raises AssertionError where something is left after ``most``.
        """
        wanted = {"until_idle": True, "by": most}
        told = ask(self._world.server.control, "POST", f"{self._world.path}/clock/advance", wanted)
        assert told["idle"], "it does not come to rest: " + "; ".join(told["left"])
        return list(told["due"])


class Faults:
    """What shall go wrong, where, and for which request. Each method gives the fault's id."""

    def __init__(self, world: World) -> None:
        self._world = world

    def arm(self, place: str, harm: str, *, op: str = "", **more: Any) -> str:
        """`op`: an operationId, or system and operationId with a dot between: `silvasoft.addsalestransaction`."""
        system, _, operation = op.rpartition(".")
        body = {"place": place, "harm": harm, "system": system, "operation": operation, **more}
        return str(ask(self._world.server.control, "POST", f"{self._world.path}/faults", body)["id"])

    def before_commit(self, op: str = "", *, harm: str = "reset", **more: Any) -> str:
        """The request is understood, nothing is kept, no answer comes."""
        return self.arm("before_commit", harm, op=op, **more)

    def after_commit(self, op: str = "", *, harm: str = "reset", **more: Any) -> str:
        """What was asked for is done, and the answer is lost."""
        return self.arm("after_commit", harm, op=op, **more)

    def status(self, status: int, op: str = "", **more: Any) -> str:
        """The system answers this status without looking at the request."""
        return self.arm("received", "status", op=op, status=status, **more)

    def answer(self, harm: str, op: str = "", **more: Any) -> str:
        """The answer is damaged on its way: cut, slow, garbage, html, wrong_type, empty, hollow, grown."""
        return self.arm("sending", harm, op=op, **more)

    def armed(self) -> list[dict[str, Any]]:
        return list(ask(self._world.server.control, "GET", f"{self._world.path}/faults")["faults"])

    def clear(self, fault: str = "all") -> None:
        ask(self._world.server.control, "DELETE", f"{self._world.path}/faults/{fault}")


class World:
    """An isolated set of all systems, for one test."""

    def __init__(self, server: Server, described: Mapping[str, Any]) -> None:
        self.server = server
        self.name: str = described["name"]
        self.path = f"/v1/worlds/{self.name}"
        self.env: dict[str, str] = dict(described["env"])
        """Addresses and credentials under the names that a connector reads."""
        self.systems = {name: Vendor(self, name, each) for name, each in described["systems"].items()}
        self.clock, self.faults, self.journal = Clock(self), Faults(self), Journal(self)

    @classmethod
    def create(cls, server: Server, **wanted: Any) -> World:
        """`scenario`, `clock`, `seed`, `readings`, `data`, as the control API takes them. Raises ControlError."""
        body = {name: value for name, value in wanted.items() if value is not None}
        return cls(server, ask(server.control, "POST", "/v1/worlds", body))

    def __getattr__(self, name: str) -> Vendor:
        systems: dict[str, Vendor] = self.__dict__.get("systems", {})
        if name in systems:
            return systems[name]
        raise AttributeError(f"{name!r}: a world has {', '.join(systems)}, clock, faults, journal and env")

    def state(self) -> dict[str, Any]:
        """What all systems remember, as JSON values."""
        found: dict[str, Any] = ask(self.server.control, "GET", f"{self.path}/state")["systems"]
        return found

    def instalments(self, code: str | None = None) -> list[dict[str, Any]]:
        """How far each has come: status, number, total, and its documents in the targets."""
        return list(ask(self.server.control, "GET", f"{self.path}/instalments", code=code)["instalments"])

    def reset(self) -> None:
        """As it was when it was made."""
        ask(self.server.control, "POST", f"{self.path}/reset", {})

    def fork(self) -> World:
        """Another world that begins as this one is now."""
        return World(self.server, ask(self.server.control, "POST", f"{self.path}/fork", {}))

    def rewind(self, event: str) -> None:
        """Back to how it was after that event."""
        ask(self.server.control, "POST", f"{self.path}/rewind", {"event": event})

    def coverage(self) -> dict[str, Any]:
        found: dict[str, Any] = ask(self.server.control, "GET", f"{self.path}/coverage")
        return found

    def delete(self) -> None:
        for vendor in self.systems.values():
            vendor.close()
        ask(self.server.control, "DELETE", self.path)

    def verify(self, *checks: Mapping[str, Any]) -> None:
        """Checks of the control API (`count`, `exactly_once`, `order`, `only`). Raises AssertionError with evidence."""
        found = ask(self.server.control, "POST", f"{self.path}/verify", {"checks": list(checks)})
        failed = [each for each in found["results"] if not each["passed"]]
        assert not failed, "\n".join(
            f"{each['check']}: seen {each['seen']}, expected {each['expected']} ({', '.join(each['events'][:SHOWN])})"
            for each in failed
        )

    def assert_no_violations(self) -> None:
        """No request broke a rule."""
        broken = self.journal.all(violations=True)
        assert not broken, "rules were broken:\n" + _lines(broken)

    def assert_quiet(self, since: Event) -> None:
        """Nothing was written since that event."""
        later = [event for event in self.journal.writes() if int(event.id[1:]) > int(since.id[1:])]
        assert not later, f"written since {since.id}:\n" + _lines(later)

    def assert_exactly_once(self, *codes: str) -> None:
        """No instalment code stands in two requests of one operation that made something new.

        ``codes``: each of these stands in at least one. A connector that writes no code into its documents is
        judged by `ixkit conform`, which knows its documents by their amounts and texts.
        """
        made: dict[tuple[str, str], list[Event]] = {}
        for event in self.journal.writes():
            if event.system == "ixpole" or event.method != "POST":
                continue
            for code in set(_CODE.findall(event.body)) | {code for code in codes if code in event.body}:
                made.setdefault((event.operation, code), []).append(event)
        twice = {key: events for key, events in made.items() if len(events) > 1}
        assert not twice, "made twice:\n" + "\n".join(
            f"{code} by {operation}:\n{_lines(events)}" for (operation, code), events in twice.items()
        )
        absent = [code for code in codes if not any(code == made_code for _, made_code in made)]
        assert not absent, f"never made: {', '.join(absent)}; {self.journal._story()}"

    def assert_money_conserved(self, *codes: str) -> None:
        """What was booked for an instalment comes to it to the cent, once; and what iXpole was told, somebody has.

        ``codes``: these are booked. Amounts are compared within one currency; a target of another country has its
        own. Numbers that a scenario begins with are nobody's fault.
        """
        found = self.instalments()
        wrong = [_told(one, need) for one in found for need in one["needs"] if need in _MONEY]
        orphans = [one for one in found if _ORPHAN in one["needs"]]
        bodies = (
            [event.body for event in self.journal.writes() if event.system == "ixpole"] if orphans else []
        )
        wrong += [
            _told(one, _ORPHAN) for one in orphans if any(f'"{one["code"]}"' in body for body in bodies)
        ]
        booked = {one["code"] for one in found if any(not each["gone"] for each in one["documents"])}
        wrong += [f"  {code}: nothing is booked" for code in codes if code not in booked]
        assert not wrong, "money got lost, or was made twice:\n" + "\n".join(wrong)


_MONEY = ("the totals differ", "more than one document")
_ORPHAN = "no target knows this number"


def _told(one: Mapping[str, Any], need: str) -> str:
    documents = ", ".join(
        f"{each['system']} {each['kind']} {each['number'] or each['draft'] or 'without number'} {each['total']:.2f}"
        f" {each['currency']}{' (gone)' if each['gone'] else ''}"
        for each in one["documents"]
    )
    number = f", told {one['number']}" if one["number"] else ""
    return (
        f"  {one['code']}: {need}: {one['total']:.2f} {one['currency']}{number}; {documents or 'no document'}"
    )


_CODE = re.compile(r"\b[A-Z]{1,6}-\d{4}-\d{4}-\d{2}\b")
"""What iXpole's instalment codes look like."""


def _lines(events: Sequence[Event]) -> str:
    shown = [f"  {event}" for event in events[-SHOWN:]]
    return (
        "\n".join([f"  … {len(events) - SHOWN} before", *shown] if len(events) > SHOWN else shown)
        or "  nothing"
    )
