"""How does a state machine of Hypothesis get a fresh world for each example?

class TestMyConnector(KitStateMachine.TestCase): ...

class Machine(KitStateMachine):
    scenario = "documents"

    @rule(code=...)
    def pay(self, code): self.world.silvasoft.act("registerPayment", ...)
"""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine

from ixpytest.servers import Server, running
from ixpytest.world import World

_servers: dict[str, Server] = {}
_open = ExitStack()
atexit.register(_open.close)


class KitStateMachine(RuleBasedStateMachine):
    """`self.world` is fresh for each example and gone after it. All machines of a process share one set of mocks."""

    mode: ClassVar[str] = "inproc"
    scenario: ClassVar[str] = "documents"
    clock: ClassVar[str | None] = None
    readings: ClassVar[dict[str, str] | None] = None
    data: ClassVar[dict[str, Any] | None] = None

    def __init__(self) -> None:
        super().__init__()
        server = _servers.get(self.mode)
        if server is None:
            server = _servers[self.mode] = _open.enter_context(running(self.mode))
        self.world = World.create(
            server, scenario=self.scenario, clock=self.clock, readings=self.readings, data=self.data
        )

    def teardown(self) -> None:
        self.world.delete()
