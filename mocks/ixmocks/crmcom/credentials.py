"""With which credentials does a connector come in, and whose are they?"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ixmocks.crmcom import tokens
from ixmocks.crmcom.state import State
from ixmocks.crmcom.tokens import Verdict
from ixmocks.engine import jwt
from ixmocks.engine.outcome import Presented, Refused, Violation, Why
from ixmocks.engine.system import Ask, Credentials

TOKEN, WEB_API_KEY = "token", "webApiKey"
USER = "api"
_USER_NAME = re.compile(rf"{USER}@([a-z0-9-]{{1,40}})\.example", re.ASCII)
_KEY = re.compile(r"KEY-([a-z0-9-]{1,40})-[0-9A-F]{16}", re.ASCII)
LOGIN = "/crmapi/rest/v2/authentication/token"


def credentials(world: str) -> Credentials:
    """The same for a world of the same name, on every machine. Test credentials: no secret lies in them."""
    name = user_name(world)
    return Credentials(
        name,
        password_of(name),
        {
            "IXKIT_CRMCOM_USERNAME": name,
            "IXKIT_CRMCOM_PASSWORD": password_of(name),
            "IXKIT_CRMCOM_ORGANISATION": world,
            "IXKIT_CRMCOM_WEB_API_KEY": web_api_key_of(world),
        },
    )


def user_name(world: str) -> str:
    return f"{USER}@{world}.example"


def organisation_of(name: str) -> str:
    """The organisation, which is the world, of a user name; "" for any other name."""
    found = _USER_NAME.fullmatch(name)
    return found[1] if found else ""


def password_of(name: str) -> str:
    return hashlib.sha256(f"crmcom password of {name}".encode("utf-8", "replace")).hexdigest()[:24]


def web_api_key_of(world: str) -> str:
    """The real ones are 32 hexadecimal capitals; ours name their world, by which it is found."""
    mark = hashlib.sha256(f"crmcom key of {world}".encode("utf-8", "replace")).hexdigest()[:16].upper()
    return f"KEY-{world}-{mark}"


def is_known(*, name: str, password: str, organisation: str) -> bool:
    """Compares in constant time. All three must belong together (CRM-23)."""
    same = hmac.compare_digest(password.encode("utf-8", "replace"), password_of(name).encode())
    return same and organisation != "" and organisation_of(name) == organisation


def world_of_key(key: str) -> str:
    """The world that a Web API key opens; "" for a key that nobody has."""
    found = _KEY.fullmatch(key)
    return found[1] if found and hmac.compare_digest(key, web_api_key_of(found[1])) else ""


def basic_user(header: str) -> str:
    """The user name of HTTP Basic. Clients leave out the colon before the empty password."""
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def credential_of(presented: Presented, fields: Mapping[str, Any]) -> str:
    """The user name: told at a login, else inside the token, else that of the Web API key's world."""
    told = fields.get("username")
    if isinstance(told, str) and told:
        return told
    payload = jwt.payload_of(_token(presented))
    if payload is not None and isinstance(payload.get("usr"), str):
        return str(payload["usr"])
    world = world_of_key(basic_user(presented[WEB_API_KEY]))
    return user_name(world) if world else ""


def admit(state: State, presented: Presented, own: Credentials, at: datetime) -> Refused | None:
    """CRM-15, CRM-22, CRM-23: a token of this world, or its Web API key where no token is shown.

    A key alone opens the login only: every other call demands the member `token` as well.
    """
    token = _token(presented)
    if not token and presented[WEB_API_KEY]:
        if world_of_key(basic_user(presented[WEB_API_KEY])) == organisation_of(own.key):
            return None
        return _refused("CRM-23", "header.Authorization", "an unknown key", "The Web API key is not valid")
    if not token:
        return _refused("CRM-22", "request.token", "no token", "The token is mandatory")
    verdict = tokens.judge(
        token, user=own.key, key=state.token_key, at=at, is_released=state.released.__contains__
    )
    if verdict is Verdict.GOOD:
        return None
    if verdict is Verdict.EXPIRED:
        return _refused("CRM-15", "request.token", verdict.value, "The token has expired")
    return _refused("CRM-22", "request.token", verdict.value, "The token is not valid")


def sign_in(own: Credentials, ask: Ask) -> dict[str, str]:
    """The token of a connector that has just logged in; it goes into the query or the JSON body."""
    told = {"username": own.key, "password": own.secret, "organisation": organisation_of(own.key)}
    return {TOKEN: str(ask("POST", LOGIN, told)["data"]["token"])}


def _token(presented: Presented) -> str:
    token = presented.fields.get(TOKEN)
    return token if isinstance(token, str) else ""


def _refused(rule: str, at: str, seen: str, message: str) -> Refused:
    violation = Violation(
        rule, at, seen, "a token of this organisation, at most two hours old", message,
        "Log in once with POST authentication/token, and send the call once more.",
    )  # fmt: skip
    return Refused((violation,), 401, Why.UNAUTHORISED)
