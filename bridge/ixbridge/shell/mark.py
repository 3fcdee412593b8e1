"""Up to where had the journal come? A small second file that notices when it was set back.

A journal restored from an older backup is whole and wrong: it no longer knows what was sent since.
So the number and the seal of the newest record are kept in a file of their own, written after each
commit. The file has two slots in turns, so that a cut while writing leaves the older one.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SLOT = 96


@dataclass(frozen=True, slots=True)
class Height:
    """The newest record there was: its number and its seal."""

    seq: int
    seal: str


class Unusable(ValueError):
    """The file is there and says nothing that can be read."""


class Mark:
    """The file. Opened once, written in place."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._slot = 0

    @property
    def path(self) -> Path:
        return self._path

    def read(self) -> Height | None:
        """The higher of both slots; None: there is no such file. Raises ``Unusable``, ``OSError``."""
        try:
            content = self._path.read_bytes()
        except FileNotFoundError:
            return None
        heights = [_height(content[at : at + _SLOT]) for at in (0, _SLOT)]
        known = [each for each in heights if each is not None]
        if not known:
            raise Unusable(f"{self._path} is damaged")
        highest = max(known, key=lambda each: each.seq)
        self._slot = 1 - heights.index(highest)
        return highest

    def write(self, height: Height) -> None:
        """In place, not synced: after a power cut it may be too low, which only makes it notice less."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            if os.fstat(self._descriptor).st_size == 0:
                _write_all(self._descriptor, _text(height) * 2, 0)
                os.fsync(self._descriptor)
                return
        _write_all(self._descriptor, _text(height), self._slot * _SLOT)
        self._slot = 1 - self._slot

    def close(self) -> None:
        if self._descriptor is not None:
            with suppress(OSError):
                os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


def mark_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.mark")


def problem_with(mark: Mark, seals: list[str]) -> str | None:
    """What the mark says against a journal with these seals, in words; None: it is as high as it was."""
    try:
        height = mark.read()
    except Unusable as error:
        return f"{error}, so nobody can say whether the journal is complete"
    if height is None:
        if not seals:
            return None
        return f"its mark {mark.path.name} is missing, so nobody can say whether the journal is complete"
    if height.seq > len(seals):
        missing = height.seq - len(seals)
        had = "is gone" if not seals else "was set back, as by an older backup"
        return f"the journal {had}: {missing} of {height.seq} records are missing"
    if height.seq and seals[height.seq - 1] != height.seal:
        return f"this is not the journal that was here: record {height.seq} is another one"
    return None


def _text(height: Height) -> bytes:
    said = f"{height.seq:020d} {height.seal:64}"
    check = hashlib.sha256(said.encode("ascii")).hexdigest()[:9]
    return f"{said} {check}\n".encode("ascii")


def _height(slot: bytes) -> Height | None:
    try:
        seq, seal, _ = slot.decode("ascii").split()
        height = Height(int(seq), seal)
    except ValueError:
        return None
    return height if _text(height) == slot else None


def _write_all(descriptor: int, content: bytes, at: int) -> None:
    os.lseek(descriptor, at, os.SEEK_SET)
    while content:
        content = content[os.write(descriptor, content) :]
