"""TelecomX, where resellers invoice their customers: a token that slides, −1 for no number yet, two VAT rates."""

from __future__ import annotations

from ixmocks.engine.system import System
from ixmocks.telecomx import handlers
from ixmocks.telecomx.actions import ACTIONS
from ixmocks.telecomx.credentials import admit, admitted, credential_of, credentials, sign_in
from ixmocks.telecomx.envelope import refuse
from ixmocks.telecomx.seed import load

SYSTEM = System(
    name="telecomx",
    handlers=handlers,
    load=load,
    refuse=refuse,
    credentials=credentials,
    credential_of=credential_of,
    admit=admit,
    sign_in=sign_in,
    actions=ACTIONS,
    admitted=admitted,
    body_credentials=True,
)
