"""What Schemathesis must know of our mocks: who is calling, and which refusals are the rules' own.

Loaded by Schemathesis through SCHEMATHESIS_HOOKS, in a process of its own. The built-in check
`positive_data_acceptance` takes any 400 to valid data for a mistake; but data can be of the documented
shape and still break a business rule (an unknown customer). Ours is the same check with that one difference, and no
weaker: a 400 that does not name such a rule is a finding.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
import schemathesis
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ensure_resource_availability

from ixcheck.fuzz.places import broken_by, is_about_the_address, is_its_own_place

ACCEPTED = {401, 404, 405, 409, 413, 415}


MEMBERS: dict[str, str] = json.loads(os.environ.get("IXKIT_FUZZ_MEMBERS", "{}"))
"""Credentials that stand in the query of a GET and in the JSON body of a POST, where a system has it so."""
SPARE: dict[str, str] = json.loads(os.environ.get("IXKIT_FUZZ_SPARE", "{}"))
"""The token that a logout may use up."""
OURS = os.environ.get("IXKIT_FUZZ_OURS") == "1"
"""One of our mocks answers: it names the rules that a request broke, and is held to it."""
READ_ONLY = os.environ.get("IXKIT_FUZZ_READ_ONLY") == "1"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WRONG_CREDENTIALS = {"INVALID_TOKEN", "TOKEN_EXPIRED", "INVALID_CREDENTIALS"}


class WouldWrite(RuntimeError):
    """A request that could change something was about to leave, and nobody has allowed that."""


_send = requests.Session.send


def _guarded(session: Any, request: Any, **options: Any) -> Any:
    """The last gate before the wire: whatever a phase or a check wants to send, nothing but reading leaves."""
    if request.method.upper() not in SAFE:
        raise WouldWrite(f"{request.method} is not sent: this run only reads (--allow-writes lets it write)")
    return _send(session, request, **options)


if READ_ONLY:
    requests.Session.send = _guarded  # type: ignore[assignment,method-assign]


@schemathesis.auth()
class Signed:
    """Signs each request the way a connector would."""

    def get(self, case: Any, context: Any) -> dict[str, str]:
        return dict(pair.split("=", 1) for pair in os.environ["IXKIT_FUZZ_HEADERS"].split("\n") if pair)

    def set(self, case: Any, data: dict[str, str], context: Any) -> None:
        case.headers = {**(case.headers or {}), **data}


def sign_members(case: Any) -> None:
    """Puts the token where it belongs; where its own absence or type is what is wrong, leaves it alone."""
    negative = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
    members = SPARE if case.path.endswith("/release") else MEMBERS
    if case.method.upper() == "GET":
        query = dict(case.query or {})
        case.query = query | {n: v for n, v in members.items() if not negative or n in query}
    elif isinstance(case.body, dict):
        body = dict(case.body)
        for name, value in members.items():
            if not negative or (isinstance(body.get(name), str) and body[name]):
                body[name] = value
        case.body = body


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Not at signing: Schemathesis signs no case whose credentials are what is wrong, and learns good tokens."""
    if MEMBERS:
        sign_members(case)


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """An envelope that says no inside HTTP 200 counts as the status that it would have elsewhere."""
    code = said(response) if MEMBERS and response.status_code == 200 else "OK"
    if code != "OK":
        response.status_code = 401 if code in WRONG_CREDENTIALS else 400


def said(response: Any) -> str:
    """The code of an envelope; OK where it is none (the check of the answer's shape then says so)."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return "OK"
    status = body.get("status") if isinstance(body, dict) else None
    return str(status.get("code", "OK")) if isinstance(status, dict) else "OK"


@schemathesis.check
def what_was_made_is_there(ctx: Any, response: Any, case: Any) -> bool | None:
    """The built-in `ensure_resource_availability`, where what was made is asked for in its own place.

    The built-in one takes whatever lies below for that: an invoice's id, made at `/invoice`, would have to be known at
    `/invoice/current/{currentId}`, which is another collection. And it takes any 404 for that of the address, while
    TelecomX says so of an unknown reseller in the body as well; our mocks tell which it was.
    """
    made = ctx.internals.find_parent(case_id=case.id)
    if made is None or not is_its_own_place(made.operation.path, case.operation.path):
        return None
    if OURS and not is_about_the_address(broken_by(response.headers.get("ixkit-violations", []))):
        return None
    return ensure_resource_availability(ctx, response, case)


_minded: set[str] = set()


@schemathesis.check
def minds_its_members(ctx: Any, response: Any, case: Any) -> None:
    """What `ignored_auth` asks, for credentials in a body: without a token, or with a wrong one, nothing is let in."""
    label = case.operation.label
    if (
        not MEMBERS
        or response.status_code != 200
        or label in _minded
        or ("/authentication/" in label and "release" not in label)
    ):
        return
    _minded.add(label)
    for token in (None, "", "wrong", 5):
        answer = again(response.request, token)
        refused = answer.status_code in (401, 403) or said(answer) in WRONG_CREDENTIALS
        assert refused, f"{label} lets in {token!r} for a token: {answer.status_code} {answer.text[:300]}"


def again(request: Any, token: Any) -> Any:
    """The same request with another token, or with none."""
    url = urlsplit(request.url)
    body, query = request.body, url.query
    if request.method == "GET":
        pairs = [(n, v) for n, v in parse_qsl(query, keep_blank_values=True) if n not in MEMBERS]
        query = urlencode(pairs + ([] if token is None else [(n, str(token)) for n in MEMBERS]))
    else:
        members = {n: v for n, v in json.loads(body).items() if n not in MEMBERS}
        body = json.dumps(members if token is None else members | dict.fromkeys(MEMBERS, token))
    headers = {n: v for n, v in request.headers.items() if n.lower() != "content-length"}
    return requests.request(
        request.method, urlunsplit(url._replace(query=query)), data=body, headers=headers, timeout=10
    )


@schemathesis.check
def takes_what_is_valid(ctx: Any, response: Any, case: Any) -> None:
    """Valid data is taken, or refused by a business rule that no schema can say."""
    meta = case.meta
    if not OURS or meta is None or meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if response.status_code < 400 or response.status_code in ACCEPTED:
        return
    violations = broken_by(response.headers.get("ixkit-violations", []))
    if violations and all(v.endswith(";by=rule") for v in violations):
        return
    raise AssertionError(
        f"{response.status_code} to data of the documented shape, and no business rule explains it: {violations}"
    )
