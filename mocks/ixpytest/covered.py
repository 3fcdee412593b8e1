"""What of the contracts did a whole test run touch? The worlds' coverages, added up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def merged(worlds: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """System by system: calls per operation and status, rules broken, obeyed and shaping, transitions."""
    systems: dict[str, Any] = {}
    for world in worlds:
        for name, covered in world["systems"].items():
            into = systems.setdefault(
                name, {"asked": 0, "operations": {}, "rules": {}, "transitions": {}, "reached": {}}
            )
            into["asked"] += covered["asked"]
            for each in covered["operations"]:
                _add_operation(into["operations"], each)
            for each in covered["rules"]:
                _add_rule(into["rules"], each)
            for each in covered["transitions"]:
                key = (each["of"], each["member"], each["from"], each["to"])
                known = into["transitions"].setdefault(key, {**each, "times": 0})
                known["times"] += each["times"]
            for kind, names in covered.get("reached", {}).items():
                counts = into["reached"].setdefault(kind, {})
                for each, times in names.items():
                    counts[each] = counts.get(each, 0) + times
    return {
        name: {
            "asked": into["asked"],
            "reached": into["reached"],
            **{
                part: [into[part][key] for key in sorted(into[part], key=repr)]
                for part in ("operations", "rules", "transitions")
            },
        }
        for name, into in sorted(systems.items())
    }


def _add_operation(operations: dict[str, Any], each: Mapping[str, Any]) -> None:
    known = operations.setdefault(
        each["operation"], {**each, "asked": 0, "statuses": {}, "never": each["never"]}
    )
    known["asked"] += each["asked"]
    for status, times in each["statuses"].items():
        known["statuses"][status] = known["statuses"].get(status, 0) + times
    known["never"] = [status for status in known["never"] if status in each["never"]]


def _add_rule(rules: dict[str, Any], each: Mapping[str, Any]) -> None:
    known = rules.setdefault(
        each["rule"], {**each, "broken": 0, "obeyed": 0, "shaped": 0, "readings_used": []}
    )
    for count in ("broken", "obeyed", "shaped"):
        known[count] += each[count]
    if each.get("reading") and each["reading"] not in known["readings_used"]:
        known["readings_used"].append(each["reading"])


def write(place: str, worlds: Iterable[Mapping[str, Any]]) -> None:
    """Into a JSON file; or, where it is called `html:FOLDER`, there as a page and as `covered.json`."""
    worlds = list(worlds)
    systems = merged(worlds)
    folder = Path(place.removeprefix("html:")) if place.startswith("html:") else None
    file = Path(place) if folder is None else folder / "covered.json"
    file.write_text(json.dumps({"worlds": len(worlds), "systems": systems}, indent=2) + "\n", "utf-8")
    if folder is not None:
        from ixmocks.reach.file import html

        reached = {name: each["reached"] for name, each in systems.items()}
        (folder / "index.html").write_text(html(reached, "What the tests touched"), "utf-8")
