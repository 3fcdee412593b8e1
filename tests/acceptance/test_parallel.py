"""Eight workers use fifty worlds of one server at the same time, and nobody meets anybody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from acceptance.conftest import Connect, Served, Visit

WORLDS, WORKERS = 50, 8


def work(number: int, visit: Visit, control: httpx.Client, address: str) -> Any:
    """What one test does in its world: books, is refused, loses an answer, lets time pass."""
    body = {"scenario": "documents", "readings": {"SILV-31": "none"}, "seed": number}
    made = control.post("/v1/worlds", json=body)
    assert made.status_code == 201, made.text
    world = visit(made.json(), address)
    path = f"/v1/worlds/{world.name}"
    invoice = {
        "CustomerNumber": 1, "InvoiceNotes": f"W{number:03d}",
        "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 100 + number}],
    }  # fmt: skip
    for _ in range(number % 3):
        assert world.silvasoft.post("/rest/addsalestransaction/", json=invoice).status_code == 200
    assert (
        world.silvasoft.post(
            "/rest/addsalestransaction/", json={"InvoiceNotes": f"W{number:03d}"}
        ).status_code
        == 400
    )
    control.post(f"{path}/clock/advance", json={"by": 60 * number})
    fault = {
        "place": "after_commit",
        "harm": "reset",
        "system": "silvasoft",
        "operation": "addsalestransaction",
    }
    control.post(f"{path}/faults", json=fault)
    with pytest.raises(httpx.TransportError):
        world.silvasoft.post("/rest/addsalestransaction/", json=invoice)
    return world


def test_fifty_worlds_and_eight_workers_never_meet(
    served: Served, control: httpx.Client, connect: Connect, visit: Visit
) -> None:
    address = str(served.facts["control"])
    together = Barrier(WORKERS)

    def worker(numbers: Iterable[int]) -> list[tuple[int, Any]]:
        own = connect(address)
        together.wait(30)
        return [(number, work(number, visit, own, address)) for number in numbers]

    with ThreadPoolExecutor(WORKERS) as pool:
        worlds = [
            pair
            for done in pool.map(worker, [range(n, WORLDS, WORKERS) for n in range(WORKERS)])
            for pair in done
        ]
    assert len({world.name for _, world in worlds}) == WORLDS
    keys = [world.env["IXKIT_SILVASOFT_API_KEY"] for _, world in worlds]
    assert len(set(keys)) == WORLDS
    for number, world in worlds:
        posts = [event for event in world.events() if event["operation"] == "addsalestransaction"]
        assert [event["status"] for event in posts if not event["fault"]] == [200] * (number % 3) + [400]
        assert len(posts) == number % 3 + 2
        booked = [
            sale
            for sale in world.state()["silvasoft"]["sales"]["all"].values()
            if "W" in str(sale.get("notes", ""))
        ]
        assert [sale["notes"] for sale in booked] == [f"W{number:03d}"] * (number % 3 + 1)
        assert world.get("/clock")["now"] == f"2017-05-05T07:{number % 60:02d}:00Z"
        assert world.get("/faults")["faults"] == []
        assert control.delete(f"/v1/worlds/{world.name}").status_code == 204


@pytest.mark.long
def test_eight_workers_of_pytest_share_one_server(served: Served, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('n', range(50))\n"
        "def test_it(ixkit_world, silvasoft, n):\n"
        "    silvasoft.client.get(f'/rest/listtaxcodes/?Limit={n}')\n"
        "    assert [e.query for e in ixkit_world.journal.all()] == [f'Limit={n}']\n"
    )
    options = ["-q", "-n", str(WORKERS), "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    command = [sys.executable, "-m", "pytest", *options, "--ixkit-url", str(served.facts["control"])]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=600)
    assert "50 passed" in done.stdout, done.stdout + done.stderr
