"""Where do contracts and scenarios lie? Inside the installed package, or beside the source tree."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
SPECS = next(
    (folder for folder in (_HERE / "specs", _HERE.parents[1] / "specs") if folder.is_dir()), _HERE / "specs"
)
SCENARIOS = _HERE / "scenarios"
