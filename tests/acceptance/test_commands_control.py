"""What do the commands say that ask a running server? Each against the shared one, in a world of its own."""

from __future__ import annotations

import json
import shlex
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import httpx
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner, Result

from ixmocks.cli import ixkit as command
from ixmocks.commandline.server import Server

if TYPE_CHECKING:
    from acceptance.conftest import Connect, Ixkit, Served, Serving, World

OK, FAILED, USAGE, ENVIRONMENT, DEFECT, INTERRUPTED = 0, 1, 2, 4, 5, 130
ADD = "/rest/addsalestransaction/"
INVOICE = {"CustomerNumber": 1, "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 121}]}
BROKEN = {"InvoiceDate": "2026-01-05", "Invoice_InvoiceLine": []}
Ask = Callable[..., Result]


@pytest.fixture
def ask(world: World, served: Served, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Runs `ixkit …` in this process, aimed at the test's own world; it must do what `code` says."""

    def run(line: str, *, code: int = OK, env: dict[str, str] | None = None) -> Result:
        surroundings = {
            "IXKIT_URL": str(served.facts["control"]), "IXKIT_WORLD": world.name, "COLUMNS": "100", **(env or {}),
        }  # fmt: skip
        done = CliRunner().invoke(command, shlex.split(line), env=surroundings, prog_name="ixkit")
        assert done.exit_code == code, done.output
        assert "Traceback" not in done.output
        return done

    return run


@pytest.fixture
def value(ask: Ask) -> Callable[..., Any]:
    """What a command answers as JSON."""
    return lambda line, **more: json.loads(ask(f"{line} --format json", **more).stdout)


# ---- every command -------------------------------------------------------------------------------


def commands(of: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(path), of
    if isinstance(of, click.Group):
        context = click.Context(of)
        for name in of.list_commands(context):
            found = of.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


OURS = {
    name: each
    for name, each in commands(command)
    if type(each.callback).__name__ == "function"
    and (each.callback.__module__ or "").startswith("ixmocks.commandline")
}


def test_each_command_has_help_with_an_example_and_a_json_format() -> None:
    assert len(OURS) >= 30
    for name, each in OURS.items():
        text = CliRunner().invoke(command, [*name.split(), "--help"], env={"COLUMNS": "100"}).output
        assert text.startswith(f"Usage: ixkit {name}"), text
        assert f"ixkit {name.split()[0]}" in text.partition("\n\n")[2], f"{name} has no example"
        assert max(map(len, text.splitlines())) <= 100, name
        assert isinstance(each, click.Group) or "--format" in text, name
        assert len(each.get_short_help_str(60).removesuffix("...")) > 10


def test_the_shell_can_complete_commands(ixkit: Ixkit) -> None:
    env = {"_IXKIT_COMPLETE": "bash_complete", "COMP_WORDS": "ixkit jour", "COMP_CWORD": "1"}
    assert ixkit(env=env).stdout.strip() == "plain,journal"


@pytest.mark.parametrize(
    ("typed", "begun", "offered"),
    [
        (["explain"], "silv-0", "SILV-01"),
        (["scenario", "show"], "cl", "club-season"),
        (["world", "create", "--scenario"], "dani", "danish-season"),
        (["serve", "--scenario"], "doc", "documents"),
        (["act"], "tel", "telecomx"),
        (["clock", "advance"], "--un", "--until-idle"),
        (["faults", "add"], "res", "reset"),
    ],
)
def test_the_shell_can_complete_what_no_server_needs_to_say(
    typed: list[str], begun: str, offered: str
) -> None:
    completing = ShellComplete(command, {}, "ixkit", "_IXKIT_COMPLETE")
    found = [item.value for item in completing.get_completions(typed, begun)]
    assert offered in found
    assert all(value.lower().startswith(begun.lower()) for value in found)


UNKNOWN = (
    ("wrld list", ("'wrld'", "'world'")),
    ("world lst", ("'lst'", "'list'")),
    ("journal tial", ("'tial'", "'tail'")),
    ("journal tail --opration x", ("--opration", "--operation")),
    ("faults add twyce", ("'twyce'", "'twice'")),
    ("rules --system silvsoft", ("'silvsoft'", "'silvasoft'")),
    ("rules --operation addsalesinvoic", ("addsalesinvoic", "addsalesinvoice")),
    ("explain SLIV-01", ("'SLIV-01'", "SILV-01")),
    ("scenario show documets", ("'documets'", "'documents'")),
    ("act silvsoft", ("'silvsoft'", "'silvasoft'")),
    ("act silvasoft regsterPayment", ("regsterPayment", "registerPayment")),
    ("world show defualt", ("'defualt'", "'default'")),
    ("explain e999", ("'e999'", "it keeps e1")),
    ("clock set yesterday", ("'yesterday'", "2026-01-05T09:00:00+01:00")),
    ("clock advance 3y", ("'3y'", "90d")),
    ("faults add late", ("late needs `seconds`",)),
    ("faults add hold --operation addNote", ("addNote",)),
    ("faults add status --header Retry-After", ("'Retry-After'", "NAME=VALUE")),
    ("faults release h9", ("'h9'",)),
    ("act silvasoft registerPayment Amount", ("'Amount'", "NAME=VALUE")),
    ("clock set 1900-01-01T00:00:00Z", ("1900-01-01T00:00:00Z", "1970-01-01")),
    ("bridge status --journal ftp://a/b", ("'ftp'", "postgresql://")),
    ("fuzz silvasoft --credential ApiKey=x", ("--credential", "--url")),
    ("conform verify gone.json -- true", ("gone.json", "report.json")),
    ("act silvasoft registerPayment --json []", ("--json", "one JSON object")),
    ("world create --reading IXP-19", ("'IXP-19'", "RULE=NAME")),
    ("world create --scenario documets", ("'documets'", "'documents'")),
    ("world create --data not-there", ("not-there",)),
    ("world rewind default e999999", ("e999999",)),
    ("world delete default", ("default", "reset")),
    ("world create Default", ("body.name",)),
    ("coverage --system silvsoft", ("'silvsoft'", "silvasoft")),
    ("journal wait --after 12", ("body.after", "an event such as e17")),
    ("journal tail --system control:getClock", ("'control:getClock'", "'control'")),
    ("journal wait --rule SILV-0", ("'SILV-0'", "SILV-0")),
    ("journal wait --operation act:deleteInvoic", ("act:deleteInvoic", "act:deleteInvoice")),
    ("journal tail --operation addsalesinvoic", ("addsalesinvoic", "addsalesinvoice")),
)  # fmt: skip


def test_what_cannot_be_is_said_in_one_message_and_changes_nothing(ask: Ask, world: World) -> None:
    before = (
        world.get(""),
        world.state(),
        world.get("/faults"),
        len(world.control.get("/v1/worlds").json()["worlds"]),
    )
    for line, says in UNKNOWN:
        done = ask(line, code=USAGE)
        assert done.stdout == "", line
        message = [
            text
            for text in done.stderr.splitlines()
            if text and not text.startswith(("Usage:", "Try ", "  "))
        ]
        assert len(message) == 1, done.stderr
        for words in says:
            assert words in done.stderr, line
    after = (
        world.get(""),
        world.state(),
        world.get("/faults"),
        len(world.control.get("/v1/worlds").json()["worlds"]),
    )
    assert after == before


def test_without_a_server_every_command_says_what_to_do(ask: Ask, served: Served) -> None:
    nobody = {"IXKIT_URL": "http://127.0.0.1:1"}
    for line in ("world list", "clock show", "faults list", "act", "journal tail", "explain e1", "coverage"):
        done = ask(line, code=ENVIRONMENT, env=nobody)
        assert (
            "http://127.0.0.1:1" in done.stderr
            and "`ixkit serve`" in done.stderr
            and "IXKIT_URL" in done.stderr
        )
    assert "expected an address" in ask("world list --url nonsense", code=USAGE).stderr
    other = ask(f"world list --url {served.url('silvasoft')}", code=ENVIRONMENT)
    assert "no ixkit control port" in other.stderr


@pytest.mark.parametrize("answer", [b"[1]", b"{}", b"7", b"<html>"])
def test_a_server_of_another_kind_is_no_defect_of_ours(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(Server, "raw", lambda *_, **__: answer)
    asking = ("world list", "clock show", "faults list", "act", "journal tail", "explain e1", "coverage")
    for line in (*asking, "journal export -"):
        done = ask(line, code=ENVIRONMENT)
        assert done.stdout == "" and "it is no ixkit control port" in done.stderr, line


def test_an_unknown_member_of_an_action_is_named(ask: Ask) -> None:
    refused = ask("act silvasoft registerPayment Numbre=1", code=USAGE)
    assert "seen 'Numbre', expected nothing but InvoiceNumber" in refused.stderr


def test_a_token_is_asked_for_by_its_variable(serving: Serving, ask: Ask) -> None:
    with serving("--scenario", "documents", env={"IXKIT_CONTROL_TOKEN": "s3cret"}) as guarded:
        url = str(guarded.facts["control"])
        refused = ask(f"clock show -w default --url {url}", code=USAGE)
        assert "IXKIT_CONTROL_TOKEN" in refused.stderr and "s3cret" not in refused.stderr
        ask(f"clock show -w default --url {url}", env={"IXKIT_CONTROL_TOKEN": "s3cret"})
        answer = httpx.Client(trust_env=False).post(
            f"{url}/v1/shutdown",
            headers={"Authorization": "Bearer s3cret", "Content-Type": "application/json"},
        )
        assert answer.status_code == 202
        assert guarded.process.wait(20) == 0  # told to end over HTTP, it ends as told by a signal
        assert guarded.errors() == ""


# ---- one way through all of it -------------------------------------------------------------------


def test_a_refusal_is_explained_and_a_booking_shows_what_it_changed(ask: Ask, world: World) -> None:
    refused = world.silvasoft.post(ADD, json=BROKEN)
    booked = world.silvasoft.post(ADD, json=INVOICE)
    why = ask(f"explain {refused.headers['ixkit-event']}").stdout
    for words in ("✗ POST /rest/addsalestransaction/ → 400", f"world {world.name}", "virtual"):
        assert words in why
    for rule in ("SILV-02", "SILV-03", "SILV-09"):  # every violation at once
        assert rule in why and f"ixkit explain {rule}".split()[-1] in why
    for words in ("at        body", "because   documented", "try       ", "nothing was changed", "expected"):
        assert words in why
    assert max(map(len, why.splitlines()[1:])) <= 100
    done = ask(f"explain {booked.headers['ixkit-event']}").stdout
    assert done.startswith("✓ ") and "before → after" in done
    assert "silvasoft.sales.all.2   + {" in done and "silvasoft.sales.next_serial   2 → 3" in done


def test_the_journal_is_read_followed_exported_and_waited_for(
    ask: Ask, value: Callable[..., Any], world: World, tmp_path: Path
) -> None:
    for body in (INVOICE, BROKEN):
        world.silvasoft.post(ADD, json=body)
    first, second = ask("journal tail --system silvasoft").stdout.splitlines()
    assert "silvasoft POST /rest/addsalestransaction/ → 200" in first
    assert "→ 400" in second and "SILV-02" in second
    assert [event["status"] for event in value("journal tail --violations")["events"]] == [400]
    assert [event["status"] for event in value("journal tail -n 1 --system silvasoft")["events"]] == [400]
    event = value("journal tail --violations")["events"][0]["id"]
    shown = ask(f"journal show {event}").stdout
    assert "request, " in shown and '"InvoiceDate": "2026-01-05"' in shown.replace('":"', '": "')
    again = ask(f"journal show {event} --curl").stdout
    assert again.startswith("curl -X POST ") and "$IXKIT_SILVASOFT_API_KEY" in again
    target = tmp_path / "run.har"
    assert "2 exchanges" in ask(f"journal export {target}").stdout
    entries = json.loads(target.read_text())["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [200, 400]
    assert world.env["IXKIT_SILVASOFT_API_KEY"] not in target.read_text()
    assert "SILV-03" in ask("journal wait --rule SILV-03").stdout
    late = ask("journal wait --rule SILV-40 --timeout 0.05", code=FAILED)
    assert "0 of 1" in late.stderr
    assert ask("journal export no/such/folder/x.har", code=ENVIRONMENT).stdout == ""


def test_time_passes_by_command(ask: Ask, value: Callable[..., Any], world: World) -> None:
    assert value("clock show")["now"] == "2017-05-05T07:00:00Z"
    assert value("clock advance 90d")["now"] == "2017-08-03T07:00:00Z"
    assert value("clock advance 60")["now"] == "2017-08-03T07:01:00Z"
    assert ask("clock set 2026-02-01T09:00:00+01:00").stdout.startswith("2026-02-01T08:00:00Z  frozen\n")
    assert value("clock run")["mode"] == "running"
    assert value("clock freeze")["mode"] == "frozen"


def test_faults_are_armed_listed_cleared_and_held_exchanges_released(
    ask: Ask, value: Callable[..., Any], world: World
) -> None:
    ask("faults add status --status 503 --times 2 --header Retry-After=2 --system silvasoft")
    answer = world.silvasoft.post(ADD, json=INVOICE)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "status at received · silvasoft · answers 503 · 2 times" in ask("faults list").stdout
    assert ask("faults clear").stdout == "1 disarmed\n"
    assert ask("faults list").stdout == "no fault is armed\n"
    assert ask("faults held --wait 0.05", code=FAILED).stdout == "nothing is held\n"
    ask("faults add hold --operation addsalestransaction")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(world.silvasoft.post, ADD, json=INVOICE)
        assert "h1  before_commit  silvasoft  POST" in ask("faults held --wait 20").stdout
        assert world.silvasoft.get("/rest/listsalesinvoices/").status_code == 200  # others are answered
        assert "it is answered 200" in ask("faults release h1").stdout
        assert waiting.result(20).status_code == 200
        ask("faults add hold --at received")
        waiting = pool.submit(world.silvasoft.post, ADD, json=INVOICE)
        ask("faults held --wait 20")
        assert "its connection breaks" in ask("faults release h2 --drop").stdout
        assert isinstance(waiting.exception(20), httpx.HTTPError)


def test_people_act_by_command(ask: Ask, value: Callable[..., Any], world: World) -> None:
    world.silvasoft.post(ADD, json=INVOICE)
    assert "registerPayment" in ask("act").stdout
    assert "InvoiceNumber" in ask("act silvasoft").stdout
    done = value("act silvasoft registerPayment InvoiceNumber=2 Amount=10.50")
    assert done["answer"]["InvoiceOutstandingAmount"] == 110.5
    refused = ask("act silvasoft registerPayment InvoiceNumber=99", code=USAGE)
    assert "seen 99, expected an invoice that exists" in refused.stderr


def test_worlds_are_made_branched_and_forgotten_by_command(
    ask: Ask, value: Callable[..., Any], world: World, tmp_path: Path
) -> None:
    mine = tmp_path / "mine"
    ask(f"scenario new {mine}")
    assert f"{mine} exists already" in ask(f"scenario new {mine}", code=USAGE).stderr
    made = value(f"world create --data {mine} --reading IXP-19=lenient")["name"]
    try:
        assert value(f"world show {made}")["clock"]["now"] == "2017-05-05T07:00:00Z"
        state = world.control.get(f"/v1/worlds/{made}/state/silvasoft").json()["state"]
        assert state == world.state()["silvasoft"] | {}
        lines = ask(f"world env {made}").stdout.splitlines()
        assert f"export IXKIT_WORLD={made}" in lines and all(
            line.startswith("export IXKIT_") for line in lines
        )
        assert made in ask("world list").stdout
        forked = value(f"world fork {made} {made}-b")["name"]
        assert "is as it was after e1" in ask(f"world rewind {forked} e1").stdout
        assert "at the beginning" in ask(f"world reset {forked}").stdout
        assert value(f"world state -w {forked} silvasoft")["state"] == state
        assert value(f"world delete {forked}") == {"deleted": forked}
    finally:
        ask(f"world delete {made}")


def test_coverage_is_told_and_can_be_demanded(ask: Ask, value: Callable[..., Any], world: World) -> None:
    world.silvasoft.post(ADD, json=INVOICE)
    text = ask("coverage --system silvasoft --all").stdout
    assert "addsalestransaction" in text and "(new) → open" in text and "SILV-01" in text
    assert value("coverage")["systems"]["silvasoft"]["asked"] == 1
    ask("coverage --system silvasoft --min 1")
    below = ask("coverage --system silvasoft --min 90", code=FAILED)
    assert "below 90 %" in below.stderr


# ---- without a server ----------------------------------------------------------------------------


def test_a_rule_is_explained_without_a_server(ask: Ask, value: Callable[..., Any]) -> None:
    nobody = {"IXKIT_URL": "http://127.0.0.1:1"}
    text = ask("explain silv-01", env=nobody).stdout
    for words in (
        "At most 75 lines",
        "silvasoft.rules.yaml:6",
        "documented · addsalestransaction",
        "obeys:",
        "breaks:",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= 100
    rule = value("explain SILV-01", env=nobody)
    assert rule["breaks"][0]["violates"] == "SILV-01" and rule["readings"][0]["name"] == "lines-75"


def test_rules_of_every_kind_can_be_explained(ask: Ask, value: Callable[..., Any]) -> None:
    codes = [rule["code"] for rule in value("rules")["rules"]]
    assert len(codes) > 200
    for code in codes[::15]:
        assert ask(f"explain {code}").stdout.startswith(f"{code}  ")
    inferred = value("rules --system silvasoft --confidence inferred")["rules"]
    assert inferred and {rule["confidence"] for rule in inferred} == {"inferred"}
    assert "lines-75 | lines-50" in ask("rules --open").stdout


def test_scenarios_are_listed_and_shown(ask: Ask, value: Callable[..., Any]) -> None:
    assert {each["name"] for each in value("scenario list")["scenarios"]} >= {"documents", "club-season"}
    assert value("scenario show documents")["systems"]["ixpole"]["instalments"] == 13
    assert "13 instalments" in ask("scenario show documents").stdout


def test_a_project_is_set_up_and_its_example_passes(ixkit: Ixkit, shell: Ixkit, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.pyc")
    done = ixkit("init", "--pytest", "--github", "--compose")
    assert (done.returncode, done.stderr) == (OK, "")
    assert (tmp_path / ".gitignore").read_text().startswith("*.pyc\nixkit-ready.json\n")
    for name in (
        "ixkit.toml",
        "tests/test_with_ixkit.py",
        ".github/workflows/ixkit.yml",
        "compose.ixkit.yaml",
    ):
        assert (tmp_path / name).is_file(), name
    passed = shell("python -m pytest -q -p no:cacheprovider tests")
    assert "2 passed" in passed.stdout, passed.stdout
    (tmp_path / "ixkit.toml").write_text("mine")
    again = json.loads(ixkit("init", "--format", "json").stdout)["files"]
    assert set(again.values()) == {"kept"}
    assert (tmp_path / "ixkit.toml").read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('[serve]\nscenario = "nowhere"', ("'nowhere'", "club-season, danish-season, documents")),
        ('[serve]\nscenrio = "documents"', ("ixkit.toml", "'scenrio'", "did you mean scenario?")),
        ("[serve", ("ixkit.toml", "cannot be read")),
        ("serve = 5", ("ixkit.toml", "[serve]")),
    ],
)
def test_a_configuration_that_cannot_be_stops_the_start(
    ixkit: Ixkit, tmp_path: Path, content: str, says: tuple[str, ...]
) -> None:
    (tmp_path / "ixkit.toml").write_text(content)
    done = ixkit("serve", "--port-base", "0")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert all(words in done.stderr for words in says), done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_finds_a_port_that_is_taken_and_a_server_of_ours(ixkit: Ixkit, served: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        base = taken.getsockname()[1]
        done = ixkit("doctor", "--port-base", str(base), "--format", "json")
    findings = {each["name"]: each for each in json.loads(done.stdout)["findings"]}
    assert done.returncode == ENVIRONMENT
    assert findings["ports"]["well"] is False and "--port-base" in findings["ports"]["advice"]
    assert all(each["well"] is not False for name, each in findings.items() if name != "ports")
    port = httpx.URL(str(served.facts["control"])).port
    assert (
        f"an ixkit server answers at http://127.0.0.1:{port}"
        in ixkit("doctor", "--port-base", str(port)).stdout
    )


# ---- how commands end ----------------------------------------------------------------------------


def test_our_own_mistake_is_said_to_be_ours(ixkit: Ixkit, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import ixmocks.commandline.rulebooks as r\ndef broken(code): raise RuntimeError('oh')\nr.find = broken\n"
    )
    done = ixkit("explain", "SILV-01", env={"PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path)})
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (DEFECT, "", False)
    [kept] = tmp_path.glob("ixkit-defect-*.txt")
    assert str(kept) in done.stderr and "RuntimeError: oh" in kept.read_text()


def test_a_follower_ends_quietly_when_interrupted_and_colours_only_where_wanted(
    world: World, served: Served
) -> None:
    import signal
    import subprocess
    import sys

    from acceptance.conftest import environment  # type: ignore[import-not-found,unused-ignore]

    env = environment({"IXKIT_URL": str(served.facts["control"]), "IXKIT_WORLD": world.name})
    # A shell makes what it starts in the background deaf to interrupts, and these tests may be there.
    hear = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    start = f"{hear}; from ixmocks.cli import main; main()"
    line = [sys.executable, "-c", start, "journal", "tail", "-f", "--system", "silvasoft"]
    world.silvasoft.post(ADD, json=INVOICE)
    with subprocess.Popen(
        line, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        assert "→ 200" in process.stdout.readline()
        following = threading.Thread(target=lambda: world.silvasoft.post(ADD, json=BROKEN))
        following.start()
        told = process.stdout.readline()
        following.join()
        assert "→ 400" in told and "\x1b" not in told
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == INTERRUPTED
        assert process.stderr.read().strip() == ""


def test_colours_are_off_where_nobody_wants_them() -> None:
    for env, coloured in (({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True)):
        done = CliRunner().invoke(command, ["explain", "SILV-01"], env=env, color=True)
        assert ("\x1b[" in done.stdout) == coloured


# ---- many at once --------------------------------------------------------------------------------


def test_fifty_worlds_used_by_eight_workers_do_not_meet(served: Served, connect: Connect) -> None:
    control = connect(str(served.facts["control"]))
    path = f"{served.url('silvasoft')}{ADD}"

    def work(number: int) -> None:
        name = f"many-{number}"
        asked = {"name": name, "scenario": "documents", "readings": {"SILV-31": "none"}}
        made = control.post("/v1/worlds", json=asked)
        assert made.status_code == 201, made.text
        env = made.json()["env"]
        signed = {"ApiKey": env["IXKIT_SILVASOFT_API_KEY"], "Username": env["IXKIT_SILVASOFT_USERNAME"]}
        base = f"/v1/worlds/{name}"
        assert control.post(f"{base}/clock/advance", json={"by": f"{number}d"}).status_code == 200
        for turn in range(number % 3 + 1):
            body = {**INVOICE, "InvoiceNotes": f"{name}/{turn}"}
            assert control.post(path, json=body, headers=signed).status_code == 200  # found by its key
        fault = {"place": "received", "harm": "status", "status": 503}
        assert control.post(f"{base}/faults", json=fault).status_code == 201
        url = f"{env['IXKIT_SILVASOFT_URL']}/rest/listsalesinvoices/?Limit=100"
        assert [control.get(url, headers=signed).status_code for _ in range(2)] == [503, 200]
        notes = sorted(each["InvoiceNotes"] for each in control.get(url, headers=signed).json())
        assert [note for note in notes if "many-" in note] == [
            f"{name}/{turn}" for turn in range(number % 3 + 1)
        ]
        events = control.get(f"{base}/journal").json()["events"]
        assert [event["id"] for event in events] == [f"e{n}" for n in range(1, len(events) + 1)]
        booked = [event for event in events if event["operation"] == "addsalestransaction"]
        assert len(booked) == number % 3 + 1 and len(events) == len(booked) + 6
        assert control.delete(base).status_code == 204

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(work, range(50)))
