"""What every wrong connector is: the right one, by what it must be named, and against what it can go wrong."""

from __future__ import annotations

from base import Connector

ANY = ("silvasoft-direct", "silvasoft-draft", "telecomx-direct", "crmcom-direct", "crmcom-draft")
DIRECT = ("silvasoft-direct",)
DRAFTS = ("silvasoft-draft", "crmcom-draft", "telecomx-draft")


class Mutant(Connector):
    named: tuple[str, ...] = ()
    profiles: tuple[str, ...] = DIRECT
