"""What does a system promise? Reads its OpenAPI document and its rule book, or says what is wrong with them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ixmocks.engine.outline import Outline, SpecError
from ixmocks.engine.schema import SCHEMA
from ixmocks.places import SPECS


@dataclass(frozen=True, slots=True)
class Reading:
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One numbered business rule, as the rule book tells it."""

    code: str
    title: str
    text: str
    operations: tuple[str, ...]
    confidence: str
    sources: tuple[Mapping[str, str], ...]
    advice: str
    readings: tuple[Reading, ...]
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RuleBook:
    system: str
    rules: Mapping[str, Rule]

    def readings(self, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
        """Every rule with readings, each with the chosen name or its first."""
        chosen = chosen or {}
        return {
            code: chosen.get(code, rule.readings[0].name)
            for code, rule in self.rules.items()
            if rule.readings
        }


class Document(Mapping[str, Any]):
    """A document that can be served. As a mapping it is connexion's reading of it, with every reference resolved."""

    def __init__(
        self, text: str, outlines: tuple[Outline, ...], schemes: Mapping[str, Any], not_json: str
    ) -> None:
        self._text = text
        self.outlines = outlines
        self.security_schemes = schemes
        self.not_json = not_json
        """The rule that a body breaks which cannot be parsed: `x-rules: {not_json: …}` of the document."""

    @cached_property
    def raw(self) -> dict[str, Any]:
        """As it was written."""
        return dict(json.loads(self._text))

    @cached_property
    def _spec(self) -> Mapping[str, Any]:
        from ixmocks.engine.reading import Specification

        spec: Mapping[str, Any] = Specification(self.raw)
        return spec

    def __getitem__(self, key: str) -> Any:
        return self._spec[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._spec)

    def __len__(self) -> int:
        return len(self._spec)


def load_document(name: str, folder: Path = SPECS) -> Document:
    """The OpenAPI document `name` (``silvasoft.yaml``). Raises SpecError for anything unusable."""
    return _revived(_outlined(folder / name))


def _outlined(path: Path) -> dict[str, Any]:
    """What was read and found good is kept by content hash: only a document that is new is looked at."""
    kept = _cache() / f"{hashlib.sha256(_read(path) + _READER).hexdigest()[:32]}.outline.json"
    try:
        found = dict(json.loads(kept.read_bytes()))
        _revived(found)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        found = read_anew(_mapping(path), path)
        _store(kept, found)
    return found


def read_anew(raw: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """What connexion finds in a document, as JSON values. Raises SpecError for anything unusable."""
    stated = raw.get("openapi")
    if not isinstance(stated, str) or not stated.startswith("3.0"):
        raise SpecError(f"{path}: no OpenAPI 3.0 document: `openapi` is {stated!r}; expected '3.0.3'.")
    if not raw.get("paths"):
        raise SpecError(f"{path}: the document has no paths; a system without operations cannot be served.")
    from ixmocks.engine.reading import Specification, outlines

    try:
        spec = Specification(dict(raw))
        found = {
            "raw": json.dumps(raw),
            "outlines": [asdict(outline) for outline in outlines(spec)],
            "schemes": dict(spec.security_schemes),
            "not_json": (raw.get("x-rules") or {}).get("not_json", SCHEMA),
        }
    except SpecError as error:
        raise SpecError(f"{path}: {error}. Correct the document and start again.") from None
    except Exception as error:
        raise SpecError(f"{path}: {error}. Correct the document and start again.") from error
    return dict(json.loads(json.dumps(found)))


_READER = f"connexion {version('connexion')}, outline 2".encode()
"""Who read it; another reader reads anew."""


def _revived(kept: Mapping[str, Any]) -> Document:
    outlines = tuple(
        Outline(
            **{
                **each,
                "parameters": tuple(each["parameters"]),
                "media_types": tuple(each["media_types"]),
                "schemes": tuple(each["schemes"]),
            }
        )
        for each in kept["outlines"]
    )
    return Document(kept["raw"], outlines, kept["schemes"], kept["not_json"])


def load_rules(name: str, folder: Path = SPECS) -> RuleBook:
    """The rule book `name` (``silvasoft.rules.yaml``)."""
    path = folder / name
    raw = _mapping(path)
    rules: dict[str, Rule] = {}
    for code, entry in (raw.get("rules") or {}).items():
        try:
            rules[code] = Rule(
                code=code,
                title=entry["title"],
                text=" ".join(str(entry["text"]).split()),
                operations=tuple(entry.get("operations") or ()),
                confidence=entry["confidence"],
                sources=tuple(entry.get("sources") or ()),
                advice=entry.get("advice") or "",
                readings=tuple(Reading(r["name"], r["text"]) for r in entry.get("readings") or ()),
                raw=entry,
            )
        except (KeyError, TypeError) as error:
            raise SpecError(f"{path}: rule {code} lacks {error}; compare it with its neighbours.") from None
    return RuleBook(str(raw.get("system", "")), rules)


def _mapping(path: Path) -> dict[str, Any]:
    """The YAML file as a dict, from a JSON copy kept by content hash: that parses ten times faster."""
    text = _read(path)
    cached = _cache() / f"{hashlib.sha256(text).hexdigest()[:32]}.json"
    try:
        return dict(json.loads(cached.read_bytes()))
    except (OSError, ValueError, TypeError):
        pass
    import yaml

    try:
        raw = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise SpecError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        seen = "nothing" if raw is None else type(raw).__name__
        raise SpecError(f"{path}: holds {seen}; expected a mapping with `openapi`, `paths` …")
    plain = json.loads(json.dumps(raw, default=str))
    _store(cached, plain)
    return dict(plain)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SpecError(f"{path}: cannot be read ({error.strerror}).") from None


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "ixkit"


def _store(path: Path, value: Any) -> None:
    """Best effort: a cache that cannot be written costs time, nothing else."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(value))
        draft.replace(path)
    except OSError:
        return


__all__ = ["SPECS", "Document", "Reading", "Rule", "RuleBook", "SpecError", "load_document", "load_rules"]
