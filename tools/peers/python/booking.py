"""A booking by clients that openapi-python-client generated: customer, invoice, list, and the number back to iXpole.

    python booking.py FOLDER SYSTEM < told.json

FOLDER holds one generated package per system. `told.json`: for each system its `url`, what its `calls` send, and how it
lets in (`headers`, `bearer`). Each call goes through the generated models both ways, and must lose nothing on the way.
Prints what the last call answered.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
import sys
import types
import typing
from typing import Any


def client(package: str, told: dict[str, Any]) -> Any:
    made = importlib.import_module(f"{package}.client")
    if told.get("bearer"):
        return made.AuthenticatedClient(
            base_url=told["url"], token=told["bearer"], headers=told.get("headers") or {}
        )
    return made.Client(base_url=told["url"], headers=told.get("headers") or {})


def function(package: str, operation: str) -> Any:
    """`sync_detailed` of the module that was made for an operationId."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()
    api = importlib.import_module(f"{package}.api")
    for found in pkgutil.walk_packages(api.__path__, f"{package}.api."):
        if found.name.rpartition(".")[2] == name:
            return importlib.import_module(found.name).sync_detailed
    raise SystemExit(f"{package}: nothing was generated for {operation}")


def model(wanted: Any, value: Any) -> Any:
    """A plain value as the generated type that a function asks for."""
    if isinstance(wanted, types.UnionType) or typing.get_origin(wanted) is typing.Union:
        options = [each for each in typing.get_args(wanted) if each is not type(None)]
        fitting = [each for each in options if (typing.get_origin(each) is list) == isinstance(value, list)]
        return model(fitting[0] if fitting else options[0], value)
    if typing.get_origin(wanted) is list:
        return [model(typing.get_args(wanted)[0], each) for each in value]
    if hasattr(wanted, "from_dict"):
        made = wanted.from_dict(value)
        assert made.to_dict() == value, f"the model changes what is sent: {value} became {made.to_dict()}"
        return made
    return value


def plain(value: Any) -> Any:
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


def call(package: str, over: Any, operation: str, told: dict[str, Any]) -> Any:
    """One operation: the model of its body, the request, the model of its answer; and the answer as JSON."""
    asked = function(package, operation)
    hints = typing.get_type_hints(asked)
    given = dict(told.get("with") or {})
    if "body" in told:
        given["body"] = model(hints["body"], told["body"])
    unknown = set(given) - set(inspect.signature(asked).parameters)
    assert not unknown, f"{operation} has no {unknown}"
    answer = asked(client=over, **given)
    raw = json.loads(answer.content) if answer.content else None
    assert 200 <= int(answer.status_code) < 300, f"{operation}: {answer.status_code} {raw}"
    if raw is not None:
        seen = plain(answer.parsed)
        assert same(seen, raw), f"{operation}: the model reads {str(seen)[:2000]}\nof {str(raw)[:2000]}"
    return raw


def same(seen: Any, raw: Any) -> bool:
    """Whether a model holds what came. Times may be written otherwise, and numbers are compared as numbers."""
    if isinstance(raw, dict):
        return (
            isinstance(seen, dict) and seen.keys() == raw.keys() and all(same(seen[n], raw[n]) for n in raw)
        )
    if isinstance(raw, list):
        return isinstance(seen, list) and len(seen) == len(raw) and all(map(same, seen, raw))
    if isinstance(raw, str) and isinstance(seen, str) and raw[:10] == seen[:10]:
        return True
    return bool(seen == raw)


def main(folder: str, package: str) -> None:
    sys.path.insert(0, folder)
    told = json.load(sys.stdin)
    over = client(package, told)
    answers: dict[str, Any] = {}
    for each in told["calls"]:
        answers[each["operation"]] = call(package, over, each["operation"], each)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:3])
