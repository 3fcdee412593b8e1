"""Do both journals, the file and the shared one, keep the same promises?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ixbridge.core.life import Stage, life_of
from ixbridge.core.mapping import NumberSeries
from ixbridge.core.model import Mode
from ixbridge.core.records import Entry
from ixbridge.core.steps import Side
from ixbridge.shell import store
from ixbridge.shell.claims import Claims
from ixbridge.shell.journal import Journal, JournalError, SetBack
from ixbridge.shell.postgres import PostgresJournal
from ixbridge.shell.postgres_pace import SharedPace
from ixbridge.shell.start import Parts, runner_of
from support.bridging import (
    CREDENTIALS,
    EvenChance,
    Killed,
    StillClock,
    instalment,
    killed_after,
    killed_before,
    pocket,
    policy,
    swallowed,
)

if TYPE_CHECKING:
    from support.postgres import Cluster

Open = Callable[[], Journal]


@pytest.fixture(params=["file", "shared"])
def where(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)  # the shared journal's mark lies in the working folder
    if request.param == "file":
        return str(tmp_path / "journal")
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.database()


@pytest.fixture
def shared(postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return postgres.database()


def entry(number: int) -> Entry:
    return Entry(f"C-{number}", "seen", {"n": number, "text": "ö'\"\\\x00"})


def written(journal: Journal, *entries: Entry, sync: bool = True) -> None:
    for each in entries:
        assert store.claims_of(journal).take(each.subject) is not None
        journal.append(each, sync=sync)


# --- the same of both -------------------------------------------------------------------------


def test_what_was_written_is_there_when_it_is_opened_again(where: str) -> None:
    journal = store.opened(where, StillClock())
    written(journal, *(entry(n) for n in range(5)))
    before, fence = list(journal.records()), journal.fence
    journal.close()
    again = store.opened(where, StillClock())
    assert list(again.records()) == before == store.read(where)
    assert again.fence > fence
    written(again, entry(9))
    again.close()
    assert [each.seq for each in store.read(where)] == [1, 2, 3, 4, 5, 6]


def test_a_journal_that_was_set_back_is_refused_and_can_be_made_anew(where: str) -> None:
    journal = store.opened(where, StillClock())
    written(journal, *(entry(n) for n in range(5)))
    records = list(journal.records())
    journal.close()
    mark = Path(store.MARK) if store.is_shared(where) else Path(f"{where}.mark")
    high = mark.read_bytes()
    store.replaced(where, records[:3], [], StillClock())
    mark.write_bytes(high)
    with pytest.raises(SetBack, match="2 of 5 records are missing"):
        store.opened(where, StillClock())
    left = store.salvaged(where)
    assert left == records[:3]
    kept = store.replaced(where, left, [entry(7)], StillClock())
    assert kept is not None
    again = store.opened(where, StillClock())
    assert [each.subject for each in again.records()] == ["C-0", "C-1", "C-2", "C-7"]
    again.close()


@pytest.mark.parametrize(
    "code", ["C 1", "ö", "a\x00b", 'say "x"', "back\\slash", "a'; DROP TABLE x; --", "\u202e1"]
)
def test_any_code_is_kept_as_it_is(where: str, code: str) -> None:
    journal = store.opened(where, StillClock())
    written(journal, Entry(code, "seen", {"code": code}))
    journal.close()
    assert [(each.subject, each.payload) for each in store.read(where)] == [(code, {"code": code})]


def test_there_is_no_journal_before_somebody_makes_one(where: str) -> None:
    with pytest.raises(JournalError, match="there is no journal"):
        store.read(where)
    assert store.salvaged(where) == []


@pytest.mark.parametrize("way", ["direct", "own numbers", "draft"])
@pytest.mark.parametrize("fault", [None, killed_before, killed_after, swallowed])
def test_a_life_with_a_fault_at_its_create(where: str, way: str, fault: object) -> None:
    rules = {
        "direct": policy(),
        "own numbers": policy(numbers=NumberSeries(700)),
        "draft": policy(Mode.DRAFT),
    }[way]
    world, clock = pocket("C-1", "C-2", "C-3"), StillClock()
    if fault is not None:
        world.faults["addsalesinvoice" if way == "draft" else "addsalestransaction", 2] = fault  # type: ignore[assignment]
    for _ in range(4):
        journal = store.opened(where, clock)
        parts = Parts(
            {Side.SOURCE: world, Side.TARGET: world}, CREDENTIALS, clock, EvenChance(), journal, rules
        )
        try:
            report = runner_of(parts, claims=store.claims_of(journal)).run()
        except Killed:
            died(journal)
            continue
        journal.close()
        if not report.changed:
            break
    tags = [each["InvoiceNotes"] for each in world.invoices]
    assert len(set(tags)) == len(tags) and len(world.relations) == 1
    records = store.read(where)
    for code in ("C-1", "C-2", "C-3"):
        life = life_of(code, [each for each in records if each.subject == code])
        assert life.parked is not None or life.stage in (Stage.REPORTED, Stage.HANDED)
    if way == "own numbers":
        assert [each["InvoiceNumber"] for each in world.invoices] == [700, 701, 702]


def died(journal: Journal) -> None:
    """What the system does with a process that is gone: its session and its lock end."""
    if isinstance(journal, PostgresJournal):
        journal._connection.invalidate()
        journal._engine.dispose()
    else:
        journal._engine.dispose()  # type: ignore[attr-defined]
        journal._lock.release()  # type: ignore[attr-defined]


# --- several at once --------------------------------------------------------------------------


def both(url: str, lease_s: float = 600) -> tuple[PostgresJournal, PostgresJournal]:
    return PostgresJournal(url, StillClock(), lease_s=lease_s), PostgresJournal(
        url, StillClock(), lease_s=lease_s
    )


def test_what_one_has_the_other_gets_when_it_is_given_back_and_hears_the_news(shared: str) -> None:
    one, two = both(shared)
    assert one.take("C-1") == [] and two.take("C-1") is None
    one.append(entry(1), sync=True)
    one.give_back("C-1")
    news = two.take("C-1")
    assert news is not None and [each.subject for each in news] == ["C-1"]
    two.append(Entry("C-1", "withdrawn", {}), sync=True)
    assert [each.fence for each in two.records()] == sorted(each.fence for each in two.records())
    one.close()
    two.close()
    assert len(store.read(shared)) == 2


def test_nobody_writes_what_he_did_not_take(shared: str) -> None:
    one, two = both(shared)
    with pytest.raises(JournalError, match="was not taken"):
        one.append(entry(1), sync=True)
    two.take("C-1")
    with pytest.raises(JournalError, match="was not taken"):
        one.append(entry(1), sync=True)
    one.close()
    two.close()


def test_what_a_dead_worker_had_is_taken_over_at_once_under_a_higher_fence(shared: str) -> None:
    one, two = both(shared)
    one.take("C-1")
    first = one.append(entry(1), sync=True)
    died(one)
    assert two.take("C-1") is not None
    assert two.append(Entry("C-1", "withdrawn", {}), sync=True).fence > first.fence
    two.close()


def test_a_worker_that_slept_too_long_is_refused_at_its_next_append(shared: str) -> None:
    asleep, awake = both(shared, lease_s=0.0)
    asleep.take("C-1")
    asleep.hold("C-1")
    assert awake.take("C-1") is not None
    for act in (lambda: asleep.append(entry(1), sync=True), lambda: asleep.hold("C-1")):
        with pytest.raises(JournalError, match="taken C-1 over"):
            act()
    awake.append(entry(1), sync=True)
    asleep.give_back("C-1")
    assert awake.append(Entry("C-1", "withdrawn", {}), sync=True).seq == 2
    asleep.close()
    awake.close()


def test_a_lease_that_is_not_over_is_kept(shared: str) -> None:
    one, two = both(shared, lease_s=600)
    one.take("C-1")
    assert two.take("C-1") is None
    assert two.take("C-2") == []
    one.close()
    assert two.take("C-1") == []
    two.close()


def test_the_pace_is_kept_by_all_together(shared: str) -> None:
    one, two = both(shared)
    windows = ((2, 1.05), (3, 60.5))
    waits = [each.reserve("silvasoft", windows) for each in (one, two, one, two)]
    assert waits[:2] == pytest.approx([0, 0], abs=0.5)
    assert waits[2] == pytest.approx(1.05, abs=0.5) and waits[3] == pytest.approx(60.5, abs=0.5)
    assert one.reserve("riverty", windows) == pytest.approx(0, abs=0.5)
    one.close()
    two.close()


def test_a_limit_that_one_meets_holds_for_all(shared: str) -> None:
    one, two = both(shared)
    one.pause("silvasoft", 30)
    clock, world = StillClock(), pocket("C-1")
    line = SharedPace(world, clock, two, windows=())
    from ixbridge.sources.ixpole import token_request

    line.send(token_request("a", "b"))
    assert clock.slept == [], "another system is not meant"
    assert two.reserve("silvasoft", ()) == pytest.approx(30, abs=2)
    one.close()
    two.close()


def test_two_workers_share_one_list_and_book_everything_once(
    shared: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In turns within one process: one stops in the middle of each create, the other goes on."""
    monkeypatch.setattr("ixbridge.shell.maker.WAITS_MAX", 3)  # who waits here waits for nothing
    world, clock = pocket(*(f"C-{n}" for n in range(6))), StillClock()
    rules = policy(numbers=NumberSeries(700))
    one, two = both(shared)
    send, inside = world.send, []

    def interrupted(request: object) -> object:
        if request.operation == "addsalestransaction" and not inside:  # type: ignore[attr-defined]
            inside.append(1)
            run(two)
            inside.pop()
        return send(request)  # type: ignore[arg-type]

    def run(journal: PostgresJournal) -> None:
        claims: Claims = journal
        parts = Parts(
            {Side.SOURCE: world, Side.TARGET: world}, CREDENTIALS, clock, EvenChance(), journal, rules
        )
        runner_of(parts, claims=claims).run()

    world.send = interrupted  # type: ignore[method-assign, assignment]
    run(one)
    run(two)
    run(one)
    tags = [each["InvoiceNotes"] for each in world.invoices]
    assert len(tags) == len(set(tags)) == 6 and len(world.relations) == 1
    assert sorted(each["InvoiceNumber"] for each in world.invoices) == list(range(700, 706))
    assert all(each.get("invoiceNumber") for each in world.instalments.values())
    one.close()
    two.close()


