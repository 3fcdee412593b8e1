"""What is wrong with one exchange, by contract and by those rules that can be judged without the system's state?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ixcheck.finding import Finding, Level
from ixcheck.traffic.exchange import Exchange, kind_of
from ixcheck.traffic.provenance import known_from
from ixmocks.control.redact import REDACTED, is_secret
from ixmocks.engine import exact
from ixmocks.engine.call import Call
from ixmocks.engine.operation import Operation, check_parameters
from ixmocks.engine.outcome import Violation
from ixmocks.engine.port import Port
from ixmocks.kit import Kit

FORM = "application/x-www-form-urlencoded"
WHEN = datetime(2017, 5, 5, 7, tzinfo=UTC)
STATELESS_FILE = Path(__file__).with_name("stateless.json")


@cache
def stateless() -> Mapping[str, tuple[str, ...]]:
    """The rules of each system that a request alone obeys or breaks; tests show that their examples agree."""
    told = json.loads(STATELESS_FILE.read_text(encoding="utf-8"))
    return {system: tuple(codes) for system, codes in told.items()}


@dataclass(slots=True)
class Judge:
    """Knows the contracts of all systems, or of the one that is meant."""

    kit: Kit
    only: str = ""
    at: datetime = WHEN
    every: bool = False
    """Asks all rules, those too that would need the state; only to find out which do."""
    judged: int = 0
    unjudged: dict[str, int] = field(default_factory=dict)
    """Why something was not judged, and how often."""

    @classmethod
    def of(cls, system: str = "") -> Judge:
        from ixmocks.systems import SYSTEMS

        chosen = [each for each in SYSTEMS if system in ("", each.name)]
        return cls(Kit("", systems=chosen), system)

    def judge(self, exchange: Exchange) -> list[Finding]:
        """Every finding about one exchange; nothing where it belongs to none of our systems."""
        port, path = self._port(exchange)
        if port is None:
            self._not("exchanges that belong to no system that we know")
            return []
        self.judged += 1
        found = port.routes.find(exchange.method, path)
        if found is None:
            return [self._unrouted(port, exchange, path)]
        operation, values = found
        asked = self._request(port, operation, values, exchange)
        return [
            *(self._of_request(port, operation, exchange, violation) for violation in asked),
            *self._answer(port, operation, exchange),
        ]

    def violations(self, exchange: Exchange) -> list[Violation]:
        """What is wrong with the request alone; nothing where no operation answers it."""
        port, path = self._port(exchange)
        found = port.routes.find(exchange.method, path) if port is not None else None
        return self._request(port, *found, exchange) if port is not None and found is not None else []

    def request_findings(self, exchange: Exchange) -> list[Finding]:
        """What the contract forbids in a request that nobody has answered yet."""
        port, path = self._port(exchange)
        if port is None:
            return []
        found = port.routes.find(exchange.method, path)
        if found is None:
            return [self._unrouted(port, exchange, path)]
        return [
            self._finding(Level.ERROR, "request-wrong", port, found[0], exchange, violation, "")
            for violation in self._request(port, *found, exchange)
        ]

    # ---- whose is it ----------------------------------------------------------------------------

    def _port(self, exchange: Exchange) -> tuple[Port | None, str]:
        path = _bare(unquote(exchange.path))
        if exchange.system:
            return self.kit.ports.get(exchange.system), path
        ports = list(self.kit.ports.values())
        for port in ports:
            if exchange.host and exchange.host in _hosts(port):
                return port, path
        if self.only:
            return ports[0], path
        fitting = [port for port in ports if port.routes.find(exchange.method, path)]
        return (fitting[0] if len(fitting) == 1 else None), path

    def _unrouted(self, port: Port, exchange: Exchange, path: str) -> Finding:
        allowed = port.routes.methods(path)
        kind = "method-unknown" if allowed else "path-unknown"
        said = f"the contract has {', '.join(allowed)} here" if allowed else "the contract has no such path"
        return Finding(
            Level.ERROR, kind, f"{exchange.method} {path}", "request", f"{exchange.where}: {said}",
            system=port.system.name,
        )  # fmt: skip

    # ---- the request ----------------------------------------------------------------------------

    def _request(
        self, port: Port, operation: Operation, values: Mapping[str, str], exchange: Exchange
    ) -> list[Violation]:
        path, found = check_parameters(operation, "path", values)
        query, wrong = check_parameters(operation, "query", _query(exchange))
        found += wrong + check_parameters(operation, "header", exchange.headers)[1]
        body, wrong, known = self._body(operation, exchange)
        found += wrong
        if (
            not found and known and operation.schemes
        ):  # what opens the door is judged by credentials, not by rules
            call = Call(
                port.system, operation.id, self.kit.state(port.system.name), self.at, self.kit.world().readings,
                body, query, path, exchange.headers,
            )  # fmt: skip
            found += self._rules(port, operation, call)
        return found

    def _body(self, operation: Operation, exchange: Exchange) -> tuple[Any, list[Violation], bool]:
        """The value, what is wrong with it, and whether it is known at all."""
        if operation.body is None:
            return None, [], True
        if exchange.body is None:
            self._not("request bodies that were not recorded")
            return None, [], False
        if not exchange.body:
            missing = [Violation("schema", "body", "nothing", "a body: it is mandatory", keyword="required")]
            return None, missing if operation.body_required else [], True
        kind = kind_of(exchange.headers)
        if kind and kind not in operation.media_types:
            wanted = " or ".join(operation.media_types)
            return None, [Violation("schema", "header.Content-Type", repr(kind), wanted)], False
        try:
            form = (kind or operation.media_types[0]) == FORM
            body = exact.parse_form(exchange.body) if form else exact.parse(exchange.body)
        except exact.NotJson as error:
            return None, [Violation(operation.not_json, "body", str(error), "one JSON value")], False
        if operation.body.fits(body):
            return body, [], True
        return body, operation.body.violations(body, "body"), True

    def _rules(self, port: Port, operation: Operation, call: Call) -> list[Violation]:
        """Those that need no state, asked of the mock's own rules in an empty world."""
        known = port.rules.rules if self.every else stateless().get(port.system.name, ())
        try:
            answer = operation.handler(call)
        except Exception:
            self._not("requests that the rules cannot judge in an empty world")
            return []
        return [v for v in answer.refused.violations if v.rule in known] if answer.refused else []

    def _of_request(
        self, port: Port, operation: Operation, exchange: Exchange, violation: Violation
    ) -> Finding:
        taken = exchange.status < 400 and not _says_no(exchange)
        rule = port.rules.rules.get(violation.rule)
        confidence = rule.confidence if rule else ""
        doubtful = taken and (confidence == "inferred" or bool(rule and rule.readings))
        after = (
            "and was taken: the contract, or the system, is not as we think" if taken else "and was refused"
        )
        return self._finding(
            Level.WARNING if doubtful else Level.ERROR, "request-taken-against-contract" if taken else "request-wrong",
            port, operation, exchange, violation, after,
        )  # fmt: skip

    # ---- the answer -----------------------------------------------------------------------------

    def _answer(self, port: Port, operation: Operation, exchange: Exchange) -> Iterator[Finding]:
        known, shape = operation.answer_shape(exchange.status)
        if not known:
            stated = ", ".join(operation.answers)
            violation = Violation("schema", "answer.status", str(exchange.status), f"one of {stated}")
            yield self._finding(Level.ERROR, "status-undocumented", port, operation, exchange, violation, "")
            return
        if exchange.answer is None:
            self._not("answer bodies that were not recorded")
            return
        if shape is None or exchange.method == "HEAD":
            return
        kind = kind_of(exchange.answer_headers)
        if kind and "json" not in kind:
            stated = " or ".join(_kinds(port, operation, exchange.status))
            if stated and kind not in stated.split(" or "):
                violation = Violation("schema", "answer.Content-Type", repr(kind), stated)
                yield self._finding(
                    Level.ERROR, "answer-media-type", port, operation, exchange, violation, ""
                )
            return
        try:
            value = exact.parse(exchange.answer)
        except exact.NotJson as error:
            violation = Violation("schema", "answer", str(error), "one JSON value")
            yield self._finding(Level.ERROR, "answer-not-json", port, operation, exchange, violation, "")
            return
        if not shape.fits(value):
            for violation in shape.violations(value, "answer"):
                yield self._finding(Level.ERROR, "answer-wrong", port, operation, exchange, violation, "")

    # ---- findings -------------------------------------------------------------------------------

    def _finding(
        self, level: Level, kind: str, port: Port, operation: Operation, exchange: Exchange, violation: Violation,
        after: str,
    ) -> Finding:  # fmt: skip
        rule = port.rules.rules.get(violation.rule)
        seen = REDACTED if _is_secret_place(port, violation.at) else violation.seen
        text = f"{exchange.where}: {seen}, expected {violation.expected}{f', {after}' if after else ''}"
        if rule is not None:
            confidence = rule.confidence
            source = "; ".join(str(each.get("from", "")) for each in rule.sources)
        else:
            confidence, source = known_from(port, operation, violation.at, exchange.status)
        return Finding(
            level, kind, operation.id, violation.at, text, system=port.system.name,
            rule=violation.rule if rule else "", confidence=confidence, source=source,
        )  # fmt: skip

    def _not(self, why: str) -> None:
        self.unjudged[why] = self.unjudged.get(why, 0) + 1


