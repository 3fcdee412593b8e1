"""Traffic with the mocks as an HTTP archive, for tests that read recordings."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ixcheck.contract import RULES, read
from ixcheck.specs.examples import CLOCK, Step, asked, fresh, ways
from ixmocks.kit import Kit, Reply
from ixmocks.places import SPECS

HOSTS = {
    "ixpole": "https://club.ixpole.com",
    "silvasoft": "https://rest-api.silvasoft.nl",
    "riverty": "https://api.accounting.riverty.io",
    "telecomx": "https://api.telecomx.dk",
    "crmcom": "https://crm.example",
}


def entry(reply: Reply, system: str) -> dict[str, Any]:
    """One exchange as a browser or a proxy would have recorded it, with a vendor's own host."""
    event = reply.event
    path = f"/{event.path.split('/', 3)[3]}" if event.path.startswith("/w/") else event.path
    return {
        "startedDateTime": event.at.isoformat(),
        "request": {
            "method": event.method, "url": f"{HOSTS[system]}{path}{'?' if event.query else ''}{event.query}",
            "headers": _headers(event.headers), "bodySize": len(event.body), "postData": _text(event.body),
        },
        "response": {
            "status": reply.status, "headers": [{"name": n, "value": v} for n, v in reply.headers.items()],
            "bodySize": len(reply.body), "content": {"size": len(reply.body), **_text(reply.body)},
        },
    }  # fmt: skip


def har(entries: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "test"}, "entries": list(entries)}}


def accepted(system: str) -> Iterator[dict[str, Any]]:
    """Every call of the rule book's examples that the system takes, each in a world of its own."""
    kit = Kit("documents", clock=CLOCK, seed=7)
    found = ways(kit, system)
    for rule in read(SPECS / f"{system}{RULES}").raw["rules"].values():
        for step in rule["obeys"]:
            reply = _reply(kit, system, found, step)
            if reply is not None and reply.status < 400 and not reply.violations:
                yield entry(reply, system)


def _reply(kit: Kit, system: str, found: Mapping[str, tuple[str, str]], step: Step) -> Reply | None:
    if "call" not in step:
        return None
    world = fresh(kit, [])
    try:
        return asked(kit, system, found, step, world)
    finally:
        kit.worlds.delete(world)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> list[dict[str, str]]:
    return [{"name": n.decode("latin-1"), "value": v.decode("latin-1")} for n, v in raw]


def _text(raw: bytes) -> dict[str, str]:
    try:
        return {"text": raw.decode()}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(raw).decode(), "encoding": "base64"}
