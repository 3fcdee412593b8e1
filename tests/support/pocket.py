"""A tiny invented system, complete: what the engine needs to serve one, and nothing more.

It keeps notes. A note has a text of at most five words and may have an amount; a text comes once.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from rpds import HashTrieMap

from ixmocks.engine.call import Call
from ixmocks.engine.outcome import Answer, Changed, Outcome, Presented, Readings, Refused, Violation, Why
from ixmocks.engine.system import Action, Credentials, SeedError, System, Window

AMOUNT = {"type": "number", "maximum": 100, "x-rules": {"maximum": "POCK-02"}}
NOTE = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string", "minLength": 1},
        "amount": AMOUNT,
        "tags": {
            "type": "array",
            "maxItems": 2,
            "items": {"type": "string"},
            "x-rules": {"maxItems": "POCK-03"},
        },
    },
}
ERROR = {
    "description": "no",
    "content": {"application/json": {"schema": {"type": "object", "required": ["error"]}}},
}
SPEC: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Pocket", "version": "1"},
    "servers": [{"url": "https://pocket.example"}],
    "security": [{"Key": []}],
    "paths": {
        "/notes": {
            "get": {
                "operationId": "listNotes",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "default": 10}}
                ],
                "responses": {
                    "200": {"description": "all", "content": {"application/json": {"schema": {"type": "array"}}}},
                    "400": ERROR, "401": ERROR, "429": ERROR,
                },
            },
            "post": {
                "operationId": "addNote",
                "requestBody": {"required": True, "content": {"application/json": {"schema": NOTE}}},
                "responses": {
                    "200": {
                        "description": "kept",
                        "content": {"application/json": {"schema": {**NOTE, "required": ["text", "number"]}}},
                    },
                    **dict.fromkeys(("400", "401", "413", "415", "429", "500", "503"), ERROR),
                },
            },
        },
        "/notes/{number}": {
            "get": {
                "operationId": "getNote",
                "security": [],
                "parameters": [
                    {"name": "number", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "responses": {
                    "200": {"description": "it", "content": {"application/json": {"schema": NOTE}}},
                    "400": ERROR, "404": ERROR, "500": ERROR,
                },
            }
        },
    },
    "components": {"securitySchemes": {"Key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
}  # fmt: skip
RULES = {
    "system": "pocket",
    "rules": {
        "POCK-01": {
            "title": "A text comes once", "text": "…", "operations": ["addNote"], "confidence": "inferred",
            "sources": [],
            "readings": [{"name": "strict", "text": "refused"}, {"name": "lenient", "text": "taken again"}],
        },
        "POCK-02": {"title": "At most 100", "text": "…", "operations": ["addNote"], "confidence": "inferred"},
        "POCK-03": {"title": "Two tags", "text": "…", "operations": ["addNote"], "confidence": "inferred"},
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    notes: HashTrieMap[int, dict[str, Any]]
    limit: int = 0


def add(state: State, command: dict[str, Any], /, *, at: datetime, readings: Readings) -> Outcome:
    violations = []
    text = command.get("text")
    if readings["POCK-01"] == "strict" and any(note["text"] == text for note in state.notes.values()):
        violations.append(Violation("POCK-01", "body.text", repr(text), "a new text"))
    if len(str(text or "").split()) > 5:
        violations.append(Violation("POCK-04", "body.text", "many words", "at most five"))
    if violations:
        return Refused(tuple(violations))
    note = {**command, "number": len(state.notes) + 1}
    return Changed(replace(state, notes=state.notes.insert(note["number"], note)), note)


def get(state: State, number: int, /, *, at: datetime, readings: Readings) -> Outcome:
    note = state.notes.get(number)
    if note is None:
        return Refused((Violation("POCK-05", "path.number", str(number), "a note"),), 404)
    return Changed(state, note)


def everything(state: State, limit: int, /, *, at: datetime, readings: Readings) -> Outcome:
    return Changed(state, list(state.notes.values())[:limit], ("POCK-01",))


def list_notes(call: Call) -> Answer:
    return call.reply(call.decide(everything, call.query["limit"]), lambda notes: Answer(200, notes))


def add_note(call: Call) -> Answer:
    if call.body.get("text") == "crash":
        raise RuntimeError("a mistake of ours")
    status = 202 if call.body.get("text") == "odd status" else 200
    outcome = call.decide(add, call.body)
    return call.reply(outcome, lambda note: Answer(status, {} if note["text"] == "odd body" else note))


def get_note(call: Call) -> Answer:
    return call.reply(call.decide(get, call.path["number"]), lambda note: Answer(200, note))


def refuse(refused: Refused, operation: str) -> Answer:
    return Answer(refused.status, {"error": refused.why.value}, refused=refused)


def load(section: Any, seed: int) -> State:
    if set(section) - {"notes", "limit"}:
        raise SeedError("unknown key")
    notes = {n: {"text": text, "number": n} for n, text in enumerate(section.get("notes", ()), 1)}
    return State(HashTrieMap(notes), section.get("limit", 0))


def admit(state: State, presented: Presented, credentials: Credentials, at: datetime) -> Refused | None:
    if presented["Key"] == credentials.key:
        return None
    return Refused(
        (Violation("POCK-06", "header.X-Key", "another key", "this world's key"),), 401, Why.UNAUTHORISED
    )


def limited(window: Window) -> Refused:
    return Refused(
        (Violation("POCK-07", "request", "too many", f"{window.limit} in {window.seconds} s"),),
        429,
        Why.LIMITED,
    )


SYSTEM = System(
    name="pocket",
    handlers=sys.modules[__name__],
    load=load,
    refuse=refuse,
    credentials=lambda world: Credentials(f"pck_{world}", "", {"IXKIT_POCKET_KEY": f"pck_{world}"}),
    credential_of=lambda presented, form: presented["Key"],
    admit=admit,
    sign_in=lambda credentials, ask: {"x-key": credentials.key},
    actions={"scribble": Action(add, "Write a note by hand", NOTE)},
    windows=lambda state, readings: (Window(60, state.limit),) if state.limit else (),
    limited=limited,
)


def write(folder: Path, spec: Any = None, rules: Any = None, data: Any = None) -> Path:
    """A folder with the spec, the rules and a scenario `pocket` in it."""
    (folder / "pocket.yaml").write_text(yaml.safe_dump(SPEC if spec is None else spec))
    (folder / "pocket.rules.yaml").write_text(yaml.safe_dump(RULES if rules is None else rules))
    (folder / "scene").mkdir()
    (folder / "scene" / "scenario.yaml").write_text("title: Pocket\nclock: '2026-03-29T00:30:00+01:00'\n")
    (folder / "scene" / "pocket.yaml").write_text(
        yaml.safe_dump({"notes": ["first"]} if data is None else data)
    )
    return folder
