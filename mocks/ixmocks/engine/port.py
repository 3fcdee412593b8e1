"""Who answers what arrives at one system's address? Finds the world and the operation, then performs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl

from ixmocks.engine import exact
from ixmocks.engine.decide import FORM
from ixmocks.engine.document import Document, RuleBook
from ixmocks.engine.exchange import Received, Sent
from ixmocks.engine.fallback import Fallback
from ixmocks.engine.heads import RawHeaders
from ixmocks.engine.operation import Routes
from ixmocks.engine.outcome import Answer, Presented, Refused, Violation, Why
from ixmocks.engine.perform import perform, record
from ixmocks.engine.system import System
from ixmocks.engine.world import World
from ixmocks.engine.worlds import Worlds

Unrecognised = tuple[World, str]


@dataclass(slots=True)
class Port:
    """One system with its compiled document, in front of all worlds."""

    system: System
    document: Document
    rules: RuleBook
    routes: Routes
    worlds: Worlds
    faithful: bool = False
    _schemes: Mapping[str, tuple[str, str]] = field(init=False)
    """Security scheme to where its value is: (header or query, name)."""
    fallback: Fallback = field(init=False)

    def __post_init__(self) -> None:
        self._schemes = {name: _place(scheme) for name, scheme in self.document.security_schemes.items()}
        self.fallback = Fallback(self.document, self.system.handlers, serve_spec=not self.faithful)

    def exchange(self, received: Received) -> Sent:
        """Answer one request, synchronously; for use in process. Over HTTP: `recognise`, then `other`."""
        sent = self.recognise(received)
        if isinstance(sent, Sent):
            return sent
        return asyncio.run(self.other(received, *sent))

    def recognise(self, received: Received) -> Sent | Unrecognised:
        """The answer, if the document knows path and method; else the world and path for `other`."""
        headers, presented = self._read(received)
        name, path = _split(received.path)
        if name is None:
            key = self.system.credential_of(presented, presented.fields)
            world = self.worlds.by_key(self.system.name, key)
        else:
            found = self.worlds.get(name)
            if found is None:
                return self._no_world(received, name)
            world = found
        route = self.routes.find(received.method, path)
        if route is None:
            return world, path
        operation, values = route
        return perform(
            world, self.system, operation, received, path=values, headers=headers, presented=presented,
            faithful=self.faithful,
        )  # fmt: skip

    async def other(self, received: Received, world: World, path: str) -> Sent:
        """What connexion's own stack says of a path or method that no operation has, in the vendor's words."""
        status, headers, body = await self.fallback.answer(
            received.method, self.routes.known(path), received.query
        )
        if 200 <= status < 300:
            answer = Answer(status, body, headers)
        else:
            answer = self._not_served(received.method, path, status, headers)
        with world.lock:
            moment = world.moment
            return record(
                world, self.system, "", received, answer, moment, moment.clock.now(), None,
                faithful=self.faithful,
            )  # fmt: skip

    def _not_served(
        self, method: str, path: str, status: int, headers: tuple[tuple[str, str], ...]
    ) -> Answer:
        allowed = self.routes.methods(path)
        if allowed:
            refused = _refused("request.method", method, " or ".join(allowed), 405, Why.METHOD)
            return self.system.refuse(refused, "").with_headers(("Allow", ", ".join(allowed)))
        refused = Refused(
            (Violation("schema", "request.path", path, "a documented path"),), 404, Why.NOT_FOUND
        )
        return self.system.refuse(refused, "")

    def _no_world(self, received: Received, name: str) -> Sent:
        known = "one of " + ", ".join(sorted(self.worlds.names())[:20])
        refused = _refused("request.path", f"world {name!r}", known, 404, Why.NOT_FOUND)
        world = self.worlds.default
        with world.lock:
            moment = world.moment
            return record(
                world, self.system, "", received, self.system.refuse(refused, ""), moment, moment.clock.now(),
                None, faithful=self.faithful,
            )  # fmt: skip

    def _read(self, received: Received) -> tuple[Mapping[str, str], Presented]:
        """Headers as text, and credentials; from an equal head, where that was read before."""
        head = received.head
        if head is None:
            headers: Mapping[str, str] = _decoded(received.headers)
            return headers, self._presented(headers, received)
        if head.decoded is None:
            head.decoded = _decoded(received.headers)
        if head.presented is not None:
            return head.decoded, head.presented
        presented = self._presented(head.decoded, received)
        if not presented.fields and not self.system.body_credentials:
            head.presented = presented
        return head.decoded, presented

    def _presented(self, headers: Mapping[str, str], received: Received) -> Presented:
        fields: Mapping[str, Any] = {}
        if received.query:
            fields = dict(parse_qsl(received.query, keep_blank_values=True))
        if headers.get("content-type", "").startswith(FORM):
            fields = {**fields, **_members(exact.parse_form, received.body)}
        elif self.system.body_credentials and received.body:
            fields = {**fields, **_members(exact.parse, received.body)}
        values = {}
        for scheme, (place, name) in self._schemes.items():
            values[scheme] = headers.get(name, "") if place == "header" else str(fields.get(name, ""))
        return Presented(values, fields)


def _decoded(headers: RawHeaders) -> dict[str, str]:
    """All names and values at once, which is quicker than one by one. No header of a connection holds a NUL."""
    parts = b"\0".join(chain.from_iterable(headers)).decode("latin-1").split("\0")
    if len(parts) != 2 * len(headers):
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _place(scheme: Mapping[str, Any]) -> tuple[str, str]:
    if scheme.get("type") == "apiKey":
        name = str(scheme["name"])
        return str(scheme["in"]), name.lower() if scheme["in"] == "header" else name
    return "header", "authorization"


def _split(path: str) -> tuple[str | None, str]:
    """`/w/<world>/rest/…` as world and path; any other path as it is."""
    if not path.startswith("/w/"):
        return None, path
    name, slash, rest = path[3:].partition("/")
    return name, slash + rest or "/"


def _refused(at: str, seen: str, expected: str, status: int, why: Why) -> Refused:
    return Refused((Violation("schema", at, seen, expected, keyword=why.value),), status, why)


def _members(parse: Callable[[bytes], Any], body: bytes) -> Mapping[str, Any]:
    """The members of a body, or none where it is not what it should be: that is said later, at its gate."""
    try:
        value = parse(body)
    except exact.NotJson:
        return {}
    return value if isinstance(value, dict) else {}
