"""Which pages of docs/ come out of the contracts? What is modelled, every rule, and the control API.

`python tools/docs_pages.py` after a change of `specs/` or of a system's README; a test holds the pages to it.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SPECS, DOCS, MOCKS = ROOT / "specs", ROOT / "docs", ROOT / "mocks" / "ixmocks"
SYSTEMS = {
    "ixpole": "iXpole",
    "silvasoft": "Silvasoft",
    "riverty": "Riverty Accounting-as-a-Service",
    "telecomx": "TelecomX",
    "crmcom": "CRM.COM",
}
SURE = ("documented", "public", "inferred")
VERBS = ("get", "post", "put", "patch", "delete")
MADE = "<!-- Made by tools/docs_pages.py; change specs/ or the system's README instead. -->\n"

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is there: ten times as fast
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

Json = Mapping[str, Any]


def pages() -> dict[str, str]:
    """File name in docs/ to its text."""
    specs = {name: _load(f"{name}.yaml") for name in SYSTEMS}
    books = {name: _load(f"{name}.rules.yaml")["rules"] for name in SYSTEMS}
    return {
        "modelled.md": modelled(specs, books),
        "rules.md": overview(books),
        **{f"rules-{name}.md": catalogue(name, book) for name, book in books.items()},
        "control-api.md": control(_load("control.yaml")),
    }


def main() -> int:
    for name, text in pages().items():
        (DOCS / name).write_text(text, "utf-8")
    return 0


def _load(name: str) -> Any:
    return yaml.load((SPECS / name).read_text("utf-8"), Loader=LOADER)


# ---- what is modelled ------------------------------------------------------------------------------


def modelled(specs: Mapping[str, Json], books: Mapping[str, Json]) -> str:
    rows = [
        (
            f"[{SYSTEMS[name]}](#{name})",
            len(list(operations(spec))),
            _shares(operation["x-source"]["confidence"] for *_, operation in operations(spec)),
            f"[{len(books[name])}](rules-{name}.md)",
            _shares(rule["confidence"] for rule in books[name].values()),
            sum("readings" in rule for rule in books[name].values()),
        )
        for name, spec in specs.items()
    ]
    head = ("system", "operations", "of these", "rules", "of these", "with readings")
    return "\n".join(
        [
            "# What is modelled\n",
            MADE,
            "Counted out of the contracts in `specs/`. *Documented* stands in the documents that this kit was built",
            "from, *public* in other public material, *inferred* is our conclusion. Where several behaviours are",
            "plausible, a rule has readings, and `--reading RULE=NAME` switches between them. Nothing here was",
            "compared with a live system.\n",
            table(head, rows),
            *(_system(name, specs[name], books[name]) for name in specs),
        ]
    )


def _system(name: str, spec: Json, book: Json) -> str:
    rows = []
    for verb, path, operation in operations(spec):
        ruled = sum(operation["operationId"] in rule["operations"] for rule in book.values())
        source = operation["x-source"]
        rows.append(
            (f"`{verb.upper()} {path}`", operation["summary"], ruled, source["confidence"], source["from"])
        )
    readme = (MOCKS / name / "README.md").read_text("utf-8")
    return "\n".join(
        [
            f"\n## {SYSTEMS[name]} {{ #{name} }}\n",
            section(readme, "Modelled"),
            f"\n### Left out of {SYSTEMS[name]}\n",
            section(readme, "Left out"),
            f"\n### Operations of {SYSTEMS[name]}\n",
            table(("call", "what", "rules", "confidence", "from"), rows),
        ]
    )


def operations(spec: Json) -> Iterator[tuple[str, str, Json]]:
    """Verb, path and operation, in the order of the document."""
    for path, item in spec["paths"].items():
        for verb in VERBS:
            if verb in item:
                yield verb, path, item[verb]


def section(readme: str, title: str) -> str:
    """What stands under that heading. Raises ValueError where there is none."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ValueError(f"a README has no section {title!r}")
    return found[1].strip()


def _shares(words: Iterable[str]) -> str:
    count = Counter(words)
    return ", ".join(f"{count[word]} {word}" for word in SURE if count[word])


# ---- rules -------------------------------------------------------------------------------------------


def overview(books: Mapping[str, Json]) -> str:
    lines = [
        "# Rules\n",
        MADE,
        "What no schema can say is a numbered rule; a refusal names it, and `ixkit explain SILV-01` shows it. Codes",
        "never change their meaning and are never reused. The examples of each rule run as tests: one obeys, one",
        "breaks, each from a fresh world of scenario `documents`.\n",
        table(
            ("system", "rules", "of these"),
            [
                (
                    f"[{SYSTEMS[name]}](rules-{name}.md)",
                    len(book),
                    _shares(rule["confidence"] for rule in book.values()),
                )
                for name, book in books.items()
            ],
        ),
        "\n## Left open by the documents\n",
        "A connector that works under one reading only depends on luck. The first one is the likeliest and holds",
        "unless told otherwise: `ixkit serve --reading SILV-09=lenient`.\n",
        table(
            ("rule", "says", "readings"),
            [
                (
                    f"[{code}](rules-{name}.md#{code.lower()})",
                    rule["title"],
                    ", ".join(f"`{each['name']}`" for each in rule["readings"]),
                )
                for name, book in books.items()
                for code, rule in book.items()
                if "readings" in rule
            ],
        ),
    ]
    return "\n".join([*lines, ""])