def _bare(path: str) -> str:
    """Without the world of a mock."""
    if not path.startswith("/w/"):
        return path
    _, _, rest = path[3:].partition("/")
    return f"/{rest}"


def _hosts(port: Port) -> set[str]:
    servers = port.document.raw.get("servers") or ()
    return {urlsplit(str(each.get("url", ""))).hostname or "" for each in servers} - {""}


def _query(exchange: Exchange) -> dict[str, str]:
    return dict(parse_qsl(exchange.query, keep_blank_values=True, max_num_fields=None))


def _kinds(port: Port, operation: Operation, status: int) -> list[str]:
    answers = port.document["paths"][operation.path][operation.method.lower()]["responses"]
    answer = answers.get(str(status)) or answers.get("default") or {}
    return list(answer.get("content") or {})


def _says_no(exchange: Exchange) -> bool:
    """An envelope that refuses inside HTTP 200: its status has a code that is not OK."""
    if not exchange.answer or "json" not in kind_of(exchange.answer_headers):
        return False
    try:
        value = json.loads(exchange.answer)
    except ValueError:
        return False
    status = value.get("status") if isinstance(value, dict) else None
    return isinstance(status, dict) and status.get("code", "OK") != "OK"


def _is_secret_place(port: Port, at: str) -> bool:
    names = {str(scheme.get("name", "")) for scheme in port.document.security_schemes.values()}
    return any(is_secret(step) or step in names for step in at.split(".")[1:])
