"""How do tests of fixtures run cheaply? In this process, against the mocks that this process has already."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ixpytest.servers import Server

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, ixkit_server: Server, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a test file, with options, against the mocks of the session; `url=""` leaves them out."""
    monkeypatch.delenv("IXKIT_URL", raising=False)

    def run(source: str, *options: str, url: str | None = None, apart: bool = False) -> pytest.RunResult:
        address = str(ixkit_server.control.base_url) if url is None else url
        pytester.makepyfile(source)
        to = (f"--ixkit-url={address}",) if address else ()
        go = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return go("-p", "no:cacheprovider", "-p", "no:schemathesis", *to, *options)

    return run
