"""With which credentials does a connector come in, whose are they, and how long do they last?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Presented, Refused, Violation, Why
from ixmocks.engine.system import Ask, Credentials
from ixmocks.telecomx import tokens
from ixmocks.telecomx.state import EPOCH, Employee, State
from ixmocks.telecomx.tokens import LIFE, Kind, Token

HEADER, QUERY = "bearer", "queryToken"
OWN_USER = "api"
"""The employee for whom a world's connector comes."""

EXPIRED = "Session has expired, please login"
REQUIRED = "Authorization required, please login"
FORMAT = "Authorization header format is Authorization: Bearer <token>"
UNDECIPHERABLE = "Undecipherable"
LOGIN = "Please login"


def credentials(world: str) -> Credentials:
    """The same for a world of the same name, on every machine."""
    name = tokens.user_name(OWN_USER, world)
    password = tokens.password_of(name)
    return Credentials(name, password, {"IXKIT_TELECOMX_USERNAME": name, "IXKIT_TELECOMX_PASSWORD": password})


def credential_of(presented: Presented, fields: Mapping[str, Any]) -> str:
    """The key of the world that a user name or a token speaks of; empty where there is neither."""
    told = fields.get("username")
    named = tokens.split_user(told) if isinstance(told, str) else None
    token = _presented(presented)
    world = named[1] if named else token.world if token else ""
    return tokens.user_name(OWN_USER, world) if world else ""


def sign_in(own: Credentials, ask: Ask) -> dict[str, str]:
    """The header of a connector that logged in once, with `persist`, before the world began."""
    user, world = tokens.split_user(own.key) or (OWN_USER, "")
    token = tokens.issue(Kind.PERSISTENT, 0, user=user, world=world)
    return {"Authorization": f"Bearer {token.text}"}


def admit(state: State, presented: Presented, own: Credentials, at: datetime) -> Refused | None:
    """TCX-17, TCX-18: a token of this world, not expired, in the header or the query."""
    header = presented[HEADER]
    if not header and not presented[QUERY]:
        return _refused("TCX-18", "credentials_invalid", REQUIRED, "no token", "header.Authorization")
    if header and not bearer(header):
        return _refused("TCX-18", "format_error", FORMAT, "another form", "header.Authorization")
    # ASSUMED: where both are sent, both must open; nothing says which one counts.
    sent = (("header.Authorization", bearer(header)), ("query.token", presented[QUERY]))
    return next((no for place, text in sent if text and (no := _closed(state, text, place, own, at))), None)


def _closed(state: State, text: str, place: str, own: Credentials, at: datetime) -> Refused | None:
    """What stands against one token."""
    token = tokens.read(text)
    if token is None:
        return _refused("TCX-18", "invalid_token", UNDECIPHERABLE, "a text that is no token", place)
    if tokens.user_name(OWN_USER, token.world) != own.key:
        return _refused("TCX-18", "invalid_token", LOGIN, "a token of another world", place)
    judged = judge(state, text, at)
    if judged.expired:
        return _refused("TCX-17", "expired", EXPIRED, "a token not used for 15 minutes", place)
    if judged.employee is None:
        return _refused("TCX-18", "invalid_token", LOGIN, "a token that was taken back", place)
    return None


def admitted(state: State, presented: Presented, at: datetime) -> State:
    """The session moves on; a token in the query is kept for the handler, which cannot see it there."""
    text = bearer(presented[HEADER])
    in_query = "" if text else presented[QUERY]
    if state.query_token != in_query:
        state = replace(state, query_token=in_query)
    token = tokens.read(text or in_query)
    if token is None or token.kind is not Kind.SESSION or at <= last_use(state, token, text or in_query):
        return state
    used = state.used.insert(text or in_query, at)
    for old, when in state.used.items():
        if at - when >= LIFE:
            used = used.discard(old)
    return replace(state, used=used)


@dataclass(frozen=True, slots=True)
class Judged:
    employee: Employee | None
    """Whose the token is; None: nobody's any more."""
    token: Token | None = None
    expired: bool = False


def judge(state: State, text: str, at: datetime) -> Judged:
    """Whose token this is, and whether it still opens."""
    token = tokens.read(text)
    if token is None:
        return Judged(None)
    employee = state.employee_of(token.user)
    if employee is not None and token.kind is Kind.MACHINE and token.number not in employee.machines:
        employee = None
    expired = token.kind is Kind.SESSION and at - last_use(state, token, text) >= LIFE
    return Judged(employee, token, expired)


def last_use(state: State, token: Token, text: str) -> datetime:
    """When a session was used last; its login counts."""
    login = EPOCH.timestamp() + token.number
    return max(datetime.fromtimestamp(login, EPOCH.tzinfo), state.used.get(text) or EPOCH)


def bearer(header: str) -> str:
    """The token of an Authorization header; empty where it has none."""
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _presented(presented: Presented) -> Token | None:
    return tokens.read(bearer(presented[HEADER]) or presented[QUERY])


def _refused(rule: str, code: str, message: str, seen: str, at: str) -> Refused:
    violation = Violation(
        rule, at, seen, "a token of this world, used within the last 15 minutes", message,
        "Log in again with POST /auth/login.",
    )  # fmt: skip
    return Refused((violation,), 401, Why.UNAUTHORISED, code)
