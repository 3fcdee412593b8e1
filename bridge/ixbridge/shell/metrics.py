"""How does a monitoring system see the bridge? Numbers in Prometheus' text format, and no names of people."""

from __future__ import annotations

import threading
from collections.abc import Mapping

_ABOUT: Mapping[str, tuple[str, str]] = {
    "polls_total": ("counter", "Polls of iXpole, by how they ended."),
    "last_poll_seconds": ("gauge", "How long the last poll took."),
    "last_poll_timestamp_seconds": ("gauge", "When the last poll ended, in seconds since 1970."),
    "instalments": ("gauge", "Instalments of the last poll, by where they stand."),
    "requests_total": ("counter", "Requests sent, by system and operation."),
    "notifications_total": ("counter", "Notifications that arrived, by what became of them."),
    "notifications_unmatched": ("gauge", "Notifications kept that agree with nothing the bridge has sent."),
    "endpoint_requests_total": ("counter", "Requests to this endpoint, by status."),
    "journal_records": ("gauge", "Records in the journal."),
    "callback_registered": ("gauge", "1 once the target knows where to post its notifications."),
}
PREFIX = "ixkit_bridge_"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = tuple[tuple[str, str], ...]


class Metrics:
    """Counters and gauges, written by the loop and the endpoint, read by whoever scrapes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: dict[str, dict[Labels, float]] = {name: {} for name in _ABOUT}

    def count(self, name: str, by: int = 1, **labels: str) -> None:
        key = tuple(sorted(labels.items()))
        with self._lock:
            self._values[name][key] = self._values[name].get(key, 0) + by

    def put(self, name: str, value: float, **labels: str) -> None:
        with self._lock:
            self._values[name][tuple(sorted(labels.items()))] = value

    def replace(self, name: str, label: str, values: Mapping[str, float]) -> None:
        """All values of one metric at once; what is not named is gone."""
        with self._lock:
            self._values[name] = {((label, key),): value for key, value in values.items()}

    def value(self, name: str, **labels: str) -> float:
        with self._lock:
            return self._values[name].get(tuple(sorted(labels.items())), 0)

    def text(self) -> str:
        lines = []
        with self._lock:
            for name, (kind, about) in _ABOUT.items():
                lines += [f"# HELP {PREFIX}{name} {about}", f"# TYPE {PREFIX}{name} {kind}"]
                for labels, value in sorted(self._values[name].items()):
                    lines.append(f"{PREFIX}{name}{_shown(labels)} {value:.15g}")
        return "\n".join(lines) + "\n"


def _shown(labels: Labels) -> str:
    pairs = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
    return f"{{{pairs}}}" if pairs else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
