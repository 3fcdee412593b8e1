"""Does the journal keep what it was given, and refuse to be believed when it was tampered with?"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ixbridge.core.records import GENESIS, Broken, Entry, Record, sealed, verify
from ixbridge.core.wire import Kind, Reply, Request
from ixbridge.shell.journal import JournalError
from ixbridge.shell.sqlite import SqliteJournal
from ixbridge.shell.sqlite_whole import read_journal
from ixbridge.shell.transport import Fenced
from support.bridging import MemoryJournal, StillClock, pocket

ENTRIES = st.lists(
    st.builds(
        Entry,
        st.text(max_size=20),
        st.sampled_from(["seen", "intent", "result"]),
        st.dictionaries(st.text(max_size=5), st.none() | st.text(max_size=9) | st.integers() | st.booleans()),
    ),
    max_size=12,
)


def opened(path: Path) -> SqliteJournal:
    return SqliteJournal(path, StillClock())


def entry(number: int) -> Entry:
    return Entry(f"C-{number}", "seen", {"n": number})


def chain(entries: list[Entry]) -> list[Record]:
    journal = MemoryJournal(StillClock())
    return [journal.append(each, sync=False) for each in entries]


@given(ENTRIES)
def test_a_chain_holds(entries: list[Entry]) -> None:
    records = chain(entries)
    assert verify(records) == ((len(records), records[-1].hash) if records else (0, GENESIS))


@given(ENTRIES.filter(bool), st.data())
def test_a_chain_with_a_record_changed_lost_or_moved_breaks(
    entries: list[Entry], data: st.DataObject
) -> None:
    records = chain([*entries, entry(1), entry(2)])
    place = data.draw(st.integers(0, len(records) - 2))
    broken = list(records)
    match data.draw(st.sampled_from(["change", "lose", "swap"])):
        case "change":
            old = records[place]
            broken[place] = Record(
                old.seq, old.fence, old.at, old.subject + "x", old.kind, old.payload, old.hash
            )
        case "lose":
            del broken[place]
        case _:
            broken[place], broken[place + 1] = broken[place + 1], broken[place]
    with pytest.raises(Broken):
        verify(broken)


def test_what_was_synced_is_there_after_reopening_and_the_fence_has_risen(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    first = opened(path)
    written = [first.append(entry(n), sync=n % 2 == 0) for n in range(5)]
    first.close()
    second = opened(path)
    assert list(second.records()) == written
    assert second.fence == first.fence + 1
    assert second.append(entry(9), sync=True).seq == 6
    second.close()
    assert [each.seq for each in read_journal(path)] == [1, 2, 3, 4, 5, 6]


def test_a_record_that_protects_nothing_waits_for_the_next_that_does(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal")
    journal.append(entry(1), sync=False)
    assert read_journal(tmp_path / "journal") == []
    journal.append(entry(2), sync=True)
    assert len(read_journal(tmp_path / "journal")) == 2
    journal.close()


def test_it_syncs_every_commit(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal")
    with journal._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    journal.close()


def test_a_second_writer_is_refused_and_a_reader_is_not(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal")
    journal.append(entry(1), sync=True)
    with pytest.raises(JournalError, match="another bridge is running"):
        opened(tmp_path / "journal")
    assert len(read_journal(tmp_path / "journal")) == 1
    journal.close()
    opened(tmp_path / "journal").close()


def test_a_writer_that_was_overtaken_writes_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = opened(path)
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO fences VALUES (99, 'later')")
    with pytest.raises(JournalError, match="taken the journal over"):
        journal.append(entry(1), sync=True)
    assert read_journal(path) == []


def test_a_bridge_that_was_overtaken_sends_no_write_and_may_still_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = opened(path)
    world = pocket("C-1")
    line = Fenced(world, journal.confirm)
    read = Request("silvasoft", "listorders", Kind.READ, "GET", "/", {"Offset": "0", "Limit": "1"})
    write = Request("ixpole", "putInstalments", Kind.WRITE, "PUT", "/", body=b'{"instalmentCode": "C-1"}')
    assert isinstance(line.send(write), Reply)
    with sqlite3.connect(path) as other:
        other.execute("INSERT INTO fences VALUES (99, 'later')")
    with pytest.raises(JournalError, match="taken the journal over"):
        line.send(write)
    assert isinstance(line.send(read), Reply) and world.count("putInstalments") == 1


def test_records_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal")
    journal.append(entry(1), sync=True)
    journal.close()
    with sqlite3.connect(tmp_path / "journal") as hand:
        for statement in ("UPDATE records SET subject = 'x'", "DELETE FROM records"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                hand.execute(statement)


@pytest.mark.parametrize("column", ["subject", "kind", "payload", "at", "hash", "fence"])
def test_a_journal_that_was_altered_is_refused(tmp_path: Path, column: str) -> None:
    path = tmp_path / "journal"
    journal = opened(path)
    for n in range(3):
        journal.append(entry(n), sync=True)
    journal.close()
    with sqlite3.connect(path) as hand:
        hand.execute("DROP TRIGGER never_changed")
        hand.execute(f"UPDATE records SET {column} = 7 WHERE seq = 2")
    for use in (opened, read_journal):
        with pytest.raises(JournalError, match=r"damaged|cannot be read"):
            use(path)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("This is a letter. " * 100)
    for use in (opened, read_journal):
        with pytest.raises(JournalError, match="not a journal"):
            use(tmp_path / "journal")
    assert (tmp_path / "journal").read_text().startswith("This is a letter.")


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="No such file or directory"):
        opened(tmp_path / "nowhere" / "journal")
    with pytest.raises(JournalError, match="no journal"):
        read_journal(tmp_path / "journal")


def test_a_journal_that_cannot_be_written_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = opened(path)
    with journal._engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(JournalError, match="cannot be written"):
        journal.append(entry(1), sync=True)


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    journal = opened(tmp_path / "journal")
    with journal._engine.begin() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalError, match="full"):
        journal.append(Entry("C-1", "seen", {"much": "x" * 100_000}), sync=True)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    opened(tmp_path / "journal").close()
    with sqlite3.connect(tmp_path / "journal") as hand:
        hand.execute("UPDATE about SET schema = 99")
    with pytest.raises(JournalError, match="schema 99"):
        opened(tmp_path / "journal")


def test_a_seal_depends_on_all_that_is_remembered() -> None:
    clock = StillClock()
    one = sealed(entry(1), seq=1, fence=1, at=clock.now(), before=GENESIS)
    others = [
        sealed(entry(2), seq=1, fence=1, at=clock.now(), before=GENESIS),
        sealed(entry(1), seq=2, fence=1, at=clock.now(), before=GENESIS),
        sealed(entry(1), seq=1, fence=2, at=clock.now(), before=GENESIS),
        sealed(entry(1), seq=1, fence=1, at=clock.now(), before="1" * 64),
    ]
    assert len({one.hash, *(each.hash for each in others)}) == 5


def test_the_file_is_ours_alone_and_may_have_any_name(tmp_path: Path) -> None:
    path = tmp_path / "a b?c=1%20#d"
    opened(path).close()
    assert path.stat().st_mode & 0o077 == 0
    assert read_journal(path) == []
