"""Does any single fault, at any request of a life, ever book twice, lose something, or mislead iXpole?

The whole life of two instalments of one customer is played once without a fault, which numbers its
requests. Then each fault is played at each of them, and the bridge is run until it rests.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from ixbridge.core.life import Stage, life_of
from ixbridge.core.mapping import DraftAs, NumberSeries
from ixbridge.core.model import Mode
from ixbridge.core.policy import Policy
from ixbridge.core.records import Record
from support.bridging import (
    Bench,
    Fault,
    Killed,
    delivered_twice,
    killed_after,
    killed_before,
    lost,
    pocket,
    policy,
    says,
    swallowed,
    unsent,
)

LIMIT = {"errorCode": "UNAUTHORIZED", "errorMessage": "Ratelimit exceeded"}
FAULTS: dict[str, Fault] = {
    "killed before": killed_before,
    "killed after": killed_after,
    "not sent": unsent,
    "answer lost": lost,
    "swallowed": swallowed,
    "refused": says(400, {"Message": "no", "errorCode": "X", "errorMessage": "no"}),
    "credentials": says(401, {"errorMessage": "Invalid authentication credentials"}),
    "conflict": says(409, {"Message": "no"}),
    "limit": says(429, {}),
    "limit in disguise": says(401, LIMIT),
    "error, not done": says(500, {}),
    "error, done": says(500, {}, done=True),
    "empty object": says(200, {}, done=True),
    "empty list": says(200, [], done=True),
    "nothing": says(200, b"", done=True),
    "HTML": says(200, b"<html>", done=True),
    "cut off": says(200, b'[{"InvoiceNumber": 1', done=True),
    "delivered twice": delivered_twice,
    "redirect": says(307, b""),
}
WAYS: dict[str, Policy] = {
    "direct": policy(Mode.DIRECT),
    "own numbers": policy(Mode.DIRECT, numbers=NumberSeries(700)),
    "draft": policy(Mode.DRAFT),
    "order": policy(Mode.DRAFT, draft_as=DraftAs.ORDER),
}


def rest(bench: Bench) -> None:
    """Run until nothing changes; a killed process is started again."""
    for _ in range(8):
        try:
            report = bench.run()
        except Killed:
            continue
        if not report.changed and report.halted is None:
            return
    raise AssertionError("it does not come to rest")


def lived(bench: Bench) -> None:
    """From delivered to paid."""
    rest(bench)
    for each in bench.world.orders:
        if not any(each["OrderNotes"] == other["InvoiceNotes"] for other in bench.world.invoices):
            lines = [{"TaxPc": 21, "SubTotalInclTax": each["OrderTotalInclTax"]}]
            said = {"CustomerNumber": each["CustomerNumber"], "InvoiceDate": each["OrderDate"]}
            notes = {"InvoiceNotes": each["OrderNotes"], "Invoice_InvoiceLine": lines}
            bench.world._invoice({**said, **notes}, draft=False)
    bench.world.post_drafts()
    rest(bench)
    bench.world.pay_all()
    rest(bench)


def healed(bench: Bench) -> None:
    """The same once more where it is needed, as a fault may have hidden everything from the first poll."""
    lived(bench)
    if any(not settled(bench, code) for code in ("C-1", "C-2")):
        lived(bench)


def settled(bench: Bench, code: str) -> bool:
    life = life_of(code, records(bench, code))
    return life.parked is not None or life.stage is Stage.PAID


@cache
def calls(way: str) -> tuple[tuple[str, int], ...]:
    """Every request of a life without faults: its operation, and which time it is."""
    bench = Bench(pocket("C-1", "C-2"), WAYS[way])
    lived(bench)
    assert {life_of(code, records(bench, code)).stage for code in ("C-1", "C-2")} == {Stage.PAID}
    seen: Counter[str] = Counter()
    found = []
    for request in bench.world.requests:
        seen[request.operation] += 1
        found.append((request.operation, seen[request.operation]))
    return tuple(found)


def records(bench: Bench, code: str) -> list[Record]:
    return [each for each in bench.disk if each.subject == code]


def judge(bench: Bench, fault: str) -> None:
    world = bench.world
    invoices = Counter(each["InvoiceNotes"] for each in world.invoices)
    orders = Counter(each["OrderNotes"] for each in world.orders)
    doubled = fault == "delivered twice"
    if not doubled:
        assert set(invoices.values()) <= {1} and set(orders.values()) <= {1}, (
            "two documents of one instalment"
        )
        assert len(world.relations) <= 1, "two customers made of one"
    said: dict[str, list[str]] = {}
    for body in world.sent("putInstalments"):
        if "invoiceNumber" in body:
            said.setdefault(body["instalmentCode"], []).append(body["invoiceNumber"])
    for code, numbers in said.items():
        real = [number for number in numbers if not number.startswith("D")]
        assert len(set(real)) <= 1, "two real numbers"
        assert numbers == sorted(numbers, key=lambda number: not number.startswith("D")), (
            "D after a real number"
        )
        for number in real:
            (document,) = (each for each in world.invoices if str(each["InvoiceNumber"]) == number)
            assert f"[iX:{code}]" in document["InvoiceNotes"], "the number of another document"
    for code in ("C-1", "C-2"):
        life = life_of(code, records(bench, code))
        assert life.parked is not None or life.stage is Stage.PAID, f"{code} is lost at {life.stage.value}"
        if life.stage is Stage.PAID:
            assert world.instalments[code]["invoiceNumber"] == life.number
            assert world.instalments[code]["paymentNo"] == life.payment_no


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", WAYS)
def test_no_single_fault_books_twice_or_loses_anything(way: str, fault: str) -> None:
    for call in calls(way):
        bench = Bench(pocket("C-1", "C-2"), WAYS[way])
        bench.world.faults[call] = FAULTS[fault]
        try:
            healed(bench)
            judge(bench, fault)
        except AssertionError as error:
            raise AssertionError(f"{fault} at {call[0]} no. {call[1]}: {error}") from error


@pytest.mark.parametrize("way", WAYS)
def test_a_kill_with_the_last_records_lost_books_nothing_twice(way: str) -> None:
    """The journal is restored from a moment before the kill: one to eight records are missing."""
    for call in calls(way):
        for missing in range(1, 9, 3):
            bench = Bench(pocket("C-1", "C-2"), WAYS[way])
            bench.world.faults[call] = killed_after
            try:
                rest_once(bench)
                del bench.disk[max(0, len(bench.disk) - missing) :]
                lived(bench)
                invoices = Counter(each["InvoiceNotes"] for each in bench.world.invoices)
                assert set(invoices.values()) <= {1}, invoices
            except AssertionError as error:
                raise AssertionError(f"{missing} records lost at {call[0]} no. {call[1]}: {error}") from error


def rest_once(bench: Bench) -> None:
    try:
        lived(bench)
    except Killed:
        return
