"""How does a process come to have a weaker rule? Its functions and its contracts are changed where they are."""

from __future__ import annotations

import functools
import gc
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from mutants.making import ROOT, Mutant


class NotAlive(RuntimeError):
    """The change did not reach any function or contract: a mistake of this tool, not a mutant that survived."""


def become(mutant: Mutant) -> None:
    """From here on this process has the changed check. Meant for a child that is thrown away. Raises NotAlive."""
    if mutant.in_contract:
        _change_contract(mutant)
    else:
        _change_code(mutant)
    _forget(ROOT / "tests", ROOT / "mocks" / "ixmocks")


def _change_code(mutant: Mutant) -> None:
    """Functions stay the same objects and get other code, so that whoever holds one has the changed one."""
    path = str(ROOT / mutant.file)
    importlib.import_module(mutant.file.removeprefix("mocks/").removesuffix(".py").replace("/", "."))
    codes = {
        (code.co_qualname, code.co_firstlineno): code for code in _within(compile(mutant.make(), path, "exec"))
    }
    changed = 0
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename == path:
            code = codes.get((each.__code__.co_qualname, each.__code__.co_firstlineno))
            if code is not None and code.co_code != each.__code__.co_code or code != each.__code__:
                each.__code__ = code  # type: ignore[assignment]
                changed += 1
    if not changed:
        raise NotAlive(f"{mutant.name}: no function holds this check")


def _within(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _within(each)


def _change_contract(mutant: Mutant) -> None:
    """What was compiled from the contract is compiled anew, and whoever reads it from now on reads the changed one."""
    from ixmocks.engine import document
    from ixmocks.engine.operation import compile_routes
    from ixmocks.engine.port import Port

    name = Path(mutant.file).name
    raw = json.loads(json.dumps(mutant.make(), default=str))
    read = document._mapping

    def changed(path: Path) -> dict[str, Any]:
        return json.loads(json.dumps(raw)) if path.name == name else read(path)  # type: ignore[no-any-return]

    document._mapping = changed
    for port in [each for each in gc.get_objects() if isinstance(each, Port)]:
        if f"{port.system.name}.yaml" == name:
            port.document = document.load_document(name)
            port.routes = compile_routes(port.document, port.system.handlers, port.system.fold)


def _forget(*folders: Path) -> None:
    """What was remembered while the rule was whole is asked again."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            inner = getattr(each, "__wrapped__", None)
            file = getattr(getattr(inner, "__code__", None), "co_filename", "")
            if any(file.startswith(str(folder)) for folder in folders):
                each.cache_clear()
