"""Does the fuzzer bite, and does it leave other people's servers alone?"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from ixcheck.fuzz import command as commands
from ixcheck.fuzz.running import HOOKS, PHASES, Run, Signing, command, environment, start
from ixcheck.serving import answering

NOTE = {
    "type": "object", "required": ["id", "text"], "additionalProperties": False,
    "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
}  # fmt: skip
NEW = {
    "type": "object", "required": ["text"], "additionalProperties": False,
    "properties": {"text": {"type": "string", "minLength": 1, "maxLength": 20, "pattern": "^[a-z]+$"}},
}  # fmt: skip
SPEC: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Notes", "version": "1"},
    "paths": {"/notes": {"post": {
        "operationId": "addNote",
        "requestBody": {"required": True, "content": {"application/json": {"schema": NEW}}},
        "responses": {
            "201": {"description": "kept", "content": {"application/json": {"schema": NOTE}}},
            "400": {"description": "refused", "content": {"application/json": {"schema": {"type": "object"}}}},
        },
    }, "get": {
        "operationId": "listNotes",
        "responses": {"200": {"description": "all", "content": {"application/json": {"schema": {"type": "array"}}}}},
    }}},
}  # fmt: skip


class Notes:
    """A small server that is true to SPEC, but for one defect."""

    def __init__(self, defect: str = "") -> None:
        self.defect = defect
        self.methods: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        method, path = scope["method"], scope["path"]
        self.methods.append(method)
        raw = b""
        more = True
        while more:
            message = await receive()
            raw += message.get("body", b"")
            more = message.get("more_body", False)
        status, body = self.answer(method, path, dict(scope["headers"]), raw)
        headers = [(b"content-type", b"application/json")]
        if status == 405:
            headers.append((b"allow", b"GET, POST"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})

    def answer(self, method: str, path: str, headers: dict[bytes, bytes], raw: bytes) -> tuple[int, Any]:
        if path != "/notes":
            return 404, {}
        if method not in ("GET", "POST"):
            return 405, {}
        if method == "GET":
            return 200, []
        try:
            body = json.loads(raw)
        except ValueError:
            return 400, {}
        is_json = headers.get(b"content-type", b"").startswith(b"application/json")
        good = (
            isinstance(body, dict) and set(body) == {"text"} and isinstance(body["text"], str)
            and re.fullmatch("[a-z]{1,20}", body["text"]) is not None
        )  # fmt: skip
        if self.defect == "accepts what is wrong":
            good = True
        if self.defect == "refuses what is right" and good:
            good = len(body["text"]) < 20
        if not good or not is_json:
            return 400, {}
        kept: dict[str, Any] = {"id": 1, "text": "a note"}
        if self.defect == "a wrong status":
            return 202, kept
        if self.defect == "a missing member":
            del kept["id"]
        if self.defect == "a wrong type":
            kept["id"] = "1"
        return 201, kept


DEFECTS = {
    "a wrong status": "Undocumented status code",
    "a missing member": '"id" is a required property',
    "a wrong type": 'is not of type "integer"',
    "accepts what is wrong": "schema-violating request",
    "refuses what is right": "no business rule explains it",
}


def fuzzed(tmp_path: Path, server: Notes, **more: Any) -> tuple[int, str]:
    (tmp_path / "notes.yaml").write_text(yaml.safe_dump(SPEC))
    with answering({"notes": server}) as urls:
        run = Run(urls["notes"], str(tmp_path / "notes.yaml"), Signing(), examples=10, seed=1, **more)
        done = start(run, tmp_path, capture=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.parametrize("defect", DEFECTS)
def test_each_kind_of_defect_is_found(tmp_path: Path, defect: str) -> None:
    code, output = fuzzed(tmp_path, Notes(defect), ours=True, phases="coverage,fuzzing")
    assert code == 1, output
    assert DEFECTS[defect].lower() in output.lower(), output


@pytest.mark.long
def test_a_server_without_defect_yields_nothing(tmp_path: Path) -> None:
    code, output = fuzzed(tmp_path, Notes(), ours=True, phases="coverage,fuzzing")
    assert code == 0, output


@pytest.mark.long
def test_a_run_that_only_reads_sends_nothing_else(tmp_path: Path) -> None:
    reading, writing = Notes(), Notes()
    code, output = fuzzed(tmp_path, reading, read_only=True)
    assert code == 0, output
    assert reading.methods and set(reading.methods) <= {"GET", "HEAD", "OPTIONS"}
    fuzzed(tmp_path, writing, phases="coverage")
    assert {"POST", "DELETE"} & set(writing.methods)


@pytest.mark.long
def test_the_last_gate_lets_no_write_pass(tmp_path: Path) -> None:
    """Whatever Schemathesis would come to do: the hooks themselves let nothing but reading leave."""
    import subprocess

    code = (
        f"import runpy, requests; runpy.run_path({str(HOOKS)!r})\n"
        "try: requests.post('http://127.0.0.1:1/')\n"
        "except RuntimeError as error: print(error)\n"
    )
    run = Run("", "", Signing(), read_only=True)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(run), capture_output=True, text=True, check=False
    )
    assert "POST is not sent" in done.stdout, done.stderr


# ---- the command ---------------------------------------------------------------------------------


def run(monkeypatch: pytest.MonkeyPatch, *words: str, code: int = 0) -> tuple[Result, list[Run]]:
    """The command with Schemathesis replaced by a notebook."""
    started: list[Run] = []

    class Done:
        returncode = code

    def note(run: Run, folder: Path) -> Any:
        started.append(run)
        return Done

    monkeypatch.setattr("ixcheck.fuzz.running.start", note)
    return CliRunner().invoke(commands.fuzz, words), started


def test_elsewhere_it_only_reads_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    done, (started,) = run(
        monkeypatch, "silvasoft", "--url", "https://sandbox.example", "--credential", "ApiKey=abc"
    )
    assert started.read_only
    assert started.signing.headers == {"ApiKey": "abc"}
    assert "only GET is sent" in done.output


def test_elsewhere_it_writes_only_when_told_and_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    done, (started,) = run(
        monkeypatch,
        "crmcom",
        "--url",
        "https://sandbox.example",
        "--allow-writes",
        "--credential",
        "token=abc",
    )
    assert not started.read_only
    assert started.signing.members == {"token": "abc"}
    assert "WARNING" in done.output


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "http://127.9.9.9:1"]
)
def test_this_machine_may_be_written_to(url: str) -> None:
    assert commands.is_here(url)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1", "http://localhost.example", "https://127.0.0.1.example", "http://0.0.0.0:1"]
)
def test_what_only_looks_like_this_machine_may_not(url: str) -> None:
    assert not commands.is_here(url)


def test_credentials_are_no_words_of_the_command(tmp_path: Path) -> None:
    """Every user of a machine can read the words of its commands."""
    run = Run("http://h", "s.yaml", Signing({"ApiKey": "s3cret-h"}, {"token": "s3cret-m"}), read_only=True)
    words = command(run, tmp_path)
    assert "s3cret" not in " ".join(words)
    assert "GET" in words
    assert "unexpected-methods = []" in (tmp_path / "schemathesis.toml").read_text()
    assert "s3cret-h" in environment(run)["IXKIT_FUZZ_HEADERS"]


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (1, 1), (2, 4)])
def test_the_exit_code_says_whose_turn_it_is(
    monkeypatch: pytest.MonkeyPatch, code: int, expected: int
) -> None:
    done, _ = run(monkeypatch, "silvasoft", "--url", "https://sandbox.example", code=code)
    assert done.exit_code == expected


def test_without_schemathesis_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "find_spec", lambda name: None)
    done, started = run(monkeypatch, "silvasoft")
    assert (done.exit_code, started) == (4, [])
    assert "pip install 'ixkit[fuzz]'" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["silva"], "there is no system 'silva'"),
        (["silvasoft", "--url", "sandbox"], "expected an address"),
        (["silvasoft", "--phases", "all"], f"there are: {PHASES}"),
        (["silvasoft", "--url", "https://x.example", "--credential", "abc"], "written NAME=VALUE"),
    ],
)
def test_a_slip_gets_a_message(monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    done, started = run(monkeypatch, *words)
    assert (done.exit_code, started) == (2, [])
    assert said in done.output
