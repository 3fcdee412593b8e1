"""How is a server started, and what does it cost before anybody asks it for much?"""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
PRISM = ROOT / "tools" / "peers" / "node_modules" / "@stoplight" / "prism-cli" / "dist" / "index.js"
RIVALS = ROOT / "tools" / "rivals"
SPEC = ROOT / "specs" / "silvasoft.yaml"
LIST = "/rest/listsalesinvoices"
ADD = "/rest/addsalestransaction"
ANY = {"ApiKey": "any", "Username": "any@ixkit.example"}
START_MAX_S = 30
POLL_S = 0.002


class BenchError(RuntimeError):
    """The run proves nothing; the message says why."""


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    headers: Mapping[str, str]
    pid: int
    start_s: float
    """From the command to the first 200."""
    control: str = ""
    """Ours only."""

    @property
    def processor_s(self) -> float:
        """Processor time so far, of all its threads, its own and the kernel's for it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident_mb(self) -> float:
        pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def ours() -> Iterator[Running]:
    """All of ixkit's mocks, on free ports, answers checked, journal and state on."""
    with TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        ixkit = Path(sys.executable).with_name("ixkit")
        start = (
            [str(ixkit)] if ixkit.exists() else [sys.executable, "-c", "from ixmocks.cli import main; main()"]
        )
        where = ["--port-base", "0", "--ready-file", str(ready)]
        command = [*start, "serve", "--scenario", "documents", "--reading", "SILV-31=none", *where]
        with _process(command) as (process, began):
            while not ready.exists():
                _still_alive(process, began, "ixkit serve")
            facts = json.loads(ready.read_text("utf-8"))
            env = facts["env"]
            headers = {"ApiKey": env["IXKIT_SILVASOFT_API_KEY"], "Username": env["IXKIT_SILVASOFT_USERNAME"]}
            running = _first_200(process, began, env["IXKIT_SILVASOFT_URL"].rstrip("/"), headers)
            yield replace(running, control=facts["control"])


@contextmanager
def prism() -> Iterator[Running]:
    """Prism: one process, requests checked with errors on, its own log off."""
    with TemporaryDirectory() as folder:
        spec = Path(folder) / "silvasoft.yaml"
        spec.write_text(_for_prism(SPEC.read_text("utf-8")), "utf-8")
        port = _free_port()
        options = ["--errors", "--multiprocess", "false", "--verboseLevel", "silent", "--port", str(port)]
        with _process(["node", str(PRISM), "mock", *options, str(spec)]) as (process, began):
            yield _first_200(process, began, f"http://127.0.0.1:{port}", ANY)


@contextmanager
def fastify() -> Iterator[Running]:
    """The same calls as a service written by hand in Node: requests checked by the contract, answers not."""
    port = _free_port()
    command = ["node", str(_installed() / "fastify.mjs"), str(SPEC), str(port)]
    with _process(command) as (process, began):
        yield _first_200(process, began, f"http://127.0.0.1:{port}", ANY)


@contextmanager
def wiremock() -> Iterator[Running]:
    """Stubs written by hand: requests matched with the contract's schema, one fixed answer, no journal (it is slow)."""
    with TemporaryDirectory() as folder:
        stubs = Path(folder) / "mappings" / "stubs.json"
        stubs.parent.mkdir()
        stubs.write_text(json.dumps(_stubs()), "utf-8")
        port = _free_port()
        options = ["--port", str(port), "--root-dir", folder, "--no-request-journal"]
        (jar,) = _installed().glob("node_modules/wiremock/build/wiremock-standalone-*.jar")
        with _process(["java", "-jar", str(jar), *options]) as (process, began):
            yield _first_200(process, began, f"http://127.0.0.1:{port}", ANY)


def _installed() -> Path:
    if not (RIVALS / "node_modules" / ".stamp").exists():
        raise BenchError("fastify and WireMock are not installed: make tools/rivals/node_modules/.stamp")
    return RIVALS


def _stubs() -> dict[str, Any]:
    from ixmocks.kit import Kit

    kit = Kit("documents")
    line = {"TaxPc": 21, "SubTotalInclTax": 449.68}
    body = {"CustomerNumber": 1, "Invoice_InvoiceLine": [line]}
    answer = json.loads(kit.ask("silvasoft", "POST", ADD, json=body).body)
    operation, _ = kit.ports["silvasoft"].routes.find("POST", ADD) or (None, None)
    assert operation is not None
    assert operation.body is not None
    schema = {"matchesJsonSchema": json.dumps(operation.body.schema), "schemaVersion": "V4"}
    signed = {name: {"equalTo": value} for name, value in ANY.items()}
    asked: Mapping[str, Mapping[str, Any]] = {
        LIST: {"method": "GET"},
        ADD: {"method": "POST", "bodyPatterns": [schema]},
    }
    return {
        "mappings": [
            {
                "request": {"urlPath": path, "headers": signed, **rest},
                "response": {
                    "status": 200,
                    "headers": {"Content-Type": "application/json"},
                    "jsonBody": answer,
                },
            }
            for path, rest in asked.items()
        ]
    }


def _for_prism(spec: str) -> str:
    """The contract without null in the enum of a nullable member.

    Prism puts null in itself; where it stands there already, Prism cannot compile the schema and
    then lets every body pass, which would make it look faster than it is.
    """
    return re.sub(r"(enum: \[[^\]]*), null\]", r"\1]", spec)


@contextmanager
def _process(command: list[str]) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield process, began
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def _first_200(
    process: subprocess.Popen[bytes], began: float, url: str, headers: Mapping[str, str]
) -> Running:
    status = 0
    while status != 200:
        _still_alive(process, began, url, status)
        try:
            status, _ = ask(url, "GET", LIST, headers)
        except OSError:
            continue
    return Running(url, headers, process.pid, time.perf_counter() - began)


def ask(
    url: str, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    try:
        kind = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, body, {**headers, **kind})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _still_alive(process: subprocess.Popen[bytes], began: float, what: str, status: int = 0) -> None:
    if process.poll() is not None:
        said = process.stderr.read().decode(errors="replace")[-800:] if process.stderr else ""
        raise BenchError(f"{what} stopped with exit code {process.returncode}: {said}")
    if time.perf_counter() - began > START_MAX_S:
        raise BenchError(f"{what} gave no 200 in {START_MAX_S} s (last answer: {status or 'none'})")
    time.sleep(POLL_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
