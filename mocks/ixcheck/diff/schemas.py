"""What became of the values that a schema allows? Compares two schemas, member by member."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ixcheck.contract import Pointer, Source
from ixcheck.diff.change import BREAKING, LEVELS, RISKY, SAFE, Change, Effect, Place, Way
from ixmocks.engine.document import SpecError

STEPS_MAX = 500_000
UPPER = {
    "maxLength": "at most {} characters", "maxItems": "at most {} items", "maximum": "at most {}",
    "maxProperties": "at most {} members",
}  # fmt: skip
LOWER = {
    "minLength": "at least {} characters", "minItems": "at least {} items", "minimum": "at least {}",
    "minProperties": "at least {} members",
}  # fmt: skip
KINDS = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_MERGED = ("properties", "required", "allOf")


class Schemas:
    """Compares schemas of an old and a new document. Raises SpecError where there is no end to it."""

    def __init__(self, old: Source, new: Source) -> None:
        self.old, self.new = old, new
        self.steps = 0
        self.open: set[tuple[Pointer, Pointer, Way]] = set()

    def compare(self, old: Any, new: Any, place: Place) -> Iterator[Change]:
        """What changed between two schemas. `place` says who sends the value."""
        self.steps += 1
        if self.steps > STEPS_MAX:
            raise SpecError(f"{self.new.name}: more than {STEPS_MAX} schemas to compare; is it one system?")
        old_node, old_at = self.old.resolve(old, place.old)
        new_node, new_at = self.new.resolve(new, place.new)
        key = (old_at, new_at, place.way)
        if key in self.open:
            return  # a schema that holds itself: it is being compared already
        self.open.add(key)
        here = Place(place.operation, place.at, place.way, old_at, new_at)
        before, after = self._flat(self.old, old_node, old_at), self._flat(self.new, new_node, new_at)
        yield from self._compare(before, after, here)
        self.open.discard(key)

    def _flat(self, source: Source, node: Any, at: Pointer, depth: int = 0) -> dict[str, Any]:
        """A schema with its `allOf` folded into it. `x-at` remembers where each member stands."""
        if not isinstance(node, Mapping):
            return {}
        if depth > 32:
            raise SpecError(f"{source.name}: {'/'.join(at)} holds itself in `allOf`.")
        flat: dict[str, Any] = {name: value for name, value in node.items() if name not in _MERGED}
        members = {
            name: (value, (*at, "properties", name)) for name, value in (node.get("properties") or {}).items()
        }
        needed = list(node.get("required") or ())
        for number, part in enumerate(node.get("allOf") or ()):
            inner, inner_at = source.resolve(part, (*at, "allOf", str(number)))
            merged = self._flat(source, inner, inner_at, depth + 1)
            members = {**merged.pop("properties"), **members}
            needed += [name for name in merged.pop("required") if name not in needed]
            for name, value in merged.items():
                flat[name] = _tightest(name, flat[name], value) if name in flat else value
        return {**flat, "properties": members, "required": needed}

    def _compare(self, old: dict[str, Any], new: dict[str, Any], place: Place) -> Iterator[Change]:
        yield from _types(old, new, place)
        yield from _enum(old, new, place)
        for keyword, words in UPPER.items():
            yield from _limit(keyword, words, 1, old, new, place)
        for keyword, words in LOWER.items():
            yield from _limit(keyword, words, -1, old, new, place)
        yield from _multiple(old, new, place)
        for keyword in ("pattern", "format"):
            yield from _text(keyword, old, new, place)
        for keyword in ("uniqueItems", "exclusiveMinimum", "exclusiveMaximum"):
            yield from _flag(keyword, old, new, place)
        yield from _default(old, new, place)
        yield from _words(old, new, place)
        yield from self._members(old, new, place)
        yield from self._rest(old, new, place)
        yield from self._items(old, new, place)
        for keyword in ("anyOf", "oneOf"):
            yield from self._alternatives(keyword, old, new, place)
        if _key(old.get("not")) != _key(new.get("not")):
            yield _of(place, Effect.OTHER, "not", "what it must not be has changed", new)

    # ---- members ------------------------------------------------------------------------------

    def _members(self, old: dict[str, Any], new: dict[str, Any], place: Place) -> Iterator[Change]:
        before, after = old["properties"], new["properties"]
        sent = place.way is Way.SENT
        for name, (schema, at) in before.items():
            if name in after:
                yield from self.compare(schema, after[name][0], place.down(name, at, after[name][1]))
                continue
            lost = "is no longer read: what a connector sends in it is lost" if sent else "no longer comes"
            yield Change(
                BREAKING, f"{place.way.value}-member-removed", place.operation, _join(place.at, name),
                lost, at, gone=True,
            )  # fmt: skip
        for name, (_schema, at) in after.items():
            if name not in before and not (sent and name in new["required"]):
                yield Change(
                    SAFE, f"{place.way.value}-member-added", place.operation, _join(place.at, name),
                    "is new" + (", and need not be sent" if sent else ""), at,
                )  # fmt: skip
        yield from self._required(old, new, place)

    def _required(self, old: dict[str, Any], new: dict[str, Any], place: Place) -> Iterator[Change]:
        sent, before, after = place.way is Way.SENT, old["required"], new["required"]
        for name in after:
            if name not in before:
                yield Change(
                    BREAKING if sent else SAFE, f"{place.way.value}-member-required", place.operation,
                    _join(place.at, name),
                    ("must be sent now" if name in old["properties"] else "is new and must be sent") if sent
                    else "always comes now",
                    (*place.new, "required"), rule=_rule(new, f"required.{name}"),
                )  # fmt: skip
        for name in before:
            if name not in after and (sent or name in new["properties"]):
                yield Change(
                    SAFE if sent else BREAKING, f"{place.way.value}-member-optional", place.operation,
                    _join(place.at, name), "need not be sent any more" if sent else "may be absent now", place.new,
                )  # fmt: skip

    def _rest(self, old: dict[str, Any], new: dict[str, Any], place: Place) -> Iterator[Change]:
        """Members that the schema does not name."""
        before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            old_at, new_at = (*place.old, "additionalProperties"), (*place.new, "additionalProperties")
            yield from self.compare(before, after, place.down("*", old_at, new_at))
        elif _key(before) != _key(after):
            tighter = after is False or (before is True and isinstance(after, Mapping))
            closed = "members that it does not name are refused or of one type now"
            said = closed if tighter else "members that it does not name may come now"
            level = (BREAKING if tighter else SAFE) if place.way is Way.SENT else SAFE
            yield Change(
                level, f"{place.way.value}-other-members", place.operation, place.at, said, place.new
            )

    def _items(self, old: dict[str, Any], new: dict[str, Any], place: Place) -> Iterator[Change]:
        if "items" in old or "items" in new:
            old_at, new_at = (*place.old, "items"), (*place.new, "items")
            yield from self.compare(
                old.get("items", {}), new.get("items", {}), place.down("*", old_at, new_at)
            )

    def _alternatives(
        self, keyword: str, old: dict[str, Any], new: dict[str, Any], place: Place
    ) -> Iterator[Change]:
        """Those that are alike are set aside; what is left is compared in order, or was added or removed."""
        before = {_key(each): (each, index) for index, each in enumerate(old.get(keyword) or ())}
        after = {_key(each): (each, index) for index, each in enumerate(new.get(keyword) or ())}
        # Those behind references are compared even where the reference is the same.
        for same in [key for key in before if key in after]:
            each, index = before.pop(same)
            other, place_in_new = after.pop(same)
            yield from self._alternative(keyword, each, index, other, place_in_new, place)
        if not before and not after:
            return
        if not old.get(keyword) or not new.get(keyword):
            effect = Effect.TIGHTER if new.get(keyword) else Effect.LOOSER
            yield _of(
                place, effect, keyword, f"`{keyword}` {'was added' if new.get(keyword) else 'is gone'}", new
            )
            return
        left, right = list(before.values()), list(after.values())
        for (each, index), (other, there) in zip(left, right, strict=False):
            yield from self._alternative(keyword, each, index, other, there, place)
        for _ in left[len(right) :]:
            yield _of(place, Effect.TIGHTER, keyword, "one alternative fewer", new)
        for _ in right[len(left) :]:
            yield _of(place, Effect.LOOSER, keyword, "one alternative more", new)

    def _alternative(
        self, keyword: str, old: Any, old_index: int, new: Any, new_index: int, place: Place
    ) -> Iterator[Change]:
        old_at, new_at = (*place.old, keyword, str(old_index)), (*place.new, keyword, str(new_index))
        yield from self.compare(old, new, Place(place.operation, place.at, place.way, old_at, new_at))


# ---- single keywords -----------------------------------------------------------------------------


def _types(old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> Iterator[Change]:
    before, after = _kinds(old), _kinds(new)
    if before == after:
        return
    effect = Effect.TIGHTER if after < before else Effect.LOOSER if after > before else Effect.OTHER
    breaks = effect is not (Effect.LOOSER if place.way is Way.SENT else Effect.TIGHTER)
    text = f"is {_named(after)} now, was {_named(before)}"
    kind = "nullable" if before ^ after == {"null"} else "type"
    yield Change(
        BREAKING if breaks else SAFE, f"{place.way.value}-{kind}-{effect.value}", place.operation, place.at, text,
        place.new, rule=_rule(new, "type") or _rule(old, "type"),
    )  # fmt: skip


def _kinds(schema: Mapping[str, Any]) -> frozenset[str]:
    stated = schema.get("type")
    if stated is None:
        return KINDS
    names = {stated} if isinstance(stated, str) else set(stated)
    if "number" in names:
        names.add("integer")
    if schema.get("nullable") is True:
        names.add("null")
    return frozenset(names)


def _named(kinds: frozenset[str]) -> str:
    if kinds == KINDS:
        return "anything"
    shown = kinds - {"integer"} if "number" in kinds else kinds
    return " or ".join([*sorted(shown - {"null"}), *(["null"] if "null" in shown else [])])


def _enum(old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> Iterator[Change]:
    before, after = old.get("enum"), new.get("enum")
    if before is None and after is None:
        return
    if before is None or after is None:
        effect = Effect.TIGHTER if after is not None else Effect.LOOSER
        text = f"only {_listed(after)} now" if after is not None else "no longer one of a list"
        yield _of(place, effect, "enum", text, new)
        return
    gone = [each for each in before if each not in after]
    more = [each for each in after if each not in before]
    if gone:
        yield _of(place, Effect.TIGHTER, "enum", f"no longer {_listed(gone)}", new)
    if more:
        yield _of(place, Effect.LOOSER, "enum", f"{_listed(more)} as well now", new)


def _limit(
    keyword: str, words: str, sign: int, old: Mapping[str, Any], new: Mapping[str, Any], place: Place
) -> Iterator[Change]:
    before, after = _number(old.get(keyword)), _number(new.get(keyword))
    if before == after:
        return
    tighter = after is not None and (before is None or (after - before) * sign < 0)
    was = "was without limit" if before is None else f"was {old[keyword]}"
    now = "without limit" if after is None else words.format(new[keyword])
    yield _of(place, Effect.TIGHTER if tighter else Effect.LOOSER, keyword, f"{now} now, {was}", new, old)


def _multiple(old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> Iterator[Change]:
    before, after = _number(old.get("multipleOf")), _number(new.get("multipleOf"))
    if before == after:
        return
    if before is None or (after is not None and after % before == 0):
        effect = Effect.TIGHTER
    else:
        effect = Effect.LOOSER if after is None or before % after == 0 else Effect.OTHER
    now = "no longer a multiple of anything" if after is None else f"a multiple of {after} now"
    yield _of(place, effect, "multipleOf", f"{now}, was {'free' if before is None else before}", new, old)


def _text(keyword: str, old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> Iterator[Change]:
    before, after = old.get(keyword), new.get(keyword)
    if before == after:
        return
    effect = Effect.TIGHTER if before is None else Effect.LOOSER if after is None else Effect.OTHER
    yield _of(
        place, effect, keyword, f"the {keyword} is {after or 'free'} now, was {before or 'free'}", new, old
    )


def _flag(keyword: str, old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> Iterator[Change]:
    before, after = bool(old.get(keyword)), bool(new.get(keyword))
    if before != after:
        effect = Effect.TIGHTER if after else Effect.LOOSER
        yield _of(place, effect, keyword, f"`{keyword}` is {str(after).lower()} now", new, old)


def _default(old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> Iterator[Change]:
    if place.way is Way.SENT and _key(old.get("default")) != _key(new.get("default")):
        text = f"left out it means {new.get('default')!r} now, meant {old.get('default')!r}"
        yield Change(
            RISKY, "request-default-changed", place.operation, place.at, text, (*place.new, "default")
        )


def _words(old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> Iterator[Change]:
    sure, was = (each.get("x-source", {}).get("confidence", "") for each in (new, old))
    if sure != was:
        level = RISKY if sure == "inferred" else SAFE
        text = f"is {sure or 'without source'} now, was {was or 'without source'}"
        yield Change(level, "confidence-changed", place.operation, place.at, text, place.new)
    if bool(new.get("deprecated")) and not old.get("deprecated"):
        yield Change(
            RISKY, "deprecated", place.operation, place.at, "is deprecated now", (*place.new, "deprecated")
        )


def _of(
    place: Place, effect: Effect, keyword: str, text: str, new: Mapping[str, Any], old: Mapping[str, Any] | None = None
) -> Change:  # fmt: skip
    rule = _rule(new, keyword) or _rule(old or {}, keyword)
    return Change(
        LEVELS[(place.way, effect)], f"{place.way.value}-{keyword}-{effect.value}", place.operation, place.at, text,
        (*place.new, keyword), rule=rule,
    )  # fmt: skip


def _rule(schema: Mapping[str, Any], keyword: str) -> str:
    return str((schema.get("x-rules") or {}).get(keyword, ""))


def _tightest(keyword: str, one: Any, other: Any) -> Any:
    if keyword in UPPER:
        return min(one, other)
    if keyword in LOWER:
        return max(one, other)
    return {**other, **one} if keyword == "x-rules" else one


def _number(value: Any) -> Decimal | None:
    try:
        return None if value is None or isinstance(value, bool) else Decimal(str(value))
    except InvalidOperation:
        return None


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _listed(values: Any) -> str:
    shown = ", ".join(str(each) for each in list(values)[:8])
    return shown if len(values) <= 8 else f"{shown} and {len(values) - 8} more"


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
