"""Is what a target posts heard? Put into a folder in order, or posted on to the connector's own endpoint."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from ixconform.ear import Ear


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    made = Ear(tmp_path)
    yield made
    made.close()


class Endpoint:
    """Somebody's own, which takes notifications once it is ready to."""

    def __init__(self) -> None:
        self.ready, self.taken = False, list[bytes]()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if endpoint.ready:
                    endpoint.taken.append(body)
                self.send_response(200 if endpoint.ready else 503)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def post(url: str, body: bytes) -> int:
    with httpx.Client(trust_env=False) as client:
        return client.post(url, content=body).status_code


def test_what_is_posted_lies_in_the_folder_in_order_as_it_was_sent(ear: Ear) -> None:
    bodies = [b'{"n": 1}', b'{"n":  2.50}', b"no json"]
    assert [post(ear.url, each) for each in bodies] == [200, 200, 200]
    files = sorted(ear.folder.iterdir())
    assert [each.name for each in files] == ["000001.json", "000002.json", "000003.json"]
    assert [each.read_bytes() for each in files] == bodies


def test_another_address_hears_nothing(ear: Ear) -> None:
    assert post(ear.url + "x", b"{}") == 404
    assert list(ear.folder.iterdir()) == []


def test_an_endpoint_gets_everything_once_and_in_order_also_what_came_before_it_was_ready(ear: Ear) -> None:
    endpoint = Endpoint()
    try:
        ear.onward = endpoint.url
        assert [post(ear.url, b"1"), post(ear.url, b"2")] == [200, 200]
        assert endpoint.taken == []
        endpoint.ready = True
        ear.pass_on()
        assert post(ear.url, b"3") == 200
        ear.pass_on()
        assert endpoint.taken == [b"1", b"2", b"3"]
        assert list(ear.folder.iterdir()) == []
    finally:
        endpoint.close()
