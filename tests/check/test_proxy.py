"""Does the proxy let pass what it should, see what is wrong both ways, and keep no credentials?"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from ixcheck.checks import check
from ixcheck.proxy.app import Proxy
from ixcheck.proxy.command import proxy
from ixcheck.proxy.recording import Recording
from ixcheck.serving import answering, listening
from ixcheck.traffic.judging import Judge
from ixmocks.engine.asgi import Front
from ixmocks.kit import Kit

BOOK = {"CustomerNumber": 1, "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 121}]}
PATH = "/rest/addsalestransaction"
ASGI = Callable[[Any, Any, Any], Any]


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit("documents", clock="2017-05-05T09:00:00+02:00", seed=7)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.of("silvasoft")


def ask(passing: Proxy, *requests: tuple[str, str, dict[str, Any]]) -> list[httpx.Response]:
    async def run() -> list[httpx.Response]:
        transport = httpx.ASGITransport(passing, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="http://proxy") as client:
            return [await client.request(method, path, **more) for method, path, more in requests]

    return asyncio.run(run())


def signed(kit: Kit, **more: Any) -> dict[str, Any]:
    return {"headers": kit.credentials("silvasoft"), **more}


def altering(alter: Callable[[int, Any], tuple[int, Any]]) -> ASGI:
    """An upstream that answers a transaction in its own way."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        status, body = alter(200, dict(GOOD))
        raw = json.dumps([body]).encode()
        headers = [(b"content-type", b"application/json"), (b"set-cookie", b"session=of-the-vendor")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": raw})

    return app


GOOD: dict[str, Any] = {}


@pytest.fixture(autouse=True, scope="module")
def good(kit: Kit) -> None:
    GOOD.update(kit.ask("silvasoft", "POST", PATH, json=BOOK).json[0])
    for name, value in GOOD.items():
        GOOD[name] = json.loads(json.dumps(value, default=float))


def test_what_is_right_passes_unchanged_and_yields_nothing(kit: Kit, judge: Judge) -> None:
    with listening(kit) as urls:
        passing = Proxy(urls["silvasoft"], judge)
        booked, listed = ask(
            passing,
            ("POST", PATH, signed(kit, json=BOOK)),
            ("GET", "/rest/listsalesinvoices?Limit=5&Offset=0", signed(kit)),
        )
    assert (booked.status_code, listed.status_code) == (200, 200)
    assert booked.json()[0]["CustomerNumber"] == 1
    assert passing.drift.findings() == []
    assert booked.headers["ixkit-event"]  # headers pass as well


def test_a_recording_is_an_archive_without_credentials(tmp_path: Path, kit: Kit, judge: Judge) -> None:
    path = tmp_path / "run.har"
    secrets = list(kit.credentials("silvasoft").values())
    with listening(kit) as urls, Recording(path, ["ApiKey", "Username"]) as recording:
        passing = Proxy(urls["silvasoft"], judge, recording=recording)
        wrong = {**BOOK, "InvoiceNotes": f"the key is {secrets[0]}", "password": "hunter-2-long"}
        ask(
            passing,
            ("POST", PATH, signed(kit, json=BOOK)),
            ("POST", f"{PATH}?token=tok-in-query", signed(kit, json=wrong)),
        )
        json.loads(path.read_bytes())  # whole while it is being written
    text = path.read_text()
    assert not [secret for secret in (*secrets, "hunter-2-long", "tok-in-query") if secret in text]
    assert path.stat().st_mode & 0o077 == 0
    done = CliRunner().invoke(check, ["--har", str(path), "--system", "silvasoft"])
    assert "2 exchanges judged" in done.output
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("enforce", [False, True])
def test_a_request_that_the_contract_forbids_is_seen_and_stopped_only_by_force(
    kit: Kit, judge: Judge, enforce: bool
) -> None:
    told: list[str] = []
    reached = []

    async def upstream(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["path"])
        await altering(lambda status, body: (status, body))(scope, receive, send)

    with answering({"upstream": upstream}) as urls:
        passing = Proxy(urls["upstream"], judge, enforce, tell=told.append)
        (answer,) = ask(passing, ("POST", PATH, signed(kit, json={**BOOK, "InvoiceDate": "2017-05-05"})))
    assert answer.status_code == (400 if enforce else 200)
    assert reached == ([] if enforce else [PATH])
    assert any("SILV-09" in line for line in told)
    assert "application/problem+json" in answer.headers["content-type"] or not enforce


@pytest.mark.parametrize("enforce", [False, True])
def test_an_answer_that_is_not_of_the_contract_is_seen_and_stopped_only_by_force(
    kit: Kit, judge: Judge, enforce: bool
) -> None:
    upstream = altering(lambda status, body: (status, {**body, "InvoiceTotalInclTax": "much"}))
    with answering({"upstream": upstream}) as urls:
        passing = Proxy(urls["upstream"], judge, enforce)
        (answer,) = ask(passing, ("POST", PATH, signed(kit, json=BOOK)))
    assert answer.status_code == (502 if enforce else 200)
    (finding,) = passing.drift.findings()
    assert (finding.kind, finding.at) == ("answer-wrong", "answer.*.InvoiceTotalInclTax")


def test_the_report_says_which_inferred_details_are_contradicted(kit: Kit, judge: Judge) -> None:
    """SILV-47 is public, the absence of status 418 is our conclusion: only what is inferred is listed as such."""
    with answering(
        {"upstream": altering(lambda status, body: (status, {**body, "CustomerName": 5}))}
    ) as urls:
        passing = Proxy(urls["upstream"], judge)
        ask(passing, *[("POST", PATH, signed(kit, json=BOOK))] * 3)
    (finding,) = passing.drift.findings()
    assert finding.confidence in ("documented", "public", "inferred")
    assert "met 3 times" in finding.text
    told = passing.drift.report()
    assert told.startswith("1 disagreements")
    assert ("inferred  addsalestransaction" in told) is (finding.confidence == "inferred")


def test_a_conclusion_of_ours_that_upstream_contradicts_is_listed_with_its_reason() -> None:
    """No error answer of iXpole is published; ours is of the shape that its other answers point to."""

    async def says_no(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 400, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"fault": {"code": 7}}'})

    with answering({"upstream": says_no}) as urls:
        passing = Proxy(urls["upstream"], Judge.of("ixpole"))
        item = {"instalmentCode": "C-1", "invoiceNumber": "1"}
        headers = {"Authorization": "Bearer x"}
        ask(passing, ("PUT", "/api/instalments", {"headers": headers, "json": item}))
    told = passing.drift.report()
    assert "1 of them contradict what is only inferred" in told
    assert "inferred  putInstalments answer" in told
    assert "style of ASP.NET Web API" in told


def test_an_upstream_that_hangs_is_given_up_with_a_message(kit: Kit, judge: Judge) -> None:
    async def hangs(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.Event().wait()

    told: list[str] = []
    with answering({"upstream": hangs}) as urls:
        passing = Proxy(urls["upstream"], judge, tell=told.append, timeout_s=0.2)
        (answer,) = ask(passing, ("POST", PATH, signed(kit, json=BOOK)))
    assert answer.status_code == 504
    assert "said nothing for 0.2 s" in told[0]
    assert passing.failed == 1


def test_an_upstream_that_is_gone_is_told_with_a_message(kit: Kit, judge: Judge) -> None:
    passing = Proxy(f"http://127.0.0.1:{free()}", judge)
    (answer,) = ask(passing, ("POST", PATH, signed(kit, json=BOOK)))
    assert answer.status_code == 502
    assert "cannot be asked" in answer.json()["detail"]


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- the command ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["silvasoft", "not-a-url"], 2, "expected an address"),
        (["silvasoft", "http://me:s3cret@127.0.0.1:1"], 2, "leave them out"),
        (["silvasoft", "http://127.0.0.1:1/?key=7"], 2, "each request brings its own"),
        (["silva", "http://127.0.0.1:1"], 2, "there is no system 'silva'"),
        (["silvasoft", "http://127.0.0.1:1"], 4, "cannot be reached"),
        (["silvasoft", "https://no-such-host.invalid"], 4, "cannot be reached"),
    ],
)
def test_an_upstream_that_cannot_be_reached_ends_it_at_once(words: list[str], code: int, said: str) -> None:
    done = CliRunner().invoke(proxy, words)
    assert (done.exit_code, said in done.output) == (code, True), done.output
    assert "s3cret" not in done.output


def test_a_port_that_is_taken_is_said_with_the_option_to_choose_another(kit: Kit) -> None:
    with answering({"upstream": altering(lambda status, body: (status, body))}) as urls:
        port = urls["upstream"].rpartition(":")[2]
        done = CliRunner().invoke(proxy, ["silvasoft", urls["upstream"], "--port", port])
    assert (done.exit_code, "another port with --port N" in done.output) == (4, True), done.output


def test_tls_with_a_server_that_speaks_none_gets_a_message(kit: Kit) -> None:
    with answering({"upstream": Front(kit.ports["silvasoft"])}) as urls:
        done = CliRunner().invoke(
            proxy, ["silvasoft", urls["upstream"].replace("http:", "https:"), "--timeout", "3"]
        )
    assert done.exit_code == 4
    assert (
        "TLS fails" in done.output or "cannot be reached" in done.output or "nobody answered" in done.output
    )
