"""A PostgreSQL of our own for tests: started once, in a folder that goes away, reached by a socket file.

Debian's package is enough (``apt-get install postgresql``). Where there is none, the tests that need
it are skipped and say so; in CI that is a failure.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

_names = count(1)


class Absent(Exception):
    """There is no PostgreSQL here; the message says what to install."""


def binaries() -> Path:
    """Where initdb, pg_ctl and psql are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    candidates = [*reversed(found)]
    on_path = shutil.which("initdb")
    if on_path:
        candidates.append(Path(on_path).parent)
    for each in candidates:
        if (each / "initdb").exists() and (each / "postgres").exists():
            return each
    raise Absent("PostgreSQL is not installed (Debian: apt-get install postgresql)")


class Cluster:
    def __init__(self, folder: Path, bin: Path, as_user: list[str]) -> None:
        self.folder, self._bin, self._as = folder, bin, as_user

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"journal_{os.getpid()}_{next(_names)}"
        self.sql(f'CREATE DATABASE "{name}"')
        return f"postgresql://postgres@/{name}?host={quote(str(self.folder), safe='')}"

    def sql(self, statement: str, database: str = "postgres") -> None:
        where = ["-h", str(self.folder), "-U", "postgres", "-d", database]
        self.run(["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", *where, "-c", statement])

    def run(self, command: list[str]) -> None:
        program = shutil.which(command[0], path=str(self._bin)) or command[0]
        done = subprocess.run(
            [*self._as, program, *command[1:]],
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]}: {done.stderr.strip()[-500:]}")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server for the block; on a Unix socket only, so that no port can be taken."""
    bin = binaries()
    as_user: list[str] = []
    # The path of a socket must be short, and the server's user must reach it.
    folder = Path(tempfile.mkdtemp(prefix="ixpg"))
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            shutil.rmtree(folder)
            raise Absent("there is no user postgres to run the server as") from None
        os.chown(folder, user.pw_uid, user.pw_gid)
        folder.chmod(0o755)
        as_user = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]
    made = Cluster(folder, bin, as_user)
    data = folder / "data"
    try:
        made.run(["initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"])
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
        where = ["-D", str(data), "-l", str(folder / "log")]
        made.run(["pg_ctl", *where, "-w", "-t", "60", "-o", options, "start"])
        try:
            yield made
        finally:
            made.run(["pg_ctl", *where, "-w", "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
