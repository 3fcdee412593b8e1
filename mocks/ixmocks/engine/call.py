"""What does a handler see of a request, and how does it answer?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from ixmocks.engine.outcome import Answer, Changed, Outcome, Readings, Refused
from ixmocks.engine.system import Rule, System
from ixmocks.engine.values import value


@value(slots=True)
class Call:
    """One request, routed, admitted and valid by the spec.

    ``body``, ``query`` and ``path`` hold JSON values; numbers with a fraction or an exponent
    are ``Decimal``. In a survey (the body broke the spec, and the engine asks which rules it
    breaks as well) whatever broke the spec has been taken out, so rules must bear its absence.
    """

    system: System
    operation: str
    state: Any
    at: datetime
    readings: Readings
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    survey: bool = False
    """True: the engine only asks which rules are broken; nothing is shaped or kept."""
    after: Any = None
    """The state to commit; the engine reads it when the handler has answered."""

    def decide(self, rule: Rule, command: Any) -> Outcome:
        """Ask one rule. A yes is remembered for the engine to commit; a no changes nothing."""
        outcome = rule(self.state, command, at=self.at, readings=self.readings)
        if isinstance(outcome, Changed):
            self.after = outcome.state
        return outcome

    def reply(self, outcome: Outcome, shape: Callable[[Any], Answer]) -> Answer:
        """The answer to an outcome: shaped by the handler if yes, the vendor's envelope if no."""
        if isinstance(outcome, Refused):
            return self.system.under(self.system.refuse(outcome, self.operation), self.readings)
        if self.survey:
            return Answer(200)
        shaped = shape(outcome.answer)
        return Answer(shaped.status, shaped.body, shaped.headers, None, outcome.notes)
