"""Who notices? A system's tests run once, to see what each reaches; then a child per mutant runs those that matter.

A child is a copy of the process that has loaded everything, so a mutant costs what its first failing test costs.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
import pytest
from hypothesis import HealthCheck, Phase, settings

from mutants.keeping import Kept
from mutants.living import Loaded, NotAlive, become
from mutants.making import ROOT, Mutant, mutants, reached_by

FOR_ALL = ("tests/specs/test_rule_examples.py", "tests/specs/test_alone.py")
"""What of the tests about all systems can tell: each is asked about its own."""
settings.register_profile(
    "mutants",
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one mutant: the test that noticed it (empty: none), and how many were asked."""

    name: str
    by: str
    asked: int
    error: str = ""
    """A mistake of this tool."""


@dataclass(slots=True)
class Test:
    item: pytest.Item
    cpu_s: float = 0.0
    failed: str = ""
    operations: set[str] = field(default_factory=set)

    @property
    def rule(self) -> str:
        """The rule whose example this is."""
        return str(getattr(self.item, "callspec", None) and self.item.callspec.params.get("code", ""))  # type: ignore[attr-defined]


class Hunter:
    """A plugin of pytest that goes through the mutants instead of the tests."""

    def __init__(self, system: str, hunted: Sequence[Mutant], jobs: int, kept: Kept) -> None:
        self.system, self.hunted, self.jobs, self.kept = system, hunted, jobs, kept
        self.failed = ""
        self.now: Test | None = None
        self.broken: list[str] = []
        """Tests that fail without any mutant: they are not asked."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        def belongs(item: pytest.Item) -> bool:
            params = getattr(getattr(item, "callspec", None), "params", {})
            return params.get("system", self.system) == self.system

        items[:] = [item for item in items if belongs(item)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise pytest.UsageError("the tests could not be collected")
        tests, data = self.baseline(session.items)
        self.broken = [test.failed for test in tests if test.failed]
        good = [test for test in tests if not test.failed]
        contract = mutants_contract(self.system)
        waiting = [(mutant, asked(mutant, good, data, contract)) for mutant in self.hunted]
        self.loaded = Loaded.now()
        gc.collect()
        gc.freeze()  # what children share is left alone by their collectors
        self.hunt(waiting)
        return True

    def baseline(self, items: Sequence[pytest.Item]) -> tuple[list[Test], coverage.CoverageData]:
        """Every test once: what it costs, which lines and which operations it reaches."""
        from ixmocks.engine.journal import Event, Journal

        written = Journal.append

        def append(journal: Journal, event: Event) -> None:
            if self.now is not None and event.system == self.system:
                self.now.operations.add(event.operation)
            written(journal, event)

        Journal.append = append  # type: ignore[method-assign]
        seen = coverage.Coverage(
            data_file=None,
            config_file=False,
            include=[f"{ROOT}/mocks/ixmocks/{self.system}/*"],
            messages=False,
        )
        tests = [Test(item, operations=_about(item)) for item in items]
        seen.start()
        for test, after in zip(tests, [*items[1:], None], strict=True):
            seen.switch_context(test.item.nodeid)
            self.now, self.failed = test, ""
            since = time.process_time()
            test.item.config.hook.pytest_runtest_protocol(item=test.item, nextitem=after)
            test.cpu_s, test.failed = time.process_time() - since, self.failed
        seen.stop()
        self.now, self.failed = None, ""
        Journal.append = written  # type: ignore[method-assign]
        return tests, seen.get_data()

    def hunt(self, waiting: list[tuple[Mutant, list[Test]]]) -> None:
        running: dict[int, tuple[Mutant, int, Path]] = {}
        with tempfile.TemporaryDirectory() as folder:
            for number, (mutant, tests) in enumerate(waiting):
                while len(running) >= self.jobs:
                    self.reap(running)
                told = Path(folder) / f"{number}.json"
                child = os.fork()
                if child == 0:
                    self.live(mutant, tests, told)
                running[child] = (mutant, len(tests), told)
            while running:
                self.reap(running)

    def reap(self, running: dict[int, tuple[Mutant, int, Path]]) -> None:
        child, status = os.wait()
        if child not in running:
            return
        mutant, asked_of, told = running.pop(child)
        if told.exists():
            verdict = Verdict(mutant.name, **json.loads(told.read_text("utf-8")))
        elif os.WIFSIGNALED(status):
            verdict = Verdict(mutant.name, f"ended by {signal.Signals(os.WTERMSIG(status)).name}", asked_of)
        else:
            verdict = Verdict(mutant.name, "", asked_of, f"the child ended with {status} and said nothing")
        self.kept.add(verdict.name, {"by": verdict.by, "asked": verdict.asked, "error": verdict.error})
        said = "noticed " if verdict.by else "SURVIVED"
        print(f"{said} {verdict.name}  {verdict.by or verdict.error}", file=sys.stderr)

    def becoming(self, mutant: Mutant) -> str:
        """Become the mutant; what went wrong with that, which is a mistake of this tool."""
        try:
            become(mutant, self.loaded)
        except NotAlive as mistake:
            return str(mistake)
        except Exception as mistake:
            return f"{type(mistake).__name__}: {mistake}"
        return ""

    def live(self, mutant: Mutant, tests: Sequence[Test], told: Path) -> None:
        """In the child: become the mutant, and run the tests until one fails. Never comes back."""
        ran, by, error = 0, "", ""
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            error = self.becoming(mutant)
            for test, after in zip([] if error else tests, [*tests[1:], None], strict=False):
                signal.setitimer(signal.ITIMER_PROF, 20 + 20 * test.cpu_s)  # a mutant may never end
                ran += 1
                item = test.item
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after.item if after else None)
                if self.failed:
                    by = self.failed
                    break
        except BaseException as died:  # a mutant with which nothing runs at all is noticed as well
            by = f"{type(died).__name__}: {died}"
        finally:
            told.write_text(json.dumps({"by": by, "asked": ran, "error": error}), "utf-8")
            os._exit(0)


def _about(item: pytest.Item) -> set[str]:
    """The operation that a test without any call is about, such as one of the contract alone."""
    named = getattr(getattr(item, "callspec", None), "params", {}).get("operation")
    return {named} if isinstance(named, str) else set()


def asked(mutant: Mutant, tests: Iterable[Test], data: coverage.CoverageData, contract: Any) -> list[Test]:
    """The tests that can notice: that reach the check, its own rule's examples first, then the cheapest."""
    if mutant.in_rule_book:
        able = list(tests)
    elif mutant.in_contract:
        served = reached_by(mutant, contract)
        able = [test for test in tests if test.operations & served]
    else:
        by_line = data.contexts_by_lineno(str(ROOT / mutant.file))
        names = {name for line in mutant.lines for name in by_line.get(line, ())}
        able = [test for test in tests if test.item.nodeid in names]
    return sorted(able, key=lambda test: (test.rule != mutant.rule, test.cpu_s))


def mutants_contract(system: str) -> Any:
    import yaml

    text = (ROOT / "specs" / f"{system}.yaml").read_bytes()
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def main(system: str, names: Sequence[str], jobs: int, told: Path) -> int:
    """Hunt in this process, and keep the verdicts; tests that fail without any mutant go into a file as JSON."""
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    chosen = [mutant for mutant in mutants(system) if mutant.name in names]
    hunter = Hunter(system, chosen, jobs, Kept.of(system))
    words = [
        *FOR_ALL, f"tests/mocks/{system}", "-q", "--tb=line", "-p", "no:cacheprovider", "-p", "no:xdist", "-r", "N",
        "--no-header", "--no-summary",
    ]  # fmt: skip
    code = pytest.main(words, plugins=[hunter])
    if any(name not in hunter.kept.verdicts for name in names):
        return int(code) or 1
    told.write_text(json.dumps(hunter.broken), "utf-8")
    return 0
