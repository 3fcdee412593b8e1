"""How can a rule be a little weaker? Finds the checks of a system, in code and contract, and ways to weaken each."""

from __future__ import annotations

import ast
import copy
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SYSTEMS = ("ixpole", "silvasoft", "riverty", "telecomx", "crmcom")
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
"""Keyword to the step by which it lets one more pass."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule, weaker in one place."""

    rule: str
    file: str
    """Below the project's root."""
    where: str
    """The function, or the place in the contract."""
    what: str
    line: int = 0
    """Of the check; 0 in a contract."""
    make: Callable[[], Any] = field(default=lambda: None, compare=False, repr=False)
    """The changed syntax tree, or the changed contract."""

    @property
    def name(self) -> str:
        """The same for as long as the check stays what it is: without its line."""
        return f"{self.rule} {self.file.removeprefix('mocks/ixmocks/')} {self.where}: {self.what}"

    @property
    def in_contract(self) -> bool:
        return self.file.startswith("specs/")


def mutants(system: str) -> list[Mutant]:
    """All of one system, each under a name of its own."""
    found: list[Mutant] = []
    for path in sorted((ROOT / "mocks" / "ixmocks" / system).glob("*.py")):
        found += of_code(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    path = ROOT / "specs" / f"{system}.yaml"
    found += of_contract(f"specs/{system}.yaml", path.read_text(encoding="utf-8"))
    times: Counter[str] = Counter()
    named = []
    for each in found:
        times[each.name] += 1
        nth = times[each.name]
        named.append(each if nth == 1 else replace(each, what=f"{each.what} ({nth})"))
    return named


# ---- code ----------------------------------------------------------------------------------------


def of_code(file: str, text: str) -> Iterator[Mutant]:
    """Each check that names a rule in its body, weakened in each way that it offers."""
    tree = ast.parse(text)
    for number, (node, where) in enumerate(_ifs(tree)):
        codes = [code for part in node.body for code in _codes(part)]
        if not codes:
            continue
        for what, change in _changes(node.test):
            yield Mutant(codes[0], file, where, what, node.lineno, _maker(tree, number, change))


def _maker(tree: ast.Module, number: int, change: Callable[[ast.If], None]) -> Callable[[], ast.Module]:
    def make() -> ast.Module:
        changed = copy.deepcopy(tree)
        change(next(node for i, (node, _) in enumerate(_ifs(changed)) if i == number))
        return ast.fix_missing_locations(changed)

    return make


def _ifs(node: ast.AST, where: str = "") -> Iterator[tuple[ast.If, str]]:
    """Every `if`, and the function around it."""
    for child in ast.iter_child_nodes(node):
        inner = child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else ""
        if isinstance(child, ast.If):
            yield child, where
        yield from _ifs(child, ".".join(filter(None, (where, inner))))


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


def _changes(test: ast.expr) -> Iterator[tuple[str, Callable[[ast.If], None]]]:
    """What can be done to a condition: in words, and a function of the copied `if`."""

    def off(node: ast.If) -> None:
        node.test = ast.Constant(False)

    yield f"`if {ast.unparse(test)[:70]}` is off", off
    for index, part in enumerate(ast.walk(test)):
        for place, op in enumerate(part.ops if isinstance(part, ast.Compare) else ()):
            if type(op) in WEAKER:
                yield (
                    f"`{ast.unparse(part)[:70]}` takes the bound itself",
                    _at(index, partial(_bound, place=place)),
                )
        if isinstance(part, ast.Constant) and type(part.value) is int:
            yield f"{part.value} is {part.value + 1} in `{ast.unparse(test)[:50]}`", _at(index, _one_more)
        if isinstance(part, ast.BoolOp):
            yield f"and/or in `{ast.unparse(part)[:60]}`", _at(index, _other_word)


def _at(index: int, change: Callable[[Any], None]) -> Callable[[ast.If], None]:
    def run(node: ast.If) -> None:
        change(next(part for i, part in enumerate(ast.walk(node.test)) if i == index))

    return run


def _bound(part: ast.Compare, place: int) -> None:
    part.ops[place] = WEAKER[type(part.ops[place])]()  # type: ignore[index]


def _one_more(part: ast.Constant) -> None:
    assert isinstance(part.value, int)
    part.value += 1


def _other_word(part: ast.BoolOp) -> None:
    part.op = ast.Or() if isinstance(part.op, ast.And) else ast.And()


# ---- contract ------------------------------------------------------------------------------------


def of_contract(file: str, text: str) -> Iterator[Mutant]:
    """Each keyword that serves a rule, weakened."""
    import yaml

    whole = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for at, node in _nodes(whole, ()):
        for entry, code in (node.get("x-rules") or {}).items():
            for what, edit in _weaker(node, *entry.partition(".")[::2]):
                yield Mutant(code, file, "/".join(map(str, at)), what, make=_edited(whole, at, edit))


def _weaker(
    node: dict[str, Any], keyword: str, name: str
) -> Iterator[tuple[str, Callable[[dict[str, Any]], None]]]:
    """What to do to the node that holds a keyword: in words, and a function of its copy. Nothing: a kind of value."""
    inside = keyword not in node and "schema" in node
    holder = node["schema"] if inside else node

    def of(target: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = target["schema"] if inside else target
        return found

    if keyword in LIMITS and isinstance(holder.get(keyword), int):
        limit = holder[keyword] + LIMITS[keyword]
        if limit >= 0 or keyword == "minimum":
            yield f"{keyword} is {limit}", lambda target: of(target).update({keyword: limit})
    elif keyword == "required" and isinstance(node.get("required"), list):
        own = {entry.partition(".")[2] for entry in node["x-rules"] if entry.startswith("required.")}
        for each in [name] if name else [each for each in node["required"] if each not in own]:
            yield f"{each} need not be there", partial(_not_needed, name=each)
    elif keyword == "required" and node.get("required") is True and node.get("in") != "path":
        yield f"{node['name']} need not be there", lambda target: target.update(required=False)
    elif keyword in ("pattern", "enum", "anyOf") and keyword in holder:
        yield f"no {keyword}", lambda target: of(target).pop(keyword)


def _not_needed(target: dict[str, Any], name: str) -> None:
    assert name in target["required"]
    target["required"] = [each for each in target["required"] if each != name]
    if not target["required"]:
        del target["required"]


def _edited(whole: Any, at: tuple[Any, ...], edit: Callable[[dict[str, Any]], None]) -> Callable[[], Any]:
    def make() -> Any:
        changed = copy.deepcopy(whole)
        target = changed
        for step in at:
            target = target[step]
        edit(target)
        return changed

    return make


def _nodes(node: Any, at: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    if isinstance(node, dict):
        if isinstance(node.get("x-rules"), dict) and at:
            yield at, node
        for name, value in node.items():
            yield from _nodes(value, (*at, name))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _nodes(value, (*at, index))


def reached_by(mutant: Mutant, contract: Any) -> set[str]:
    """The operationIds that the changed place of a contract serves."""
    found = set()
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            if not isinstance(operation, dict) or "operationId" not in operation:
                continue
            own = f"paths/{path}/{method}/"
            places = {own, f"paths/{path}/parameters/"} | _references(contract, operation, item)
            if any(f"{mutant.where}/".startswith(place) for place in places):
                found.add(operation["operationId"])
    return found


def _references(contract: Any, *nodes: Any) -> set[str]:
    """`components/schemas/Line/` of every part that is referred to, directly or not."""
    found: set[str] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            ref = node.get("$ref")
            if isinstance(ref, str) and (place := ref.removeprefix("#/") + "/") not in found:
                found.add(place)
                target = contract
                for step in ref.removeprefix("#/").split("/"):
                    target = target[step]
                stack.append(target)
            stack += [value for name, value in node.items() if name not in ("example", "examples")]
        elif isinstance(node, list):
            stack += node
    return found