def catalogue(name: str, book: Json) -> str:
    head = [
        f"# Rules of {SYSTEMS[name]}\n",
        MADE,
        f"{len(book)} rules: {_shares(rule['confidence'] for rule in book.values())}.",
        "[How to read them](rules.md).\n",
    ]
    return "\n".join([*head, *(_rule(code, rule) for code, rule in book.items())])


def _rule(code: str, rule: Json) -> str:
    called = ", ".join(f"`{each}`" for each in rule["operations"])
    error = ", ".join(f"{key} `{value}`" for key, value in (rule["error"] or {}).items()) or "no refusal"
    because = "; ".join(
        f"*{each['confidence']}*: {_cell(each['from'])} ({_cell(each['part'])})" for each in rule["sources"]
    )
    rows = [
        ("confidence", rule["confidence"]),
        ("because", because),
        ("answered with", error),
        ("try", rule["advice"]),
        ("holds for", called),
        *((f"reading {each['name']}", each["text"]) for each in rule.get("readings", [])),
    ]
    return "\n".join(
        [
            f"## {code} {_text(rule['title'])} {{ #{code.lower()} }}\n",
            f"{_text(rule['text'])}\n",
            *(f"- **{key}**: {_text(value)}" for key, value in rows),
            "",
            *_example("obeys", rule["obeys"]),
            *_example("breaks", rule["breaks"]),
        ]
    )


def _example(kind: str, steps: Sequence[Json]) -> list[str]:
    lines = (f"    {line}" for line in _yaml(list(steps)).splitlines())
    return [f'??? example "{kind}"', "    ```yaml", *lines, "    ```\n"]


# ---- the control API ---------------------------------------------------------------------------------


def control(spec: Json) -> str:
    lines = [
        "# Control API\n",
        MADE,
        "Made out of `specs/control.yaml`, which the server is held to as well.\n",
        spec["info"]["description"],
        "",
    ]
    for tag in spec["tags"]:
        lines += [f"## {tag['name'].capitalize()} {{ #{tag['name']} }}\n", f"{tag['description']}\n"]
        lines += [
            _operation(spec, verb, path, operation)
            for verb, path, operation in operations(spec)
            if tag["name"] in operation["tags"]
        ]
    return "\n".join(lines)


def _operation(spec: Json, verb: str, path: str, operation: Json) -> str:
    given = [*spec["paths"][path].get("parameters", []), *operation.get("parameters", [])]
    parameters = [resolved(spec, each) for each in given]
    lines = [
        f"### {operation['summary']} {{ #{operation['operationId']} }}\n",
        f"`{verb.upper()} {path}`\n",
        f"{_text(operation['description'])}\n",
    ]
    if parameters:
        rows = [
            (f"`{each['name']}`", each["in"], _kind(spec, each["schema"]), each["description"])
            for each in parameters
        ]
        lines += [table(("parameter", "in", "type", "what"), rows), ""]
    members, example = _body(spec, operation.get("requestBody", {}))
    if members:
        lines += [table(("member of the body", "type", "what"), members), ""]
    if example is not None:
        lines += ["```json", json.dumps(example, indent=2, ensure_ascii=False, default=str), "```\n"]
    answers = {code: resolved(spec, answer)["description"] for code, answer in operation["responses"].items()}
    lines += [table(("answer", "means"), list(answers.items())), ""]
    return "\n".join(lines)


def _body(spec: Json, body: Json) -> tuple[list[tuple[str, str, str]], Any]:
    """Members of a JSON body and an example of it."""
    content = resolved(spec, body).get("content", {}).get("application/json")
    if content is None:
        return [], None
    schema = resolved(spec, content["schema"])
    mandatory = schema.get("required", [])
    members = [
        (
            f"`{name}`" + (" (mandatory)" if name in mandatory else ""),
            _kind(spec, each),
            resolved(spec, each).get("description", ""),
        )
        for name, each in schema.get("properties", {}).items()
    ]
    examples = [resolved(spec, each)["value"] for each in content.get("examples", {}).values()]
    return members, content.get("example", examples[0] if examples else None)


def resolved(spec: Json, part: Json) -> Json:
    """The part itself, or what its `$ref` points at, with what stands beside the reference."""
    if "$ref" not in part:
        return part
    found: Any = spec
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return {**resolved(spec, found), **{key: value for key, value in part.items() if key != "$ref"}}


def _kind(spec: Json, schema: Json) -> str:
    schema = resolved(spec, schema)
    for word in ("allOf", "oneOf", "anyOf"):
        if word in schema:
            return " or ".join(dict.fromkeys(_kind(spec, each) for each in schema[word]))
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(spec, schema.get('items', {}))}"
    return str(schema.get("type", "any"))


def _yaml(value: object) -> str:
    options: dict[str, Any] = {"sort_keys": False, "allow_unicode": True, "default_flow_style": None}
    text: str = yaml.dump(value, Dumper=_Whole, width=100, **options)
    return text.strip()


class _Whole(DUMPER):  # type: ignore[misc, valid-type]
    """Says what is said twice twice: no anchors, no aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


# ---- Markdown ----------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)


def _cell(value: object) -> str:
    return " ".join(_text(str(value)).split()).replace("|", r"\|")


def _text(words: str) -> str:
    """Angle brackets stay what they are; nothing turns into HTML outside of code."""
    parts = re.split(r"(`[^`]*`)", words)
    return "".join(part if part.startswith("`") else part.replace("<", "&lt;") for part in parts)


if __name__ == "__main__":
    sys.exit(main())
