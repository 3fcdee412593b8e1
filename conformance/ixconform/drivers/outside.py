"""Whither does a connector call beside the kit? What can be seen of it without rights that a user lacks.

Two looks. A gate: the usual proxy variables lead to a small proxy that notes whom it was asked for and lets nobody
out. And where the machine tells who holds which socket (Linux), a lookout asks so ten times a second. A call that
heeds no proxy variable and is over within a tenth of a second is missed; so is what happens on other systems.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import socket
import threading
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1,localhost,::1"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
HEAD_MAX = 1 << 16
PATIENCE_S = 10.0
LOOK_S = 0.1
CALLS_MAX = 20
"""So many different addresses are kept for one process."""
DNS = 53
WHY = b"ixkit: calls outside of the kit are refused while it judges.\r\n"
REFUSAL = (
    b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n" % len(WHY)
) + WHY


class Gate:
    """A proxy on a free port of its own. It forwards to this machine, refuses all else, and notes it."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def env(self) -> Mapping[str, str]:
        address = f"http://127.0.0.1:{self.port}"
        told = dict.fromkeys(VARIABLES, address)
        return {**told, "NO_PROXY": LOOPBACK, "no_proxy": LOOPBACK, "NODE_USE_ENV_PROXY": "1"}

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: the end
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(PATIENCE_S)
            head = _head(connection)
            method, host, port, path = wanted(head)
            if not host:
                return
            if not is_here(host):
                if len(self.asked) < CALLS_MAX:
                    self.asked.add(f"{host}:{port}")
                connection.sendall(REFUSAL)
                return
            with socket.create_connection((host, port), PATIENCE_S) as there:
                if method == "CONNECT":
                    connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                else:
                    there.sendall(_forwarded(head, method, path))
                _joined(connection, there)


def wanted(head: bytes) -> tuple[str, str, int, str]:
    """Method, host, port and path that a proxy is asked for; no host where it is no such question."""
    line = head.split(b"\r\n", 1)[0].decode("latin-1")
    method, _, rest = line.partition(" ")
    target = rest.rpartition(" ")[0]
    try:
        url = urlsplit(f"//{target}" if method == "CONNECT" else target)
        port = url.port or (443 if method == "CONNECT" or url.scheme == "https" else 80)
        return method, url.hostname or "", port, url._replace(scheme="", netloc="").geturl() or "/"
    except ValueError:
        return method, "", 0, ""


def _head(connection: socket.socket) -> bytes:
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD_MAX:
        more = connection.recv(HEAD_MAX)
        if not more:
            break
        head += more
    return head


def _forwarded(head: bytes, method: str, path: str) -> bytes:
    """The same request as the server itself wants it; its connection ends with it."""
    lines, _, body = head.partition(b"\r\n\r\n")
    _, *headers = lines.split(b"\r\n")
    kept = [each for each in headers if not re.match(rb"(?i)(proxy-|connection:)", each)]
    return b"\r\n".join(
        [f"{method} {path} HTTP/1.1".encode("latin-1"), *kept, b"Connection: close", b"", body]
    )


def _joined(one: socket.socket, other: socket.socket) -> None:
    """Bytes both ways until one side ends."""

    def pour(source: socket.socket, into: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(HEAD_MAX):
                into.sendall(data)
        with contextlib.suppress(OSError):
            into.shutdown(socket.SHUT_WR)

    up = threading.Thread(target=pour, args=(one, other), daemon=True)
    up.start()
    pour(other, one)
    up.join(PATIENCE_S)


def is_here(host: str) -> bool:
    """Whether a host is this machine, where the kit lives."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


# --- sockets, as the machine shows them ---------------------------------------------------------------


class Lookout:
    """Looks at processes that are watched, and keeps the public addresses that they speak to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[int, set[str]] = {}
        self._known: dict[int, set[str]] = {}
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def watch(self, pid: int) -> None:
        if not os.path.isdir("/proc/self/fd"):
            return
        with self._lock:
            self._seen[pid], self._known[pid] = set(), set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_round, daemon=True)
                self._thread.start()
        self._wake.set()

    def calls(self, pid: int) -> frozenset[str]:
        with self._lock:
            return frozenset(self._seen.get(pid, ()))

    def leave(self, pid: int) -> None:
        with self._lock:
            self._seen.pop(pid, None)
            self._known.pop(pid, None)

    def _go_round(self) -> None:
        rest = threading.Event()
        while True:
            with self._lock:
                watched = {pid: set(self._known[pid]) for pid in self._seen}
            if not watched:
                self._wake.clear()
                self._wake.wait()
                continue
            for pid, known in watched.items():
                found, sockets = look(pid, known)
                with self._lock:
                    if pid in self._seen:
                        self._seen[pid] |= set(sorted(found)[:CALLS_MAX])
                        self._known[pid] |= sockets
            rest.wait(LOOK_S)


LOOKOUT = Lookout()


def look(pid: int, known: set[str]) -> tuple[set[str], set[str]]:
    """Public addresses that a process and its children are connected with, and the sockets that were looked at."""
    sockets = {each for member in family(pid) for each in _sockets(member)} - known
    if not sockets:
        return set(), set()
    found, seen = set(), set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/net/{table}", encoding="ascii") as file:
            for inode, address, port in rows(file):
                if inode in sockets:
                    seen.add(inode)
                    if is_public(address) and port != DNS:
                        found.add(f"{_shown(address)}:{port}")
    return found, seen


def family(pid: int) -> list[int]:
    """A process and all that came of it, as far as the kernel names children."""
    found, waiting = [], [pid]
    while waiting:
        member = waiting.pop()
        found.append(member)
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{member}/task"):
                with contextlib.suppress(OSError), open(f"/proc/{member}/task/{task}/children") as file:
                    waiting += [int(child) for child in file.read().split()]
    return found


def _sockets(pid: int) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for fd in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                link = os.readlink(f"/proc/{pid}/fd/{fd}")
                if link.startswith("socket:["):
                    found.add(link[8:-1])
    return found


def rows(lines: Iterable[str]) -> Iterable[tuple[str, str, int]]:
    """Inode, far address and far port of each connected socket in a table of `/proc/net`."""
    for line in lines:
        words = line.split()
        if len(words) < 10 or ":" not in words[2]:
            continue
        host, _, port = words[2].partition(":")
        if set(host) != {"0"}:
            yield words[9], _address(host), int(port, 16)


def _address(text: str) -> str:
    """`0100007F` is 127.0.0.1: words of four bytes, each the wrong way round."""
    raw = bytes.fromhex(text)
    plain = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    found = ipaddress.ip_address(plain)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


def is_public(address: str) -> bool:
    """Private networks may hold the connector's own database; the rest of the world is no business of a test."""
    return ipaddress.ip_address(address).is_global


def _shown(address: str) -> str:
    return f"[{address}]" if ":" in address else address
