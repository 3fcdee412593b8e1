"""Which targets does the kit know?"""

from __future__ import annotations

from collections.abc import Mapping

from ixconform.systems.crmcom import CrmCom
from ixconform.systems.riverty import Riverty
from ixconform.systems.silvasoft import Silvasoft
from ixconform.systems.target import Target
from ixconform.systems.telecomx import TelecomX
from ixconform.systems.unseen import Unseen

TARGETS: Mapping[str, Target] = {
    "silvasoft": Silvasoft(),
    "riverty": Riverty(),
    "telecomx": TelecomX(),
    "crmcom": CrmCom(),
}
UNSEEN: Target = Unseen()


def target_of(name: str) -> Target:
    """A target by its name; `unseen` stands for one that the kit has no mock of."""
    return TARGETS.get(name, UNSEEN)
