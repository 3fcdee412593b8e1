"""Which actions does the control API offer for Pocketbook, and what does each take?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ixmocks.engine.system import Action
from ixmocks.pocketbook import desk

KEY: Mapping[str, Any] = {
    "type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"],
    "additionalProperties": False,
}  # fmt: skip

ACTIONS: Mapping[str, Action] = {
    "keepBill": Action(desk.keep_bill, "Make a bill of a draft", KEY),
    "payBill": Action(desk.pay_bill, "The money for a bill has come", KEY),
}
