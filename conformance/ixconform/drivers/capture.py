"""What did a process print? Read without end, kept with a bound, searched for secrets as it flows by."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

HEAD, TAIL = 24_000, 24_000
CHUNK = 1 << 16


class Capture:
    """Drains one pipe in a thread. A gigabyte costs no more memory than a page."""

    def __init__(self, pipe: int, secrets: Mapping[str, str]) -> None:
        self._pipe = pipe
        self._wanted = {name: value.encode() for name, value in secrets.items()}
        self._overlap = max((len(value) for value in self._wanted.values()), default=1)
        self._head = b""
        self._tail = b""
        self.bytes = 0
        self.found: set[str] = set()
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        rest = b""
        try:
            while chunk := os.read(self._pipe, CHUNK):
                self._keep(chunk)
                seen = rest + chunk
                self.found |= {name for name, value in self._wanted.items() if value in seen}
                rest = seen[-self._overlap :]
        except OSError:
            pass  # closed under us, because a grandchild would have kept it open for ever
        finally:
            os.close(self._pipe)

    def _keep(self, chunk: bytes) -> None:
        self.bytes += len(chunk)
        room = HEAD - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        self._tail = (self._tail + chunk)[-TAIL:]

    def join(self, timeout: float) -> None:
        self._thread.join(timeout)

    @property
    def text(self) -> str:
        left_out = self.bytes - len(self._head) - len(self._tail)
        gap = f"\n… {left_out} bytes left out …\n".encode() if left_out > 0 else b""
        return (self._head + gap + self._tail).decode(errors="replace")
