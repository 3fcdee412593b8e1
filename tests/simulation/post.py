"""How do notifications reach the bridge? Posted when a bridge listens, past the plan's faults, into its inbox.

Where no bridge runs, what is sent meanwhile waits at the sender. What nobody heard is lost, until people ask support
to send it again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ixbridge.shell.inbox import Letterbox
from ixbridge.shell.journal import JournalError
from ixbridge.targets.riverty_notices import notices_in
from simulation.disk import DiskJournal
from simulation.faults import Killed
from simulation.plan import POST
from simulation.worlds import RIVERTY

if TYPE_CHECKING:
    from ixmocks.engine.system import Delivery
    from simulation.life import Life

TAKEN, DOWN = 200, 0


@dataclass(slots=True)
class Post:
    """The notifications of one life."""

    life: Life
    counts: dict[str, int] = field(default_factory=dict)
    later: list[bytes] = field(default_factory=list)
    """Taken over by the network, and delivered at the next start of a bridge."""
    much_later: list[bytes] = field(default_factory=list)
    """Delivered when all is over."""
    _boxes: dict[int, Letterbox] = field(default_factory=dict)

    def copy(self, life: Life) -> Post:
        return Post(life, dict(self.counts), list(self.later), list(self.much_later))

    def listen(self, bridge: int, journal: DiskJournal) -> None:
        """A bridge has opened its journal and takes what is posted."""
        self._boxes[bridge] = Letterbox(journal)
        while self.later:  # what dies with its reader is delivered again
            self._keep(bridge, self.later[0])
            del self.later[0]
        self.carry(bridge)

    def deaf(self, bridge: int) -> None:
        self._boxes.pop(bridge, None)

    def release_all(self) -> None:
        """What was held back arrives at the next start; what nobody heard is sent again, as support is asked to."""
        if not self.life.stage.way.hears:
            return
        self.later += self.much_later
        self.much_later = []
        self.life.stage.act(RIVERTY, "resendNotifications")

    def carry(self, bridge: int) -> None:
        """Everything that the sender has ready now, to this bridge."""
        if bridge not in self._boxes:
            return
        world = self.life.stage.world
        if not world.moment.systems[RIVERTY].ready:
            return
        ends: list[BaseException] = []
        last: list[bytes] = []

        def post(delivery: Delivery) -> int:
            if ends:
                return DOWN
            try:
                return self._post(bridge, delivery, last)
            except (Killed, JournalError) as end:
                ends.append(end)
                return DOWN

        self.life.stage.kit.carry(post, world=world.name)
        self.life.happened()
        if ends:
            raise ends[0]
        for body in last:
            self._keep(bridge, body)

    def _post(self, bridge: int, delivery: Delivery, last: list[bytes]) -> int:
        kind = str(json.loads(delivery.body)["type"]).rpartition("/")[2]
        nth = self.counts[kind] = self.counts.get(kind, 0) + 1
        point = f"{POST}.{kind}#{nth}"
        self.life.notes.points.append((point, "N"))
        struck = self.life.strike(point, None)
        self.life.posted(point, delivery.body, struck)
        match struck:
            case "killed-before":
                raise Killed
            case "not-heard":
                return DOWN
            case "late":
                self.later.append(delivery.body)
            case "very-late":
                self.much_later.append(delivery.body)
            case "last":
                last.append(delivery.body)
            case "twice":
                self._keep(bridge, delivery.body)
                self._keep(bridge, delivery.body)
            case _:
                self._keep(bridge, delivery.body)
        if struck == "killed-after":
            raise Killed
        return TAKEN

    def _keep(self, bridge: int, body: bytes) -> None:
        self._boxes[bridge].put(notices_in(body))
