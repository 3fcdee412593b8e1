"""CRM.COM: customers, subscriptions and billing. Tokens stand in bodies, and every no comes inside HTTP 200."""

from __future__ import annotations

from ixmocks.crmcom import handlers
from ixmocks.crmcom.actions import ACTIONS
from ixmocks.crmcom.credentials import admit, credential_of, credentials, sign_in
from ixmocks.crmcom.envelope import refuse, under
from ixmocks.crmcom.seed import load
from ixmocks.engine.system import System


def fold(path: str) -> str:
    """A closing slash does not matter: clients put one before the question mark (CRM-43)."""
    return path.rstrip("/")


SYSTEM = System(
    name="crmcom",
    handlers=handlers,
    load=load,
    refuse=refuse,
    credentials=credentials,
    credential_of=credential_of,
    admit=admit,
    sign_in=sign_in,
    under=under,
    actions=ACTIONS,
    body_credentials=True,
    fold=fold,
)
