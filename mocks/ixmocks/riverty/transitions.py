"""From which status to which can a request go? The second gate answers it once, and for good (RIV-02)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from ixmocks.riverty.model import RequestStatus


class RequestEvent(Enum):
    CONFIRM = "accounting confirms"
    REFUSE = "accounting refuses"


REQUEST_NEXT: Mapping[tuple[RequestStatus, RequestEvent], RequestStatus] = {
    (RequestStatus.RECEIVED, RequestEvent.CONFIRM): RequestStatus.CONFIRMED,
    (RequestStatus.RECEIVED, RequestEvent.REFUSE): RequestStatus.REFUSED,
}
