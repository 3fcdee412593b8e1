"""How many requests a second does a server answer? Asked by wrk where it is installed, else by a small asker of ours.

Both keep 8 connections open in a process of their own, and count every answer that is not a 2xx.

    python tests/bench/load.py HOST PORT SECONDS REQUEST_FILE
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from urllib.parse import urlsplit

from servers import BenchError, Running

CONNECTIONS = 8


def asker() -> str:
    return "wrk" if shutil.which("wrk") else "our own asker (install wrk: it takes less of the machine)"


def per_second(server: Running, method: str, path: str, body: bytes, *, seconds: float) -> float:
    """Answered requests a second. Raises BenchError when any answer was not a 2xx."""
    headers = {**server.headers, **({"Content-Type": "application/json"} if body else {})}
    with TemporaryDirectory() as folder:
        if shutil.which("wrk"):
            return _wrk(Path(folder), server.url + path, method, headers, body, seconds)
        return _own(Path(folder), server.url, path, method, headers, body, seconds)


def _wrk(
    folder: Path, url: str, method: str, headers: Mapping[str, str], body: bytes, seconds: float
) -> float:
    script = folder / "request.lua"
    (folder / "body").write_bytes(body)
    lines = [
        f'wrk.method = "{method}"',
        *(f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()),
    ]
    if body:
        lines.append(f'wrk.body = io.open("{folder / "body"}", "rb"):read("*a")')
    script.write_text("\n".join(lines), "utf-8")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "60s"]
    command += ["-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for trouble in ("Non-2xx", "Socket errors"):
        if trouble in said:
            raise BenchError(
                f"{method} {url}: {next(line.strip() for line in said.splitlines() if trouble in line)}"
            )
    found = re.search(r"Requests/sec:\s+([0-9.]+)", said)
    if not found:
        raise BenchError(f"wrk said nothing of requests a second: {said[-300:]}")
    return float(found[1])


def _own(
    folder: Path, url: str, path: str, method: str, headers: Mapping[str, str], body: bytes, seconds: float
) -> float:
    host = urlsplit(url)
    head = [f"{method} {path} HTTP/1.1", f"Host: {host.netloc}", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        head.append(f"Content-Length: {len(body)}")
    request = folder / "request"
    request.write_bytes("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    command = [sys.executable, __file__, str(host.hostname), str(host.port), str(seconds), str(request)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    if told["refused"]:
        raise BenchError(
            f"{method} {url}{path}: {told['refused']} answers were not 2xx (one: {told['status']})"
        )
    return float(told["answered"] / told["seconds"])


class Asker(asyncio.Protocol):
    """One connection: ask, read the whole answer, ask again."""

    def __init__(self, request: bytes, counts: dict[str, int]) -> None:
        import httptools

        self.request, self.counts = request, counts
        self.new_parser = lambda: httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.ask()

    def ask(self) -> None:
        self.parser = self.new_parser()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        status = self.parser.get_status_code()
        self.counts["answered"] += 1
        if not 200 <= status < 300:
            self.counts["refused"] += 1
            self.counts["status"] = status
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self.counts["refused"] += 1


async def _ask_for(host: str, port: int, seconds: float, request: bytes) -> dict[str, float]:
    counts = {"answered": 0, "refused": 0, "status": 0}
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    for _ in range(CONNECTIONS):
        await loop.create_connection(lambda: Asker(request, counts), host, port)
    await asyncio.sleep(seconds)
    return {**counts, "seconds": time.perf_counter() - began}


if __name__ == "__main__":
    import uvloop

    to_host, to_port, for_seconds, request_file = sys.argv[1:]
    asking = _ask_for(to_host, int(to_port), float(for_seconds), Path(request_file).read_bytes())
    print(json.dumps(uvloop.run(asking)))
