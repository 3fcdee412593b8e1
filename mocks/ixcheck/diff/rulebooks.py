"""What changed between two rule books? A rule that refuses more, or otherwise, breaks connectors as a schema does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ixcheck.contract import Source
from ixcheck.diff.change import BREAKING, RISKY, SAFE, Change


def changes(old: Source, new: Source) -> Iterator[Change]:
    before, after = old.raw["rules"], new.raw["rules"]
    for code, rule in before.items():
        if code not in after:
            text = (
                "is gone; what it refused is allowed"
                if rule.get("error")
                else "is gone: the system does otherwise"
            )
            yield Change(
                SAFE if rule.get("error") else RISKY, "rule-removed", code, "", text, ("rules", code), gone=True
            )  # fmt: skip
        else:
            yield from _rule(code, rule, after[code])
    for code, rule in after.items():
        if code not in before:
            refuses = bool(rule.get("error"))
            text = f"is new{' and refuses' if refuses else ''}: {_line(rule.get('title'))}"
            yield Change(BREAKING if refuses else RISKY, "rule-added", code, "", text, ("rules", code))


def _rule(code: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    at = ("rules", code)
    yield from _operations(code, old, new)
    yield from _error(code, old.get("error") or {}, new.get("error") or {})
    yield from _readings(code, old.get("readings") or [], new.get("readings") or [])
    for name in ("title", "text"):
        if _line(old.get(name)) != _line(new.get(name)):
            yield Change(
                RISKY, "rule-text-changed", code, name, f"says now: {_line(new.get(name))}", (*at, name)
            )
    sure, was = new.get("confidence"), old.get("confidence")
    if sure != was:
        level = RISKY if sure == "inferred" else SAFE
        yield Change(level, "confidence-changed", code, "", f"is {sure} now, was {was}", (*at, "confidence"))
    for name in ("obeys", "breaks"):
        if old.get(name) != new.get(name):
            yield Change(SAFE, "rule-example-changed", code, name, "the example is another one", (*at, name))


def _operations(code: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    before, after = list(old.get("operations") or ()), list(new.get("operations") or ())
    at = ("rules", code, "operations")
    refuses = bool(new.get("error"))
    for name in after:
        if name not in before:
            yield Change(
                BREAKING if refuses else RISKY, "rule-widened", code, name, "holds here as well now", at
            )
    for name in before:
        if name not in after:
            yield Change(SAFE if refuses else RISKY, "rule-narrowed", code, name, "no longer holds here", at)


def _error(code: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    at = ("rules", code, "error")
    if bool(old) != bool(new):
        text = "refuses now" if new else "refuses nothing any more"
        yield Change(BREAKING if new else SAFE, "rule-refusal-changed", code, "", text, at)
        return
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            level = RISKY if name == "message" else BREAKING
            text = f"is {new.get(name)!r} now, was {old.get(name)!r}"
            yield Change(level, "rule-refusal-changed", code, name, text, at)


def _readings(code: str, old: list[Mapping[str, Any]], new: list[Mapping[str, Any]]) -> Iterator[Change]:
    """The first reading is in force unless told: another first one is another behaviour."""
    at = ("rules", code, "readings")
    before, after = {r["name"]: r for r in old}, {r["name"]: r for r in new}
    first, was = next(iter(after), ""), next(iter(before), "")
    if was and first and first != was:
        yield Change(
            BREAKING, "reading-in-force-changed", code, first, f"is the likeliest reading now, was {was}", at
        )
    for name, reading in after.items():
        if name not in before and (before or name != first):
            yield Change(RISKY, "reading-added", code, name, "is plausible as well: test under it", at)
        elif name in before and _line(reading.get("text")) != _line(before[name].get("text")):
            yield Change(
                RISKY, "reading-text-changed", code, name, f"says now: {_line(reading.get('text'))}", at
            )
    for name in before:
        if name not in after:
            yield Change(SAFE, "reading-removed", code, name, "is no longer thought plausible", at)


def _line(text: Any) -> str:
    return " ".join(str(text or "").split())
