"""Would anybody notice if a rule were a little weaker? Weakens each rule in turn, and plays all examples of its system.

    python tools/mutate.py                    # all systems
    python tools/mutate.py silvasoft --sample 30 --seed 1
    python tools/mutate.py silvasoft --tests  # what the examples let pass is shown to the system's own tests as well

A mutant changes one thing: a check is off, `<` becomes `<=`, a limit moves by one, `and` becomes `or`; in a contract, a
limit moves by one, or something mandatory is not. Each lives in a process of its own, which loads the changed module
or contract. Exit code 1 below 95 %. Survivors are listed; REASONS says of the known ones why nobody can notice them.
Where a contract and the code behind it both keep a limit, weakening one of them shows nothing: such survivors are many.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.machinery
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SYSTEMS = ("ixpole", "silvasoft", "riverty", "telecomx", "crmcom")
GOAL = 95
CODE = re.compile(r"\b[A-Z]{3,4}-\d{2,}\b")
WEAKER = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
LIMITS = {
    "maxItems": 1,
    "maxLength": 1,
    "maximum": 1,
    "maxProperties": 1,
    "minItems": -1,
    "minLength": -1,
    "minimum": -1,
}
REASONS: dict[str, str] = {}
"""What a mutant is called, to why it cannot be noticed."""


@dataclass(frozen=True, slots=True)
class Mutant:
    rule: str
    file: str
    """Below the project's root."""
    line: int
    what: str
    text: str = ""
    """The changed file."""

    @property
    def name(self) -> str:
        return f"{self.rule} {self.file}:{self.line} {self.what}"


# ---- making them ---------------------------------------------------------------------------------


def mutants(system: str) -> Iterator[Mutant]:
    for path in sorted((ROOT / "mocks" / "ixmocks" / system).glob("*.py")):
        yield from of_code(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    yield from of_contract(
        f"specs/{system}.yaml", (ROOT / "specs" / f"{system}.yaml").read_text(encoding="utf-8")
    )


def of_code(file: str, text: str) -> Iterator[Mutant]:
    """Each check that names a rule in its body, weakened in each way that it offers."""
    tree = ast.parse(text)
    seen: set[tuple[int, str]] = set()
    for number, node in enumerate(ast.walk(tree)):
        if not isinstance(node, ast.If):
            continue
        codes = [c for part in node.body for c in _codes(part)]
        if not codes:
            continue
        for what, change in _changes(node.test):
            if (node.lineno, what) in seen:
                continue
            seen.add((node.lineno, what))
            changed = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(changed)) if i == number)
            assert isinstance(target, ast.If)
            change(target)
            yield Mutant(codes[0], file, node.lineno, what, ast.unparse(ast.fix_missing_locations(changed)))


def _codes(node: ast.AST) -> list[str]:
    """Rules named in a refusal; what stands in an inner check is that check's own."""
    found: list[str] = []
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, ast.If):
            continue
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and CODE.fullmatch(each.value):
            found.append(each.value)
        stack += ast.iter_child_nodes(each)
    return found


def _changes(test: ast.expr) -> Iterator[tuple[str, Any]]:
    """What can be done to a condition: in words, and a function of the copied `if`."""

    def off(node: ast.If) -> None:
        node.test = ast.Constant(False)

    yield "off", off
    for index, part in enumerate(ast.walk(test)):
        if isinstance(part, ast.Compare) and type(part.ops[0]) in WEAKER:
            yield f"{ast.unparse(part)}: the bound itself", _at(index, _bound)
        if isinstance(part, ast.Constant) and type(part.value) is int:
            yield f"{part.value} is {part.value + 1}", _at(index, _one_more)
        if isinstance(part, ast.BoolOp):
            yield f"{ast.unparse(part)[:60]}: and/or", _at(index, _other_word)


def _at(index: int, change: Any) -> Any:
    def run(node: ast.If) -> None:
        change(next(part for i, part in enumerate(ast.walk(node.test)) if i == index))

    return run


def _bound(part: ast.Compare) -> None:
    part.ops[0] = WEAKER[type(part.ops[0])]()  # type: ignore[index]


def _one_more(part: ast.Constant) -> None:
    assert isinstance(part.value, int)
    part.value += 1


def _other_word(part: ast.BoolOp) -> None:
    part.op = ast.Or() if isinstance(part.op, ast.And) else ast.And()


