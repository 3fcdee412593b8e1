"""Prism as a validating proxy: it judges requests and answers by our contract, and says so in a header."""

from __future__ import annotations

import re
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ixmocks.engine.document import SPECS

PEERS = Path(__file__).parents[2] / "tools" / "peers" / "node_modules"
PRISM = PEERS / "@stoplight" / "prism-cli" / "dist" / "index.js"


@contextmanager
def proxy(system: str, upstream: str, folder: Path) -> Iterator[str]:
    """The address of a Prism in front of `upstream`, while the block runs."""
    spec = folder / f"{system}.yaml"
    text = (SPECS / f"{system}.yaml").read_text("utf-8")
    # Prism puts null into the enum of a nullable member itself; where it is there already, it checks nothing at all.
    spec.write_text(re.sub(r"(enum: \[[^\]]*), null\]", r"\1]", text), "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["node", PRISM, "proxy", "--multiprocess", "false", "--port", str(port), spec, upstream]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "Prism is listening" in line:
                break
        else:
            raise RuntimeError(f"Prism did not start: {''.join(said)[-2000:]}")
        # Prism dies of a log that nobody reads.
        threading.Thread(target=deque, args=(process.stdout, 100), daemon=True).start()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
