"""iXpole, from which instalments come and to which numbers, due dates, PDFs and payments go back."""

from __future__ import annotations

from ixmocks.engine.system import System
from ixmocks.ixpole import handlers
from ixmocks.ixpole.actions import ACTIONS
from ixmocks.ixpole.credentials import admit, credential_of, credentials, sign_in
from ixmocks.ixpole.envelope import refuse
from ixmocks.ixpole.seed import load

SYSTEM = System(
    name="ixpole",
    handlers=handlers,
    load=load,
    refuse=refuse,
    credentials=credentials,
    credential_of=credential_of,
    admit=admit,
    sign_in=sign_in,
    actions=ACTIONS,
)
