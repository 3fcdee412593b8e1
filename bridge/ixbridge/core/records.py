"""What does the journal remember? Records that are only ever added, each sealed to the one before.

The seal is a chain of SHA-256: a record that was altered, lost or put elsewhere does not fit, and
a journal that does not fit is refused rather than believed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

Value = str | int | bool | None | list[int] | list[str]
Payload = Mapping[str, Value]

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be remembered. No secret and no PDF goes in here, only digests of them."""

    subject: str
    """An instalment code, or ``customer:<id>`` or ``product:<article>``."""
    kind: str
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Record:
    """An entry in its place."""

    seq: int
    fence: int
    """Which writer wrote it: a number that rises with each opening of the journal."""
    at: str
    """ISO 8601, UTC."""
    subject: str
    kind: str
    payload: Payload
    hash: str


class Broken(ValueError):
    """The journal contradicts itself; nothing may be sent on its word."""


def customer_subject(customer_id: int) -> str:
    # An instalment code holds no blank, so no code can be mistaken for a customer.
    return f"customer {customer_id}"


def product_subject(article: str) -> str:
    return f"product {article}"


def notice_subject(name: str) -> str:
    return f"notice {name}"


def is_notice(subject: str) -> bool:
    """Something that the target said, or that it was asked to say it."""
    return subject.startswith("notice ")


SERIES = "series numbers"
"""Subject of what is known of our own number series apart from the instalments that used it."""


def limit_subject(side: str) -> str:
    """Subject of the limits that a system has set: until when nothing may be sent to it."""
    return f"limit {side}"


def is_instalment(subject: str) -> bool:
    return not subject.startswith(("customer ", "product ", "notice ", "series ", "limit "))


def sealed(entry: Entry, *, seq: int, fence: int, at: datetime, before: str) -> Record:
    """The entry as the next record after the one whose hash is ``before``."""
    stamp = at.isoformat(timespec="microseconds")
    seal = _hash(before, seq, fence, stamp, entry.subject, entry.kind, text_of(entry.payload))
    return Record(seq, fence, stamp, entry.subject, entry.kind, dict(entry.payload), seal)


def text_of(payload: Payload) -> str:
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def verify(
    records: Iterable[Record], *, after: tuple[int, str] = (0, GENESIS), shared: bool = False
) -> tuple[int, str]:
    """The last sequence number and hash of an unbroken chain; raises ``Broken`` where it breaks.

    ``after`` is where the chain is taken up. Fences rise; where several writers share the journal
    (``shared``), they rise for each subject alone.
    """
    seq, before = after
    fences: dict[str, int] = {}
    for record in records:
        writer = record.subject if shared else ""
        if not _follows(record, seq, before) or record.fence < fences.get(writer, 0):
            raise Broken(f"record {record.seq} does not follow record {seq}: the journal is damaged")
        seq, before, fences[writer] = record.seq, record.hash, record.fence
    return seq, before


def intact(records: Iterable[Record]) -> list[Record]:
    """The records up to the first that does not fit the chain."""
    seq, before = 0, GENESIS
    found: list[Record] = []
    for record in records:
        if not _follows(record, seq, before):
            break
        found.append(record)
        seq, before = record.seq, record.hash
    return found


def _follows(record: Record, seq: int, before: str) -> bool:
    said = text_of(record.payload)
    seal = _hash(before, record.seq, record.fence, record.at, record.subject, record.kind, said)
    return record.seq == seq + 1 and record.hash == seal


def _hash(before: str, seq: int, fence: int, at: str, subject: str, kind: str, payload: str) -> str:
    content = json.dumps([before, seq, fence, at, subject, kind, payload], ensure_ascii=True)
    return hashlib.sha256(content.encode("ascii")).hexdigest()
