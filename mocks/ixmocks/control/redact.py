"""What must not leave the process in an export? Tokens, passwords and keys, by their name and by their value."""

from __future__ import annotations

import re
from collections.abc import Iterable

REDACTED = "[redacted]"

_WORDS = r"secret|passw|api[-_]?key|authorization|cookie|credential"
_SECRET_NAME = re.compile(rf"{_WORDS}|tokens?$", re.IGNORECASE)
# Names are bounded, so that a long value without quotes costs no more than its length.
_MEMBER = re.compile(
    rf'("(?:[^"\\]{{0,60}}?(?:{_WORDS})[^"\\]{{0,60}}|[^"\\]{{0,60}}?token)"\s*:\s*)"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)
_FIELD = re.compile(
    rf"((?:^|[&?])(?:[^=&]{{0,60}}?(?:{_WORDS})[^=&]{{0,60}}|[^=&]{{0,60}}?token)=)[^&\s]*", re.IGNORECASE
)

_SHORTEST = 6
"""A shorter value is no secret: taking it out would only maim the text."""


def is_secret(name: str) -> bool:
    """Whether a header, member or field of this name holds what must not be shown."""
    return _SECRET_NAME.search(name) is not None


def without_secrets(raw: bytes, values: Iterable[str] = ()) -> bytes:
    """The same bytes, with secret members of JSON, secret form fields and the given values taken out."""
    for value in values:
        if len(value) >= _SHORTEST:
            raw = raw.replace(value.encode(), REDACTED.encode())
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw
    text = _MEMBER.sub(rf'\1"{REDACTED}"', text)
    if text.lstrip()[:1] not in ("{", "["):
        text = _FIELD.sub(rf"\1{REDACTED}", text)
    return text.encode()
