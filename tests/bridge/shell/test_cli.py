"""Does `ixkit bridge` do what it says, with exit codes and words that a person can use?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ixbridge.core.records import Record
from ixbridge.shell import transport
from ixbridge.shell.claims import ALONE, Alone
from ixbridge.shell.cli import bridge
from support.bridging import Pocket, instalment, pocket, says, swallowed, unsent

ENVIRONMENT = {
    "IXKIT_IXPOLE_URL": "https://club.ixpole.example",
    "IXKIT_IXPOLE_CLIENT_ID": "a-client",
    "IXKIT_IXPOLE_CLIENT_SECRET": "a-client-secret",
    "IXKIT_SILVASOFT_URL": "http://127.0.0.1:4712",
    "IXKIT_SILVASOFT_API_KEY": "an-api-key",
    "IXKIT_SILVASOFT_USERNAME": "a-user",
}
CONFIG = """
customers: {create: true}
tax:
  codes:
    "21": {percentage: 21}
    "6": {percentage: 6}
ledger: {fallback: "8000"}
"""


class Desk:
    """A person at a terminal, with a world behind the network."""

    def __init__(self, folder: Path, world: Pocket) -> None:
        self.folder, self.world = folder, world
        (folder / "bridge.yaml").write_text(CONFIG)
        self.journal = folder / "journal"

    def types(self, *words: str, environment: Mapping[str, str | None] = {}) -> Result:
        env: dict[str, str | None] = {**ENVIRONMENT, **environment}
        result = CliRunner().invoke(bridge, list(words), env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def run(self, *more: str, environment: Mapping[str, str | None] = {}) -> Result:
        files = ("--config", str(self.folder / "bridge.yaml"), "--journal", str(self.journal))
        pace = ("--per-second", "0", "--per-minute", "0")
        return self.types("run", *files, *pace, *more, environment=environment)

    def run_json(self, *more: str) -> Any:
        return json.loads(self.run("--format", "json", *more).stdout)

    def about(self, command: str, *more: str) -> Result:
        return self.types(command, *more, "--journal", str(self.journal))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(tmp_path, pocket("C-1", "C-2"))
    monkeypatch.setattr(transport, "HttpTransport", lambda url: desk.world)
    monkeypatch.setattr("ixbridge.shell.clock.RealClock.sleep", lambda self, seconds: None)
    return desk


KEYS = [
    "code", "customer", "total", "currency", "mode", "status", "draft_number", "number", "due_date", "reason",
    "message", "advice", "changed",
]  # fmt: skip


def test_the_json_has_the_documented_keys_and_sums_that_add_up(desk: Desk) -> None:
    desk.world.instalments["C-2"] = instalment("C-2", lines=[(5000, 12)])
    said = desk.run_json()
    assert [list(each) for each in said["instalments"]] == [KEYS, KEYS]
    assert said["instalments"][0] == {
        "code": "C-1",
        "customer": "Customer 1001",
        "total": "121.00",
        "currency": "EUR",
        "mode": "direct",
        "status": "booked",
        "draft_number": None,
        "number": "1",
        "due_date": "2026-12-31",
        "reason": None,
        "message": "not paid yet",
        "advice": "",
        "changed": True,
    }
    assert said["totals"]["booked"] == {"count": 1, "amounts": {"EUR": "121.00"}}
    assert said["totals"]["parked"] == {"count": 1, "amounts": {"EUR": "56.00"}}
    assert said["totals"]["all"] == {"count": 2, "amounts": {"EUR": "177.00"}}
    assert said["halted"] is None


def test_the_table_says_what_went_where_and_parked_instalments_are_no_failure(desk: Desk) -> None:
    desk.world.instalments["C-2"] = instalment("C-2", lines=[(5000, 12)])
    result = desk.run()
    assert result.exit_code == 0
    for words in ("C-1", "booked", "121.00 EUR", "parked", "tax_not_mapped", "all", "177.00 EUR"):
        assert words in result.stdout
    assert 'Add "12" under `tax.codes`' in result.stdout


def test_mode_overrides_the_file(desk: Desk) -> None:
    (desk.folder / "bridge.yaml").write_text(CONFIG + "products: {create: true}\n")
    said = desk.run_json("--mode", "draft")
    assert {each["draft_number"] for each in said["instalments"]} == {"D500", "D501"}
    assert {each["status"] for each in said["instalments"]} == {"drafted"}


def test_limit_and_until_idle(desk: Desk) -> None:
    assert [each["status"] for each in desk.run_json("--limit", "1")["instalments"]] == ["booked", "waiting"]
    said = desk.run_json("--limit", "1", "--until-idle")
    assert [each["status"] for each in said["instalments"]] == ["booked", "booked"]
    assert desk.world.count("getInstalments") == 5, "each run's list, one after each booking, and a last look"


def test_status_tells_from_the_journal_alone(desk: Desk) -> None:
    desk.run()
    desk.world.requests.clear()
    result = desk.about("status", "--format", "json")
    assert [each["status"] for each in json.loads(result.stdout)["instalments"]] == ["booked", "booked"]
    assert "C-2" in desk.about("status").stdout
    assert desk.world.requests == []


def test_status_of_no_journal_makes_none(desk: Desk) -> None:
    result = desk.about("status")
    assert result.exit_code == 4 and "there is no journal" in result.stderr
    assert not desk.journal.exists()


def test_a_parked_instalment_is_resolved_by_its_number(desk: Desk) -> None:
    desk.world.faults["addsalestransaction", 1] = swallowed
    assert desk.run_json()["instalments"][0]["reason"] == "uncertain_create"
    desk.world._invoice(
        {
            "CustomerNumber": 1,
            "InvoiceDate": "01-04-2026",
            "InvoiceNotes": "by hand",
            "InvoiceNumber": 77,
            "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": "121.00"}],
        },
        draft=False,
    )
    assert desk.about("resolve", "C-1", "--adopt", "77").exit_code == 0
    assert desk.run_json()["instalments"][0]["number"] == "77"


def test_a_parked_instalment_is_resolved_as_not_created(desk: Desk) -> None:
    desk.world.faults["addsalestransaction", 1] = swallowed
    desk.run()
    assert desk.about("resolve", "C-1", "--not-created").exit_code == 0
    assert desk.run_json()["instalments"][0]["status"] == "booked"


class Others(Alone):
    """Somebody else is at work on one subject."""

    def __init__(self, subject: str) -> None:
        self.subject = subject

    def take(self, subject: str) -> Sequence[Record] | None:
        return None if subject == self.subject else ()


@pytest.mark.parametrize("subject", ["C-1", "customer 1001"])
def test_what_another_bridge_is_at_is_not_resolved_and_nothing_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, subject: str
) -> None:
    desk.world.faults["addbusinessrelation", 1] = swallowed
    assert desk.run_json()["instalments"][0]["reason"] == "uncertain_create"
    before = desk.about("status", "--format", "json").stdout
    monkeypatch.setattr("ixbridge.shell.store.claims_of", lambda journal: Others(subject))
    result = desk.about("resolve", "C-1", "--not-created")
    assert result.exit_code == 4
    assert f"a bridge is at {subject} just now; nothing was recorded" in result.stderr
    assert desk.about("status", "--format", "json").stdout == before
    monkeypatch.setattr("ixbridge.shell.store.claims_of", lambda journal: ALONE)
    assert desk.about("resolve", "C-1", "--not-created").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("C-1",), "exactly one of"),
        (("C-1", "--retry", "--not-created"), "exactly one of"),
        (("C-9", "--retry"), "knows no instalment 'C-9'"),
        (("C-1", "--retry"), "is not parked"),
        (("C-1", "--not-created"), "nothing is uncertain"),
        (("C-1", "--adopt", "D12"), "begins with D"),
        (("C-1", "--adopt", "0"), "not an invoice number"),
        (("C-1", "--adopt", "5"), "can no longer be chosen"),
    ],
)
def test_a_verdict_that_makes_no_sense_is_refused(desk: Desk, words: tuple[str, ...], told: str) -> None:
    desk.run()
    result = desk.about("resolve", *words)
    assert result.exit_code == 2 and told in result.stderr


@pytest.mark.parametrize("name", list(ENVIRONMENT))
def test_what_is_missing_in_the_environment_is_named(desk: Desk, name: str) -> None:
    result = desk.run(environment={name: None})
    assert result.exit_code == 2 and name in result.stderr
    assert desk.world.requests == [] and not desk.journal.exists()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("IXKIT_SILVASOFT_URL", "http://accounting.example", "http is for this machine only"),
        ("IXKIT_SILVASOFT_URL", "ftp://accounting.example", "expected an address"),
        ("IXKIT_IXPOLE_URL", "https://me:secret@club.example", "user name or password"),
        ("IXKIT_SILVASOFT_API_KEY", "two\nlines", "visible ASCII"),
    ],
)
def test_a_bad_environment_is_told_without_its_secrets(desk: Desk, name: str, value: str, told: str) -> None:
    result = desk.run(environment={name: value})
    assert result.exit_code == 2 and told in result.stderr
    assert "secret@" not in result.output and "two" not in result.output


def test_a_configuration_that_is_not_there_or_wrong_is_named(desk: Desk) -> None:
    (desk.folder / "bridge.yaml").write_text("taxes: {}\n")
    result = desk.run()
    assert result.exit_code == 2 and "taxes" in result.stderr
    (desk.folder / "bridge.yaml").unlink()
    result = desk.run()
    assert result.exit_code == 2 and "bridge.yaml" in result.stderr


def test_a_secret_cannot_be_given_on_the_command_line(desk: Desk) -> None:
    assert desk.run("--api-key", "x").exit_code == 2


def test_a_system_out_of_reach_is_exit_4(desk: Desk) -> None:
    desk.world.faults = {("getInstalments", nth): unsent for nth in range(1, 9)}
    result = desk.run()
    assert result.exit_code == 4 and "Stopped early" in result.stdout


def test_wrong_credentials_are_exit_4_with_advice(desk: Desk) -> None:
    result = desk.run(environment={"IXKIT_IXPOLE_CLIENT_SECRET": "wrong"})
    assert result.exit_code == 4
    assert "invalid_client" in result.stdout and "Check the credentials" in result.stdout


def test_a_mismatch_after_a_create_is_exit_1_once(desk: Desk) -> None:
    def wrong(request: Any, answer: Any) -> Any:
        reply = answer()
        desk.world.invoices[0]["InvoiceTotalInclTax"] = 1.0
        return reply

    desk.world.faults["addsalestransaction", 1] = wrong
    result = desk.run()
    assert result.exit_code == 1 and "total_differs" in result.stdout
    assert desk.run().exit_code == 0, "it is told, and nothing new is wrong"


def test_a_journal_in_use_is_exit_4(desk: Desk) -> None:
    from ixbridge.shell.sqlite import SqliteJournal
    from support.bridging import StillClock

    journal = SqliteJournal(desk.journal, StillClock())
    result = desk.run()
    journal.close()
    assert result.exit_code == 4 and "another bridge is running" in result.stderr
    assert desk.world.requests == []


def test_a_damaged_journal_is_exit_4_and_nothing_is_sent(desk: Desk) -> None:
    desk.journal.write_bytes(b"no journal at all, " * 100)
    result = desk.run()
    assert result.exit_code == 4 and "not a journal" in result.stderr
    assert desk.world.requests == []


def test_terminal_escapes_from_a_server_are_not_passed_on(desk: Desk) -> None:
    desk.world.instalments["C-1"]["customer"]["name"] = "evil\x1b]0;title\x07name"
    desk.world.faults["addsalestransaction", 1] = says(400, {"errorMessage": "no\x1b[31m red"})
    result = desk.run()
    assert "\x1b" not in result.stdout and "\x07" not in result.stdout


def test_nothing_to_do_is_said(desk: Desk) -> None:
    desk.world.instalments.clear()
    result = desk.run()
    assert result.exit_code == 0 and "Nothing to do" in result.stdout


# --- looking after it -------------------------------------------------------------------------


def repair(desk: Desk, command: str, *more: str, environment: Mapping[str, str | None] = {}) -> Result:
    files = ("--config", str(desk.folder / "bridge.yaml"), "--journal", str(desk.journal))
    pace = ("--per-second", "0", "--per-minute", "0")
    return desk.types(command, *files, *pace, *more, environment=environment)


def test_a_journal_that_is_gone_is_refused_and_made_anew(desk: Desk) -> None:
    desk.run()
    desk.journal.unlink()
    desk.world.requests.clear()
    refused = desk.run()
    assert refused.exit_code == 4 and "ixkit bridge rebuild" in refused.stderr and desk.world.requests == []
    made = repair(desk, "rebuild")
    assert made.exit_code == 0 and "2 stranded" in made.stdout and "--since" in made.stdout
    assert {each.method for each in desk.world.requests if each.operation != "postToken"} == {"GET"}
    assert [each["status"] for each in desk.run_json()["instalments"]] == ["booked", "booked"]
    assert len(desk.world.invoices) == 2


def test_a_damaged_journal_is_kept_beside_the_new_one(desk: Desk) -> None:
    desk.run()
    content = bytearray(desk.journal.read_bytes())
    place = content.rindex(b"C-2")
    content[place : place + 3] = b"C-9"
    desk.journal.write_bytes(bytes(content))
    assert desk.run().exit_code == 4
    said = json.loads(repair(desk, "rebuild", "--format", "json").stdout)
    assert Path(said["old_journal"]).exists() and said["records_kept"] >= 5
    assert desk.run_json()["totals"]["booked"]["count"] == 2 and len(desk.world.invoices) == 2


def test_a_rebuild_that_cannot_read_changes_nothing(desk: Desk) -> None:
    desk.run()
    before = desk.journal.read_bytes()
    desk.world.faults = {("listsalesinvoices", nth): unsent for nth in range(1, 99)}
    result = repair(desk, "rebuild")
    assert result.exit_code == 4 and "not touched" in result.stderr
    assert desk.journal.read_bytes() == before


def test_an_audit_tells_of_a_second_document_with_exit_1(desk: Desk) -> None:
    desk.run()
    assert repair(desk, "audit").exit_code == 0
    desk.world.invoices.append({**desk.world.invoices[0], "InvoiceNumber": 99})
    result = repair(desk, "audit")
    assert result.exit_code == 1 and "duplicate_documents" in result.stdout and "99" in result.stdout


def test_a_status_warns_of_a_journal_that_was_set_back(desk: Desk) -> None:
    desk.run("--limit", "1")
    old = desk.journal.read_bytes()
    desk.run()
    desk.journal.write_bytes(old)
    result = desk.about("status")
    assert result.exit_code == 0 and "beware" in result.stderr and "missing" in result.stderr


def test_a_password_on_the_command_line_is_refused(desk: Desk) -> None:
    result = desk.types("status", "--journal", "postgresql://me:geheim@db/journal")
    assert result.exit_code == 2 and "IXKIT_JOURNAL" in result.stderr and "geheim" not in result.stderr


def test_a_verdict_of_a_credit_is_one_of_them(desk: Desk) -> None:
    desk.run()
    result = desk.about("resolve", "C-1", "--replace", "5")
    assert result.exit_code == 2 and "only a parked one" in result.stderr
