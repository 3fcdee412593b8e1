"""Riverty Accounting as a Service: takes orders and invoices, decides later, and reports what became of them."""

from __future__ import annotations

from ixmocks.engine.system import System
from ixmocks.riverty import handlers
from ixmocks.riverty.actions import ACTIONS
from ixmocks.riverty.clockwork import due, next_due
from ixmocks.riverty.credentials import admit, credential_of, credentials, sign_in
from ixmocks.riverty.envelope import refuse, under
from ixmocks.riverty.notices import delivered, outbox
from ixmocks.riverty.seed import load

SYSTEM = System(
    name="riverty",
    handlers=handlers,
    load=load,
    refuse=refuse,
    credentials=credentials,
    credential_of=credential_of,
    admit=admit,
    sign_in=sign_in,
    under=under,
    actions=ACTIONS,
    due=due,
    next_due=next_due,
    outbox=outbox,
    delivered=delivered,
)
