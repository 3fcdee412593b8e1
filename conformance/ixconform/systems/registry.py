"""Which targets does the kit know?"""

from __future__ import annotations

from collections.abc import Mapping

from ixconform.systems.crmcom import CrmCom
from ixconform.systems.silvasoft import Silvasoft
from ixconform.systems.target import Target
from ixconform.systems.telecomx import TelecomX

TARGETS: Mapping[str, Target] = {"silvasoft": Silvasoft(), "telecomx": TelecomX(), "crmcom": CrmCom()}
