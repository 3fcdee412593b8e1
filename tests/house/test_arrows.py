"""Do decisions stay decisions? Here goes what import-linter cannot see: a clock, chance or a float."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CLOCK_AND_CHANCE = {"now", "today", "utcnow", "monotonic", "perf_counter", "time_ns", "uuid1", "uuid4"}

NO_AMOUNTS = {"bridge/ixbridge/core/answers.py", "bridge/ixbridge/core/recovery.py"}
"""They decide how many seconds to wait, which may be a float; no amount passes through them."""

HALF_EVEN = "half_even"
"""``round`` takes halves to the even cent: only a function that says so in its name may."""


def decisions() -> list[Path]:
    """The modules that decide: what is in them must be the same today, tomorrow and on every machine."""
    systems = [path.parent for path in ROOT.glob("mocks/ixmocks/*/rules.py")]
    rooms = [ROOT / "bridge" / "ixbridge" / room for room in ("core", "sources", "targets")]
    return sorted(path for folder in systems + rooms for path in folder.rglob("*.py"))


def house_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def amounts() -> list[Path]:
    return [path for path in decisions() if house_name(path) not in NO_AMOUNTS]


def reads_clock_or_chance(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in CLOCK_AND_CHANCE:
                yield f"line {node.lineno}: .{node.func.attr}(): time and chance arrive as arguments"
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"open", "input", "print"}
        ):
            yield f"line {node.lineno}: {node.func.id}(): decisions do no I/O"


def touches_float(node: ast.AST, *, half_even: bool = False) -> Iterator[str]:
    match node:
        case ast.Constant(value=float(value), lineno=line):
            yield f"line {line}: {value!r}: write an integer, or a Decimal from text"
        case ast.Call(func=ast.Name(id="float"), lineno=line):
            yield f"line {line}: float(): amounts are integers of the minor unit"
        case ast.Call(func=ast.Name(id="round"), lineno=line) if not half_even:
            yield f"line {line}: round(): takes halves to the even cent, money goes away from zero"
        case ast.FunctionDef(name=name) if HALF_EVEN in name:
            half_even = True
        case ast.AnnAssign(target=ast.Name(id=name)) if name.lower().endswith("_s"):
            return  # seconds
    for child in ast.iter_child_nodes(node):
        yield from touches_float(child, half_even=half_even)


@pytest.mark.parametrize("path", decisions(), ids=house_name)
def test_a_decision_reads_no_clock_and_no_chance(path: Path) -> None:
    assert list(reads_clock_or_chance(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize("path", amounts(), ids=house_name)
def test_no_float_comes_near_money(path: Path) -> None:
    assert list(touches_float(ast.parse(path.read_text("utf-8")))) == []


def test_every_system_is_named_in_the_contracts() -> None:
    """A new system is bound by the same arrows as the others, or this says so."""
    systems = {f"ixmocks.{path.parent.name}" for path in ROOT.glob("mocks/ixmocks/*/rules.py")}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    named = {each["name"]: {*each.get("modules", ()), *each.get("source_modules", ())} for each in contracts}
    engine = next(each for each in contracts if each.get("source_modules") == ["ixmocks.engine"])
    assert systems <= named["Systems do not import each other"]
    assert systems <= named["Systems and decisions do no I/O and read no clock and no chance"]
    assert systems <= set(engine["forbidden_modules"])


@pytest.mark.parametrize(
    "careless",
    ["datetime.now(tz=UTC)", "date.today()", "datetime.datetime.utcnow()", "uuid.uuid4()", "open('x')"],
)
def test_a_careless_decision_is_caught(careless: str) -> None:
    assert len(list(reads_clock_or_chance(ast.parse(careless)))) == 1


@pytest.mark.parametrize("careless", ["total * 1.21", "float(text)", "round(net * rate)", "1e-2"])
def test_a_float_is_caught(careless: str) -> None:
    assert len(list(touches_float(ast.parse(careless)))) == 1
