"""What came of a conformance run: one value, one JSON file, and every other format drawn from that file."""

from ixconform.report.model import Report, ReportError, from_json, to_json

__all__ = ["Report", "ReportError", "from_json", "to_json"]
