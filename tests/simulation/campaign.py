"""How are very many lives played? As a list of independent cases, handed to an executor of ``concurrent.futures``.

``python -m simulation.campaign random --lives 100000`` plays them on this machine's processors;
``--executor dask://HOST:PORT`` on a Dask cluster whose workers have this checkout (``tests`` on their path).
``--done FILE`` writes each case down when it is done; started again with it, only the rest is played. ``--shard 2/8``
plays the second of eight parts, for as many machines.
Exit code 0: every promise was kept; 1: one was broken, and the replay command was printed; 2: usage; 3: broken off;
4: no executor.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from simulation.case import Case, Played, play, read_line
from simulation.worlds import WAYS

KINDS = ("singles", "pairs", "random", "traces", "together")
CHUNK = 250
"""Random lives of one case."""


def cases(
    kind: str, *, lives: int, seed: int, ways: Sequence[str], parts: int, every: bool
) -> Iterator[Case]:
    """The campaign as its independent parts."""
    if kind in ("random", "traces"):
        for first in range(seed, seed + lives, CHUNK):
            yield Case(kind, ways[0] if len(ways) == 1 else "", first, min(CHUNK, seed + lives - first))
    elif kind == "together":
        yield from (Case(kind, way) for way in ways)  # each whole
    else:
        yield from (Case(kind, way, part, parts, every) for way in ways for part in range(parts))


@dataclass(frozen=True, slots=True)
class Done:
    """The file that says which cases are done: one line each, written when it is."""

    path: Path | None

    def read(self) -> list[Played]:
        """What was written. A last line that was cut off counts as not done."""
        if self.path is None or not self.path.is_file():
            return []
        lines = self.path.read_text("utf-8").splitlines(keepends=True)
        if lines and not lines[-1].endswith("\n"):
            self.path.write_text("".join(lines[:-1]), "utf-8")
            lines.pop()
        return [read_line(line) for line in lines]

    def add(self, played: Played) -> None:
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as out:
                out.write(played.line() + "\n")


def sharded(todo: Sequence[Case], text: str) -> list[Case]:
    """``2/8``: each eighth case from the second on. Raises ValueError for what is none."""
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise ValueError(f"shard {text!r}: expected PART/PARTS such as 2/8")
    return list(todo[int(part) - 1 :: int(parts)])


# --- executors --------------------------------------------------------------------------------


@contextmanager
def executor_of(text: str) -> Iterator[Executor]:
    """``processes``, ``processes:N`` or ``dask://HOST:PORT``. Raises ValueError for anything else."""
    kind, _, rest = text.partition(":")
    if kind == "processes" and (not rest or rest.isdecimal()):
        workers = int(rest) if rest else os.cpu_count() or 1
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield pool
    elif kind == "dask" and rest.startswith("//"):
        from distributed import Client

        with Client(f"tcp:{rest}", timeout="10s") as client:
            yield client.get_executor(pure=False)
    else:
        raise ValueError(f"executor {text!r}: expected processes, processes:N or dask://HOST:PORT")


def run(todo: Iterable[Case], executor: Executor) -> Iterator[Played]:
    """Each case as it is done, in whatever order."""
    for future in as_completed([executor.submit(play, case) for case in todo]):
        yield future.result()


# --- by hand ----------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    began = time.monotonic()
    whole = Campaign(chosen.done)
    try:
        whole.plan(chosen)
        with executor_of(chosen.executor) as executor:
            whole.play(executor)
    except ValueError as error:
        print(f"campaign: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"campaign: broken off after {len(whole.done)} cases", file=sys.stderr)
        print(summary(whole.done, time.monotonic() - began))
        return 3
    except (OSError, ImportError) as error:
        hint = "; `pip install distributed` for Dask" if isinstance(error, ImportError) else ""
        print(f"campaign: {chosen.executor} cannot be used: {error}{hint}", file=sys.stderr)
        return 4
    print(summary(whole.done, time.monotonic() - began))
    if whole.before:
        print(whole.with_before())
    return 1 if any(each.broken for each in whole.all) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulation.campaign", description="Play very many lives.")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--lives", type=int, default=10_000, help="random: how many lives")
    parser.add_argument("--seed", type=int, default=0, help="random: the first seed")
    parser.add_argument("--way", action="append", choices=list(WAYS), help="only this target and mode")
    parser.add_argument("--executor", default="processes", help="processes, processes:N or dask://HOST:PORT")
    parser.add_argument("--parts", type=int, default=40, help="singles, pairs: cases per way")
    parser.add_argument("--every", action="store_true", help="singles, pairs: every spelling of every fault")
    parser.add_argument(
        "--done", type=Path, help="write each case here when it is done, and skip those that are"
    )
    parser.add_argument("--shard", default="1/1", help="only this part of the cases, such as 2/8")
    return parser


class Campaign:
    """What is to be played, what was done before, and what is done now."""

    def __init__(self, done: Path | None) -> None:
        self.ledger = Done(done)
        self.todo: list[Case] = []
        self.before: list[Played] = []
        self.done: list[Played] = []

    @property
    def all(self) -> list[Played]:
        return [*self.before, *self.done]

    def plan(self, chosen: argparse.Namespace) -> None:
        """Raises ValueError where the shard, or a line of the file, is none."""
        every = cases(
            chosen.kind,
            lives=chosen.lives,
            seed=chosen.seed,
            ways=chosen.way or list(WAYS),
            parts=chosen.parts,
            every=chosen.every,
        )
        self.todo = sharded(list(every), chosen.shard)
        self.before = [each for each in self.ledger.read() if each.case in self.todo]

    def play(self, executor: Executor) -> None:
        """What is left; each case is written down and told when it is done."""
        there = {each.case for each in self.before}
        left = [case for case in self.todo if case not in there]
        for played in run(left, executor):
            self.done.append(played)
            self.ledger.add(played)
            for text in played.told:
                print(text, end="\n\n", flush=True)
            print(
                f"{len(self.all)} of {len(self.todo)} cases done, {sum(each.lives for each in self.all):,} lives",
                file=sys.stderr,
                flush=True,
            )

    def with_before(self) -> str:
        whole = self.all
        return (
            f"with what was done before: {len(whole)} of {len(self.todo)} cases, {sum(p.lives for p in whole):,} lives,"
            f" {sum(p.broken for p in whole)} with a broken promise, {sum(p.cpu_s for p in whole):,.0f} s of processors"
        )


def summary(done: Sequence[Played], seconds: float) -> str:
    lives, instalments = sum(each.lives for each in done), sum(each.instalments for each in done)
    cpu_s, broken = sum(each.cpu_s for each in done), sum(each.broken for each in done)
    ends: dict[str, int] = {}
    for each in done:
        for end, count in each.ends.items():
            ends[end] = ends.get(end, 0) + count
    shares = ", ".join(f"{end} {count}" for end, count in sorted(ends.items(), key=lambda pair: -pair[1]))
    rate = f"{instalments / seconds * 3600:,.0f} instalment lives an hour" if seconds else ""
    if lives:
        rate += f"; {cpu_s / lives * 1000:,.1f} s of a processor for 1,000 lives"
    return (
        f"{lives:,} lives of {instalments:,} instalments, {sum(each.requests for each in done):,} requests,"
        f" {broken} with a broken promise\n{seconds:,.1f} s here, {cpu_s:,.1f} s of processors: {rate}\n{shares}"
    )


if __name__ == "__main__":
    sys.exit(main())
