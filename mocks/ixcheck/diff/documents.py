"""What changed between two OpenAPI documents, operation by operation?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ixcheck.contract import Pointer, Source
from ixcheck.diff.change import BREAKING, RISKY, SAFE, Change, Place, Way
from ixcheck.diff.schemas import Schemas
from ixmocks.engine.outline import IN_BODY

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


class Documents:
    """Compares an old document with a new one."""

    def __init__(self, old: Source, new: Source) -> None:
        self.old, self.new = old, new
        self.schemas = Schemas(old, new)

    def changes(self) -> Iterator[Change]:
        before, after = dict(_operations(self.old)), dict(_operations(self.new))
        ids = {_id(node, key): key for key, (node, _) in after.items()}
        for key, (node, pointer) in before.items():
            name = _id(node, key)
            if key in after:
                yield from self._operation(name, node, pointer, *after[key])
            elif name in ids:
                there = ids[name]
                text = f"is {there[0].upper()} {there[1]} now, was {key[0].upper()} {key[1]}"
                yield Change(BREAKING, "operation-moved", name, "", text, after[there][1])
                yield from self._operation(name, node, pointer, *after[there])
            else:
                yield Change(BREAKING, "operation-removed", name, "", "is gone", pointer, gone=True)
        known = {_id(node, key) for key, (node, _) in before.items()}
        for key, (node, pointer) in after.items():
            if key not in before and _id(node, key) not in known:
                yield Change(SAFE, "operation-added", _id(node, key), "", "is new", pointer)
        yield from self._servers()

    def _operation(self, name: str, old: Any, old_at: Pointer, new: Any, new_at: Pointer) -> Iterator[Change]:
        if _id(new, ("", "")) != _id(old, ("", "")):
            yield Change(
                RISKY, "operation-renamed", name, "", f"is called {new.get('operationId')} now", new_at
            )
        if new.get("deprecated") and not old.get("deprecated"):
            yield Change(RISKY, "deprecated", name, "", "is deprecated now", (*new_at, "deprecated"))
        yield from self._security(name, old, new, new_at)
        yield from self._parameters(name, old, old_at, new, new_at)
        yield from self._body(name, old, old_at, new, new_at, Way.SENT)
        yield from self._answers(name, old, old_at, new, new_at, Way.ANSWERED)
        yield from self._callbacks(name, old, old_at, new, new_at)

    # ---- who may ask --------------------------------------------------------------------------

    def _security(self, name: str, old: Any, new: Any, new_at: Pointer) -> Iterator[Change]:
        before, after = self._demands(self.old, old), self._demands(self.new, new)
        if before == after:
            return
        still = any(demand in after for demand in before) or () in {tuple(d) for d in after}
        text = f"asks for {_spoken(after)} now, asked for {_spoken(before)}"
        yield Change(SAFE if still else BREAKING, "credentials-changed", name, "", text, new_at)

    def _demands(self, source: Source, operation: Any) -> list[list[str]]:
        """Each way in, with how its credentials are given."""
        stated = operation.get("security", source.raw.get("security")) or [{}]
        schemes = (source.raw.get("components") or {}).get("securitySchemes") or {}
        in_body = [f"{name} in the body" for name in operation.get(IN_BODY, ())]
        return [
            sorted([*(_scheme(name, schemes.get(name) or {}) for name in demand), *in_body])
            for demand in stated
        ]

    # ---- what is asked ------------------------------------------------------------------------

    def _parameters(
        self, name: str, old: Any, old_at: Pointer, new: Any, new_at: Pointer
    ) -> Iterator[Change]:
        before, after = self._given(self.old, old, old_at), self._given(self.new, new, new_at)
        for key, (node, pointer) in before.items():
            at = ".".join(key)
            if key not in after:
                yield Change(RISKY, "parameter-removed", name, at, "is no longer read", pointer, gone=True)
                continue
            other, there = after[key]
            if bool(other.get("required")) != bool(node.get("required")):
                must = bool(other.get("required"))
                yield Change(
                    BREAKING if must else SAFE, "parameter-required" if must else "parameter-optional", name, at,
                    "must be sent now" if must else "need not be sent any more", there,
                    rule=str((other.get("x-rules") or {}).get("required", "")),
                )  # fmt: skip
            place = Place(name, at, Way.SENT, (*pointer, "schema"), (*there, "schema"))
            yield from self.schemas.compare(node.get("schema", {}), other.get("schema", {}), place)
        for key, (node, pointer) in after.items():
            if key not in before:
                must = bool(node.get("required"))
                yield Change(
                    BREAKING if must else SAFE, "parameter-added", name, ".".join(key),
                    "is new and must be sent" if must else "is new, and need not be sent", pointer,
                )  # fmt: skip

    def _given(
        self, source: Source, operation: Any, at: Pointer
    ) -> dict[tuple[str, str], tuple[Any, Pointer]]:
        """Place and name to parameter; of those in a path, the number counts and not the name."""
        path_at = at[:-1]
        shared = source.raw["paths"].get(at[1], {}).get("parameters") or () if len(at) == 3 else ()
        found: dict[tuple[str, str], tuple[Any, Pointer]] = {}
        named = re.findall(r"\{([^}]+)\}", at[1]) if len(at) > 1 else []
        for base, nodes in ((path_at, shared), (at, operation.get("parameters") or ())):
            for index, node in enumerate(nodes):
                whole, pointer = source.resolve(node, (*base, "parameters", str(index)))
                name = str(whole["name"])
                key = str(named.index(name)) if whole["in"] == "path" and name in named else name
                found[(whole["in"], key.lower() if whole["in"] == "header" else key)] = (whole, pointer)
        return found

    def _body(
        self, name: str, old: Any, old_at: Pointer, new: Any, new_at: Pointer, way: Way
    ) -> Iterator[Change]:
        before, old_at = self.old.resolve(old.get("requestBody"), (*old_at, "requestBody"))
        after, new_at = self.new.resolve(new.get("requestBody"), (*new_at, "requestBody"))
        if before is None and after is None:
            return
        before, after = before or {}, after or {}
        if bool(after.get("required")) != bool(before.get("required")):
            must = bool(after.get("required"))
            yield Change(
                BREAKING if must and way is Way.SENT else SAFE, "body-required" if must else "body-optional", name,
                "body", "must be sent now" if must else "need not be sent any more", new_at,
            )  # fmt: skip
        yield from self._content(name, "body", before, old_at, after, new_at, way)

    # ---- what is answered ---------------------------------------------------------------------

    def _answers(
        self, name: str, old: Any, old_at: Pointer, new: Any, new_at: Pointer, way: Way
    ) -> Iterator[Change]:
        before = {str(status): (status, node) for status, node in old["responses"].items()}
        after = {str(status): (status, node) for status, node in new["responses"].items()}
        for status, (raw, node) in before.items():
            pointer = (*old_at, "responses", str(raw))
            if status not in after:
                good = status.startswith(("2", "3", "default"))
                text = "no longer comes" if good else "is no longer said"
                yield Change(
                    BREAKING if good else RISKY, "status-removed", name, status, text, pointer, gone=True
                )
                continue
            one, one_at = self.old.resolve(node, pointer)
            two, two_at = self.new.resolve(after[status][1], (*new_at, "responses", status))
            yield from self._content(name, status, one, one_at, two, two_at, way)
            yield from _headers(name, status, one, two, two_at)
        for status in after:
            if status not in before:
                text = "may come now" if status[:1] in "123" else "is a refusal that nobody knew"
                yield Change(RISKY, "status-added", name, status, text, (*new_at, "responses", status))

    def _content(
        self, name: str, at: str, old: Any, old_at: Pointer, new: Any, new_at: Pointer, way: Way
    ) -> Iterator[Change]:
        before, after = old.get("content") or {}, new.get("content") or {}
        for kind, media in before.items():
            if kind not in after:
                text = f"{kind} is no longer {'read' if way is Way.SENT else 'sent'}"
                yield Change(
                    BREAKING, "media-type-removed", name, at, text, (*old_at, "content", kind), gone=True
                )
                continue
            below = ("content", kind, "schema")
            place = Place(name, at, way, (*old_at, *below), (*new_at, *below))
            yield from self.schemas.compare(media.get("schema", {}), after[kind].get("schema", {}), place)
        for kind in after:
            if kind not in before:
                level = SAFE if way is Way.SENT else RISKY
                text = f"{kind} may be sent as well" if way is Way.SENT else f"{kind} may come now"
                yield Change(level, "media-type-added", name, at, text, (*new_at, "content", kind))

    # ---- webhooks: the system asks, the connector answers ---------------------------------------

    def _callbacks(self, name: str, old: Any, old_at: Pointer, new: Any, new_at: Pointer) -> Iterator[Change]:
        before, after = _webhooks(old, old_at), _webhooks(new, new_at)
        for key, (node, pointer) in before.items():
            if key not in after:
                yield Change(BREAKING, "webhook-removed", name, key, "no longer comes", pointer, gone=True)
                continue
            other, there = after[key]
            hook = str(node.get("operationId") or key)
            yield from self._body(hook, node, pointer, other, there, Way.ANSWERED)
            yield from self._answers(hook, node, pointer, other, there, Way.SENT)
        for key in after:
            if key not in before:
                yield Change(RISKY, "webhook-added", name, key, "may come now", after[key][1])

    def _servers(self) -> Iterator[Change]:
        before, after = ([s.get("url") for s in d.raw.get("servers") or ()] for d in (self.old, self.new))
        for url in before:
            if url not in after:
                yield Change(
                    BREAKING if len(after) <= len(before) else RISKY, "server-removed", "servers", "",
                    f"{url} is gone", ("servers",), gone=True,
                )  # fmt: skip
        for url in after:
            if url not in before:
                yield Change(SAFE, "server-added", "servers", "", f"{url} is new", ("servers",))


def _operations(source: Source) -> Iterator[tuple[tuple[str, str], tuple[Any, Pointer]]]:
    """Method and path (its parameters by number, since their names are nobody's business) to the operation."""
    for path, item in source.raw["paths"].items():
        counted = iter(range(100))
        shown = re.sub(r"\{[^}]+\}", lambda _, n=counted: f"{{{next(n)}}}", path)  # type: ignore[misc]
        for method in METHODS:
            if isinstance(item.get(method), Mapping):
                yield (method, shown), (item[method], ("paths", path, method))


def _webhooks(operation: Any, at: Pointer) -> dict[str, tuple[Any, Pointer]]:
    return {
        f"{name} {method}": (item[method], (*at, "callbacks", name, url, method))
        for name, urls in (operation.get("callbacks") or {}).items()
        for url, item in urls.items()
        for method in METHODS
        if method in item
    }


def _headers(name: str, status: str, old: Any, new: Any, new_at: Pointer) -> Iterator[Change]:
    before = {each.lower() for each in old.get("headers") or ()}
    after = {each.lower() for each in new.get("headers") or ()}
    for gone in sorted(before - after):
        yield Change(BREAKING, "answer-header-removed", name, status, f"{gone} no longer comes", new_at)
    for more in sorted(after - before):
        yield Change(SAFE, "answer-header-added", name, status, f"{more} is new", new_at)


def _id(node: Any, key: tuple[str, str]) -> str:
    return str(node.get("operationId") or f"{key[0].upper()} {key[1]}")


def _scheme(name: str, scheme: Mapping[str, Any]) -> str:
    told = " ".join(str(scheme[key]) for key in ("in", "name", "scheme") if key in scheme)
    return f"{name} ({told})" if told else name


def _spoken(demands: list[list[str]]) -> str:
    return " or ".join(" and ".join(demand) or "nothing" for demand in demands)
