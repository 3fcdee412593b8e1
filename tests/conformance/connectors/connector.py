"""A small connector that does it right: one poll per run, state in one file, standard library only.

    python connector.py --target silvasoft --mode draft

It is written from what the documents say about the systems and knows nothing of the kit but the names of its
environment variables. Mutants and variants change one method of it each (`mutants.py`, `variants.py`).

In: IXKIT_IXPOLE_URL, _CLIENT_ID, _CLIENT_SECRET; of the target its URL and credentials; IXKIT_STATE_PATH, a JSON file.
Out: a line per instalment that cannot be booked, on standard error. Exit code: 0 the poll went through, 1 credentials
were refused, 2 a variable is missing.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from base import Connector
from crmcom import CrmCom
from plumbing import say
from silvasoft import Silvasoft
from telecomx import TelecomX

TARGETS = {"silvasoft": Silvasoft, "crmcom": CrmCom, "telecomx": TelecomX}


def main(
    connector: type[Connector] = Connector, targets: dict[str, Any] = TARGETS, argv: list[str] | None = None
) -> int:
    parser = argparse.ArgumentParser(description="One poll: from iXpole into the target and back.")
    parser.add_argument("--target", choices=sorted(targets), default="silvasoft")
    parser.add_argument("--mode", choices=("direct", "draft"), default=os.environ.get("IXKIT_MODE", "direct"))
    asked = parser.parse_args(argv)
    try:
        target = targets[asked.target](dict(os.environ))
        made = connector(dict(os.environ), target, draft=asked.mode == "draft")
    except KeyError as missing:
        say(f"the environment variable {missing} is missing")
        return 2
    return made.poll()


def silvasoft(env: dict[str, str]) -> int:
    """One poll, for a driver that calls instead of starting a process; the mode comes from IXKIT_MODE."""
    return main(argv=["--target", "silvasoft"])


def telecomx(env: dict[str, str]) -> int:
    return main(argv=["--target", "telecomx"])


def crmcom(env: dict[str, str]) -> int:
    return main(argv=["--target", "crmcom"])


if __name__ == "__main__":
    sys.exit(main())