def of_contract(file: str, text: str) -> Iterator[Mutant]:
    """Each keyword that serves a rule, weakened."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    whole = yaml.load(text, loader)
    for at, node in _nodes(whole, ()):
        for entry, code in (node.get("x-rules") or {}).items():
            keyword, _, name = entry.partition(".")
            changed = copy.deepcopy(whole)
            target = changed
            for step in at:
                target = target[step]
            if keyword in LIMITS:
                holder = target if keyword in target else target.get("schema", {})
                if not isinstance(holder.get(keyword), int):
                    continue
                holder[keyword] += LIMITS[keyword]
                if holder[keyword] < 0 and keyword != "minimum":
                    continue
                what = f"{keyword} {holder[keyword]}"
            elif keyword == "required" and name:
                target["required"] = [each for each in target["required"] if each != name]
                if not target["required"]:
                    del target["required"]
                what = f"{name} need not be there"
            elif keyword in ("pattern", "enum"):
                (target if keyword in target else target["schema"]).pop(keyword)
                what = f"no {keyword}"
            else:
                continue
            place = "/".join(map(str, at))
            yield Mutant(code, file, 0, f"{place}: {what}", json.dumps(changed, default=str))


def _nodes(node: Any, at: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("x-rules"), dict) and at:
            yield at, node
        for name, value in node.items():
            yield from _nodes(value, (*at, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _nodes(value, (*at, index))


# ---- letting one live ----------------------------------------------------------------------------


class Changed(importlib.abc.Loader, importlib.abc.MetaPathFinder):
    """Loads one module from another text."""

    def __init__(self, name: str, path: str, text: str) -> None:
        self.name, self.path, self.text = name, path, text

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=self.path)

    def exec_module(self, module: Any) -> None:
        module.__file__ = self.path
        exec(compile(self.text, self.path, "exec"), module.__dict__)


def become(mutant: Mutant, folder: Path) -> None:
    """From here on this process has the changed module, or the changed contract."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("ixmocks", "ixcheck")]:
        del sys.modules[name]
    if mutant.file.startswith("specs/"):
        import ixmocks.places

        for path in (ROOT / "specs").glob("*.yaml"):
            (folder / path.name).symlink_to(path)
        changed = folder / Path(mutant.file).name
        changed.unlink()
        changed.write_text(mutant.text, encoding="utf-8")
        ixmocks.places.SPECS = folder
        os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    else:
        name = mutant.file.removeprefix("mocks/").removesuffix(".py").replace("/", ".")
        sys.meta_path.insert(0, Changed(name, str(ROOT / mutant.file), mutant.text))


def noticed_by_examples(system: str, books: dict[str, Any]) -> str:
    """The first example that goes otherwise now; empty where none does."""
    from ixcheck.specs.examples import CLOCK, failed
    from ixmocks.kit import Kit
    from ixmocks.systems import SYSTEMS as ALL

    kit = Kit("documents", clock=CLOCK, seed=7, systems=[each for each in ALL if each.name == system])
    for code, rule in books.items():
        for side in ("obeys", "breaks"):
            said = failed(kit, system, rule[side])
            if said:
                return f"{code} {side}: {said}"
    return ""


def tried(system: str, mutant: Mutant, books: dict[str, Any]) -> str:
    """Who noticed, seen from a child that is thrown away; empty: nobody."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with tempfile.TemporaryDirectory() as folder:
                become(mutant, Path(folder))
                said = noticed_by_examples(system, books)
        except BaseException as error:  # a mutant that cannot even start is noticed as well
            said = f"{type(error).__name__}: {error}"
        finally:
            os.write(writing, said.encode()[:2000])
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as said_by:
        said = said_by.read().decode(errors="replace")
    os.waitpid(child, 0)
    return said


def noticed_by_tests(system: str, mutant: Mutant) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "mutant.json"
        told.write_text(json.dumps(asdict(mutant)), encoding="utf-8")
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "mutate",
            f"tests/mocks/{system}",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
        ]
        done = subprocess.run(
            words, cwd=ROOT, capture_output=True, check=False,
            env=os.environ | {"PYTHONPATH": str(ROOT / "tools"), "IXKIT_MUTANT": str(told)},
        )  # fmt: skip
    return done.returncode == 1


if __name__ != "__main__" and os.environ.get("IXKIT_MUTANT"):
    _told = Path(os.environ["IXKIT_MUTANT"])
    (_told.parent / "specs").mkdir()
    become(Mutant(**json.loads(_told.read_text(encoding="utf-8"))), _told.parent / "specs")


# ---- the score -----------------------------------------------------------------------------------


def score(
    system: str, *, sample: int = 0, seed: int = 0, tests: bool = False
) -> tuple[int, list[Mutant], list[Mutant]]:
    """How many were tried, those that nobody noticed, and those of which it is known why."""
    import connexion  # noqa: F401  (once here, and not in every child)
    import jsonschema_rs  # noqa: F401
    import yaml

    text = (ROOT / "specs" / f"{system}.rules.yaml").read_bytes()
    books = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["rules"]
    every = list(mutants(system))
    chosen = random.Random(seed).sample(every, min(sample, len(every))) if sample else every
    survivors = [each for each in chosen if not tried(system, each, books)]
    if tests:
        survivors = [each for each in survivors if not noticed_by_tests(system, each)]
    known = [each for each in survivors if each.name in REASONS]
    return len(chosen), [each for each in survivors if each not in known], known


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("systems", nargs="*", choices=[*SYSTEMS, []], help="all unless told")
    parser.add_argument("--sample", type=int, default=0, help="only so many of each system")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", action="store_true", help="show survivors to the system's own tests")
    given = parser.parse_args()
    tried_all = missed = 0
    for system in given.systems or SYSTEMS:
        number, survivors, known = score(system, sample=given.sample, seed=given.seed, tests=given.tests)
        tried_all += number
        missed += len(survivors)
        print(f"{system}: {number - len(survivors) - len(known)} of {number} noticed, {len(known)} cannot be")
        for each in survivors:
            print(f"  survived  {each.name}")
        for each in known:
            print(f"  known     {each.name}: {REASONS[each.name]}")
    percent = 100 * (tried_all - missed) // max(tried_all, 1)
    print(f"{percent} % of {tried_all}")
    return 0 if percent >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
