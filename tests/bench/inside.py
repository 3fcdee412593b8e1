"""What does one request cost us, without sockets and without a client? `python tests/bench/inside.py`.

Whole requests as bytes into the protocol of a connection, answers as bytes out of it, in this process:
microseconds of processor time, the least and the median of many batches. The least is what the work takes;
how far the median lies above it tells of neighbours, of the collector, and of a state that grows.
`--profile KIND` tells where the time goes.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import pstats
import statistics
import sys
import time
from asyncio import new_event_loop
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[2] / "tools"))

from kinds import KINDS, Kind, numbered
from uvicorn.server import ServerState

import marks
from ixmocks.engine.asgi import Front
from ixmocks.engine.direct import Direct
from ixmocks.engine.server import configure, settle
from ixmocks.kit import Kit

BATCH = 10
MARK = "inside"
"""Between these marks of a page the figures stand."""


class Wire:
    """A transport that keeps the last answer."""

    def __init__(self) -> None:
        self.said = b""

    def write(self, data: bytes) -> None:
        self.said = data

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        raise SystemExit(f"bench: the connection was closed after {self.said[:300]!r}")

    def set_write_buffer_limits(self, **_: Any) -> None: ...


def connection(kit: Kit, system: str) -> tuple[Direct, Wire]:
    """A connection to the port of this system, as uvicorn makes one."""
    config = configure(Front(kit.ports[system]))
    config.load()
    protocol = Direct(config=config, server_state=ServerState(), app_state={}, _loop=new_event_loop())
    wire = Wire()
    protocol.connection_made(cast(Any, wire))
    return protocol, wire


def batches(kit: Kit, kind: Kind, seconds: float, many: int) -> Iterator[float]:
    """Microseconds a request, one figure for each batch."""
    protocol, wire = connection(kit, kind.system)
    request = kind.request(kit)
    done, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until or (many and done < many):
        asked = [numbered(request, done + number) for number in range(BATCH)]
        began = time.thread_time()
        for one in asked:
            protocol.data_received(one)
            protocol.send_now()
        yield (time.thread_time() - began) * 1e6 / BATCH
        done += BATCH
        if not wire.said.startswith(b"HTTP/1.1 20"):
            raise SystemExit(f"bench: {kind.name} was answered with {wire.said[:400]!r}")


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main() -> None:
    asked = argparse.ArgumentParser(description="Microseconds of processor time for one request, in process.")
    asked.add_argument("--only", action="append", default=[], help="part of a kind's name")
    asked.add_argument("--seconds", type=float, default=1.0, help="for each kind")
    asked.add_argument("--many", type=int, default=0, help="at least so many requests of each kind")
    asked.add_argument(
        "--profile", action="store_true", help="and where the time goes; slows everything down"
    )
    asked.add_argument("--out", type=Path)
    asked.add_argument("--write", type=Path, help="a page whose table `inside` is to hold the figures")
    given = asked.parse_args()
    try:
        page = given.write.read_text("utf-8") if given.write else ""
        if given.write:
            marks.placed(page, MARK, "")
    except (OSError, ValueError) as error:
        asked.error(f"--write {given.write}: {error}")
    settle()
    found: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        if given.only and not any(part in kind.name for part in given.only):
            continue
        kit = Kit(kind.scenario, readings={"SILV-31": "none"})
        profile = cProfile.Profile() if given.profile else None
        if profile is not None:
            [*batches(kit, kind, 0, BATCH)]
            profile.enable()
        took = [*batches(kit, kind, given.seconds, given.many)]
        if profile is not None:
            profile.disable()
        row = {
            "least": min(took),
            "median": statistics.median(took),
            "last tenth": statistics.median(took[-max(1, len(took) // 10) :]),
        }
        found[kind.name] = row
        shown = "  ".join(f"{what} {figure:7.1f}" for what, figure in row.items())
        print(f"{kind.name:34} {shown}  µs, {len(took) * BATCH} requests, {resident_mb():.0f} MB", flush=True)
        if profile is not None:
            pstats.Stats(profile).sort_stats("tottime").print_stats(45)
        del kit
        gc.collect()
    if given.out:
        given.out.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    if given.write:
        rows = [[name, *(f"{row[what]:,.0f}" for what in ("least", "median"))] for name, row in found.items()]
        made = marks.table(["request", "least, µs", "median, µs"], rows, right=True)
        given.write.write_text(marks.placed(page, MARK, made), "utf-8")


if __name__ == "__main__":
    main()
