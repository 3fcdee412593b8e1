"""What decides about an instalment apart from the facts? The settings, and how drafts are made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

from ixbridge.core.mapping import DraftAs, ModeRules, Settings
from ixbridge.core.model import Mode
from ixbridge.core.steps import Creation
from ixbridge.core.target import PLAIN, Target


@dataclass(frozen=True, slots=True)
class Policy:
    settings: Settings
    fingerprint: str
    """Of the settings; when it changes, what was parked before a create is judged anew."""
    draft_as: Creation
    target: Target = PLAIN

    @property
    def target_name(self) -> str:
        """Begins the payment reference, as no target gives one."""
        return self.target.name.upper()


def policy_of(
    settings: Settings,
    *,
    target: Target | None = None,
    mode: Mode | None = None,
    draft_as: DraftAs | None = None,
) -> Policy:
    """``target`` describes the system that the settings name; ``mode`` and ``draft_as`` override them."""
    rules = settings.mode
    if mode is not None:
        rules = ModeRules(mode, draft_as=rules.draft_as)
    if draft_as is not None:
        rules = replace(rules, draft_as=draft_as)
    settings = replace(settings, mode=rules)
    fingerprint = hashlib.sha256(_canonical(settings).encode("utf-8")).hexdigest()[:16]
    described = (target or Target(settings.target.name)).chosen(settings.target.options)
    creation = _CREATION[rules.draft_as]
    return Policy(
        settings,
        fingerprint,
        creation if creation in described.drafts else described.drafts[0],
        described,
    )


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
