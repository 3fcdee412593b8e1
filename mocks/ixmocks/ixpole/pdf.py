"""Is this text a PDF in base64? Says in which way it is not; never looks inside the document."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

BYTES_MAX = 10 * 1024 * 1024
# ASSUMED: 10 MB means 10 × 1024 × 1024 bytes of the document itself, not of its base64 text.
TAIL = 1024
"""A PDF's end mark stands within its last 1,024 bytes."""

_STRICT = re.compile(r"[A-Za-z0-9+/]*={0,2}")


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that was read, or why it could not be."""

    content: bytes = b""
    seen: str = ""
    """What was wrong with it; empty: nothing."""
    advice: str = ""
    too_large: bool = False

    @property
    def has_end_mark(self) -> bool:
        return b"%%EOF" in self.content[-TAIL:]


def read(text: str) -> Paper:
    if len(text) // 4 * 3 - text[-2:].count("=") > BYTES_MAX:
        return Paper(seen=f"about {len(text) // 4 * 3} bytes", advice="Send a smaller PDF.", too_large=True)
    hint = _not_base64(text)
    if hint is not None:
        return Paper(seen=hint[0], advice=hint[1])
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        return Paper(seen="base64 that cannot be decoded", advice="Encode the bytes again.")
    if content.startswith(b"%PDF"):
        return Paper(content)
    kind = next(
        (name for start, name in _KINDS if content[:9].lower().startswith(start)), "another kind of document"
    )
    return Paper(
        seen=f"base64 of {kind}", advice="Send the bytes of the PDF file itself; they begin with %PDF."
    )


_KINDS = (
    (b"<!doctype", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"pk\x03\x04", "a ZIP file"),
    (b"\x89png", "an image"),
    (b"\xff\xd8", "an image"),
    (b"jvber", "base64: it was encoded twice"),
)


LEAVE_OUT = "Leave the member out where there is no PDF."
_MISTAKES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r""), "empty text", LEAVE_OUT),
    (re.compile(r"null|None|undefined"), "a word that stands for nothing", LEAVE_OUT),
    (re.compile(r"\s+"), "only spaces", LEAVE_OUT),
    (re.compile(r"[dD][aA][tT][aA]:.*", re.DOTALL), "a data: URL", "Send only what stands behind `base64,`."),
    (re.compile(r".*\s.*", re.DOTALL), "base64 with line breaks or spaces", "Encode without line breaks."),
    (
        re.compile(r"(?=.*[-_])[A-Za-z0-9_-]+={0,2}"),
        "base64 in the alphabet for URLs (- and _)",
        "Use the standard alphabet with + and /.",
    ),
    (
        re.compile(r"(?:[A-Za-z0-9+/]{4})*[A-Za-z0-9+/]={0,3}"),
        "base64 of an impossible length",
        "Some characters were lost; encode the bytes again.",
    ),
    (
        re.compile(r"[A-Za-z0-9+/]+=*"),
        "base64 with wrong padding",
        "Fill up with = to a multiple of four characters.",
    ),
)
"""The first pattern that fits the whole text says what was probably done."""


def _not_base64(text: str) -> tuple[str, str] | None:
    """What was seen, and what to do about it; None for sound base64."""
    if text not in ("", "null", "None", "undefined") and len(text) % 4 == 0 and _STRICT.fullmatch(text):
        return None
    for mistake, seen, advice in _MISTAKES:
        if mistake.fullmatch(text):
            return seen, advice
    return "text that is no base64", "Encode the bytes of the PDF in base64."
