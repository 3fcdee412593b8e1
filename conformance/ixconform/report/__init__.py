"""What came of a conformance run: one value, one JSON file, and every other format drawn from that file."""

from ixconform.report.file import ReportError, from_json, to_json
from ixconform.report.model import Report

__all__ = ["Report", "ReportError", "from_json", "to_json"]
