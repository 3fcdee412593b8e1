"""How fast is the Silvasoft mock, beside Prism, on the same contract and the same requests? `make bench`.

Each round starts all servers anew and asks all of them the same, in turns, so that a busy moment of the
machine hits all. Figures are medians of the rounds. The exit code is 0 whether a bar was reached or
not; 4 when the run proves nothing (an answer that was no 2xx, a server that did not start).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[2] / "tools"))

from kinds import sale
from load import asker, per_second
from rich.console import Console
from rich.table import Table
from servers import ADD, LIST, PRISM, ROOT, BenchError, Running, ask, fastify, ours, prism, wiremock

import marks

SERVERS: dict[str, Callable[[], AbstractContextManager[Running]]] = {
    "ixkit": ours,
    "prism": prism,
    "fastify": fastify,
    "wiremock": wiremock,
}
BARS: dict[str, tuple[str, float]] = {
    "POST, 1 line": ("at least", 3.0),
    "POST, 75 lines": ("at least", 2.0),
    "start to first 200, s": ("at most", 0.7),
    "resident, MB": ("at most", 90.0),
    "reset of a world, ms": ("at most", 1.0),
    "a new world, ms": ("at most", 5.0),
    "a new world over HTTP, ms": ("at most", 20.0),
}
MARK = "bench"
"""Between these marks of a page the figures stand."""
COST = ", µs of processor"
"""For one request. Neighbours take time from everybody, but hardly change what a request costs."""
WARM_S, WARM_JAVA_S = 2, 12
BUSY = 0.3
"""Load per core before the start, above which a figure says more of the neighbours than of us."""
Figures = dict[str, dict[str, list[float]]]


def invoice(lines: int) -> bytes:
    return json.dumps(sale(lines)).encode()


REQUESTS = {
    "GET list": ("GET", LIST, b""),
    "POST, 1 line": ("POST", ADD, invoice(1)),
    "POST, 10 lines": ("POST", ADD, invoice(10)),
    "POST, 75 lines": ("POST", ADD, invoice(75)),
}
"""In this order: the list is asked for while it is short, as Prism's always is."""


def measure(names: list[str], rounds: int, seconds: float) -> Figures:
    figures: Figures = {name: {} for name in names}
    for number in range(rounds):
        with ExitStack() as stack:
            order = names if number % 2 == 0 else names[::-1]
            running = {name: stack.enter_context(SERVERS[name]()) for name in order}
            for name, server in running.items():
                note(figures[name], "start to first 200, s", server.start_s)
                note(figures[name], "resident, MB", server.resident_mb)
                check(name, server)
            for what, request in REQUESTS.items():
                for name, server in running.items():
                    per_second(server, *request, seconds=WARM_JAVA_S if name == "wiremock" else WARM_S)
                    before = server.processor_s
                    answered = per_second(server, *request, seconds=seconds)
                    note(figures[name], what, answered)
                    note(
                        figures[name], what + COST, (server.processor_s - before) * 1e6 / (answered * seconds)
                    )
            for name, server in running.items():
                note(figures[name], "resident after load, MB", server.resident_mb)
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return figures


def check(name: str, server: Running) -> None:
    """What is measured must be the work that we mean: answers to good requests, a no to bad ones."""
    for what, (method, path, body) in REQUESTS.items():
        status, said = ask(server.url, method, path, server.headers, body or None)
        if not 200 <= status < 300:
            raise BenchError(f"{name} answered {status} to {what}: {said[:300].decode(errors='replace')}")
    for bad in (b"{}", invoice(1).replace(b"449.68", b"[]"), invoice(75).replace(b"449.68", b"[]")):
        status, _ = ask(server.url, "POST", ADD, server.headers, bad)
        if not 400 <= status < 500:
            raise BenchError(
                f"{name} answered {status} to a body that breaks the contract: it does not check"
            )


def note(figures: dict[str, list[float]], what: str, figure: float) -> None:
    figures.setdefault(what, []).append(figure)


