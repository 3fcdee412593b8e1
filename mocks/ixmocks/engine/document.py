"""What does a system promise? Reads its OpenAPI document and its rule book, or says what is wrong with them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from ixmocks.engine.connexions import OpenAPISpecification
from ixmocks.places import SPECS


class SpecError(ValueError):
    """A spec or rule book cannot be used; the message says which file, what was seen and what to do."""


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


class Document(OpenAPISpecification):  # type: ignore[misc]
    """Connexion's specification, checked by the fast validator and only when its text is new."""

    @classmethod
    def _validate_spec(cls, spec: Mapping[str, Any]) -> None:
        validator = jsonschema_rs.Draft4Validator(cls.openapi_schema)
        error = next(iter(validator.iter_errors(spec)), None)
        if error is not None:
            where = "/".join(str(step) for step in error.instance_path) or "the document's root"
            raise SpecError(f"at {where}: {error.message}")


def load_document(name: str, folder: Path = SPECS) -> Document:
    """The OpenAPI document `name` (``silvasoft.yaml``). Raises SpecError for anything unusable."""
    path = folder / name
    raw = _mapping(path)
    version = raw.get("openapi")
    if not isinstance(version, str) or not version.startswith("3.0"):
        raise SpecError(f"{path}: no OpenAPI 3.0 document: `openapi` is {version!r}; expected '3.0.3'.")
    if not raw.get("paths"):
        raise SpecError(f"{path}: the document has no paths; a system without operations cannot be served.")
    try:
        return Document(raw)
    except SpecError as error:
        raise SpecError(f"{path}: {error}. Correct the document and start again.") from None
    except Exception as error:
        raise SpecError(f"{path}: {error}. Correct the document and start again.") from error


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
    try:
        text = path.read_bytes()
    except OSError as error:
        raise SpecError(f"{path}: cannot be read ({error.strerror}).") from None
    cached = _cache() / f"{hashlib.sha256(text).hexdigest()[:32]}.json"
    try:
        return dict(json.loads(cached.read_bytes()))
    except (OSError, ValueError, TypeError):
        pass
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
