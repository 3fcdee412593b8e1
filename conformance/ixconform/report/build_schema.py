"""Writes `report.schema.json` anew from the model: `python -m ixconform.report.build_schema`."""

from __future__ import annotations

import json
from pathlib import Path

from ixconform.report.file import schema

PATH = Path(__file__).with_name("report.schema.json")


def text() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
