"""What does pytest learn from ixkit? Options, one marker, fixtures, and a failing test's journal in its report.

Nothing heavier than pytest is imported before a fixture is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from ixpytest.bridge import Connector, ReferenceBridge
    from ixpytest.servers import Server
    from ixpytest.world import Clock, Faults, Journal, Vendor, World

MARKER = (
    "ixkit(scenario, clock, seed, readings, data): what is in the world of this test at first; "
    "each may be left out"
)
_WORLD = pytest.StashKey["World"]()
_COVERED = pytest.StashKey[list[dict[str, Any]]]()
_Made = TypeVar("_Made")
_KNOWN = {"mode": ("thread", "inproc", "process"), "journal": ("on-failure", "always", "never")}
_WANTED = ("scenario", "clock", "seed", "readings", "data")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ixkit", "mock servers of iXpole and accounting systems")
    for name, help_text in {
        "mode": "thread (real sockets, default), inproc (no sockets), or process (`ixkit serve`)",
        "url": "control port of mocks that run already; worlds are made there",
        "scenario": "what is in a world at first, where a test does not say (default: documents)",
        "seed": "seed of each world, where a test does not say",
        "journal": "on-failure (default), always or never: put a test's journal into its report",
        "journal-dir": "write that journal into this folder as well, one HTTP archive for each test",
        "coverage": "write what of the contracts the tests touched: a JSON file, or html:FOLDER",
    }.items():
        group.addoption(f"--ixkit-{name}", default=None, help=help_text, metavar=name.upper())
        parser.addini(_setting(name), help_text, default="")
    reading = "another reading of an open rule, where a test does not say"
    group.addoption("--ixkit-reading", action="append", default=[], help=reading, metavar="RULE=NAME")
    parser.addini("ixkit_reading", reading, type="linelist", default=[])
    group.addoption(
        "--ixkit-fail-on-violations", action="store_true", default=None,
        help="a test fails when one of its requests broke a rule",
    )  # fmt: skip
    parser.addini(
        "ixkit_fail_on_violations",
        "a test fails when one of its requests broke a rule",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    for name, known in _KNOWN.items():
        chosen = _chosen(config, name)
        if chosen and chosen not in known:
            raise pytest.UsageError(f"--ixkit-{name}: expected {', '.join(known)}; seen {chosen!r}")
    seed = _chosen(config, "seed")
    if seed and not seed.isdecimal():
        raise pytest.UsageError(f"--ixkit-seed: expected a whole number; seen {seed!r}")
    for pair in _pairs(config):
        if not all(pair.partition("=")):
            raise pytest.UsageError(
                f"--ixkit-reading: expected RULE=NAME, such as IXP-19=lenient; seen {pair!r}"
            )
    for name in ("coverage", "journal-dir"):
        _writable(name, _chosen(config, name))


def _writable(name: str, place: str) -> None:
    """What cannot be written is told before the tests, not after them."""
    if not place:
        return
    is_folder = name == "journal-dir" or place.startswith("html:")
    path = Path(place.removeprefix("html:"))
    try:
        (path if is_folder else path.parent).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pytest.UsageError(f"--ixkit-{name} {place}: cannot be written ({error.strerror})") from None
    if not is_folder and path.is_dir():
        raise pytest.UsageError(f"--ixkit-{name} {place}: is a folder; expected a file, or html:FOLDER")


def _setting(name: str) -> str:
    return f"ixkit_{name.replace('-', '_')}"


def _chosen(config: pytest.Config, name: str, default: str = "") -> str:
    return str(config.getoption(f"--ixkit-{name}") or config.getini(_setting(name)) or default)


def _pairs(config: pytest.Config) -> list[str]:
    """The readings of the whole run, `RULE=NAME`; those of the command line come last, and so count."""
    return [*config.getini("ixkit_reading"), *config.getoption("--ixkit-reading")]


class MarkerError(ValueError):
    """A marker that cannot be read; the message says why."""


def _plainly(make: Callable[[], _Made], *expected: type[Exception]) -> _Made:
    """What is a person's to mend is told in one message, without a traceback."""
    try:
        return make()
    except expected as error:
        message = f"ixkit: {error}"
    pytest.fail(message, pytrace=False)  # outside of the handler, so that no traceback hangs on to it


