"""Where does code decide by a rule, and how can that be a little weaker? By its syntax tree; nothing is run."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeGuard

CODE = re.compile(r"\b[A-Z]{3,4}-\d{2,}\b")
WEAKER = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OTHER = {"min": "max", "max": "min"}
RULES_MAX = 3
"""For so many rules a decision is weakened as a whole, if it stands for several."""
SMALL = 2
"""Of so few statements is a function that words a refusal for others."""

Named = Mapping[str, tuple[str, ...]]
Change = Callable[[ast.expr], ast.expr]


@dataclass(frozen=True, slots=True)
class Check:
    """One weaker place."""

    rule: str
    where: str
    """The function."""
    what: str
    lines: range
    make: Callable[[], ast.Module]
    """The changed tree."""


def naming(text: str) -> dict[str, tuple[str, ...]]:
    """Small functions and tables of a module that name rules, for others to use: `denied`, `_FORBIDDEN`."""
    found: dict[str, tuple[str, ...]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            codes = [code for part in body for code in _codes(part)]
            if codes and len(body) <= SMALL:
                found[node.name] = tuple(dict.fromkeys(codes))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            codes = [code for part in node.value.values if part is not None for code in _codes(part)]
            if codes and isinstance(target, ast.Name):
                found[target.id] = tuple(dict.fromkeys(codes))
    return found


def checks(text: str, named: Named | None = None, lacking: Collection[str] = ()) -> Iterator[Check]:
    """Every decision that names a rule, by itself or by what it brings about, and each limit and each predicate whose
    function says that it is about one. Of the rules in `lacking`, every decision of such a function."""
    tree = ast.parse(text)
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    for each in _Decisions(named or {}, lacking).of(tree):
        for what, node, change in _ways(each):
            for rule in each.rules[: RULES_MAX if node is each.node else 1]:
                make = partial(_made, tree, numbers[id(node)], change)
                yield Check(rule, each.where, what, each.lines, make)


def _made(tree: ast.Module, number: int, change: Change) -> ast.Module:
    changed = copy.deepcopy(tree)
    target = next(node for at, node in enumerate(ast.walk(changed)) if at == number)

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return change(node) if node is target else self.generic_visit(node)  # type: ignore[arg-type]

    Swap().visit(changed)
    return ast.fix_missing_locations(changed)


# ---- where ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Decision:
    node: ast.expr
    """The condition, or the call that reads a value under a rule."""
    rules: tuple[str, ...]
    where: str
    lines: range
    refusal: bool = False
    """An `if` that leads to what names a rule: only to be off is weaker."""


@dataclass(frozen=True, slots=True)
class _About:
    """What a function says it is about."""

    said: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    """Of these, the rules that each of its decisions is about."""


class _Decisions:
    """Those of one module, outer ones first; what stands inside one is a part of it."""

    def __init__(self, named: Named, lacking: Collection[str]) -> None:
        self.named, self.lacking = named, lacking
        self.seen: set[int] = set()

    def of(self, node: ast.AST, where: str = "", about: _About = _About()) -> Iterator[_Decision]:
        if where:
            for test, rules, refusal in self.here(node, about):
                if rules and id(test) not in self.seen:
                    self.seen.update(id(part) for part in ast.walk(test))
                    if not refusal and _is_end(test):
                        continue
                    lines = range(node.lineno, (test.end_lineno or test.lineno) + 1)  # type: ignore[attr-defined]
                    yield _Decision(test, tuple(dict.fromkeys(rules)), where, lines, refusal)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                inner = ".".join(filter(None, (where, child.name)))
                yield from self.of(child, inner, self.about(child))
            elif not isinstance(child, ast.Assert):  # which decides nothing: it cannot fail
                yield from self.of(child, where, about)

    def about(self, node: ast.FunctionDef | ast.ClassDef) -> _About:
        if isinstance(node, ast.ClassDef):
            return _About()
        said = tuple(CODE.findall(ast.get_docstring(node) or ""))
        predicate = isinstance(node.returns, ast.Name) and node.returns.id == "bool"
        return _About(said, said if predicate else tuple(code for code in said if code in self.lacking))

    def here(self, node: ast.AST, about: _About) -> Iterator[tuple[ast.expr, Sequence[str], bool]]:
        """What is decided at this place: condition, rules, and whether a refusal follows."""
        if isinstance(node, ast.If):
            inside = [code for part in node.body for code in _codes(part, self.named)]
            yield node.test, inside or _codes(node.test) or about.own, bool(inside)
        elif isinstance(node, ast.IfExp):
            yield node.test, _codes(node) or about.own, False
        elif isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
            for test in (test for each in node.generators for test in each.ifs):
                yield test, _codes(node) or about.own, False
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.BoolOp):
            yield node.value, _codes(node.value) or about.own, False
        elif isinstance(node, ast.Compare):
            yield node, _codes(node) or (about.said if _is_limit(node) else about.own), False
        elif isinstance(node, ast.BoolOp):
            yield node, _codes(node), False
        elif isinstance(node, ast.Call) and _reads(node):
            yield node, _codes(node, readers=True), False
        elif _is_end_of_two(node):
            yield node, about.own, False


def _is_end_of_two(node: ast.AST) -> TypeGuard[ast.Call]:
    """The smaller or the larger of some."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OTHER


