"""Would anybody notice if a rule were a little weaker? Weakens each rule in turn, and runs the tests that could tell.

    python tools/mutate.py                       # all systems
    python tools/mutate.py silvasoft --sample 30 --seed 1
    python tools/mutate.py --write docs/mutants.md

A mutant changes one thing: a check is off, `<` becomes `<=`, a limit moves by one, `and` becomes `or`; in a contract, a
limit moves by one, or something mandatory is not. It is shown to the examples of the rule book and to the system's own
tests, those first that are about its rule. Exit code 1 below 95 %. tools/mutants/known.yaml says of survivors why.
Verdicts are kept in build/mutants until code, contract or tests change, so that a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from mutants.keeping import Kept
from mutants.making import ROOT, SYSTEMS, mutants
from mutants.page import Score, page, reasons

GOAL = 95


def score(
    system: str, *, sample: int = 0, seed: int = 0, jobs: int = 1, only: str = "", fresh: bool = False
) -> Score:
    """What became of the mutants of one system. Those without a kept verdict are hunted, in a process of their own."""
    names = [mutant.name for mutant in mutants(system) if only in mutant.name]
    if sample and sample < len(names):
        names = random.Random(seed).sample(names, sample)
    kept = Kept.of(system)
    if fresh:
        kept.without(names)
    left = [name for name in names if name not in kept.verdicts]
    if not left:
        return Score.of(system, {name: kept.verdicts[name] for name in names})
    with tempfile.TemporaryDirectory() as folder:
        told, wanted = Path(folder) / "broken.json", Path(folder) / "names.json"
        wanted.write_text(json.dumps(left), "utf-8")
        words = [sys.executable, __file__, "--hunt", system, str(wanted), str(told), "--jobs", str(jobs)]
        done = subprocess.run(words, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
        if not told.exists():
            raise SystemExit(
                f"mutate: the tests of {system} do not run (exit {done.returncode}):\n{done.stdout}"
            )
        broken = json.loads(told.read_text("utf-8"))
    found = Kept.of(system)
    if found.digest != kept.digest:
        raise SystemExit(f"mutate: something that decides over {system} changed meanwhile; run it again")
    if broken:
        found.forget()  # without them nobody knows what they would have noticed
    return Score.of(system, {name: found.verdicts[name] for name in names}, broken)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("systems", nargs="*", help=f"all unless told: {', '.join(SYSTEMS)}")
    parser.add_argument("--sample", type=int, default=0, help="only so many of each system")
    parser.add_argument("--seed", type=int, default=0, help="which sample")
    parser.add_argument("--only", default="", help="only mutants whose name contains this, such as SILV-01")
    parser.add_argument("--jobs", type=int, default=1, help="mutants that live at the same time")
    parser.add_argument("--fresh", action="store_true", help="hunt those again that a verdict is kept of")
    parser.add_argument("--write", type=Path, help="write the page with all survivors")
    parser.add_argument("--hunt", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.hunt:
        from mutants.hunting import main as hunt

        system, wanted, told = given.hunt
        return hunt(system, json.loads(Path(wanted).read_text("utf-8")), given.jobs, Path(told))
    unknown = [name for name in given.systems if name not in SYSTEMS]
    if unknown:
        parser.error(f"there is no system {unknown[0]!r}; there are: {', '.join(SYSTEMS)}")
    if given.write and (given.sample or given.only or given.systems):
        parser.error("--write is for the page about all mutants; leave out systems, --sample and --only")
    scores = [
        score(
            system, sample=given.sample, seed=given.seed, jobs=given.jobs, only=given.only, fresh=given.fresh
        )
        for system in given.systems or SYSTEMS
    ]
    return tell(scores, given.write)


def tell(scores: list[Score], write: Path | None) -> int:
    why = reasons()
    for each in scores:
        print(f"{each.system}: {each.noticed} of {each.tried} noticed")
        for name in each.broken:
            print(f"  fails without any mutant, and was not asked: {name}")
        for name in each.mistakes:
            print(f"  could not be tried: {name}")
        for name in each.survivors:
            print(f"  survived  {name}{f': {why[name]}' if name in why else ''}")
    tried, noticed = sum(each.tried for each in scores), sum(each.noticed for each in scores)
    percent = 100 * noticed / max(tried, 1)
    print(f"{noticed} of {tried} noticed: {percent:.1f} %, {GOAL} are asked for")
    if write:
        write.write_text(page(scores), "utf-8")
    broken = any(each.broken or each.mistakes for each in scores)
    return 0 if percent >= GOAL and not broken else 1


if __name__ == "__main__":
    sys.exit(main())
