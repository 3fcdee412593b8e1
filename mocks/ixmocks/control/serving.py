"""How do connexion and flask serve the contract? Both are imported here only, when the first call needs them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import flask
from starlette.exceptions import HTTPException

from ixmocks.control import handlers
from ixmocks.control.following import Following, follow
from ixmocks.control.problems import DEFECT, Problem, unknown
from ixmocks.control.record import Request
from ixmocks.control.seam import Answer, Later, Seam, answer_of, refusal
from ixmocks.control.views import violation_of
from ixmocks.control.waiting import Waiting, wait_out
from ixmocks.engine import exact
from ixmocks.engine.asgi import Message, Receive, Scope, Send
from ixmocks.engine.connexions import (
    ConnexionRequest,
    ConnexionResponse,
    FlaskApp,
    OpenAPIOperation,
    ProblemException,
    Resolution,
    SwaggerUIOptions,
)
from ixmocks.engine.document import load_document
from ixmocks.engine.operation import Operation, check_parameters, compile_routes
from ixmocks.engine.outcome import Violation
from ixmocks.engine.reading import HandlerResolver
from ixmocks.engine.schema import Shape

log = logging.getLogger("ixkit")

ARRIVED = "ixkit.arrived"
OWN_CONTRACT = "/openapi.json"
VIOLATIONS_SHOWN = 50
READS = frozenset({"waitForEvents", "waitForHolds", "verify"})
"""Asked with POST, since they take a body; they change nothing and are no events."""
_NO_BODY = Shape.of({"type": "object", "additionalProperties": False})
"""What a call may send that takes none: nothing, or an empty object."""


@dataclass(slots=True)
class Arrived:
    """A request on its way: its bytes at first, its values once they were checked."""

    raw: bytes
    seam: Seam
    given: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    later: Later | None = None
    """What connexion answered does not go out: the answer is waited for."""


class Refusal(Exception):
    """Carries a problem out of connexion's validation."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


@cache
def application() -> Application:
    """One for all control ports of a process: it knows the contract, and each call brings its own seam."""
    return Application()


