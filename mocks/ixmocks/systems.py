"""Which systems does ixkit mock? The only list of them; ports follow its order."""

from __future__ import annotations

from ixmocks.crmcom import SYSTEM as CRMCOM
from ixmocks.engine.system import System
from ixmocks.ixpole import SYSTEM as IXPOLE
from ixmocks.riverty import SYSTEM as RIVERTY
from ixmocks.silvasoft import SYSTEM as SILVASOFT
from ixmocks.telecomx import SYSTEM as TELECOMX

SYSTEMS: tuple[System, ...] = (IXPOLE, SILVASOFT, RIVERTY, TELECOMX, CRMCOM)
