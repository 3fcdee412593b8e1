"""Money in its order, documents without lines, new worlds, kills in later runs: what the checks say of each."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from conformance.histories import (
    TARGET,
    codes,
    data,
    exchange,
    findings,
    right,
    spoiled,
    with_documents,
    with_told,
)
from ixconform.checks.finding import Seen
from ixconform.config import ConfigError, claims_of
from ixconform.control import Control
from ixconform.data import Case
from ixconform.history import History, Run
from ixconform.judge import judge
from ixconform.likeness import differs
from ixconform.profile import Claims, profile_of
from ixconform.recorded import calls_of
from ixconform.scenarios.asked import Asked, Omitted, Scenario, recording
from ixconform.scenarios.catalogue import SCENARIOS
from ixconform.systems.registry import UNSEEN


def with_money(*acts: tuple[int, str, dict[str, Any]], told_at: int, owing: int) -> History:
    """One instalment booked as invoice 100, what people did with money, and paid told at that event."""
    history = right(data(1))
    code, invoice = history.case.data.instalments[0].code, history.books.documents[0]
    people = [
        exchange(number, "silvasoft", f"act:{action}", method="ACT", run=0, sent={"Serial": 1, **more})
        for number, action, more in acts
    ]
    tell = exchange(
        told_at, "ixpole", "putInstalments", method="PUT", changed=True, run=2,
        sent={"instalmentCode": code, "paymentNo": "P1"},
    )  # fmt: skip
    events = sorted((*history.exchanges, *people, tell), key=lambda each: each.number)
    paid = replace(invoice, handle={"Serial": 1}, outstanding_cents=owing)
    return with_told(
        with_documents(replace(history, exchanges=tuple(events)), paid), code, payment="P1"
    )  # fmt: skip


TOTAL = right(data(1)).books.documents[0].total_cents
PAID, BACK = (10, "registerPayment", {}), (30, "reversePayment", {})


def test_paid_that_was_true_when_it_was_told_stays_right_when_the_money_goes_back() -> None:
    assert codes(with_money(PAID, BACK, told_at=20, owing=TOTAL)) == set()


def test_paid_that_is_told_after_the_money_went_back_is_found() -> None:
    assert codes(with_money(PAID, BACK, told_at=40, owing=TOTAL)) == {"P-PAY"}


def test_paid_that_is_told_before_the_rest_comes_is_found_although_it_comes() -> None:
    part = (10, "registerPayment", {"Amount": "1.00"})
    rest = (30, "registerPayment", {})
    assert codes(with_money(part, rest, told_at=20, owing=0)) == {"P-PAY"}
    assert codes(with_money(part, rest, told_at=40, owing=0)) == set()


def test_more_than_was_owed_is_paid() -> None:
    over = (10, "registerPayment", {"Amount": str((TOTAL + 500) / 100)})
    assert codes(with_money(over, told_at=20, owing=-500)) == set()


def test_a_document_without_lines_is_found_when_it_is_attempted() -> None:
    bare = exchange(9, "silvasoft", "addorder", sent={"CustomerNumber": 1, "Order_Orderline": []}, status=400)
    history = right()
    assert codes(replace(history, exchanges=(*history.exchanges, bare))) == {"P-LIM"}


def test_a_second_world_that_ends_otherwise_than_the_first_is_found() -> None:
    history = right(data(1))
    empty = replace(with_documents(history), exchanges=history.exchanges[:1])
    first, other = (Seen(history=each, target=TARGET, claims=Claims()) for each in (history, empty))
    assert [each.code for each in differs(first, other, "P-ISO")] == ["P-ISO"]
    assert differs(first, first, "P-ISO") == []


def test_a_kill_reaches_the_runs_in_which_something_is_done_and_no_others() -> None:
    history = right(data(1))
    later = [replace(each, number=each.number + 10, run=2) for each in history.exchanges[-1:]]
    idle = exchange(20, "ixpole", "getInstalments", run=3)
    runs = tuple(Run(number=n, ended="exit", code=0, seconds=0.1, output="", step=0) for n in (1, 2, 3))
    recorded = tuple(
        calls_of(replace(history, runs=runs, exchanges=(*history.exchanges, *later, idle)), TARGET.traits)
    )
    assert [(each.run, each.step, each.turn) for each in recorded] == [
        (1, 0, 0), (1, 0, 0), (1, 0, 0), (2, 0, 1), (3, -1, 2),
    ]  # fmt: skip
    asked = Asked(profile=profile_of("ixpole-silvasoft-direct"), claims=Claims(), recorded=recorded)
    matrix = next(each for each in SCENARIOS if each.id == "C-070").cases(asked)
    assert not isinstance(matrix, Omitted)
    kills = [case.steps[0].args["kill"] for case in matrix]
    read = {"turn": 0, "place": "received", "nth": 1}
    assert kills.count(read) == 1 and all(each["nth"] != 1 or each["turn"] for each in kills if each != read)
    assert {each["turn"] for each in kills} == {0, 1}
    assert all(len(case.steps) == len(recording(asked).steps) for case in matrix)


@pytest.mark.parametrize(
    ("scenario", "claims", "reason"),
    [
        ("C-048", Claims(), "not claimed: own_pdf"),
        ("C-049", Claims(), "not claimed: correlation"),
        ("C-052", Claims(paging=False), "not claimed: paging"),
        ("C-050", Claims(payments=False), "not claimed: payments"),
        ("C-069", Claims(), "not claimed: gives_up_s"),
        ("C-076", Claims(), "not claimed: no previous version"),
        ("C-077", Claims(), "posts no notifications"),
    ],
)
def test_what_is_not_claimed_is_left_out_with_a_word(scenario: str, claims: Claims, reason: str) -> None:
    asked = Asked(profile=profile_of("ixpole-crmcom-direct"), claims=claims)
    made = next(each for each in SCENARIOS if each.id == scenario).cases(asked)
    assert isinstance(made, Omitted) and reason in made.reason


def test_an_own_pdf_that_is_claimed_and_missing_is_a_failure() -> None:
    history = right(data(1))
    bare = with_told(history, history.case.data.instalments[0].code, pdf_bytes=0)
    assert [each.kind for each in findings(bare) if each.code == "P-ACK"] == ["fail"]


@pytest.mark.parametrize("given", [True, "soon", -1, 1.5])
def test_seconds_that_are_none_are_named(given: object) -> None:
    with pytest.raises(ConfigError, match=r"gives_up_s.*number of seconds"):
        claims_of({"gives_up_s": given})


def test_a_connection_that_the_server_closed_is_opened_again() -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
            self.connection.shutdown(socket.SHUT_WR)  # says nothing of it before

        def log_message(self, format: str, *args: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        control = Control(f"http://127.0.0.1:{server.server_address[1]}")
        assert [control.ask("GET", "/x") for _ in range(3)] == [{}, {}, {}]
        control.close()
    finally:
        server.shutdown()
        server.server_close()


def test_in_books_that_the_kit_does_not_know_every_customer_is_new() -> None:
    asked = Asked(profile=profile_of("ixpole-source-only"), claims=Claims())
    played = [each for each in SCENARIOS if each.level < 3 and not isinstance(each.cases(asked), Omitted)]
    made = [case for each in played for case in each.cases(asked)]
    assert {"C-010", "C-020", "C-029", "C-053"} <= {each.scenario for each in made}
    assert not any(customer.known for each in made for customer in each.data.customers)
    faults = [
        step.args
        for each in SCENARIOS
        for case in _played(each, asked)
        for step in case.steps
        if step.kind == "fault"
    ]
    assert not [each for each in faults if each.get("system") not in (None, "ixpole")]


def _played(scenario: Scenario, asked: Asked) -> list[Case]:
    made = scenario.cases(asked)
    return [] if isinstance(made, Omitted) else made


def test_without_a_look_into_the_books_one_number_for_two_instalments_is_found() -> None:
    history = right(data(2))
    first, second = (each.code for each in history.case.data.instalments)
    same = with_told(history, second, number=history.shelf.instalments[first].number)
    unseen = [each.code for each in judge(same, UNSEEN, Claims()) if each.code == "P-ONE"]
    assert unseen == ["P-ONE"]
    assert [each.code for each in judge(history, UNSEEN, Claims())] == []


def test_a_document_whose_creation_was_answered_with_an_error_was_made_all_the_same() -> None:
    history = right(data(1))
    made = next(each for each in history.exchanges if each.operation == "addsalestransaction")
    hidden = spoiled(
        history, made.number, answered={"error": "internal"}, status=500, fault="hang@after_commit"
    )
    document = history.books.documents[0]
    assert codes(with_documents(hidden, document)) == set()
    late = exchange(99, "silvasoft", "addsalestransaction", sent=made.sent, changed=True)
    only_later = tuple(each for each in hidden.exchanges if each.number != made.number)
    assert "P-ACK" in codes(replace(with_documents(hidden, document), exchanges=(*only_later, late)))


def test_a_number_that_another_product_has_is_judged_by_what_comes_of_it() -> None:
    taken = {"rule": "SILV-42", "at": "body.ArticleNumber", "seen": "SEAT", "keyword": "",
             "expected": "a number that no product has"}  # fmt: skip
    again = exchange(
        9, "silvasoft", "addproduct", sent={"ArticleNumber": "SEAT"}, status=400, violations=(taken,)
    )
    history = right()
    assert codes(replace(history, exchanges=(*history.exchanges, again))) == set()
