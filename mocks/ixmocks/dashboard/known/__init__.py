"""Which systems does the dashboard know? One module each, with a value `KNOWN`; a sixth system adds one."""

from __future__ import annotations

from collections.abc import Mapping

from ixmocks.dashboard.document import Known
from ixmocks.dashboard.known import crmcom, ixpole, riverty, silvasoft, telecomx

SOURCE = "ixpole"
"""Where instalments come from."""

KNOWN: Mapping[str, Known] = {
    "ixpole": ixpole.KNOWN,
    "silvasoft": silvasoft.KNOWN,
    "riverty": riverty.KNOWN,
    "telecomx": telecomx.KNOWN,
    "crmcom": crmcom.KNOWN,
}


def known(system: str) -> Known:
    """What is known of a system; nothing but its name of one that is not listed."""
    return KNOWN.get(system) or Known(system)
