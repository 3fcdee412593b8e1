"""Does `ixkit serve` do what a connector's author needs: say where everything is, answer there, and end when told?"""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

if TYPE_CHECKING:
    from acceptance.conftest import Connect, Ixkit, Served, Serving, Visit, World

LINE = {"TaxPc": 21, "SubTotalInclTax": 121}
INVOICE = {"CustomerNumber": 1, "Invoice_InvoiceLine": [LINE]}
DOCUMENTED = (
    ("ixpole", "GET", "/api/instalments"),
    ("ixpole", "GET", "/api/customer/1"),
    ("ixpole", "GET", "/api/products/501"),
    ("silvasoft", "POST", "/rest/addsalestransaction/"),
    ("silvasoft", "GET", "/rest/listsalesinvoices/"),
    ("silvasoft", "GET", "/rest/ListRelations"),
)
"""Paths as the vendors' pages write them."""


# ---- the ready file ------------------------------------------------------------------------------


def test_the_ready_file_says_what_the_first_line_says(served: Served) -> None:
    assert json.loads((served.log.parent / "ready.json").read_text()) == served.facts
    assert [path.name for path in served.log.parent.glob("ready.json*")] == ["ready.json"]


def test_the_ready_file_tells_where_everything_is_and_how_to_sign_in(served: Served) -> None:
    facts = served.facts
    ixpole, silvasoft = facts["systems"]["ixpole"], facts["systems"]["silvasoft"]
    env = {name: value for name, value in facts["env"].items() if _named_in_the_first_issue(name)}
    assert env == {
        "IXKIT_WORLD": "default",
        "IXKIT_IXPOLE_URL": ixpole["url"],
        "IXKIT_IXPOLE_CLIENT_ID": ixpole["credentials"]["client_id"],
        "IXKIT_IXPOLE_CLIENT_SECRET": ixpole["credentials"]["client_secret"],
        "IXKIT_SILVASOFT_URL": silvasoft["url"],
        "IXKIT_SILVASOFT_API_KEY": silvasoft["credentials"]["api_key"],
        "IXKIT_SILVASOFT_USERNAME": silvasoft["credentials"]["username"],
    }
    assert all(env.values())
    urls = [facts["control"], *(system["url"] for system in facts["systems"].values())]
    assert len({urlsplit(url).port for url in urls}) == len(urls)
    assert all(urlsplit(url)[:1] + urlsplit(url)[2:] == ("http", "", "", "") for url in urls)
    assert facts["pid"] == served.process.pid


def _named_in_the_first_issue(name: str) -> bool:
    return name.startswith(("IXKIT_IXPOLE_", "IXKIT_SILVASOFT_")) or name == "IXKIT_WORLD"


@pytest.mark.parametrize(("system", "method", "path"), DOCUMENTED)
def test_documented_paths_are_appended_to_each_address(
    world: World, system: str, method: str, path: str
) -> None:
    signed_in: httpx.Client = getattr(world, system)
    url = world.env[f"IXKIT_{system.upper()}_URL"] + path
    answer = signed_in.request(method, url, json=INVOICE if method == "POST" else None)
    assert answer.status_code == 200, answer.text


def test_everything_answers_from_the_moment_it_says_so(serving: Serving, visit: Visit) -> None:
    with serving("--scenario", "documents") as served:
        world = visit(served.facts)
        assert world.silvasoft.get("/rest/listtaxcodes/").status_code == 200
        assert world.ixpole.get("/api/instalments").status_code == 200
        assert world.control.get("/readyz").json()["systems"] == list(served.facts["systems"])


