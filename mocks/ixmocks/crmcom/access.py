"""Who gets a token, and what becomes of one that is given back?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ixmocks.crmcom import tokens
from ixmocks.crmcom.credentials import basic_user, is_known, organisation_of, user_name, world_of_key
from ixmocks.crmcom.envelope import violates
from ixmocks.crmcom.form import Form
from ixmocks.crmcom.state import State
from ixmocks.engine import jwt
from ixmocks.engine.outcome import Changed, Outcome, Readings, Refused, Violation

DEFAULT_UNIT = "1"


def log_in(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """authentication/token: name, password and organisation belong together (CRM-23)."""
    found: list[Violation] = []
    form = Form(command, "body", found)
    name, password, organisation = (form.text(key) or "" for key in ("username", "password", "organisation"))
    if not is_known(name=name, password=password, organisation=organisation):
        form.wrong("CRM-23", "username", "user name, password and organisation that belong together")
    unit = _unit(state, form)
    if found:
        return Refused(tuple(found))
    return Changed(state, _issued(state, name, unit, at))


def log_in_by_key(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """authentication/web_api_key/token: the key is the user name of HTTP Basic."""
    found: list[Violation] = []
    told = command if isinstance(command, dict) else {}
    form = Form(told.get("body"), "body", found)
    world = world_of_key(basic_user(str(told.get("authorization") or "")))
    if not world:
        message = "The Web API key is not valid"
        found.append(violates("CRM-23", "header.Authorization", "no such key", "Basic and a key", message))
    unit = _unit(state, form)
    if found:
        return Refused(tuple(found))
    return Changed(state, _issued(state, user_name(world), unit, at))


def release(state: State, command: Any, *, at: datetime, readings: Readings) -> Outcome:
    """authentication/token/release: the token is good for nothing from now on (CRM-41)."""
    told = command.get("token") if isinstance(command, dict) else None
    payload = jwt.payload_of(told) if isinstance(told, str) else None
    if payload is None:
        found = violates("CRM-22", "body.token", "no token of ours", "the token that calls")
        return Refused((found,))
    return Changed(replace(state, released=state.released.insert(str(payload.get("jti")))))


def _unit(state: State, form: Form) -> str:
    """The unit to work in; without a word the first there is."""
    told = form.text("unit")
    if told and state.lists.units.get(told) is None:
        form.wrong("CRM-28", "unit", "the id of a unit", "The unit was not found")
    return told or next((unit.id for unit in state.lists.units), DEFAULT_UNIT)


def _issued(state: State, user: str, unit: str, at: datetime) -> str:
    return tokens.issue(
        user=user, organisation=organisation_of(user), unit=unit, key=state.token_key, at=at,
        is_released=state.released.__contains__,
    )  # fmt: skip