@pytest.fixture(scope="session")
def ixkit_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Mocks that run as long as the tests; one set per worker of pytest-xdist."""
    import os

    from ixpytest.servers import ServerError, running

    config = request.config
    mocks = running(
        _chosen(config, "mode", "thread"), _chosen(config, "url", os.environ.get("IXKIT_URL", "")),
        _chosen(config, "scenario", "documents"),
    )  # fmt: skip
    with ExitStack() as stack:
        yield _plainly(lambda: stack.enter_context(mocks), ServerError)


@pytest.fixture(scope="session")
def ixkit_world_factory(ixkit_server: Server) -> Iterator[Callable[..., World]]:
    """Makes worlds on demand (`scenario`, `clock`, `seed`, `readings`, `data`), for module-wide data or Hypothesis."""
    from ixpytest.world import World

    made: list[World] = []

    def make(**wanted: Any) -> World:
        made.append(World.create(ixkit_server, **wanted))
        return made[-1]

    yield make
    for world in made:
        world.delete()


@pytest.fixture
def ixkit_world(request: pytest.FixtureRequest, ixkit_server: Server) -> Iterator[World]:
    """A fresh world for this test, as the marker `ixkit` says."""
    from ixpytest.servers import ControlError
    from ixpytest.world import World

    config = request.config
    world = _plainly(
        lambda: World.create(ixkit_server, **_wanted(request.node, config)), ControlError, MarkerError
    )
    request.node.stash[_WORLD] = world
    yield world
    if config.stash.get(_COVERED, None) is not None:
        config.stash[_COVERED].append(world.coverage())
    strict = config.getoption("--ixkit-fail-on-violations") or config.getini("ixkit_fail_on_violations")
    broken = world.journal.all(violations=True) if strict else []
    world.delete()
    if broken:
        pytest.fail("rules were broken:\n" + "\n".join(f"  {event}" for event in broken), pytrace=False)


def _wanted(node: pytest.Item, config: pytest.Config) -> dict[str, Any]:
    wanted: dict[str, Any] = {"scenario": _chosen(config, "scenario", "documents")}
    seed = _chosen(config, "seed")
    if seed:
        wanted["seed"] = int(seed)
    readings: dict[str, str] = dict(pair.split("=", 1) for pair in _pairs(config))
    if readings:
        wanted["readings"] = readings
    for marker in reversed(list(node.iter_markers("ixkit"))):
        unknown = set(marker.kwargs) - {*_WANTED}
        if unknown or marker.args:
            raise MarkerError(
                f"the marker ixkit takes {', '.join(_WANTED)} by name; seen: {marker.args or sorted(unknown)}"
            )
        if "data" in marker.kwargs and "scenario" not in marker.kwargs:
            wanted.pop("scenario", None)
        wanted.update(marker.kwargs)
    if readings and isinstance(wanted["readings"], dict):
        wanted["readings"] = {**readings, **wanted["readings"]}
    return wanted


def _vendor(name: str) -> Any:
    @pytest.fixture(name=name)
    def vendor(ixkit_world: World) -> Vendor:
        return ixkit_world.systems[name]

    vendor.__doc__ = f"{name} in the world of this test: url, credentials, client, state, act(), journal."
    return vendor


ixpole, silvasoft, riverty, telecomx, crmcom = map(
    _vendor, ("ixpole", "silvasoft", "riverty", "telecomx", "crmcom")
)


@pytest.fixture
def ixkit_clock(ixkit_world: World) -> Clock:
    """The time of this test's world."""
    return ixkit_world.clock


@pytest.fixture
def ixkit_faults(ixkit_world: World) -> Faults:
    """What shall go wrong in this test's world."""
    return ixkit_world.faults


@pytest.fixture
def ixkit_journal(ixkit_world: World) -> Journal:
    """What happened in this test's world."""
    return ixkit_world.journal


@pytest.fixture
def ixkit_bridge(ixkit_world: World, tmp_path: Path) -> ReferenceBridge:
    """The reference bridge into Silvasoft, bound to this test's world."""
    from ixpytest.bridge import ReferenceBridge

    _needs_sockets(ixkit_world)
    return ReferenceBridge(ixkit_world, tmp_path)


@pytest.fixture
def ixkit_connector(ixkit_world: World, tmp_path: Path, request: pytest.FixtureRequest) -> Connector:
    """The connector that `ixkit.toml` describes ([connector] command, env), bound to this test's world."""
    from ixpytest.bridge import Connector, PlaceholderError
    from ixpytest.settings import SettingsError, connector_of

    command, env, folder = _plainly(lambda: connector_of(request.config.rootpath), SettingsError)
    _needs_sockets(ixkit_world)
    return _plainly(
        lambda: Connector(ixkit_world, command, folder, tmp_path / "state", env), PlaceholderError
    )


def _needs_sockets(world: World) -> None:
    if not world.server.is_reachable:
        pytest.skip("a connector is a process of its own, and mocks in mode inproc have no sockets")


# ---- what a report tells -----------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The journal of a failing test goes into its report."""
    report = yield
    world = item.stash.get(_WORLD, None)
    when = _chosen(item.config, "journal", "on-failure")
    if (
        world is not None
        and report.when == "call"
        and (when == "always" or (when == "on-failure" and report.failed))
    ):
        try:
            report.sections.append((f"ixkit journal of world {world.name}", str(world.journal)))
            folder = _chosen(item.config, "journal-dir")
            if folder:
                report.sections.append(
                    ("ixkit journal, as a file", str(_kept(world, Path(folder), item.nodeid)))
                )
        except Exception as error:  # the report of the test matters more than ours
            report.sections.append(("ixkit journal", f"could not be read: {error}"))
    return report


def _kept(world: World, folder: Path, nodeid: str) -> Path:
    """The HTTP archive of a test's world, in a file named after the test."""
    import json
    import re
    import zlib

    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", nodeid).strip("-.")[:120]
    file = folder / f"{plain}-{zlib.crc32(nodeid.encode()):08x}.har"
    file.write_text(json.dumps(world.journal.to_har(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    return file


def pytest_sessionstart(session: pytest.Session) -> None:
    if _chosen(session.config, "coverage"):
        session.config.stash[_COVERED] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each worker hands over what its worlds touched; whoever has no controller writes the file."""
    covered = session.config.stash.get(_COVERED, None)
    if covered is None:
        return
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["ixkit_covered"] = covered
        return
    from ixpytest.covered import write

    write(_chosen(session.config, "coverage"), covered)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """The controller of pytest-xdist takes over what a worker's worlds touched."""
    covered = node.config.stash.get(_COVERED, None)
    if covered is not None:
        covered.extend(getattr(node, "workeroutput", {}).get("ixkit_covered", []))
