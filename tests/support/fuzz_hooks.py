"""What Schemathesis must know of our mocks: who is calling, and which refusals are the rules' own.

Loaded by Schemathesis through SCHEMATHESIS_HOOKS. The built-in check `positive_data_acceptance`
takes any 400 to valid data for a mistake; but data can be of the documented shape and still break
a business rule (an unknown customer). Ours is the same check with that one difference, and no
weaker: a 400 that does not name such a rule is a finding.
"""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from schemathesis import GenerationMode

ACCEPTED = {401, 404, 405, 409, 413, 415}


@schemathesis.auth()
class Signed:
    """Signs each request the way a connector would."""

    def get(self, case: Any, context: Any) -> dict[str, str]:
        return dict(pair.split("=", 1) for pair in os.environ["IXKIT_FUZZ_HEADERS"].split("\n") if pair)

    def set(self, case: Any, data: dict[str, str], context: Any) -> None:
        case.headers = {**(case.headers or {}), **data}


@schemathesis.check
def takes_what_is_valid(ctx: Any, response: Any, case: Any) -> None:
    """Valid data is taken, or refused by a business rule that no schema can say."""
    meta = case.meta
    if meta is None or meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if response.status_code < 400 or response.status_code in ACCEPTED:
        return
    named = [str(value) for value in response.headers.get("ixkit-violations", [])]
    violations = [v for v in ", ".join(named).split(", ") if v and not v.startswith("more;")]
    if violations and all(v.endswith(";by=rule") for v in violations):
        return
    raise AssertionError(
        f"{response.status_code} to data of the documented shape, and no business rule explains it: {violations}"
    )