def _is_end(node: ast.expr) -> bool:
    """`if found or invoice is None`: whether something was wrong so far is no decision about a rule."""
    return any(isinstance(part, ast.Name) and part.id == "found" for part in ast.walk(node))


def _is_limit(node: ast.Compare) -> bool:
    """More or less than something, or so many of something."""
    numbers = (isinstance(part, ast.Constant) and type(part.value) is int for part in ast.walk(node))
    return any(type(op) in WEAKER for op in node.ops) or any(numbers)


def _reads(node: ast.Call) -> bool:
    """`form.number("price", "TCX-26")`: what is wrong with the value is noted under the rule."""
    given = [*node.args, *(word.value for word in node.keywords)]
    return (
        isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.attr in READERS
        and any(isinstance(each, ast.Constant) and CODE.fullmatch(str(each.value)) for each in given)
    )


READERS = {"text", "flag", "number", "instant", "choice", "rows", "stamp", "whole", "cents", "pick", "word"}


def _codes(node: ast.AST, named: Named | None = None, *, readers: bool = False) -> list[str]:
    """Rules that are named here, or by what is called. What stands in an inner `if` or reader is that one's own."""
    found: list[str] = []
    stack = [node]
    while stack:
        each = stack.pop()
        if isinstance(each, ast.If) or (isinstance(each, ast.Call) and _reads(each) and not readers):
            continue
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and CODE.fullmatch(each.value):
            found.append(each.value)
        elif isinstance(each, ast.Name) and named and each.id in named:
            found += named[each.id]
        stack += ast.iter_child_nodes(each)
    return found


# ---- how -----------------------------------------------------------------------------------------


def _ways(decision: _Decision) -> Iterator[tuple[str, ast.expr, Change]]:
    """What can be done to a decision: in words, the part that changes, and how."""
    node, words = decision.node, ast.unparse(decision.node)[:70]
    if isinstance(node, ast.Call) and _reads(node):
        yield f"`{words}` minds nothing", node, _unminded
        return
    if _is_end_of_two(node):
        yield f"the other of min and max in `{words}`", node, _other_end
        return
    if decision.refusal:
        yield f"`if {words}` is off", node, lambda _: ast.Constant(False)
    else:
        yield f"`{words}` is never so", node, lambda _: ast.Constant(False)
        yield f"`{words}` is always so", node, lambda _: ast.Constant(True)
    for part in ast.walk(node):
        if isinstance(part, ast.Compare):
            for place, op in enumerate(part.ops):
                if type(op) in WEAKER:
                    yield (
                        f"`{ast.unparse(part)[:70]}` takes the bound itself",
                        part,
                        partial(_bound, place=place),
                    )
        elif isinstance(part, ast.Constant) and type(part.value) is int:
            yield f"{part.value} is {part.value + 1} in `{words[:50]}`", part, _one_more
        elif isinstance(part, ast.BoolOp):
            yield f"and/or in `{ast.unparse(part)[:60]}`", part, _other_word


def _bound(part: ast.expr, place: int) -> ast.expr:
    assert isinstance(part, ast.Compare)
    part.ops[place] = WEAKER[type(part.ops[place])]()  # type: ignore[index]
    return part


def _one_more(part: ast.expr) -> ast.expr:
    assert isinstance(part, ast.Constant) and isinstance(part.value, int)
    return ast.Constant(part.value + 1)


def _other_word(part: ast.expr) -> ast.expr:
    assert isinstance(part, ast.BoolOp)
    return ast.BoolOp(ast.Or() if isinstance(part.op, ast.And) else ast.And(), part.values)


def _other_end(part: ast.expr) -> ast.expr:
    assert isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    return ast.Call(ast.Name(OTHER[part.func.id], ast.Load()), part.args, part.keywords)


_UNMINDED = """(lambda found, size, value: (found.__delitem__(slice(size, None)), value)[1])(
    getattr(FORM.found, "violations", FORM.found), len(getattr(FORM.found, "violations", FORM.found)), CALL)"""


def _unminded(part: ast.expr) -> ast.expr:
    """The value as it reads, and what was found wrong with it forgotten."""
    assert isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)
    parts = {"FORM": part.func.value, "CALL": part}

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return copy.deepcopy(parts[node.id]) if node.id in parts else node

    return Fill().visit(ast.parse(_UNMINDED, mode="eval").body)  # type: ignore[no-any-return]
