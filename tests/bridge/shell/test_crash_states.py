"""What can a crash, a bad disk or a flipped bit leave of the journal? An exact prefix, or a refusal. Nothing else.

And whatever the journal refuses, it refuses before anything more is sent.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from ixbridge.core.mapping import NumberSeries
from ixbridge.core.model import Mode
from ixbridge.core.records import Entry, Record
from ixbridge.shell.journal import JournalError
from ixbridge.shell.mark import Mark, mark_of
from ixbridge.shell.sqlite import SqliteJournal
from ixbridge.shell.sqlite_whole import read_journal
from support.bridging import Bench, MemoryJournal, StillClock, pocket, policy

SAMPLE_FLIPS = 400
ALL_FLIPS = 10_000


def filled(path: Path, count: int = 12) -> list[Record]:
    journal = SqliteJournal(path, StillClock())
    for n in range(count):
        journal.append(Entry(f"C-{n}", "seen", {"n": n, "name": "Brouwerij De Gouden Hop"}), sync=True)
    records = list(journal.records())
    journal.close()
    return records


def with_wal(path: Path, count: int = 12) -> tuple[list[Record], bytes]:
    """A journal as a killed process leaves it: the newest commits are in the write-ahead file only."""
    journal = SqliteJournal(path, StillClock())
    with journal._engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint = 0")
    for n in range(count):
        journal.append(Entry(f"C-{n}", "seen", {"n": n}), sync=True)
    records = list(journal.records())
    kept = path.with_name("copy")
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{kept}{suffix}")
    shutil.copy(mark_of(path), mark_of(kept))
    journal.close()
    return records, Path(f"{kept}-wal").read_bytes()


def read_or_refused(path: Path) -> list[Record] | None:
    try:
        return read_journal(path)
    except JournalError:
        return None


def is_prefix(some: Sequence[Record], whole: Sequence[Record]) -> bool:
    return list(some) == list(whole[: len(some)])


# --- cuts -------------------------------------------------------------------------------------


def cuts(size: int, step: int) -> list[int]:
    """Every frame's edges, and places in between."""
    frame = 4096 + 24
    edges = {32 + n * frame + off for n in range(size // frame + 1) for off in (-1, 0, 1, 24)}
    return sorted(each for each in {*range(0, size, step), *edges, size} if 0 <= each <= size)


def cut_everywhere(folder: Path, step: int) -> int:
    records, wal = with_wal(folder / "journal")
    seen = 0
    for at in cuts(len(wal), step):
        Path(folder / "copy-wal").write_bytes(wal[:at])
        Path(folder / "copy-shm").unlink(missing_ok=True)
        found = read_or_refused(folder / "copy")
        if found is not None:
            assert is_prefix(found, records), at
            seen += 1
        if found is None or len(found) < len(records):
            with pytest.raises(JournalError):
                SqliteJournal(folder / "copy", StillClock())
            Path(folder / "copy-shm").unlink(missing_ok=True)
    return seen


def test_every_cut_of_the_write_ahead_file_is_a_prefix_and_is_noticed(tmp_path: Path) -> None:
    assert cut_everywhere(tmp_path, 4096) > 20


@pytest.mark.long
def test_every_byte_of_the_write_ahead_file_may_be_the_last(tmp_path: Path) -> None:
    assert cut_everywhere(tmp_path, 1) > 10_000


# --- flips ------------------------------------------------------------------------------------


def flips(path: Path, records: Sequence[Record], content: bytes, count: int, target: Path) -> tuple[int, int]:
    """How many flips were refused, and how many left everything as it was or an exact prefix."""
    rng = random.Random(20_261_121)
    refused = harmless = 0
    for _ in range(count):
        at, bit = rng.randrange(len(content)), 1 << rng.randrange(8)
        changed = bytearray(content)
        changed[at] ^= bit
        target.write_bytes(bytes(changed))
        Path(f"{path}-shm").unlink(missing_ok=True)
        found = read_or_refused(path)
        if found is None:
            refused += 1
            continue
        assert is_prefix(found, records), (at, bit)
        harmless += 1
    return refused, harmless


def flipped(folder: Path, count: int) -> None:
    records = filled(folder / "journal")
    content = (folder / "journal").read_bytes()
    refused, harmless = flips(folder / "journal", records, content, count // 2, folder / "journal")
    assert refused > count // 20 and harmless > 0, (refused, harmless)
    records, wal = with_wal(folder / "other")
    refused, harmless = flips(folder / "copy", records, wal, count // 2, folder / "copy-wal")
    assert harmless > 0, "a frame that does not fit ends the file there"


def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    flipped(tmp_path, SAMPLE_FLIPS)


@pytest.mark.long
def test_ten_thousand_flipped_bits(tmp_path: Path) -> None:
    flipped(tmp_path, ALL_FLIPS)


# --- a disk that fails ------------------------------------------------------------------------


class FailingJournal(MemoryJournal):
    """Its n-th flush fails, and every one after it."""

    fails_at = 0

    def flush(self) -> None:
        if self.syncs + 1 >= self.fails_at:
            raise JournalError("the disk is full; nothing more was sent")
        super().flush()


class FailingBench(Bench):
    fails_at = 10**9

    def run(self, *, limit: int | None = None, audit: bool = False) -> object:  # type: ignore[override]
        import support.bridging as kit

        made = kit.MemoryJournal
        kit.MemoryJournal = type("Failing", (FailingJournal,), {"fails_at": self.fails_at})  # type: ignore[misc]
        try:
            return super().run(limit=limit, audit=audit)
        finally:
            kit.MemoryJournal = made  # type: ignore[misc]


WRITES = {"addbusinessrelation", "addproduct", "addsalestransaction", "addsalesinvoice"}


@pytest.mark.parametrize("way", ["direct", "own numbers", "draft"])
def test_after_a_record_that_could_not_be_written_nothing_more_is_created(way: str) -> None:
    """The first, the second, the third … sync fails; then the disk is well again."""
    rules = {
        "direct": policy(),
        "own numbers": policy(numbers=NumberSeries(700)),
        "draft": policy(Mode.DRAFT),
    }[way]
    for nth in range(1, 30):
        bench = FailingBench(pocket("C-1", "C-2"), rules)
        bench.fails_at = nth
        try:
            bench.run()
        except JournalError:
            intents = {each.subject for each in bench.disk if each.kind == "intent"}
            created = sum(each.operation in WRITES for each in bench.world.requests)
            assert created <= len(intents), f"{nth}: a create without an intent on the disk"
        else:
            assert nth > 5
            break
        bench.fails_at = 10**9
        for _ in range(3):
            bench.run()
        tags = [each["InvoiceNotes"] for each in bench.world.invoices]
        assert len(tags) == len(set(tags)) == 2 and len(bench.world.relations) == 1
    else:
        raise AssertionError("it never came to an end")


FULL = """
import resource, signal, sys
from pathlib import Path
from ixbridge.core.records import Entry
from ixbridge.shell.clock import RealClock
from ixbridge.shell.journal import JournalError
from ixbridge.shell.sqlite import SqliteJournal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = SqliteJournal(Path(sys.argv[1]), RealClock())
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))
for n in range(10_000):
    try:
        journal.append(Entry(f"C-{n}", "seen", {"n": n}), sync=True)
    except JournalError as error:
        print(n, error)
        break
"""


def test_a_file_that_cannot_grow_is_told_and_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    count, _, words = done.stdout.partition(" ")
    assert int(count) > 3 and ("full" in words or "disk does not take" in words), done.stdout
    found = read_journal(path)
    assert len(found) in (int(count), int(count) + 1)
    SqliteJournal(path, StillClock()).close()


def test_a_journal_on_a_read_only_place_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    filled(path, 3)
    if os.geteuid() == 0:
        with sqlite3.connect(path) as hand:  # root may write everywhere, so the file itself forbids it
            hand.execute(
                "CREATE TRIGGER no BEFORE INSERT ON fences BEGIN SELECT RAISE(ABORT, 'readonly'); END"
            )
    else:
        path.chmod(0o400)
    with pytest.raises(JournalError, match="cannot be written"):
        SqliteJournal(path, StillClock())


def test_a_journal_that_another_program_holds_is_told_after_a_few_seconds(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    filled(path, 3)
    hand = sqlite3.connect(path, isolation_level=None)
    hand.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(JournalError, match="another program holds"):
            SqliteJournal(path, StillClock())
    finally:
        hand.execute("ROLLBACK")
        hand.close()
    SqliteJournal(path, StillClock()).close()


def test_the_mark_is_never_ahead_of_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = SqliteJournal(path, StillClock())
    for n in range(20):
        journal.append(Entry(f"C-{n}", "seen", {"n": n}), sync=n % 3 == 0)
        height = Mark(mark_of(path)).read()
        assert height is not None and height.seq <= len(read_journal(path))
    journal.close()