def test_an_old_ready_file_never_outlives_the_start(serving: Serving, tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text('{"control": "http://127.0.0.1:1"}')
    with serving("--scenario", "documents", "--ready-file", str(ready)) as served:
        assert json.loads(ready.read_text()) == served.facts


# ---- worlds --------------------------------------------------------------------------------------


def test_a_world_is_found_by_its_path_and_by_its_credentials(
    served: Served, world: World, connect: Connect
) -> None:
    before = len(world.state()["silvasoft"]["sales"]["all"])
    by_path = world.silvasoft.post("/rest/addsalestransaction/", json=INVOICE)
    by_key = connect(served.url("silvasoft")).post(
        "/rest/addsalestransaction/", json=INVOICE, headers=world.key
    )
    assert [by_path.json()[0]["InvoiceNumber"], by_key.json()[0]["InvoiceNumber"]] == [2, 3]
    assert len(world.state()["silvasoft"]["sales"]["all"]) == before + 2


def test_a_token_leads_to_its_own_world(served: Served, world: World, connect: Connect) -> None:
    body = {"instalmentCode": "C-2017-0001-01", "invoiceNumber": "D7"}
    token = {"Authorization": f"Bearer {world.token()}"}
    answer = connect(served.url("ixpole")).put("/api/instalments", json=body, headers=token)
    assert answer.json()["status"] == "Pending"
    assert "C-2017-0001-01" not in _codes(world)


def test_worlds_know_nothing_of_each_other(control: httpx.Client, world: World, visit: Visit) -> None:
    other = visit(control.post("/v1/worlds", json={"scenario": "documents"}).json(), str(control.base_url))
    world.silvasoft.post("/rest/addsalestransaction/", json=INVOICE)
    theirs = other.silvasoft.get("/rest/listsalesinvoices/").json()
    assert [invoice["InvoiceNumber"] for invoice in theirs] == [1]
    assert other.silvasoft.get("/rest/listsalesinvoices/", headers=world.key).status_code == 401
    assert control.delete(f"/v1/worlds/{other.name}").status_code == 204


def test_a_world_nobody_made_is_not_found_in_the_vendors_words(
    served: Served, world: World, connect: Connect
) -> None:
    answer = connect(served.url("silvasoft")).get("/w/nobody/rest/listtaxcodes/", headers=world.key)
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "NOT_FOUND")


def _codes(world: World) -> list[str]:
    return [instalment["instalmentCode"] for instalment in world.ixpole.get("/api/instalments").json()]


# ---- options -------------------------------------------------------------------------------------


def test_clock_seed_and_readings_are_as_asked_for(serving: Serving, visit: Visit) -> None:
    options = ("--clock", "2024-09-02T00:30:00+02:00", "--seed", "11", "--reading", "IXP-19=lenient")
    with serving("--scenario", "documents", *options, "--reading", "SILV-01=lines-50") as served:
        facts, world = served.facts, visit(served.facts)
        assert facts["clock"] == {"now": "2024-09-01T22:30:00Z", "mode": "frozen"}
        read = facts["readings"]
        assert (facts["seed"], read["IXP-19"], read["SILV-01"]) == (11, "lenient", "lines-50")
        assert read["IXP-12"] == "strict"
        assert "C-2024-0123-01" in _codes(world)  # planned for 1 September 2024, so due by now
        late = {"instalmentCode": "C-2016-0090-01", "invoiceNumber": "D9"}
        assert world.ixpole.put("/api/instalments", json=late).status_code == 200  # 409 when read strictly
        many = {**INVOICE, "Invoice_InvoiceLine": [LINE] * 51}
        assert world.silvasoft.post("/rest/addsalestransaction/", json=many).status_code == 400
        booked = world.silvasoft.post("/rest/addsalestransaction/", json=INVOICE).json()[0]
        assert booked["InvoiceDate"] == "02-09-2024"  # the day in Amsterdam, not in London


def test_a_real_clock_runs(serving: Serving) -> None:
    with serving("--scenario", "documents", "--clock", "real") as served:
        assert served.facts["clock"]["mode"] == "running"


def test_the_default_is_a_clubs_season(serving: Serving, visit: Visit) -> None:
    with serving() as served:
        assert served.facts["scenario"] == "club-season"
        assert len(_codes(visit(served.facts))) >= 40


