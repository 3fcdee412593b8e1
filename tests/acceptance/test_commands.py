"""What does the command line say when something is wrong? What it saw, what to do, and whose turn it is."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from acceptance.conftest import Ixkit, World

PROJECT = Path(__file__).parents[2]
OK, USAGE, ENVIRONMENT = 0, 2, 4
Done = subprocess.CompletedProcess
UNREACHABLE = {
    "IXKIT_IXPOLE_URL": "http://127.0.0.1:1",
    "IXKIT_IXPOLE_CLIENT_ID": "a-client",
    "IXKIT_IXPOLE_CLIENT_SECRET": "a-client-secret",
    "IXKIT_SILVASOFT_URL": "http://127.0.0.1:1",
    "IXKIT_SILVASOFT_API_KEY": "an-api-key",
    "IXKIT_SILVASOFT_USERNAME": "a-user",
}
"""Nobody listens on port 1."""
SECRETS = ("a-client-secret", "an-api-key")
MAPPING = """
tax:
  codes:
    "21": {percentage: 21, code: "21.0% - high"}
    "12": {percentage: 12, code: "12.0% - middle"}
    "6": {percentage: 6, code: "6.0% - low BE"}
ledger: {fallback: "8000"}
"""
"""A configuration that fits the scenario `documents`."""


def told(done: Done[str], *, code: int, says: tuple[str, ...]) -> str:
    """The message of a command that went wrong: short, on stderr, with all of these words, without a traceback."""
    assert done.returncode == code, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    message = [line for line in done.stderr.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert 1 <= len(message) <= 2, done.stderr
    for words in says:
        assert words in done.stderr
    return done.stderr


# ---- help ----------------------------------------------------------------------------------------

COMMANDS = ("", "serve", "demo", "bridge", "bridge example", "bridge run", "bridge status", "bridge resolve")


def some(rows: Sequence[tuple[Any, ...]], often: int) -> list[Any]:
    """Each row is a process; what is behind the first few is left to the long run."""
    return [
        pytest.param(*row, marks=[pytest.mark.long] if number >= often else [])
        for number, row in enumerate(rows)
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(ixkit: Ixkit, command: str) -> None:
    done = ixkit(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (OK, "")
    assert done.stdout.startswith(f"Usage: ixkit {command}".rstrip())


def test_help_of_serve_names_each_option_of_the_first_issue(ixkit: Ixkit) -> None:
    text = ixkit("serve", "--help").stdout
    for option in ("scenario", "clock", "seed", "reading", "port-base", "host", "ready-file", "faithful"):
        assert f"--{option} " in text


def test_the_version_is_told(ixkit: Ixkit) -> None:
    done = ixkit("--version")
    assert done.returncode == OK and done.stdout.startswith("ixkit, version ")


UNKNOWN = (
    (("serv",), ("'serv'", "'serve'")),
    (("brigde", "run"), ("'brigde'", "'bridge'")),
    (("bridge", "rnu"), ("'rnu'", "run")),
    (("serve", "--scenaro", "documents"), ("--scenaro", "--scenario")),
    (("nonsense",), ("'nonsense'",)),
)


@pytest.mark.parametrize(("arguments", "says"), UNKNOWN, ids=[" ".join(words) for words, _ in UNKNOWN])
def test_an_unknown_word_is_named_and_the_near_one_offered(
    ixkit: Ixkit, arguments: tuple[str, ...], says: tuple[str, ...]
) -> None:
    told(ixkit(*arguments), code=USAGE, says=says)


# ---- ixkit serve ---------------------------------------------------------------------------------

WRONG_OPTIONS = (
    ("--scenario nowhere", ("'nowhere'", "club-season, danish-season, documents", "path of a folder")),
    ("--scenario docments", ("'docments'", "did you mean 'documents'?")),
    ("--scenario ./not-there", ("'./not-there'", "scenario.yaml")),
    ("--clock yesterday", ("'yesterday'", "`real`", "2026-01-05T09:00:00+01:00")),
    ("--clock 2017-05-05T09:00:00", ("has no zone", "2017-05-05T09:00:00+01:00")),
    ("--clock 2017-02-30T09:00:00Z", ("'2017-02-30T09:00:00Z'", "2026-01-05T09:00:00+01:00")),
    ("--reading IXP-19", ("'IXP-19'", "RULE=NAME", "IXP-19=lenient")),
    ("--reading IXP-19=maybe", ("IXP-19=maybe", "strict, lenient")),
    ("--reading IXP-999=strict", ("there is no rule IXP-999", "open are", "IXP-19")),
    ("--reading SILV-02=lenient", ("SILV-02=lenient", "leaves nothing open")),
    ("--seed minus", ("'minus'", "--seed")),
    ("--seed -1", ("-1", "--seed")),
    ("--port-base 70000", ("70000", "--port-base")),
    ("--ready-file .", ("--ready-file", "is a directory")),
)


@pytest.mark.parametrize(("options", "says"), some(WRONG_OPTIONS, 4))
def test_a_wrong_option_stops_the_start(ixkit: Ixkit, options: str, says: tuple[str, ...]) -> None:
    told(ixkit("serve", *options.split()), code=USAGE, says=says)


BROKEN_SCENARIOS = (
    ("scenario.yaml", b"title: [", ("scenario.yaml", "not YAML", "line 2")),
    ("scenario.yaml", b"titel: x", ("scenario.yaml", "'titel'", "title, text, clock")),
    ("scenario.yaml", b"- a\n- b", ("scenario.yaml", "holds a list", "expected a mapping")),
    ("scenario.yaml", b"clock: yesterday", ("scenario.yaml", "'yesterday'", "2026-01-05T09:00:00+01:00")),
    ("scenario.yaml", b"readings: {IXP-19: maybe}", ("scenario.yaml", "IXP-19=maybe", "strict, lenient")),
    ("silvasoft.yaml", b"relatoins: []", ("silvasoft.yaml", "relatoins", "did you mean relations?")),
    ("silvasoft.yaml", b"relations: 5", ("silvasoft.yaml", "relations: 5", "expected a list")),
    ("silvasoft.yaml", b"\xff\xfe\x00", ("silvasoft.yaml", "not YAML")),
    ("ixpole.yaml", b"instalments: [{instalmentCode: A}]", ("ixpole.yaml", "instalments")),
)


@pytest.mark.parametrize(("name", "content", "says"), some(BROKEN_SCENARIOS, 2))
def test_a_broken_scenario_is_refused_with_file_and_place(
    ixkit: Ixkit, tmp_path: Path, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "scenario.yaml").write_bytes(b"title: mine\n")
    (folder / name).write_bytes(content)
    told(ixkit("serve", "--scenario", "./mine", "--port-base", "0"), code=USAGE, says=says)


BROKEN_SPECS = (
    ("silvasoft.yaml", b"", ("silvasoft.yaml", "holds nothing", "expected a mapping")),
    ("silvasoft.yaml", b"openapi: [", ("silvasoft.yaml", "not YAML")),
    ("silvasoft.yaml", b"openapi: 3.0.3\npaths: {}", ("silvasoft.yaml", "has no paths")),
    ("ixpole.yaml", b"swagger: '2.0'", ("ixpole.yaml", "no OpenAPI 3.0 document", "expected '3.0.3'")),
    ("ixpole.yaml", None, ("ixpole.yaml", "cannot be read", "No such file")),
    ("ixpole.rules.yaml", b"rules: {IXP-01: {text: x}}", ("ixpole.rules.yaml", "IXP-01", "'title'")),
)


@pytest.mark.parametrize(("name", "content", "says"), some(BROKEN_SPECS, 2))
def test_a_broken_contract_stops_the_start(
    ixkit: Ixkit, tmp_path: Path, name: str, content: bytes | None, says: tuple[str, ...]
) -> None:
    # A checkout beside this one: the same code, a copy of the contracts.
    (tmp_path / "mocks").symlink_to(PROJECT / "mocks")
    shutil.copytree(PROJECT / "specs", tmp_path / "specs")
    (tmp_path / "specs" / name).unlink()
    if content is not None:
        (tmp_path / "specs" / name).write_bytes(content)
    done = ixkit("serve", "--port-base", "0", env={"PYTHONPATH": str(tmp_path / "mocks")})
    told(done, code=USAGE, says=(f"{tmp_path}/specs/{name}", *says))


def test_a_port_in_use_is_named_with_what_wanted_it(ixkit: Ixkit) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        says = (f"127.0.0.1:{port} for control", "in use", "running already?", "--port-base")
        told(ixkit("serve", "--port-base", str(port)), code=ENVIRONMENT, says=says)


def test_an_address_of_another_machine_is_said_to_be_one(ixkit: Ixkit) -> None:
    options = ("--host", "192.0.2.1", "--allow-host", "mocks", "--port-base", "0")
    done = ixkit("serve", *options, env={"IXKIT_CONTROL_TOKEN": "s3cret"})
    message = told(done, code=ENVIRONMENT, says=("192.0.2.1", "an address of this machine", "--host"))
    assert "running already" not in message and "s3cret" not in message


@pytest.mark.parametrize("name", ["", "*", "a b", "mocks:4710", "http://mocks/", "mocks/", "-mocks"])
def test_what_is_no_host_name_is_not_allowed_as_one(ixkit: Ixkit, name: str) -> None:
    done = ixkit("serve", "--port-base", "0", "--allow-host", name)
    told(done, code=USAGE, says=(f"--allow-host: {name!r}", "mocks.example"))


def test_a_ready_file_that_cannot_be_written_stops_the_start(ixkit: Ixkit) -> None:
    done = ixkit("serve", "--port-base", "0", "--ready-file", "no/such/folder/ready.json")
    told(done, code=ENVIRONMENT, says=("no/such/folder/ready.json", "No such file or directory"))


# ---- ixkit bridge run: its configuration ---------------------------------------------------------

BROKEN_MAPPINGS = (
    ("tax: [", ("bridge.yaml:1", "not YAML")),
    ("just a text", ("bridge.yaml", "holds a text", "`tax:`")),
    ("", ("bridge.yaml", "holds nothing", "`tax:`")),
    (MAPPING + "ledgr: {}", ("bridge.yaml:8", "ledgr: unknown key", "did you mean ledger?")),
    (MAPPING + "lines: {max: many}", ("bridge.yaml:8", "lines.max", "seen 'many', expected a number")),
    (MAPPING + "lines: {over_limit: prak}", ("lines.over_limit", "'prak'", "park or consolidate or split")),
    (MAPPING.replace("percentage: 21", "percentage: high"), ("tax.codes.21.percentage", "'high'")),
    (MAPPING.replace("percentage: 21", "percent: 21"), ("percent: unknown key", "did you mean percentage?")),
    ('ledger: {fallback: "8000"}', ("bridge.yaml", "tax")),
    (MAPPING + "target: {url: 'http://books.example'}", ("target.url", "http://books.example", "https")),
)


@pytest.mark.parametrize(("content", "says"), some(BROKEN_MAPPINGS, 3))
def test_a_broken_mapping_file_is_refused_with_line_and_key(
    ixkit: Ixkit, tmp_path: Path, content: str, says: tuple[str, ...]
) -> None:
    (tmp_path / "bridge.yaml").write_text(content)
    told(ixkit("bridge", "run", env=UNREACHABLE), code=USAGE, says=says)
    assert [path.name for path in tmp_path.iterdir()] == ["bridge.yaml"]  # no journal was begun


def test_a_mapping_file_that_is_not_there_or_no_file_is_named(ixkit: Ixkit, tmp_path: Path) -> None:
    missing = ixkit("bridge", "run", "--config", "mine.yaml", env=UNREACHABLE)
    told(missing, code=USAGE, says=("mine.yaml", "there is no such", "`ixkit bridge example > bridge.yaml`"))
    folder = ixkit("bridge", "run", "--config", ".", env=UNREACHABLE)
    told(folder, code=USAGE, says=("--config", "'.'", "is a directory"))
    (tmp_path / "latin.yaml").write_bytes("tax: {codes: {é: 1}}".encode("latin-1"))
    latin = ixkit("bridge", "run", "--config", "latin.yaml", env=UNREACHABLE)
    told(latin, code=USAGE, says=("latin.yaml:1", "is not UTF-8 text"))


def test_a_missing_environment_names_every_variable(ixkit: Ixkit, tmp_path: Path) -> None:
    (tmp_path / "bridge.yaml").write_text(MAPPING)
    told(ixkit("bridge", "run"), code=USAGE, says=("not set in the environment", *UNREACHABLE))
    one = {name: value for name, value in UNREACHABLE.items() if name != "IXKIT_SILVASOFT_API_KEY"}
    message = told(ixkit("bridge", "run", env=one), code=USAGE, says=("IXKIT_SILVASOFT_API_KEY",))
    assert "IXKIT_SILVASOFT_USERNAME" not in message


WRONG_ENVIRONMENTS = (
    (
        {"IXKIT_IXPOLE_URL": "ftp://club.example"},
        ("IXKIT_IXPOLE_URL", "'ftp://club.example'", "https://host"),
    ),
    ({"IXKIT_SILVASOFT_URL": "http://books.example"}, ("IXKIT_SILVASOFT_URL", "http://books.example")),
    ({"IXKIT_IXPOLE_CLIENT_SECRET": "two\nlines"}, ("IXKIT_IXPOLE_CLIENT_SECRET", "visible ASCII")),
)


@pytest.mark.parametrize(("env", "says"), some(WRONG_ENVIRONMENTS, 3))
def test_a_wrong_environment_is_named_and_no_secret_is_printed(
    ixkit: Ixkit, tmp_path: Path, env: Mapping[str, str], says: tuple[str, ...]
) -> None:
    (tmp_path / "bridge.yaml").write_text(MAPPING)
    message = told(ixkit("bridge", "run", env={**UNREACHABLE, **env}), code=USAGE, says=says)
    assert not [secret for secret in (*SECRETS, "two\nlines") if secret in message]


# ---- ixkit bridge run: its surroundings ----------------------------------------------------------


def test_systems_that_do_not_answer_stop_the_run_and_leave_an_empty_journal(
    ixkit: Ixkit, tmp_path: Path
) -> None:
    (tmp_path / "bridge.yaml").write_text(MAPPING)
    done = ixkit("bridge", "run", "--format", "json", env=UNREACHABLE)
    assert (done.returncode, "Traceback" in done.stderr) == (ENVIRONMENT, False)
    report = json.loads(done.stdout)
    assert "Connection refused" in report["halted"] and "address" in report["advice"]
    assert (report["instalments"], report["records"]) == ([], 0)
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]
    status = ixkit("bridge", "status")
    assert (status.returncode, status.stdout) == (OK, "The journal knows no instalment yet.\n")


@pytest.mark.parametrize("wrong", ["IXKIT_IXPOLE_CLIENT_SECRET", "IXKIT_SILVASOFT_API_KEY"])
def test_wrong_credentials_stop_the_run_and_book_nothing(
    ixkit: Ixkit, tmp_path: Path, world: World, wrong: str
) -> None:
    (tmp_path / "bridge.yaml").write_text(MAPPING)
    before = world.state()
    done = ixkit("bridge", "run", "--format", "json", env={**world.env, wrong: "wrong"})
    assert (done.returncode, "Traceback" in done.stderr) == (ENVIRONMENT, False)
    report = json.loads(done.stdout)
    assert "HTTP 40" in report["halted"] and "credentials" in report["advice"]
    assert world.state() == before


def test_a_stopped_run_never_says_that_there_was_nothing_to_do(
    ixkit: Ixkit, tmp_path: Path, world: World
) -> None:
    (tmp_path / "bridge.yaml").write_text(MAPPING)
    done = ixkit("bridge", "run", env={**world.env, "IXKIT_IXPOLE_CLIENT_SECRET": "wrong"})
    assert "invalid_client" in done.stdout
    assert "no due instalment" not in done.stdout


# ---- the journal ---------------------------------------------------------------------------------


@pytest.fixture
def ran(ixkit: Ixkit, tmp_path: Path, world: World) -> Iterator[World]:
    """A folder in which the bridge ran once."""
    (tmp_path / "bridge.yaml").write_text(MAPPING)
    done = ixkit("bridge", "run", "--per-second", "0", "--per-minute", "0", "--format", "json", env=world.env)
    assert done.returncode == OK, done.stdout + done.stderr
    assert json.loads(done.stdout)["totals"]["booked"]["count"] >= 1
    yield world


def instalments(ixkit: Ixkit) -> Any:
    done = ixkit("bridge", "status", "--format", "json")
    assert (done.returncode, done.stderr) == (OK, "")
    return json.loads(done.stdout)["instalments"]


def test_status_says_what_the_run_did_and_asks_nobody(ixkit: Ixkit, ran: World) -> None:
    events = len(ran.events())
    shown = {each["code"]: each for each in instalments(ixkit)}
    assert shown["C-2017-0001-01"]["status"] == "booked"
    assert shown["C-2017-0001-01"]["total"] == "789.69"
    table = ixkit("bridge", "status")
    assert table.returncode == OK and "C-2017-0001-01" in table.stdout and "789.69" in table.stdout
    assert len(ran.events()) == events


def test_a_journal_that_another_bridge_holds_is_left_alone(ixkit: Ixkit, ran: World, tmp_path: Path) -> None:
    before = ran.state()
    with (tmp_path / "bridge-journal.sqlite.lock").open("rb+") as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        says = ("bridge-journal.sqlite", "another bridge is running", "only one may write")
        told(ixkit("bridge", "run", env=ran.env), code=ENVIRONMENT, says=says)
        told(ixkit("bridge", "resolve", "C-2017-0001-01", "--retry"), code=ENVIRONMENT, says=says)
        assert len(instalments(ixkit)) == 3  # reading is free
    assert ran.state() == before


def flipped(content: bytes) -> bytes:
    """One bit of one amount, as a dying disk would have it."""
    place = content.rindex(b"C-2017-0001-01")
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


def sprinkled(content: bytes) -> bytes:
    return content[:4096] + bytes(
        byte ^ 0x55 if place % 7 == 0 else byte for place, byte in enumerate(content[4096:])
    )


DAMAGES = {
    "a bit flipped": (flipped, ("damaged", "ixkit bridge rebuild")),
    "pages sprinkled": (sprinkled, ("damaged", "ixkit bridge rebuild")),
    "cut in half": (lambda content: content[: len(content) // 2], ("damaged", "ixkit bridge rebuild")),
    "another file": (
        lambda content: b"not a journal at all\n" * 300,
        ("not a journal", "ixkit bridge rebuild"),
    ),
}


def test_a_damaged_journal_is_refused_and_nothing_is_sent(ixkit: Ixkit, ran: World, tmp_path: Path) -> None:
    sound = (tmp_path / "bridge-journal.sqlite").read_bytes()
    before, events = ran.state(), len(ran.events())
    for what, (damage, says) in DAMAGES.items():
        (tmp_path / "damaged.sqlite").write_bytes(damage(sound))
        for command in ("run", "status"):
            done = ixkit("bridge", command, "--journal", "damaged.sqlite", env=ran.env)
            assert "damaged.sqlite" in told(done, code=ENVIRONMENT, says=says), what
    assert (ran.state(), len(ran.events())) == (before, events)


def test_a_journal_that_cannot_be_there_is_said_so(ixkit: Ixkit, tmp_path: Path) -> None:
    (tmp_path / "bridge.yaml").write_text(MAPPING)
    told(
        ixkit("bridge", "status"),
        code=ENVIRONMENT,
        says=("no journal", "bridge-journal.sqlite", "bridge run"),
    )
    nowhere = ("--journal", "no/such/folder/j.sqlite")
    run = ixkit("bridge", "run", *nowhere, env=UNREACHABLE)
    told(run, code=ENVIRONMENT, says=("no/such/folder/j.sqlite", "No such file or directory"))
    told(ixkit("bridge", "status", *nowhere), code=ENVIRONMENT, says=("no/such/folder/j.sqlite",))
    told(ixkit("bridge", "status", "--journal", "."), code=USAGE, says=("--journal", "is a folder"))


RESOLVES = (
    (("nothing", "--retry"), ("'nothing'", "bridge status")),
    (("C-2017-0001-01",), ("--adopt", "--not-created", "--retry")),
    (("C-2017-0001-01", "--retry", "--not-created"), ("exactly one",)),
)


def test_a_person_who_errs_in_resolving_is_told(ixkit: Ixkit, ran: World) -> None:
    before = instalments(ixkit)
    for arguments, says in RESOLVES:
        told(ixkit("bridge", "resolve", *arguments), code=USAGE, says=says)
    assert instalments(ixkit) == before