# --- what is refused --------------------------------------------------------------------------


def test_a_database_that_is_not_there_is_told_without_its_password(tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.database().replace("postgres@", "postgres:a-secret-word@").replace("journal_", "nowhere_")
    with pytest.raises(JournalError, match="does not exist") as told:
        store.opened(url, StillClock())
    assert "a-secret-word" not in str(told.value)
    assert store.shown("postgresql://me:a-secret-word@host/db") == "postgresql://host/db"


def test_a_password_is_not_taken_from_the_command_line() -> None:
    assert store.address_problem("postgresql://me:secret@host/db", typed=True)
    assert not store.address_problem("postgresql://me:secret@host/db", typed=False)
    assert not store.address_problem("postgresql://me@host/db", typed=True)


def test_records_cannot_be_changed_or_removed_there_either(shared: str) -> None:
    journal = PostgresJournal(shared, StillClock())
    journal.take("C-1")
    journal.append(entry(1), sync=True)
    for statement in ("UPDATE ixkit_records SET subject = 'x'", "DELETE FROM ixkit_records"):
        with (
            pytest.raises(JournalError, match="never changed"),
            journal._transaction(sync=True) as connection,
        ):
            connection.exec_driver_sql(statement)
    journal.close()


@pytest.mark.parametrize("column", ["subject", "kind", "payload", "at", "hash"])
def test_a_shared_journal_that_was_altered_is_refused(shared: str, column: str) -> None:
    journal = PostgresJournal(shared, StillClock())
    written(journal, *(entry(n) for n in range(3)))
    with journal._transaction(sync=True) as connection:
        connection.exec_driver_sql("DROP TRIGGER never ON ixkit_records")
        connection.exec_driver_sql(f"UPDATE ixkit_records SET {column} = '7' WHERE seq = 2")
    journal.close()
    for use in (lambda: store.opened(shared, StillClock()), lambda: store.read(shared)):
        with pytest.raises(JournalError, match=r"damaged|cannot be read"):
            use()


def test_a_newer_shared_journal_is_refused(shared: str) -> None:
    journal = PostgresJournal(shared, StillClock())
    with journal._transaction(sync=True) as connection:
        connection.exec_driver_sql("UPDATE ixkit_about SET schema = 99")
    journal.close()
    with pytest.raises(JournalError, match="schema 99"):
        store.opened(shared, StillClock())


def test_an_instalment_that_came_while_another_worked_is_taken_up(shared: str) -> None:
    world, clock = pocket("C-1"), StillClock()
    one, two = both(shared)
    for journal in (one, two):
        parts = Parts(
            {Side.SOURCE: world, Side.TARGET: world}, CREDENTIALS, clock, EvenChance(), journal, policy()
        )
        report = runner_of(parts, claims=journal).run()
        assert report.halted is None
        world.instalments["C-2"] = instalment("C-2")
    assert len(world.invoices) == 2 and len(store.read(shared)) > 10
    one.close()
    two.close()
