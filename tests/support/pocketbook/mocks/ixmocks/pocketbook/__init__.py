"""Pocketbook, an invented accounting system: the smallest one that a bridge can book in."""

from __future__ import annotations

from ixmocks.engine.system import System
from ixmocks.pocketbook import handlers
from ixmocks.pocketbook.actions import ACTIONS
from ixmocks.pocketbook.credentials import admit, credential_of, credentials, sign_in
from ixmocks.pocketbook.envelope import refuse
from ixmocks.pocketbook.seed import load

SYSTEM = System(
    name="pocketbook",
    handlers=handlers,
    load=load,
    refuse=refuse,
    credentials=credentials,
    credential_of=credential_of,
    admit=admit,
    sign_in=sign_in,
    actions=ACTIONS,
)
