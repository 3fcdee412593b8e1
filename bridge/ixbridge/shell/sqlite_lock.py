"""Who may write the file? One process, by the operating system's lock, and only where nothing is missing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ixbridge.core.records import Record
from ixbridge.shell.journal import REBUILD, JournalError, SetBack
from ixbridge.shell.mark import Mark, problem_with


class Lock:
    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def locked(path: Path, mark: Mark | None) -> Lock:
    """The operating system's lock on a file beside the journal; it ends with the process.

    With a mark, the journal's own file is made as well, unless the mark knows of one that is gone.
    """
    try:
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _no_place(path, error) from None
    lock = Lock(descriptor)
    try:
        _exclusively(descriptor)
    except OSError:
        lock.release()
        raise JournalError(
            f"{path}: another bridge is running on this journal; only one may write at a time"
        ) from None
    try:
        if mark is not None and not path.exists():
            refuse_set_back(path, mark, ())
            # The journal names customers, so it is ours alone from its first byte.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except BaseException as error:
        lock.release()
        if isinstance(error, OSError):
            raise _no_place(path, error) from None
        raise
    return lock


def refuse_set_back(path: Path, mark: Mark, records: Sequence[Record]) -> None:
    problem = problem_with(mark, [each.hash for each in records])
    if problem:
        raise SetBack(f"{path}: {problem}. Nothing was sent. {REBUILD}.")


def _no_place(path: Path, error: OSError) -> JournalError:
    return JournalError(f"{path}: the journal cannot be opened here ({error.strerror or error})")


def _exclusively(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
