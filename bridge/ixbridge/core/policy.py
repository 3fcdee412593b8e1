"""What decides about an instalment apart from the facts? The settings, and how drafts are made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

from ixbridge.core.mapping import DraftAs, ModeRules, Settings
from ixbridge.core.model import Mode
from ixbridge.core.steps import Creation


@dataclass(frozen=True, slots=True)
class Policy:
    settings: Settings
    fingerprint: str
    """Of the settings; when it changes, what was parked before a create is judged anew."""
    draft_as: Creation
    target: str = "SILVASOFT"
    """Begins the payment reference, as the target gives none."""


def policy_of(settings: Settings, *, mode: Mode | None = None, draft_as: DraftAs | None = None) -> Policy:
    """``mode`` and ``draft_as`` override whatever the settings say."""
    rules = settings.mode
    if mode is not None:
        rules = ModeRules(mode, draft_as=rules.draft_as)
    if draft_as is not None:
        rules = replace(rules, draft_as=draft_as)
    settings = replace(settings, mode=rules)
    fingerprint = hashlib.sha256(_canonical(settings).encode("utf-8")).hexdigest()[:16]
    return Policy(settings, fingerprint, _CREATION[rules.draft_as], settings.target.name.upper())


_CREATION = {DraftAs.ORDER: Creation.ORDER, DraftAs.INVOICE: Creation.INVOICE_DRAFT}


def _canonical(value: object) -> str:
    """The same text for the same settings, in every process."""
    if is_dataclass(value) and not isinstance(value, type):
        return (
            f"({' '.join(f'{each.name}={_canonical(getattr(value, each.name))}' for each in fields(value))})"
        )
    if isinstance(value, Mapping):
        return "{" + " ".join(sorted(f"{_canonical(k)}:{_canonical(v)}" for k, v in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + " ".join(sorted(_canonical(each) for each in value)) + "}"
    if isinstance(value, tuple):
        return f"({' '.join(_canonical(each) for each in value)})"
    return repr(value)
