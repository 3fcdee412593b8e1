"""What does a notification of Riverty say? Read strictly, in bounds, and reduced to what decides.

Whether it may be believed is no question here: it is only a text that somebody posted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping

from ixbridge.core import money
from ixbridge.core.answers import clean
from ixbridge.core.inbox import plain
from ixbridge.core.notices import REASONS_MAX, TEXT_MAX, Notice, Told
from ixbridge.core.parked import Parked
from ixbridge.core.reading import Fields, Unreadable, parse

DOCUMENTS_MAX = 50
"""Documents that one notification may name."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def notices_in(body: bytes) -> tuple[Notice, ...]:
    """What a notification says; one of documents may speak of several. Raises Unreadable."""
    fields = Fields(parse(body))
    kind = fields.text("type")
    read = _READ.get(kind)
    if read is None:
        return (Notice(Told.OTHER, type=_short(kind), digest=hashlib.sha256(body).hexdigest()[:32]),)
    return read(_short(kind), fields.fields("parameters"))


def _verdict(kind: str, said: Fields) -> tuple[Notice, ...]:
    details = said.fields("details")
    errors = details.items("errorDetails")[:REASONS_MAX]
    return (
        Notice(
            Told.VERDICT,
            type=kind,
            order=_text(details, "orderNo"),
            transaction=plain(_text(said, "transactionId")),
            invoice=_text(details, "invoiceReference"),
            ok=details.text("result").upper() == "OK",
            fields=tuple(_text(each, "fieldName") for each in errors),
            reasons=tuple(_reason(each) for each in errors),
        ),
    )


def _reason(error: Fields) -> str:
    # The vendor writes this one member with a capital.
    text = error.text("ErrorDescription", "") or error.text("errorDescription", "")
    seen = error.text("providedValue", "")
    return _short(": ".join(part for part in (_text(error, "fieldName"), text or "refused", seen) if part))


def _invoice(kind: str, said: Fields) -> tuple[Notice, ...]:
    currency = _text(said, "currency")
    return (
        Notice(
            Told.INVOICE,
            type=kind,
            order=_text(said, "orderReference"),
            transaction=plain(_text(said, "transactionId")),
            customer=_text(said, "customerNumber"),
            invoice=_text(said, "invoiceReference"),
            document=document_key(said.text("urlKey", "")),
            due=said.iso_date_or_none("dueDate"),
            currency=currency,
            amount_minor=_minor(said, "grossAmount", currency)
            if currency and "grossAmount" in said
            else None,
        ),
    )


def _documents(kind: str, said: Fields) -> tuple[Notice, ...]:
    found = []
    for document in said.items("documents")[:DOCUMENTS_MAX]:
        if document.text("documentType", "") != "INVOICE":
            continue
        for each in document.items("documentInformation")[:DOCUMENTS_MAX]:
            found.append(
                Notice(
                    Told.DOCUMENT,
                    type=kind,
                    order=_text(each, "orderReference"),
                    transaction=plain(_text(said, "transactionId")),
                    customer=_text(each, "customerNumber"),
                    invoice=_text(each, "invoiceReference"),
                    document=document_key(document.text("urlKey", "")),
                )
            )
    return tuple(found[:DOCUMENTS_MAX])


def _payment(kind: str, said: Fields) -> tuple[Notice, ...]:
    currency = said.text("currency")
    return (
        Notice(
            Told.PAYMENT,
            type=kind,
            order=_text(said, "orderReference"),
            transaction=plain(_text(said, "transactionId")),
            customer=_text(said, "customerNumber"),
            invoice=_text(said, "invoiceReference"),
            currency=_short(currency),
            amount_minor=_minor(said, "orderAmount", currency),
            paid_minor=_minor(said, "paidAmount", currency),
            remaining_minor=_minor(said, "remainingAmount", currency),
            tolerance_minor=_minor(said, "tolerance", currency) if "tolerance" in said else None,
        ),
    )


def document_key(link: str) -> str:
    """The key at the end of a link, which is all that is used of it: the host may be anybody's."""
    key = link.split("?", 1)[0].split("#", 1)[0].rstrip("/").rpartition("/")[2].lower()
    return key if _UUID.fullmatch(key) else ""


def _text(fields: Fields, name: str) -> str:
    return _short(fields.number_text(name, ""))


def _short(text: str) -> str:
    return clean(text)[:TEXT_MAX]


def _minor(fields: Fields, name: str, currency: str) -> int:
    amount = money.read_minor(fields.decimal(name), currency=currency, field=name)
    if isinstance(amount, Parked):
        raise Unreadable(amount.message)
    return amount


_READ: Mapping[str, Callable[[str, Fields], tuple[Notice, ...]]] = {
    "accounting/EDIErrorSent": _verdict,
    "accounting/invoiceCreated": _invoice,
    "accounting/documentCreated": _documents,
    "accounting/paymentReceived": _payment,
}
