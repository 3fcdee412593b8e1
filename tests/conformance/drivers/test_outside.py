"""Are calls that leave the kit seen, and let nowhere? Nothing here reaches any network but this machine's own."""

from __future__ import annotations

import os
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from ixconform.drivers import outside
from ixconform.drivers.command import CommandDriver
from ixconform.drivers.driver import Surroundings
from ixconform.drivers.outside import Gate, is_here, is_public, look, rows, wanted

linux = pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="sockets are shown by /proc")
TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0 20 4 30 10 -1
   2: 0200000A:9C40 08080808:01BB 02 00000000:00000000 00:00000000 00000000     0        0 13 1 0 20 4 30 10 -1
""".splitlines()


@pytest.fixture
def gate():  # type: ignore[no-untyped-def]
    made = Gate()
    yield made
    made.close()


def test_whoever_asks_the_gate_for_another_host_is_refused_and_noted(gate: Gate) -> None:
    with httpx.Client(proxy=f"http://127.0.0.1:{gate.port}", trust_env=False, timeout=5) as client:
        assert client.get("http://api.vendor.example/rest/list").status_code == 403
        with pytest.raises(httpx.ProxyError):
            client.get("https://login.vendor.example/oauth")
    assert gate.asked == {"api.vendor.example:80", "login.vendor.example:443"}


def test_the_gate_lets_through_to_the_kit_and_notes_nothing(gate: Gate) -> None:
    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.path.encode() + b" " + body)

        def log_message(self, *about: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.handle_request, daemon=True).start()
    with httpx.Client(proxy=f"http://127.0.0.1:{gate.port}", trust_env=False, timeout=5) as client:
        answer = client.post(f"http://127.0.0.1:{server.server_port}/api?x=1", content=b"hello")
    server.server_close()
    assert (answer.status_code, answer.text, gate.asked) == (200, "/api?x=1 hello", set())


@pytest.mark.parametrize(
    "text", [b"", b"\r\n\r\n", b"NOISE\r\n\r\n", b"GET http://[::1 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00"]
)
def test_noise_at_the_gate_is_no_call(gate: Gate, text: bytes) -> None:
    with socket.create_connection(("127.0.0.1", gate.port), 5) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
    assert not gate.asked


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"GET http://h.example/a?b=c HTTP/1.1\r\n", ("GET", "h.example", 80, "/a?b=c")),
        (b"GET http://h.example:81 HTTP/1.1\r\n", ("GET", "h.example", 81, "/")),
        (b"CONNECT h.example:443 HTTP/1.1\r\n", ("CONNECT", "h.example", 443, "/")),
        (b"CONNECT [2001:db8::1]:8443 HTTP/1.1\r\n", ("CONNECT", "2001:db8::1", 8443, "/")),
    ],
)
def test_a_proxy_question_is_read(head: bytes, found: tuple[str, str, int, str]) -> None:
    assert wanted(head) == found


def test_the_kit_is_here_and_the_world_is_public() -> None:
    assert all(map(is_here, ("127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST.")))
    assert not any(map(is_here, ("api.silvasoft.nl", "10.0.0.1", "localhost.evil.example")))
    assert is_public("8.8.8.8")
    assert not any(map(is_public, ("127.0.0.1", "10.1.2.3", "172.17.0.2", "192.168.1.5", "::1", "fd00::1")))


def test_a_table_of_sockets_is_read() -> None:
    assert list(rows(TABLE)) == [("12", "127.0.0.1", 8080), ("13", "8.8.8.8", 443)]
    words = f"3: {'0' * 32}:9C40 60480120000060480000000088880000:01BB 02 a b c d e 14"
    assert list(rows([words])) == [("14", "2001:4860:4860::8888", 443)]


@linux
def test_a_connection_of_a_process_is_seen_in_the_machine_s_own_tables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outside, "is_public", lambda address: True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            found, sockets = look(os.getpid(), set())
            assert f"127.0.0.1:{port}" in found
            again, _ = look(os.getpid(), sockets)
            assert f"127.0.0.1:{port}" not in again


def test_a_run_tells_whom_it_called_through_the_proxy_that_its_environment_names(tmp_path: Path) -> None:
    script = (
        "import os, socket, urllib.parse as p; at = p.urlsplit(os.environ['https_proxy'])\n"
        "s = socket.create_connection((at.hostname, at.port))\n"
        "s.sendall(b'CONNECT api.vendor.example:443 HTTP/1.1\\r\\n\\r\\n')\n"
        "print(s.recv(99))"
    )
    place = Surroundings(env={"PATH": os.environ["PATH"]}, folder=tmp_path, secrets={}, world="w")
    run = CommandDriver([sys.executable, "-S", "-c", script]).open(place).begin()
    run.wait(20)
    end = run.finish()
    assert end.calls == ("api.vendor.example:443",)
    assert "403 Forbidden" in end.output
