"""Does a lost journal come back without a second document, and is a journal that was set back noticed?"""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from pathlib import Path

import pytest

from ixbridge.core.life import Stage, life_of
from ixbridge.core.mapping import DraftAs, NumberSeries
from ixbridge.core.model import Mode
from ixbridge.core.rebuild import Fate
from ixbridge.core.records import Entry
from ixbridge.shell.journal import JournalError, SetBack
from ixbridge.shell.mark import mark_of
from ixbridge.shell.sqlite import SqliteJournal
from ixbridge.shell.sqlite_whole import read_journal, replace_journal, salvaged, set_back
from support.bridging import (
    Bench,
    Killed,
    StillClock,
    instalment,
    killed_after,
    killed_before,
    pocket,
    policy,
    swallowed,
)

WAYS = {
    "direct": policy(Mode.DIRECT),
    "own numbers": policy(Mode.DIRECT, numbers=NumberSeries(700)),
    "draft": policy(Mode.DRAFT),
    "order": policy(Mode.DRAFT, draft_as=DraftAs.ORDER),
}


def stages(bench: Bench) -> dict[str, Stage]:
    codes = dict.fromkeys(each.subject for each in bench.disk if each.subject.startswith("C-"))
    return {code: life_of(code, [r for r in bench.disk if r.subject == code]).stage for code in codes}


def tags_of(bench: Bench) -> Counter[str]:
    notes = [each["InvoiceNotes"] for each in bench.world.invoices]
    return Counter([*notes, *(each["OrderNotes"] for each in bench.world.orders)])


# --- what comes back --------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_a_journal_that_is_gone_is_made_anew_and_nothing_is_made_twice(way: str) -> None:
    bench = Bench(pocket("C-1", "C-2"), WAYS[way])
    bench.run()
    bench.world.instalments["C-3"] = instalment("C-3")  # came after the loss
    before = len(bench.world.invoices), len(bench.world.orders)
    made = bench.rebuild()
    assert {code: made.fates[code] for code in ("C-1", "C-2")} == dict.fromkeys(("C-1", "C-2"), Fate.STRANDED)
    bench.run()
    tags = Counter(each["InvoiceNotes"] for each in bench.world.invoices)
    assert set(tags.values()) <= {1} and len(bench.world.relations) == 1
    told = bench.world.instalments["C-1"]["invoiceNumber"]
    assert told.startswith("D") is (WAYS[way].settings.mode.default is Mode.DRAFT)
    assert (len(bench.world.invoices), len(bench.world.orders)) == before, "C-3 waits for a person"
    parked = life_of("C-3", [r for r in bench.disk if r.subject == "C-3"]).parked
    assert parked is not None and parked.reason.value == "uncertain_create"


@pytest.mark.parametrize("way", WAYS)
def test_with_a_persons_word_what_is_not_found_is_made(way: str) -> None:
    bench = Bench(pocket("C-1", "C-2"), WAYS[way])
    bench.run()
    bench.world.instalments["C-3"] = instalment("C-3")
    assert bench.rebuild(not_created=True).fates["C-3"] is Fate.NEW
    bench.run()
    tags = tags_of(bench)
    assert len(tags) == 3 and set(tags.values()) == {1}
    assert set(stages(bench).values()) <= {Stage.REPORTED, Stage.HANDED}


def test_a_draft_that_became_real_meanwhile_is_reported_with_its_real_number() -> None:
    bench = Bench(pocket("C-1"), WAYS["draft"])
    bench.run()
    bench.world.post_drafts()
    bench.rebuild()
    bench.run()
    assert bench.world.instalments["C-1"]["invoiceNumber"] == "1"


def test_our_own_numbers_go_on_above_what_is_in_use() -> None:
    bench = Bench(pocket("C-1", "C-2"), WAYS["own numbers"])
    bench.run()
    bench.world.instalments["C-3"] = instalment("C-3")
    bench.rebuild(not_created=True)
    bench.run()
    assert [each["InvoiceNumber"] for each in bench.world.invoices] == [700, 701, 702]