def test_a_faithful_server_says_nothing_that_the_vendors_would_not(
    serving: Serving, world: World, visit: Visit
) -> None:
    assert world.silvasoft.get("/openapi.json").json()["openapi"].startswith("3.0")
    assert "ixkit-event" in world.silvasoft.get("/rest/listtaxcodes/").headers
    with serving("--scenario", "documents", "--faithful") as served:
        true = visit(served.facts)
        for signed_in in (true.silvasoft, true.ixpole):
            answers = [
                signed_in.get("/openapi.json"),
                signed_in.get("/api/instalments"),
                signed_in.get("/api/instalments", headers={"Authorization": ""}),
                signed_in.post("/rest/addsalestransaction/", json={}),
                signed_in.post("/rest/addsalestransaction/", json=INVOICE),
            ]
            assert answers[0].status_code == 404
            assert [name for each in answers for name in each.headers if name.startswith("ixkit")] == []
        # We still know what was wrong; it is only not said on the vendor's side.
        assert "SILV-03" in [rule for event in true.events() for rule in event["violations"]]


@pytest.mark.parametrize("guard", [(), ("--allow-host", "mocks"), ("--token", "s3cret")])
def test_an_address_of_the_network_is_refused_without_a_name_and_a_token(
    ixkit: Ixkit, guard: tuple[str, ...]
) -> None:
    done = ixkit("serve", "--port-base", "0", "--host", "0.0.0.0", *guard)
    assert (done.returncode, done.stdout) == (2, "")
    assert all(
        word in done.stderr for word in ("0.0.0.0", "--allow-host", "IXKIT_CONTROL_TOKEN", "127.0.0.1")
    )


def test_with_a_name_and_a_token_the_network_may_come(serving: Serving, connect: Connect) -> None:
    options = ("--scenario", "documents", "--host", "0.0.0.0", "--allow-host", "mocks.example")
    with serving(*options, env={"IXKIT_CONTROL_TOKEN": "s3cret"}) as served:
        port = urlsplit(served.facts["control"]).port
        control = connect(f"http://127.0.0.1:{port}", headers={"Host": f"mocks.example:{port}"})
        token = {"Authorization": "Bearer s3cret"}
        assert control.get("/healthz").status_code == 200
        assert control.get("/v1/worlds").status_code == 401
        assert control.get("/v1/worlds", headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert control.get("/v1/worlds", headers=token).status_code == 200
        assert control.get("/v1/worlds", headers={**token, "Host": "evil.example"}).status_code == 421
        assert "s3cret" not in json.dumps(served.facts)


# ---- the end -------------------------------------------------------------------------------------


def idle(served: Served, connect: Connect) -> socket.socket:
    """A connection that is kept open after an answer."""
    return _sent(served, b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", answered=True)


def half_a_request(served: Served, connect: Connect) -> socket.socket:
    """A client that stops in the middle of its body."""
    head = b"POST /rest/addsalestransaction/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
    return _sent(served, head + b"Expect: 100-continue\r\n\r\n", answered=True)


def held_back(served: Served, connect: Connect) -> socket.socket:
    """An answer that a fault holds back for ten minutes."""
    fault = {"system": "silvasoft", "place": "received", "harm": "hang", "seconds": 600}
    control = connect(served.facts["control"])
    assert control.post("/v1/worlds/default/faults", json=fault).status_code == 201
    waiting = _sent(served, b"GET /rest/listtaxcodes/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", answered=False)
    seen: list[Any] = []
    while not seen:  # the event is written before its answer is held back
        journal = control.get("/v1/worlds/default/journal", params={"system": "silvasoft"})
        seen = journal.json()["events"]
    return waiting


def _sent(served: Served, request: bytes, *, answered: bool) -> socket.socket:
    port = urlsplit(served.url("silvasoft")).port
    assert port is not None
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(request)
    if answered:
        assert connection.recv(65536).startswith(b"HTTP/1.1 ")
    return connection


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("client", [idle, half_a_request, held_back])
def test_a_signal_ends_the_server_whoever_is_connected(
    serving: Serving, connect: Connect, client: Callable[..., socket.socket], number: signal.Signals
) -> None:
    with serving("--scenario", "documents") as served, client(served, connect):
        served.process.send_signal(number)
        assert served.process.wait(5) in (0, 130)
        assert served.errors() == ""
