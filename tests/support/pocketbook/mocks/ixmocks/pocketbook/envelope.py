"""How does Pocketbook say no? One sentence."""

from __future__ import annotations

from ixmocks.engine.outcome import Answer, Refused, Why

STATUS = {
    Why.NOT_FOUND: 404, Why.METHOD: 405, Why.MEDIA_TYPE: 415, Why.TOO_LARGE: 413, Why.UNAUTHORISED: 401,
    Why.NOT_JSON: 400, Why.SCHEMA: 400, Why.FAULT: 503, Why.DEFECT: 500,
}  # fmt: skip
WORDS = {Why.NOT_JSON: "no JSON", Why.UNAUTHORISED: "no key of this book"}
SENTENCES = {"PBK-04": "more than twenty lines"}


def refuse(refused: Refused, operation: str) -> Answer:
    first = refused.first
    sentence = first.message or SENTENCES.get(first.rule) or WORDS.get(refused.why)
    status = STATUS.get(refused.why, refused.status)
    return Answer(status, {"error": sentence or f"{first.at}: expected {first.expected}"}, refused=refused)
