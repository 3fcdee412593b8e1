"""Programs that behave badly as processes. `python citizens.py loops`, and any word behind it to know them by.

`python citizens.py --list` prints them as JSON, with what a run must come to.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request


def wrong_urls() -> int:
    """Knocks where nobody is, and says so."""
    try:
        urllib.request.urlopen("http://127.0.0.1:9/api/instalments", timeout=2)
    except OSError as error:
        print(f"cannot reach iXpole: {error}", file=sys.stderr)
        return 1
    return 0


def wrong_paths() -> int:
    """Finds the server and asks for what is not there."""
    try:
        urllib.request.urlopen(os.environ["IXKIT_IXPOLE_URL"] + "/v2/instalments/new", timeout=5)
    except urllib.error.HTTPError as error:
        print(f"iXpole says {error.code}", file=sys.stderr)
        return 1
    return 0


def silent() -> int:
    """Ends well without a single request."""
    return 0


def crashes() -> int:
    """Falls over at once."""
    raise RuntimeError("configuration is not readable")


def loops() -> int:
    """Works for ever and asks nobody."""
    while True:
        pass


def asks_forever() -> int:
    """Asks for a token for ever."""
    url = os.environ["IXKIT_IXPOLE_URL"] + "/oauth/token"
    while True:
        try:
            urllib.request.urlopen(url, data=b"grant_type=client_credentials", timeout=5).read()
        except urllib.error.HTTPError:
            continue
        except OSError:
            return 1


def prints() -> int:
    """Prints a gigabyte."""
    line = b"x" * 1023 + b"\n"
    block = line * 1024
    for _ in range(1024):
        sys.stdout.buffer.write(block)
    return 0


def forks() -> int:
    """Leaves children behind: one in its group, one in a session of its own."""
    wait = [sys.executable, "-S", "-c", "import threading; threading.Event().wait(120)", *sys.argv[2:]]
    subprocess.Popen(wait)
    subprocess.Popen(wait, start_new_session=True)
    return 0


def deaf() -> int:
    """Does not end, and ignores SIGTERM and SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    while True:
        threading.Event().wait(60)


def closes_output() -> int:
    """Closes what it could say anything with, and goes on for ever."""
    for stream in (1, 2):
        os.close(stream)
    while True:
        threading.Event().wait(60)


def hangs_in_shutdown() -> int:
    """Does nothing and would end, if its clean-up came to an end; answers SIGTERM by cleaning up once more."""
    wait = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: wait.wait())
    atexit.register(wait.wait)
    return 0


def calls_elsewhere() -> int:
    """Has an address of its own, and takes the proxy that the environment names."""
    try:
        urllib.request.urlopen("http://api.vendor.example/rest/listrelations/", timeout=5)
    except OSError as error:
        print(f"the target says {error}", file=sys.stderr)
    return 0


def falls() -> int:
    """Is ended by a signal."""
    os.kill(os.getpid(), signal.SIGABRT)
    return 0


def tells_secrets() -> int:
    """Prints its credentials."""
    print("debug:", {name: value for name, value in os.environ.items() if name.startswith("IXKIT_")})
    return 0


CITIZENS = {
    each.__name__.replace("_", "-"): each
    for each in (
        wrong_urls, wrong_paths, silent, crashes, loops, asks_forever, prints, forks, deaf, tells_secrets,
        closes_output, hangs_in_shutdown, calls_elsewhere, falls,
    )
}  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--list"]:
        print(json.dumps({name: each.__doc__ for name, each in CITIZENS.items()}, indent=1))
        sys.exit(0)
    sys.exit(CITIZENS[sys.argv[1]]())
