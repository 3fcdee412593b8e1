"""Writes down which rules can be judged from a request alone, for `ixkit check --har`. Run it when rules change."""

from __future__ import annotations

import json

from ixcheck.contract import read
from ixcheck.traffic.deriving import derived
from ixcheck.traffic.judging import STATELESS_FILE
from ixmocks.places import SPECS

if __name__ == "__main__":
    books = {path.name: read(path) for path in SPECS.glob("*.rules.yaml")}
    STATELESS_FILE.write_text(json.dumps(derived(books), indent=2) + "\n", encoding="utf-8")
