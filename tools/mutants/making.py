"""How can a rule be a little weaker? All mutants of a system: of its code, its contract and its rule book."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from mutants.checks import CODE, Named, checks, naming

ROOT = Path(__file__).parents[2]
SYSTEMS = ("ixpole", "silvasoft", "riverty", "telecomx", "crmcom")
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
    lines: range = range(0)
    """Of the decision; none in a contract or a rule book."""
    make: Callable[[], Any] = field(default=lambda: None, compare=False, repr=False)
    """The changed syntax tree, or the changed contract."""

    @property
    def name(self) -> str:
        """The same for as long as the check stays what it is: without its line."""
        return f"{self.rule} {self.file.removeprefix('mocks/ixmocks/')} {self.where}: {self.what}"

    @property
    def in_contract(self) -> bool:
        return self.file.startswith("specs/") and not self.in_rule_book

    @property
    def in_rule_book(self) -> bool:
        return self.file.endswith(".rules.yaml")


def mutants(system: str) -> list[Mutant]:
    """All of one system, each under a name of its own."""
    found = list(_of_all_code(system))
    for name, of in ((f"specs/{system}.yaml", of_contract), (f"specs/{system}.rules.yaml", of_readings)):
        found += of(name, (ROOT / name).read_text(encoding="utf-8"))
    times: Counter[str] = Counter()
    named = []
    for each in found:
        times[each.name] += 1
        nth = times[each.name]
        named.append(each if nth == 1 else replace(each, what=f"{each.what} ({nth})"))
    return named


def rules_of(system: str) -> dict[str, str]:
    """All rules of a system, with their titles."""
    book = _parsed((ROOT / "specs" / f"{system}.rules.yaml").read_text(encoding="utf-8"))
    return {code: rule["title"] for code, rule in book["rules"].items()}


# ---- code ----------------------------------------------------------------------------------------


def of_code(
    file: str, text: str, named: Named | None = None, lacking: Collection[str] = ()
) -> Iterator[Mutant]:
    """Each decision that names a rule, weakened in each way that it offers."""
    for check in checks(text, named, lacking):
        yield Mutant(check.rule, file, check.where, check.what, check.lines, check.make)


def _of_all_code(system: str) -> Iterator[Mutant]:
    """Rules that no decision names are looked for in the words of functions."""
    paths = sorted((ROOT / "mocks" / "ixmocks" / system).glob("*.py"))
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    named = {name: codes for text in texts.values() for name, codes in naming(text).items()}
    plain = {each.rule for file, text in texts.items() for each in of_code(file, text, named)}
    lacking = {code for text in texts.values() for code in CODE.findall(text)} - plain
    for file, text in texts.items():
        yield from of_code(file, text, named, lacking)


# ---- readings ------------------------------------------------------------------------------------


def of_readings(file: str, text: str) -> Iterator[Mutant]:
    """Each reading of a rule that is not the usual one, as the usual one."""
    book = _parsed(text)
    for code, rule in book["rules"].items():
        for reading in (rule.get("readings") or ())[1:]:
            name = reading["name"]
            edit = partial(_usual, name=name)
            yield Mutant(
                code, file, "readings", f"{name} is usual", make=_edited(book, ("rules", code), edit)
            )


def _usual(rule: dict[str, Any], name: str) -> None:
    rule["readings"].sort(key=lambda reading: reading["name"] != name)


# ---- contract ------------------------------------------------------------------------------------


def of_contract(file: str, text: str) -> Iterator[Mutant]:
    """Each keyword that serves a rule, weakened."""
    whole = _parsed(text)
    for at, node in _nodes(whole, ()):
        for entry, code in (node.get("x-rules") or {}).items():
            for what, edit in _weaker(node, *entry.partition(".")[::2]):
                yield Mutant(code, file, "/".join(map(str, at)), what, make=_edited(whole, at, edit))


def _parsed(text: str) -> Any:
    import yaml

    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


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
