"""Which file is attached to an invoice? Looked up in a table of named files; nothing is ever fetched."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote, urlsplit

from ixmocks.silvasoft.form import Form
from ixmocks.silvasoft.model import Attachment, File
from ixmocks.silvasoft.state import State

MIMES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gif": "image/gif",
}
"""The endings that the documents allow, and the type that a file with each must have."""

SIZE_MAX = 10 * 1024 * 1024

_MAGIC = {
    "application/pdf": b"%PDF",
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8",
    "image/gif": b"GIF8",
}


def file_at_url(state: State, form: Form, name: str, notes: list[str]) -> Attachment | None:
    """The file at a URL, or None: the document is made all the same, and the notes say why without."""
    url = form.word(name)
    if not url:
        return None
    ending = ending_of(url)
    if ending not in MIMES:
        notes.append("SILV-22")
        return None
    file = state.files.get(url)
    if file is None or not file.reachable:
        notes.append("SILV-21")
        return None
    if not fit(file, ending):
        notes.append("SILV-23")
        return None
    return Attachment(name_of(url), file.mime, file.content)


def files_of(state: State, form: Form, name: str, notes: list[str]) -> tuple[Attachment, ...]:
    """The files that a request names by URL or brings along in base64 (SILV-77); what does not fit is left out."""
    # ASSUMED: names and shape of this array (FileUrl, or FileName with FileContent); the
    # documents speak of both ways, and the part that names them is lost.
    files = []
    for row in form.forms(name):
        file = file_at_url(state, row, "FileUrl", notes) if row.has("FileUrl") else _brought(row, notes)
        if file is not None:
            files.append(file)
    return tuple(files)


def _brought(form: Form, notes: list[str]) -> Attachment | None:
    name, text = form.word("FileName"), form.word("FileContent")
    ending = ending_of(name)
    if ending not in MIMES:
        notes.append("SILV-22")
        return None
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        notes.append("SILV-23")
        return None
    file = File(name, MIMES[ending], len(content), content)
    if not content or not fit(file, ending):
        notes.append("SILV-23")
        return None
    return Attachment(name, file.mime, content)


def fit(file: File, ending: str) -> bool:
    """Whether type and size are what the vendor takes (SILV-23)."""
    magic = _MAGIC.get(MIMES[ending], b"")
    return file.mime == MIMES[ending] and file.size <= SIZE_MAX and file.content.startswith(magic)


def ending_of(url: str) -> str:
    """The ending of the URL's path, in lower case: a query behind it does not count."""
    name = name_of(url)
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""


def name_of(url: str) -> str:
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return unquote(path).rpartition("/")[2]
