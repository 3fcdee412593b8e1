"""How does a process come to have a weaker rule? Its functions and its contracts are changed where they are."""

from __future__ import annotations

import functools
import gc
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from mutants.making import ROOT, Mutant


class NotAlive(RuntimeError):
    """The change did not reach any function or contract: a mistake of this tool, not a mutant that survived."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What of a process may have to change: found once, before children are made."""

    functions: Mapping[str, list[FunctionType]]
    """By the file of their code."""
    caches: list[Any]
    """What remembers answers of our own functions."""
    ports: list[Any]
    books: list[Any]

    @classmethod
    def now(cls) -> Loaded:
        from ixmocks.engine.document import RuleBook
        from ixmocks.engine.port import Port

        ours = (str(ROOT / "tests"), str(ROOT / "mocks" / "ixmocks"))
        found = cls({}, [], [], [])
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(ours):
                found.functions.setdefault(each.__code__.co_filename, []).append(each)  # type: ignore[attr-defined]
            elif isinstance(each, functools._lru_cache_wrapper):
                code = getattr(getattr(each, "__wrapped__", None), "__code__", None)
                if code is not None and code.co_filename.startswith(ours):
                    found.caches.append(each)
            elif isinstance(each, Port):
                found.ports.append(each)
            elif isinstance(each, RuleBook):
                found.books.append(each)
        return found


def become(mutant: Mutant, loaded: Loaded) -> None:
    """From here on this process has the changed check. Meant for a child that is thrown away. Raises NotAlive."""
    if mutant.in_contract:
        _change_contract(mutant, loaded)
    elif mutant.in_rule_book:
        _change_rule_book(mutant, loaded)
    else:
        _change_code(mutant, loaded)
    for cache in loaded.caches:
        cache.cache_clear()


def _change_code(mutant: Mutant, loaded: Loaded) -> None:
    """Functions stay the same objects and get other code, so that whoever holds one has the changed one."""
    path = str(ROOT / mutant.file)
    codes = {
        (code.co_qualname, code.co_firstlineno): code
        for code in _within(compile(mutant.make(), path, "exec"))
    }
    changed = 0
    for each in loaded.functions.get(path, ()):
        code = codes.get((each.__code__.co_qualname, each.__code__.co_firstlineno))
        if code is not None and code != each.__code__:
            each.__code__ = code
            changed += 1
    if not changed:
        raise NotAlive(f"{mutant.name}: no function holds this check")


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _within(each)


def _change_contract(mutant: Mutant, loaded: Loaded) -> None:
    """What was compiled from the contract is compiled anew, and whoever reads it from now on reads the changed one."""
    from ixmocks.engine import document
    from ixmocks.engine.operation import compile_routes

    name = Path(mutant.file).name
    changed = _read_changed(mutant)
    outlined = document._outlined

    def read_anew(path: Path) -> dict[str, Any]:
        return document.read_anew(changed(path), path) if path.name == name else outlined(path)

    document._outlined = read_anew
    for port in loaded.ports:
        if f"{port.system.name}.yaml" == name:
            port.document = document.load_document(name)
            port.routes = compile_routes(port.document, port.system.handlers, port.system.fold)


def _change_rule_book(mutant: Mutant, loaded: Loaded) -> None:
    """Books that were read already get the changed rules; a world keeps the readings it was made under."""
    from ixmocks.engine.document import load_rules

    _read_changed(mutant)
    anew = load_rules(Path(mutant.file).name)
    for book in loaded.books:
        if book.system == anew.system:
            book.rules.update(anew.rules)


def _read_changed(mutant: Mutant) -> Callable[[Path], dict[str, Any]]:
    """From now on whoever reads the file has it changed."""
    from ixmocks.engine import document

    raw, read = json.loads(json.dumps(mutant.make(), default=str)), document._mapping

    def changed(path: Path) -> dict[str, Any]:
        return json.loads(json.dumps(raw)) if path.name == Path(mutant.file).name else read(path)  # type: ignore[no-any-return]

    document._mapping = changed
    return changed
