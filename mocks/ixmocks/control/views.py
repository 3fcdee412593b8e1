"""How do worlds, events, faults and rules look in an answer?"""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ixmocks.control.difference import differences
from ixmocks.control.redact import REDACTED, is_secret, without_secrets
from ixmocks.engine.document import Rule, RuleBook
from ixmocks.engine.faults import Fault
from ixmocks.engine.heads import RawHeaders
from ixmocks.engine.holds import Hold
from ixmocks.engine.journal import Event
from ixmocks.engine.outcome import Violation
from ixmocks.engine.world import World
from ixmocks.env import Urls, clock_of, env_for, instant, url_of

BODY_IN_CURL_MAX = 60_000
"""A longer argument is more than a command line takes everywhere."""
_NOT_IN_CURL = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


def summary_of(world: World) -> dict[str, Any]:
    with world.lock:
        clock = world.moment.clock
    return {
        "name": world.name,
        "scenario": world.scenario,
        "seed": world.seed,
        "clock": clock_of(clock),
    }


def event_in_a_line(event: Event, world: World) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": instant(event.at),
        "system": event.system,
        "operation": event.operation,
        "method": event.method,
        "path": text_of(event.path, world),
        "query": text_of(event.query, world),
        "status": event.status,
        "violations": [violation.rule for violation in event.violations],
        "notes": list(event.notes),
        "fault": event.fault,
        "changed": event.changed,
    }


def event_whole(
    event: Event, world: World, urls: Urls, book: RuleBook | None, secret_headers: frozenset[str]
) -> dict[str, Any]:
    rules = book.rules if book is not None else {}
    found, more = differences(event.before, event.after) if event.changed else ([], 0)
    return {
        "id": event.id,
        "at": instant(event.at),
        "system": event.system,
        "operation": event.operation,
        "request": {
            "method": event.method,
            "path": text_of(event.path, world),
            "query": text_of(event.query, world),
            "headers": headers_of(event.headers, secret_headers),
            "body": body_of(event.body, world),
        },
        "answer": {
            "status": event.status,
            "headers": headers_of(event.answer_headers, secret_headers),
            "body": body_of(event.answer, world),
        },
        "violations": [violation_of(violation, rules) for violation in event.violations],
        "notes": [
            {"rule": code, "title": rules[code].title if code in rules else ""} for code in event.notes
        ],
        "fault": event.fault,
        "changed": event.changed,
        "happened": list(event.happened),
        "differences": found,
        "differences_more": more,
        "curl": curl(event, world, urls, secret_headers),
    }


def violation_of(violation: Violation, rules: Mapping[str, Rule]) -> dict[str, Any]:
    """What was broken and where; with the rule's own text, where it has a number."""
    shown: dict[str, Any] = {
        "rule": violation.rule,
        "at": violation.at,
        "seen": violation.seen,
        "expected": violation.expected,
        "message": violation.message,
        "advice": violation.advice,
        "keyword": violation.keyword,
    }
    rule = rules.get(violation.rule)
    if rule is not None:
        shown |= {
            "advice": violation.advice or rule.advice,
            "title": rule.title,
            "text": rule.text,
            "confidence": rule.confidence,
            "sources": _sources(rule),
        }
    return shown


def curl(event: Event, world: World, urls: Urls, secret_headers: frozenset[str]) -> str:
    """The command that sends this request again, with credentials named by their variable."""
    if event.system not in urls or event.operation.startswith("act:"):
        return ""
    base = urls[event.system] if event.path.startswith("/w/") else url_of(world, event.system, urls)
    path = quote(text_of(event.path, world), safe="/:@!$&'()*+,;=~-._")
    query = f"?{text_of(event.query, world)}" if event.query else ""
    words = ["curl", "-X", event.method, shlex.quote(f"{base.rstrip('/')}{path}{query}")]
    names = {value: name for name, value in env_for(world, urls).items()}
    for raw_name, raw_value in event.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if name in _NOT_IN_CURL:
            continue
        if name in secret_headers or is_secret(name):
            shown = f'"{name}: ${names[value]}"' if value in names else shlex.quote(f"{name}: {REDACTED}")
        else:
            shown = shlex.quote(f"{name}: {value}")
        words += ["-H", shown]
    body = body_of(event.body, world)
    if body["encoding"] == "base64" or len(body["data"]) > BODY_IN_CURL_MAX:
        words += ["--data-binary", f"@{event.id}.body"]
    elif body["data"]:
        words += ["--data-binary", shlex.quote(body["data"])]
    return " ".join(words)


def fault_of(name: str, fault: Fault, met: int) -> dict[str, Any]:
    return {
        "id": name,
        "met": met,
        "place": fault.place.value,
        "harm": fault.harm.value,
        "system": fault.system,
        "operation": fault.operation,
        "key": fault.key,
        "nth": fault.nth,
        "times": fault.times,
        "status": fault.status,
        "seconds": fault.seconds,
        "headers": [{"name": name, "value": value} for name, value in fault.headers],
    }


def hold_of(hold: Hold, world: World) -> dict[str, Any]:
    received = hold.received
    return {
        "id": hold.id,
        "at": instant(hold.at),
        "place": hold.place.value,
        "system": hold.system,
        "operation": hold.operation,
        "event": hold.event or None,
        "method": received.method,
        "path": text_of(received.path, world),
        "query": text_of(received.query, world),
        "body": body_of(received.body, world),
    }


def rule_in_a_line(rule: Rule, system: str) -> dict[str, Any]:
    return {
        "code": rule.code,
        "system": system,
        "title": rule.title,
        "confidence": rule.confidence,
        "operations": list(rule.operations),
        "readings": [reading.name for reading in rule.readings],
    }


def rule_whole(rule: Rule, system: str) -> dict[str, Any]:
    return {
        "code": rule.code,
        "system": system,
        "title": rule.title,
        "text": rule.text,
        "confidence": rule.confidence,
        "operations": list(rule.operations),
        "sources": _sources(rule),
        "error": rule.raw.get("error"),
        "advice": rule.advice,
        "readings": [{"name": reading.name, "text": reading.text} for reading in rule.readings],
        "obeys": list(rule.raw.get("obeys") or ()),
        "breaks": list(rule.raw.get("breaks") or ()),
    }


def _sources(rule: Rule) -> list[dict[str, str]]:
    return [{str(key): str(value) for key, value in source.items()} for source in rule.sources]


def headers_of(headers: RawHeaders, secret: frozenset[str]) -> list[dict[str, str]]:
    shown = []
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1")
        hidden = name in secret or is_secret(name)
        shown.append({"name": name, "value": REDACTED if hidden else raw_value.decode("latin-1")})
    return shown


def body_of(raw: bytes, world: World) -> dict[str, Any]:
    clean = without_secrets(raw, _values(world))
    try:
        return {"encoding": "text", "bytes": len(raw), "data": clean.decode()}
    except UnicodeDecodeError:
        return {"encoding": "base64", "bytes": len(raw), "data": base64.b64encode(clean).decode()}


def text_of(text: str, world: World) -> str:
    return without_secrets(text.encode("utf-8", "replace"), _values(world)).decode()


def _values(world: World) -> list[str]:
    """What lets a connector in here; a user name or a client's id alone does not."""
    return [
        value
        for credentials in world.credentials.values()
        for value in (
            credentials.secret,
            *(value for name, value in credentials.env.items() if is_secret(name) or name.endswith("_KEY")),
        )
    ]
