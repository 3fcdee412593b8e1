"""A verdict reaches a real callback over a real socket, and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from ixmocks.engine.courier import Courier
from ixmocks.kit import Kit, advance
from ixmocks.riverty import SYSTEM

KIND = "accounting/EDIErrorSent"


@contextmanager
def callback(heard: Queue[dict[str, Any]]) -> Iterator[str]:
    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def kit() -> Kit:
    return Kit("documents", systems=[SYSTEM])


def courier(kit: Kit, *hosts: str) -> Courier:
    made = Courier(kit.worlds, hosts, lambda world: advance(world, kit.worlds.systems, timedelta(0)))
    made.start()
    return made


def ordered(kit: Kit, url: str) -> None:
    body = {"callbackUrl": url, "notificationTypes": [KIND]}
    path = "/administration/v1/notification-callbacks"
    assert kit.ask("riverty", "POST", path, json=body).status == 200
    operation = next(op for op in kit.ports["riverty"].routes.operations() if op.id == "createOrder")
    content = kit.ports["riverty"].document["paths"][operation.path]["post"]["requestBody"]["content"]
    example = next(iter(content["application/json"]["examples"].values()))["value"]
    orders = "/accounting/v1/businesses/1000/customers/C77/orders"
    assert kit.ask("riverty", "POST", orders, json={**example, "orderReference": "ORD77"}).status == 200
    kit.advance(minutes=5)


def test_a_verdict_reaches_the_callback_that_asked_for_it(kit: Kit) -> None:
    heard: Queue[dict[str, Any]] = Queue()
    with callback(heard) as url:
        ordered(kit, url)
        carrying = courier(kit, "127.0.0.1")
        carrying.stir()
        told = heard.get(timeout=10)
        carrying.leave()
        carrying.join(10)
    assert told["type"] == KIND
    assert told["parameters"]["details"]["orderNo"] == "ORD77"
    assert heard.empty()
    assert [event.status for event in kit.world().journal if event.operation == "hook"] == [200]


def test_a_callback_on_a_host_nobody_allowed_is_never_called(kit: Kit) -> None:
    heard: Queue[dict[str, Any]] = Queue()
    with callback(heard) as url:
        ordered(kit, url)
        carrying = Courier(kit.worlds, ["localhost"], lambda world: None)
        assert kit.carry(carrying.post) == 1
    assert heard.empty()
    assert [event.status for event in kit.world().journal if event.operation == "hook"] == [0]
