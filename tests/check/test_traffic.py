"""Does `ixkit check` find in recorded traffic what is wrong with it, all of it, and nothing else?"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from check.recorded import accepted, entry, har
from ixcheck.checks import check
from ixcheck.contract import read
from ixcheck.finding import Finding
from ixcheck.traffic import har as recordings
from ixcheck.traffic.deriving import derived
from ixcheck.traffic.judging import STATELESS_FILE, Judge
from ixmocks.kit import Kit
from ixmocks.places import SPECS

SYSTEMS = ["ixpole", "silvasoft", "riverty", "telecomx", "crmcom"]
LINES = [{"TaxPc": 21, "SubTotalInclTax": 121}]
Plant = Callable[[dict[str, Any]], None]


def judged(path: Path, system: str = "") -> tuple[Judge, list[Finding]]:
    judge = Judge.of(system)
    return judge, [finding for each in recordings.har(path) for finding in judge.judge(each)]


def written(path: Path, entries: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps(har(entries)))
    return path


@pytest.fixture(scope="module")
def booked() -> list[dict[str, Any]]:
    """A club books an invoice, looks at it, and is refused once for a reason that only the system can know."""
    kit = Kit("documents", clock="2017-05-05T09:00:00+02:00", seed=7)
    book = {"CustomerNumber": 1, "InvoiceNotes": "C-1", "Invoice_InvoiceLine": LINES}
    replies = [
        kit.ask("silvasoft", "POST", "/rest/addsalestransaction", json=book),
        kit.ask("silvasoft", "GET", "/rest/listsalesinvoices", query={"Limit": 10, "Offset": 0}),
        kit.ask("silvasoft", "POST", "/rest/addsalestransaction", json={**book, "CustomerNumber": 999}),
    ]
    assert [reply.status for reply in replies] == [200, 200, 400]
    return [entry(reply, "silvasoft") for reply in replies]


# ---- clean traffic -------------------------------------------------------------------------------


@pytest.mark.parametrize("system", SYSTEMS)
def test_traffic_that_the_system_takes_yields_nothing(tmp_path: Path, system: str) -> None:
    judge, found = judged(written(tmp_path / "run.har", list(accepted(system))))
    assert found == []
    assert judge.judged > 40
    assert judge.unjudged == {}


# ---- planted deviations --------------------------------------------------------------------------


def sends(**members: Any) -> Plant:
    def plant(it: dict[str, Any]) -> None:
        body = {**json.loads(it["request"]["postData"]["text"]), **members}
        it["request"]["postData"]["text"] = json.dumps({n: v for n, v in body.items() if v is not None})

    return plant


def gets(**members: Any) -> Plant:
    def plant(it: dict[str, Any]) -> None:
        body = json.loads(it["response"]["content"]["text"])
        first = body[0] if isinstance(body, list) else body
        first.update(members)
        for name in [name for name, value in members.items() if value is None]:
            del first[name]
        it["response"]["content"]["text"] = json.dumps(body)

    return plant


def asks(url: str) -> Plant:
    return lambda it: it["request"].update(url=it["request"]["url"].replace("/rest/listsalesinvoices", url))


def answers(status: int) -> Plant:
    return lambda it: it["response"].update(status=status)


PLANTED: list[tuple[int, Plant, str, str]] = [
    (0, sends(Invoice_InvoiceLine=LINES * 76), "request-taken-against-contract", "SILV-01"),
    (0, sends(InvoiceDate="2017-05-05"), "request-taken-against-contract", "SILV-09"),
    (0, sends(Invoice_InvoiceLine=None), "request-taken-against-contract", "body.Invoice_InvoiceLine"),
    (0, sends(CustomerNumber=None), "request-taken-against-contract", "SILV-03"),
    (2, sends(InvoiceNotes=5), "request-wrong", "body.InvoiceNotes"),
    (0, answers(418), "status-undocumented", "answer.status"),
    (0, gets(InvoiceTotalInclTax="121"), "answer-wrong", "answer.0.InvoiceTotalInclTax"),
    (0, gets(Surprise=1), "answer-wrong", "answer.0"),
    (1, asks("/rest/listinvoices"), "path-unknown", "request"),
    (1, lambda it: it["request"].update(method="DELETE"), "method-unknown", "request"),
]


def test_ten_planted_deviations_are_found_and_nothing_else(
    tmp_path: Path, booked: list[dict[str, Any]]
) -> None:
    entries = list(booked)
    for which, plant, _, _ in PLANTED:
        changed = deepcopy(booked[which])
        plant(changed)
        entries.append(changed)
    _, found = judged(written(tmp_path / "run.har", entries))
    seen = [(f.text.split(":")[0], f.kind) for f in found]
    assert seen == [(f"entry {n}", kind) for n, (_, _, kind, _) in enumerate(PLANTED, 1 + len(booked))]
    for finding, (_, _, _, told) in zip(found, PLANTED, strict=True):
        assert told in (finding.rule, finding.at), finding


def test_a_member_too_many_is_named(tmp_path: Path, booked: list[dict[str, Any]]) -> None:
    changed = deepcopy(booked[0])
    gets(Surprise=1)(changed)
    _, (finding,) = judged(written(tmp_path / "run.har", [changed]))
    assert "'Surprise', expected nothing but InvoiceNumber" in finding.text


def test_a_finding_says_where_it_is_known_from(tmp_path: Path, booked: list[dict[str, Any]]) -> None:
    changed = deepcopy(booked[0])
    sends(Invoice_InvoiceLine=LINES * 76)(changed)
    _, (finding,) = judged(written(tmp_path / "run.har", [changed]))
    assert finding.confidence == "documented"
    assert "addsalestransaction, Notes" in finding.source


def test_no_secret_is_ever_told(tmp_path: Path) -> None:
    kit = Kit("documents", seed=7)
    login = kit.ask(
        "telecomx", "POST", "/auth/login", json={"username": 5, "password": ["hunter-2-long"]}, auth=False
    )
    path = written(tmp_path / "run.har", [entry(login, "telecomx")])
    _, found = judged(path, "telecomx")
    said = CliRunner().invoke(check, ["--har", str(path), "--system", "telecomx", "--format", "json"]).output
    assert "hunter-2-long" not in said
    assert "hunter-2-long" not in str(found)


# ---- rules ---------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_list_of_rules_that_need_no_state_is_what_their_examples_say() -> None:
    books = {path.name: read(path) for path in SPECS.glob("*.rules.yaml")}
    assert json.loads(STATELESS_FILE.read_text()) == derived(books)


# ---- the file ------------------------------------------------------------------------------------


def run(*words: str) -> Result:
    return CliRunner().invoke(check, words)


BAD: dict[str, tuple[bytes, int, str]] = {
    "no JSON": (b"# a page", 2, "not JSON that we read"),
    "no archive": (b'{"log": {}}', 2, "no `log.entries`"),
    "cut short": (b'{"log": {"entries": [{"request": {"method": "GET"', 2, "not JSON that we read"),
    "no request": (b'{"log": {"entries": [{"response": {}}]}}', 2, "entry 1 is none of a HTTP archive"),
    "not UTF-8": (b'{"log": {"entries": ["\xff"]}}', 2, "run.har"),
    "no entries": (b'{"log": {"entries": []}}', 3, "nothing in the recording"),
    "somebody else's": (
        b'{"log": {"entries": [{"request": {"method": "GET", "url": "https://x.example/logo.png"},'
        b' "response": {"status": 200, "content": {"text": "iVBORw0=", "encoding": "base64"}}}]}}',
        3,
        "nothing in the recording",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_recording_of_ours_gets_a_message(tmp_path: Path, name: str) -> None:
    raw, code, said = BAD[name]
    (tmp_path / "run.har").write_bytes(raw)
    done = run("--har", str(tmp_path / "run.har"))
    assert done.exit_code == code, done.output
    assert said in done.output


def test_bodies_that_were_not_recorded_are_said_to_be_not_judged(
    tmp_path: Path, booked: list[dict[str, Any]]
) -> None:
    bare = deepcopy(booked[0])
    del bare["request"]["postData"], bare["response"]["content"]["text"]
    done = run("--har", str(written(tmp_path / "run.har", [bare])))
    assert done.exit_code == 0, done.output
    assert "not judged: 1 request bodies that were not recorded" in done.output
    assert "not judged: 1 answer bodies that were not recorded" in done.output


def test_a_journal_is_read_as_well(tmp_path: Path) -> None:
    event = {
        "id": "e1", "system": "silvasoft", "operation": "addsalestransaction",
        "request": {"method": "POST", "path": "/w/t1/rest/addsalestransaction", "query": "", "headers": [],
                    "body": {"data": '{"Invoice_InvoiceLine": []}', "encoding": ""}},
        "answer": {"status": 400, "headers": [{"name": "content-type", "value": "application/json"}],
                   "body": {"data": '{"errorCode":"VALIDATION_ERROR","errorMessage":"x"}', "encoding": ""}},
    }  # fmt: skip
    acted = {**event, "operation": "act:payInvoice"}
    for text in (
        json.dumps(event),
        json.dumps([event, acted]),
        json.dumps({"events": [event]}),
        f"{json.dumps(event)}\n" * 2,
    ):
        (tmp_path / "j.json").write_text(text)
        done = run("--journal", str(tmp_path / "j.json"))
        assert done.exit_code == 1, done.output
        assert {"SILV-02", "SILV-03"} <= set(done.output.replace("]", " ").replace("[", " ").split())


def test_memory_holds_one_entry_at_a_time(tmp_path: Path, booked: list[dict[str, Any]]) -> None:
    """Read, not judged: what a longer file may cost is the reader's own."""
    path = tmp_path / "long.har"
    one = json.dumps(booked[0])
    with path.open("w") as file:
        file.write('{"log": {"entries": [')
        file.write(",".join([one] * 1500))
        file.write("]}}")
    told: list[int] = []
    tracemalloc.start()
    try:
        assert sum(1 for _ in recordings.har(path, told.append)) == 1500
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < path.stat().st_size / 2
    assert told == sorted(told)
    assert told[-1] == path.stat().st_size


@pytest.mark.long
def test_fifty_megabytes_are_judged_in_bounded_memory(tmp_path: Path, booked: list[dict[str, Any]]) -> None:
    path = tmp_path / "long.har"
    wrong = deepcopy(booked[0])
    sends(InvoiceDate="2017-05-05")(wrong)
    one = json.dumps(wrong)
    with path.open("w") as file:
        file.write('{"log": {"entries": [')
        file.write(",".join([one] * (50_000_000 // len(one))))
        file.write("]}}")
    tracemalloc.start()
    try:
        done = run("--har", str(path), "--fail-on", "warning")  # what was wrong was taken, which is a warning
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert done.exit_code == 1
    assert "more findings are not listed" in done.output
    assert peak < 100_000_000