def reset_ms(times: int = 200) -> list[float]:
    """A world that holds 500 invoices goes back to what it was at first, in process."""
    from ixmocks.kit import Kit

    kit = Kit("documents", readings={"SILV-31": "none"})
    took = []
    for _ in range(5):
        for _ in range(100):
            kit.ask("silvasoft", "POST", ADD, data=invoice(1), headers={"content-type": "application/json"})
        for _ in range(times // 5):
            began = time.perf_counter()
            kit.world().reset()
            took.append((time.perf_counter() - began) * 1000)
    return took


def create_ms(times: int = 200) -> list[float]:
    """A world of a scenario that was read before, in process."""
    from ixmocks.kit import Kit

    kit = Kit("documents")
    kit.create("first", scenario="club-season")
    return [
        _took(lambda number=number: kit.create(f"w{number}", scenario="club-season"))
        for number in range(times)
    ]


def create_over_http_ms(times: int = 100) -> list[float]:
    """The same through the control API, connection included; the first call, which builds the API, is not counted."""
    wanted = json.dumps({"scenario": "club-season"}).encode()
    with ours() as server:

        def create() -> None:
            status, said = ask(server.control, "POST", "/v1/worlds", {}, wanted)
            if status != 201:
                raise BenchError(f"POST /v1/worlds answers {status}: {said[:300].decode(errors='replace')}")

        create()
        return [_took(create) for _ in range(times)]


def _took(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return (time.perf_counter() - began) * 1000


def compared(figures: Figures) -> Iterator[tuple[str, float, list[tuple[float, float] | None]]]:
    """What was measured, ours, and for each of the others its figure and how many times better ours is."""
    others = [name for name in figures if name != "ixkit"]
    for what, taken in figures["ixkit"].items():
        ixkit, beside = statistics.median(taken), list[tuple[float, float] | None]()
        for name in others:
            if what not in figures[name]:
                beside.append(None)
                continue
            other = statistics.median(figures[name][what])
            beside.append((other, ixkit / other if what in REQUESTS else other / ixkit))
        yield what, ixkit, beside


def table(figures: Figures) -> Table:
    """For a terminal, with the bars. Prism is the first of the others."""
    heads = [head for name in figures if name != "ixkit" for head in (name, "ratio")]
    rows = Table("", "ixkit", *heads, "bar", "", box=None, pad_edge=False)
    for column in rows.columns[1:-2]:
        column.justify = "right"
    for what, ixkit, beside in compared(figures):
        cells = [
            cell
            for each in beside
            for cell in (("", "") if each is None else (shown(each[0]), f"{each[1]:.2f}"))
        ]
        judge = beside[0][1] if what in REQUESTS and beside[0] is not None else ixkit
        rows.add_row(what, shown(ixkit), *cells, *judged(what, judge))
    return rows


def for_page(figures: Figures) -> str:
    """For a page, which is narrower."""
    rows = [
        [
            what,
            shown(ixkit),
            *("–" if each is None else f"{shown(each[0])} ({each[1]:.2f}×)" for each in beside),
        ]
        for what, ixkit, beside in compared(figures)
    ]
    return marks.table(["", *figures], rows, right=True)


def judged(what: str, figure: float) -> tuple[str, str]:
    if what not in BARS:
        return "", ""
    way, bar = BARS[what]
    kept = figure >= bar if way == "at least" else figure <= bar
    return f"{way} {bar:g}{'×' if what in REQUESTS else ''}", "ok" if kept else "missed"


def shown(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.3g}"


def machine() -> dict[str, Any]:
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    version = json.loads((PRISM.parents[1] / "package.json").read_text("utf-8"))["version"]
    return {
        "cores": os.cpu_count() or 1, "load before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(), "node": node,
        "prism": version, "load": asker(),
    }  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description="Requests a second, start and memory, beside Prism.")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--seconds", type=float, default=3, help="per request kind, server and round")
    asked.add_argument(
        "--beside", action="append", default=[], choices=["fastify", "wiremock"],
        help="measure this one, too (needs Node 20 or Java, and `make tools/rivals/node_modules/.stamp`)",
    )  # fmt: skip
    asked.add_argument("--write", type=Path, help="a page whose table `bench` is to hold the figures")
    asked.add_argument("--out", type=Path, default=ROOT / "bench.json")
    given = asked.parse_args()
    try:
        about = machine()
        print(", ".join(f"{key} {value}" for key, value in about.items()))
        if about["load before"] > BUSY * about["cores"]:
            print("the machine is busy with something else: read the ratios with care, or come back later")
        page = given.write.read_text("utf-8") if given.write else ""
        if given.write:
            marks.placed(page, MARK, "")  # before the long work: is there a place for what comes of it?
        figures = measure(["ixkit", "prism", *given.beside], given.rounds, given.seconds)
        figures["ixkit"]["reset of a world, ms"] = reset_ms()
        figures["ixkit"]["a new world, ms"] = create_ms()
        figures["ixkit"]["a new world over HTTP, ms"] = create_over_http_ms()
    except (BenchError, OSError, ValueError, subprocess.CalledProcessError) as error:
        print(f"bench: this run proves nothing: {error}", file=sys.stderr)
        sys.exit(4)
    given.out.write_text(json.dumps({"machine": about, "figures": figures}, indent=2) + "\n", "utf-8")
    print(f"\nrequests a second unless another unit is named; medians of {given.rounds} rounds\n")
    Console().print(table(figures))
    if given.write:
        facts = ", ".join(f"{key} {value}" for key, value in about.items())
        made = f"{for_page(figures)}\n\nMachine: {facts}. Medians of {given.rounds} rounds."
        given.write.write_text(marks.placed(page, MARK, made), "utf-8")
    print(f"\nall figures: {given.out}")


if __name__ == "__main__":
    main()
