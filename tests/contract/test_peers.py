"""Do others read our contracts as we do? Prism between a test run and the mocks, and clients that two generators made.

Long, and only where `make test-long` installed the peers (`tools/peers`).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from ixmocks.engine.document import SPECS
from ixmocks.kit import Kit
from ixmocks.systems import SYSTEMS
from support.booked import CLOCK, access, calls
from support.listening import listening
from support.prism import proxy

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "tools" / "peers"
PYTHON = PEERS / ".venv" / "bin"
NODE = PEERS / "node_modules"
NAMES = [system.name for system in SYSTEMS]
LEFT_OUT = {"riverty": ("application/pdf",)}
"""What openapi-python-client cannot take: an answer that is a PDF."""

pytestmark = pytest.mark.long
python_peer = pytest.mark.skipif(
    not (PYTHON / "openapi-python-client").exists(), reason="no tools/peers/.venv"
)
node_peer = pytest.mark.skipif(
    not (NODE / "openapi-typescript").exists(), reason="no tools/peers/node_modules"
)


@pytest.fixture
def kit() -> Kit:
    return Kit("documents", clock=CLOCK, seed=7, readings={"SILV-31": "none"})


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@python_peer
@pytest.mark.parametrize("system", NAMES)
def test_a_generated_python_client_books_and_loses_nothing(system: str, kit: Kit, tmp_path: Path) -> None:
    made = subprocess.run(
        [PYTHON / "openapi-python-client", "generate", "--path", SPECS / f"{system}.yaml", "--meta", "none",
         "--output-path", tmp_path / system],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    lost = re.findall(r"Unable to .*|WARNING parsing .*|Unsupported content_type \S+\)", made.stdout)
    expected = LEFT_OUT.get(system, ())
    assert not [each for each in lost if not expected or "Unable" in each], made.stdout
    subprocess.run([sys.executable, "-m", "compileall", "-q", tmp_path / system], check=True)
    with listening(kit) as urls:
        asked = [
            {
                "operation": each["operation"],
                **({"body": each["body"]} if "body" in each else {}),
                "with": {snake(n): v for n, v in {**each.get("path", {}), **each.get("query", {})}.items()},
            }
            for each in calls(kit, system)
        ]
        told = {"url": urls[system], **access(kit, system), "calls": asked}
        words = [PYTHON / "python", PEERS / "python" / "booking.py", tmp_path, system]
        done = subprocess.run(words, input=json.dumps(told), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)) == [each["operation"] for each in asked]


@node_peer
def test_generated_typescript_types_compile_strictly_and_book(kit: Kit, tmp_path: Path) -> None:
    for system in NAMES:
        words = [
            NODE / ".bin" / "openapi-typescript",
            SPECS / f"{system}.yaml",
            "-o",
            tmp_path / f"{system}.ts",
        ]
        subprocess.run(words, check=True, capture_output=True)
    for name in ("booking.ts", "tsconfig.json"):
        (tmp_path / name).write_text((PEERS / "typescript" / name).read_text("utf-8"), "utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "node_modules").symlink_to(NODE)
    built = subprocess.run(
        [NODE / ".bin" / "tsc", "-p", "."], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout
    with listening(kit) as urls:
        told = {system: {"url": urls[system], **access(kit, system)} for system in NAMES}
        done = subprocess.run(
            ["node", "out/booking.js"], cwd=tmp_path, input=json.dumps(told), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert set(read) == set(NAMES)
    assert all(read.values()), read
    assert kit.state("ixpole").instalments["C-2017-0003-01"].invoice_number == str(read["silvasoft"])


# ---- Prism ---------------------------------------------------------------------------------------


@node_peer
@pytest.mark.parametrize("system", NAMES)
def test_prism_between_a_test_run_and_the_mocks_reports_no_violation(
    system: str, kit: Kit, tmp_path: Path
) -> None:
    found: list[str] = []
    with (
        listening(kit) as urls,
        proxy(system, urls[system], tmp_path) as url,
        httpx.Client(base_url=url) as client,
    ):
        sent = 0
        for what, method, path, more in requests(kit, system):
            answer = client.request(method, path, **more)
            sent += 1
            for each in json.loads(answer.headers.get("sl-violations", "[]")):
                found.append(f"{what}: {answer.status_code} {each}")
    assert sent >= 15
    assert found == []


def requests(kit: Kit, system: str) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Every call of an obeying example, and a booking: what it is, method, path, and what httpx is to send."""
    ways = {op.id: (op.method, op.path) for op in kit.ports[system].routes.operations()}
    rules = yaml.safe_load((SPECS / f"{system}.rules.yaml").read_text("utf-8"))["rules"]
    steps: list[tuple[str, Mapping[str, Any]]] = [
        (f"{code} step {number}", step)
        for code, rule in rules.items()
        for number, step in enumerate(rule["obeys"], 1)
        if "call" in step
        and not {"at", "data", "form", "headers", "violates"} & set(step)
        and not _repeats(step)
    ]
    steps += [(each["operation"], {"call": each["operation"], **each}) for each in calls(kit, system)]
    for what, step in steps:
        kit.world().reset()
        method, path = ways[step["call"]]
        for name, value in (step.get("path") or {}).items():
            path = path.replace(f"{{{name}}}", str(value))
        signed = dict(kit.credentials(system))
        members = {name: signed.pop(name) for name in kit.members(system) if name in signed}
        query = {**(members if method == "GET" else {}), **(step.get("query") or {})}
        more: dict[str, Any] = {"headers": signed, "params": query}
        if "body" in step:
            more["json"] = {**members, **step["body"]} if isinstance(step["body"], dict) else step["body"]
        yield what, method, path, more


def _repeats(step: Mapping[str, Any]) -> bool:
    return "$repeat" in json.dumps(step, default=str)