class Application:
    """The contract, served. Raises SpecError where it cannot be."""

    def __init__(self) -> None:
        document = load_document("control.yaml")
        self._routes = compile_routes(document, handlers, str)
        operations = {operation.id: operation for operation in self._routes.operations()}
        self._app = FlaskApp(
            "ixmocks",
            swagger_ui_options=SwaggerUIOptions(swagger_ui=False),
            validator_map={"parameter": lambda *_, **__: _Check(operations), "body": {}},
            security_map={"bearer": _Guarded},
        )
        self._app.add_api(dict(document.raw), resolver=_Resolver(), base_path="")
        self._app.add_error_handler(Refusal, lambda request, error: _response(refusal(error.problem)))
        for kind in (HTTPException, ProblemException, Exception):
            self._app.add_error_handler(kind, _failed)

    def misses(self, method: str, path: str) -> Problem | None:
        """Why no operation is meant, if none is.

        Decided here, since the routers of connexion and flask each have their own idea of `//` and of line ends.
        """
        allowed = ("GET",) if path == OWN_CONTRACT else self._methods(path)
        if not allowed or not path.isprintable():
            return unknown("unknown-path", "path", path, (*self._routes.paths, OWN_CONTRACT))
        if method in allowed or (method == "HEAD" and "GET" in allowed):
            return None
        names = ", ".join(allowed)
        detail = f"{method[:40]} has no meaning at {path}; expected {names}"
        return Problem("method-not-allowed", detail, headers=(("allow", names),))

    def _methods(self, path: str) -> tuple[str, ...]:
        """Those of the path that is meant: `/journal/wait` is no event's name."""
        meant = next((op for op in self._routes.templated if op.pattern and op.pattern.fullmatch(path)), None)
        return tuple(self._routes.paths.get(meant.path if meant is not None else path, ()))

    async def __call__(self, seam: Seam, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        arrived = Arrived(body, seam)

        async def unless_later(message: Message) -> None:
            if arrived.later is None:
                await send(message)

        await self._app({**scope, ARRIVED: arrived}, replay, unless_later)
        if isinstance(arrived.later, Following):
            await follow(arrived.later, receive, send)
        elif arrived.later is not None:
            await send_answer(await _waited_out(arrived.later), send)


async def _waited_out(waiting: Waiting) -> Answer:
    try:
        return answer_of(await wait_out(waiting))
    except Exception:
        log.exception("control: waiting in world %s failed; this is a defect of ixkit", waiting.world.name)
        return refusal(DEFECT)


async def send_answer(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": list(answer.headers)})
    await send({"type": "http.response.body", "body": answer.body})


class _Resolver(HandlerResolver):
    """The engine's way from operationId to function; each function is called through the seam."""

    def __init__(self) -> None:
        super().__init__(handlers)

    def resolve(self, operation: OpenAPIOperation) -> Resolution:
        found = super().resolve(operation)
        name, handler = found.operation_id, found.function
        changes = operation.method.lower() != "get" and name not in READS

        def view(**_: Any) -> flask.Response:
            scope = flask.request.environ["asgi.scope"]
            arrived: Arrived = scope[ARRIVED]
            request = Request(
                name, scope["method"], scope["path"], scope["query_string"].decode("latin-1"),
                tuple(scope["headers"]), arrived.raw,
            )  # fmt: skip
            answer = arrived.seam.run(handler, request, arrived.given, arrived.body, changes=changes)
            if isinstance(answer, Later):
                arrived.later = answer
                return flask.Response()
            response = flask.Response(answer.body, answer.status)
            response.headers.clear()
            for header, value in answer.headers:
                response.headers.add(header.decode("latin-1"), value.decode("latin-1"))
            return response

        return Resolution(view, name)


class _Guarded:
    """The token was compared before connexion was asked; see guard.py."""

    def get_fn(self, scheme: Any, scopes: Any) -> Any:
        async def let_in(request: Any) -> dict[str, Any]:
            return {}

        return let_in


@dataclass(frozen=True, slots=True)
class _Check:
    """Path, query and body against the contract: every violation at once, numbers exact."""

    operations: Mapping[str, Operation]

    def validate(self, scope: Scope) -> None:
        operation = self.operations[scope["extensions"]["connexion_routing"]["operation_id"]]
        arrived: Arrived = scope[ARRIVED]
        path, violations = check_parameters(operation, "path", scope.get("path_params", {}))
        query, wrong = _query(operation, scope["query_string"].decode("latin-1"))
        violations += wrong
        arrived.body, wrong = _body(operation, arrived.raw)
        violations += wrong
        if violations:
            raise Refusal(_invalid(violations))
        arrived.given = {**path, **query}


def _query(operation: Operation, text: str) -> tuple[dict[str, Any], list[Violation]]:
    known = [parameter.name for parameter in operation.parameters if parameter.place == "query"]
    given: dict[str, str] = {}
    violations = []
    for name, value in parse_qsl(text, keep_blank_values=True):
        if name in given:
            violations.append(Violation("schema", f"query.{name}", "more than one value", "one value"))
        elif name not in known:
            violations.append(_not_known(f"query.{name}", name, known))
        given[name] = value
    values, wrong = check_parameters(operation, "query", given)
    return values, violations + wrong


def _body(operation: Operation, raw: bytes) -> tuple[Any, list[Violation]]:
    shape = operation.body or _NO_BODY
    if not raw and not operation.body_required:
        return {}, []
    if not raw:
        return None, [Violation("schema", "body", "nothing", "a JSON object", keyword="required")]
    try:
        body = exact.parse(raw)
    except exact.NotJson as error:
        raise Refusal(Problem("not-json", f"{error}; expected one JSON object")) from None
    if shape.fits(body):
        return body, []
    violations = []
    for violation in shape.violations(body, "body"):
        if violation.keyword == "additionalProperties" and violation.at == "body":
            known = list(shape.schema.get("properties", {}))
            violations += [_not_known(f"body.{name}", name, known) for name in body if name not in known]
        else:
            violations.append(violation)
    return body, violations


def _not_known(at: str, name: str, known: list[str]) -> Violation:
    near = get_close_matches(name, known, n=1)
    expected = f"{near[0]!r}, perhaps" if near else f"one of {', '.join(known)}" if known else "nothing here"
    return Violation("schema", at[:120], "an unknown name", expected, keyword="additionalProperties")


def _invalid(violations: list[Violation]) -> Problem:
    shown = violations[:VIOLATIONS_SHOWN]
    told = [
        f"{violation.at}: seen {violation.seen}, expected {violation.expected}" for violation in violations
    ]
    told = list(dict.fromkeys(told))  # a pattern and a format say the same of one value
    lines = told[:3]
    if len(told) > len(lines):
        lines.append(f"and {len(told) - len(lines)} more")
    return Problem(
        "invalid-request",
        "; ".join(lines),
        {"violations": [violation_of(violation, {}) for violation in shown]},
    )


def _failed(request: ConnexionRequest, error: Exception) -> ConnexionResponse:
    """Nothing that a caller can send should lead here."""
    log.error("control: %s %s", request.scope["method"], request.scope["path"], exc_info=error)
    return _response(refusal(DEFECT))


def _response(answer: Answer) -> ConnexionResponse:
    headers = {name.decode(): value.decode("latin-1") for name, value in answer.headers}
    kind = headers.pop("content-type")
    return ConnexionResponse(answer.status, mimetype=kind, body=answer.body, headers=headers)
