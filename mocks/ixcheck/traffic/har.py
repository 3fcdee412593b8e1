"""What was recorded? Reads HTTP archives and journals entry by entry, so that memory holds one of them at a time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

from ixcheck.traffic.exchange import Exchange, NotTraffic

ENTRY_MAX = 64_000_000
Told = Callable[[int], None]


class _Watched:
    """A file that tells how far it was read."""

    def __init__(self, file: IO[bytes], tell: Told) -> None:
        self.file, self.tell, self.seen = file, tell, 0

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(size)
        self.seen += len(chunk)
        self.tell(self.seen)
        return chunk


def har(path: Path, tell: Told = lambda _: None) -> Iterator[Exchange]:
    """The exchanges of an HTTP archive, in order. `tell` gets the number of bytes read so far. Raises NotTraffic."""
    seen = 0
    for number, entry in enumerate(_items(path, "log.entries.item", tell), 1):
        seen = number
        yield _entry(entry, f"entry {number}", path)
    if not seen and not _has_entries(path):
        raise NotTraffic(f"{path}: no HTTP archive: it has no `log.entries`. Expected a HAR 1.2 file.")


def journal(path: Path, tell: Told = lambda _: None) -> Iterator[Exchange]:
    """The exchanges of a journal: one event, a list, `{"events": […]}`, or one event in each line. Raises NotTraffic.

    Events must have their bodies, as `ixkit journal show --format json` and `/v1/worlds/{world}/journal/{event}` give.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096).lstrip()
    except OSError as error:
        raise NotTraffic(f"{path}: cannot be read ({error.strerror}).") from None
    prefix = "item" if start[:1] == b"[" else "events.item" if start.startswith(b'{"events"') else ""
    for number, event in enumerate(_items(path, prefix, tell, many=not prefix), 1):
        made = _event(event, f"event {number}", path)
        if made is not None:
            yield made


def _items(path: Path, prefix: str, tell: Told, *, many: bool = False) -> Iterator[Any]:
    import ijson

    try:
        with path.open("rb") as file:
            yield from ijson.items(_Watched(file, tell), prefix, multiple_values=many, buf_size=1 << 18)
    except (ijson.JSONError, UnicodeDecodeError) as error:
        told = error.args[0] if error.args else ""
        text = told.decode("ascii", "replace") if isinstance(told, bytes) else str(error)
        said = " ".join(text.split())[:200]
        raise NotTraffic(f"{path}: not JSON that we read: {said}.") from None
    except OSError as error:
        raise NotTraffic(f"{path}: cannot be read ({error.strerror}).") from None


def _has_entries(path: Path) -> bool:
    import ijson

    with path.open("rb") as file:
        return any(place == "log.entries" for place, _, _ in ijson.parse(file))


# ---- entries -------------------------------------------------------------------------------------


def _entry(entry: Any, where: str, path: Path) -> Exchange:
    try:
        request, response = entry["request"], entry["response"]
        comment = entry.get("_ixkit") or {}
        return Exchange(
            where=f"{where} ({comment['id']})" if comment.get("id") else where,
            method=str(request["method"]).upper(),
            url=str(request["url"]),
            status=int(response["status"]),
            headers=_headers(request.get("headers")),
            body=_posted(request.get("postData"), int(request.get("bodySize", 0) or 0)),
            answer_headers=_answer_headers(response),
            answer=_content(response.get("content"), int(response.get("bodySize", 0) or 0)),
            system=str(comment.get("system", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotTraffic(
            f"{path}: {where} is none of a HTTP archive ({type(error).__name__}: {error}); expected `request` with "
            "`method` and `url`, and `response` with `status`."
        ) from None


def _headers(given: Any) -> dict[str, str]:
    return {str(each["name"]).lower(): str(each["value"]) for each in given or ()}


def _answer_headers(response: Mapping[str, Any]) -> dict[str, str]:
    headers = _headers(response.get("headers"))
    kind = (response.get("content") or {}).get("mimeType")
    if kind and kind != "x-unknown":
        headers.setdefault("content-type", str(kind))
    return headers


def _posted(data: Any, size: int) -> bytes | None:
    if not data:
        return None if size > 0 else b""
    if data.get("text"):
        return _bytes(str(data["text"]), data.get("encoding"))
    pairs = [(str(each["name"]), str(each.get("value", ""))) for each in data.get("params") or ()]
    return urlencode(pairs).encode() if pairs else (None if size > 0 else b"")


def _content(content: Any, size: int) -> bytes | None:
    content = content or {}
    text = content.get("text")
    if text is None or text == "":
        return None if max(size, int(content.get("size") or 0)) > 0 else b""
    return _bytes(str(text), content.get("encoding"))


def _bytes(text: str, encoding: Any) -> bytes | None:
    if encoding != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _event(event: Any, where: str, path: Path) -> Exchange | None:
    """An event of our journal; None where it is no traffic (an action, a call of the control API, a webhook)."""
    try:
        name = f"event {event['id']}" if "id" in event else where
        if event["system"] == "control" or str(event["operation"]).startswith("act:"):
            return None
        request, answer = event["request"], event["answer"]
        if request["method"] in ("ACT", "HOOK"):
            return None
        query = f"?{request['query']}" if request.get("query") else ""
        return Exchange(
            where=name, method=str(request["method"]), url=f"{request['path']}{query}", status=int(answer["status"]),
            headers=_headers(request.get("headers")), body=_told(request.get("body")),
            answer_headers=_headers(answer.get("headers")), answer=_told(answer.get("body")),
            system=str(event["system"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotTraffic(
            f"{path}: {where} has no bodies ({type(error).__name__}: {error}); expected events as "
            "`ixkit journal show e1 --format json` gives them. For a whole world, use `ixkit journal export` and --har."
        ) from None


def _told(body: Any) -> bytes | None:
    return _bytes(str(body["data"]), body.get("encoding")) if body else b""