def test_a_new_customer_that_may_have_been_made_is_not_made_twice() -> None:
    bench = Bench(pocket("C-1"))
    bench.world.faults["addbusinessrelation", 1] = killed_after
    with pytest.raises(Killed):
        bench.run()
    bench.rebuild()
    bench.run()
    assert len(bench.world.relations) == 1 and stages(bench)["C-1"] is Stage.REPORTED


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("missing", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("fault", [killed_before, killed_after, swallowed])
def test_the_last_records_are_lost_at_the_create(way: str, missing: int, fault: object) -> None:
    bench = Bench(pocket("C-1", "C-2"), WAYS[way])
    operation = {"draft": "addsalesinvoice", "order": "addorder"}.get(way, "addsalestransaction")
    bench.world.faults[operation, 2] = fault  # type: ignore[assignment]
    with contextlib.suppress(Killed):
        bench.run()
    bench.rebuild(left=max(0, len(bench.disk) - missing))
    for _ in range(3):
        bench.run()
    tags = tags_of(bench)
    assert set(tags.values()) <= {1}
    for code in ("C-1", "C-2"):
        life = life_of(code, [r for r in bench.disk if r.subject == code])
        assert life.parked is not None or life.stage in (Stage.REPORTED, Stage.HANDED), code


# --- the mark ---------------------------------------------------------------------------------


def filled(path: Path, count: int = 6) -> None:
    journal = SqliteJournal(path, StillClock())
    for n in range(count):
        journal.append(Entry(f"C-{n}", "seen", {"n": n}), sync=True)
    journal.close()


@pytest.mark.parametrize("missing", range(1, 7))
def test_a_journal_set_back_by_any_number_of_records_is_noticed(tmp_path: Path, missing: int) -> None:
    filled(tmp_path / "journal")
    filled(tmp_path / "older", 6 - missing)
    shutil.copy(tmp_path / "older", tmp_path / "journal")
    with pytest.raises(SetBack, match=rf"{missing} of 6 records are missing.*ixkit bridge rebuild"):
        SqliteJournal(tmp_path / "journal", StillClock())
    assert "missing" in (set_back(tmp_path / "journal", read_journal(tmp_path / "journal")) or "")


def test_a_journal_that_is_gone_is_noticed_and_not_begun_anew(tmp_path: Path) -> None:
    filled(tmp_path / "journal")
    (tmp_path / "journal").unlink()
    with pytest.raises(SetBack, match="is gone: 6 of 6 records"):
        SqliteJournal(tmp_path / "journal", StillClock())
    assert not (tmp_path / "journal").exists()


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"0" * 192])
def test_a_journal_without_its_mark_is_not_believed(tmp_path: Path, content: bytes | None) -> None:
    filled(tmp_path / "journal")
    mark = mark_of(tmp_path / "journal")
    mark.unlink() if content is None else mark.write_bytes(content)
    with pytest.raises(SetBack, match="nobody can say"):
        SqliteJournal(tmp_path / "journal", StillClock())


def test_another_journal_in_its_place_is_noticed(tmp_path: Path) -> None:
    filled(tmp_path / "journal")
    clock = StillClock(passed_s=5.0)
    other = SqliteJournal(tmp_path / "other", clock)
    for n in range(9):
        other.append(Entry(f"C-{n}", "seen", {"n": n}), sync=True)
    other.close()
    shutil.copy(tmp_path / "other", tmp_path / "journal")
    with pytest.raises(SetBack, match="record 6 is another one"):
        SqliteJournal(tmp_path / "journal", StillClock())


@pytest.mark.parametrize("slot", [0, 1])
def test_a_mark_cut_while_it_was_written_leaves_the_other_slot(tmp_path: Path, slot: int) -> None:
    filled(tmp_path / "journal")
    mark = mark_of(tmp_path / "journal")
    content = bytearray(mark.read_bytes())
    content[slot * 96 + 10 : slot * 96 + 60] = b" " * 50
    mark.write_bytes(bytes(content))
    SqliteJournal(tmp_path / "journal", StillClock()).close()


def test_a_new_journal_takes_the_place_and_the_old_one_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    filled(path)
    old = path.read_bytes()
    kept = replace_journal(path, salvaged(path)[:3], [Entry("C-9", "seen", {})], StillClock())
    assert kept is not None and kept.read_bytes() == old
    journal = SqliteJournal(path, StillClock())
    assert [each.subject for each in journal.records()] == ["C-0", "C-1", "C-2", "C-9"]
    assert journal.fence > journal.records()[-1].fence
    journal.close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_rebuild_that_is_killed_before_the_end_leaves_a_journal_that_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    filled(path)
    path.rename(tmp_path / "journal.old-1")  # as far as it came
    with pytest.raises(JournalError, match="rebuild"):
        SqliteJournal(path, StillClock())


def test_nobody_rebuilds_a_journal_in_use(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal", StillClock())
    with pytest.raises(JournalError, match="another bridge is running"):
        replace_journal(tmp_path / "journal", [], [], StillClock())
    journal.close()


def test_what_is_left_of_a_damaged_journal_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    filled(path, 60)
    content = bytearray(path.read_bytes())
    place = content.rindex(b"C-40")
    content[place : place + 4] = b"X-40"
    path.write_bytes(bytes(content))
    left = salvaged(path)
    assert [each.seq for each in left] == list(range(1, 41))
