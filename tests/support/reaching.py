"""What of the contracts do our own tests reach? Listens to every world of this process; workers are added up.

``pytest --reached FILE`` writes it; `ixkit check --coverage FILE` says what is missing. `tests/conftest.py` takes the
hooks from here. What is played in another process (`ixkit serve`) is not seen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ixmocks.reach.file import write
from ixmocks.reach.promised import promised
from ixmocks.reach.seen import Reached, Seen, merged

OPTION = "--reached"
HANDED = "ixkit_reached"
_SEEN = pytest.StashKey[dict[str, Seen]]()
_PARTS = pytest.StashKey[list[dict[str, Reached]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        OPTION,
        metavar="FILE",
        default=None,
        help="write what of the contracts the tests reached into this JSON file",
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    if not session.config.getoption(OPTION):
        return
    session.config.stash[_PARTS] = []
    session.config.stash[_SEEN] = seen = {}
    listen(seen)


def listen(seen: dict[str, Seen]) -> None:
    """From here on every event of every new world of our systems is looked at."""
    from ixmocks.engine.journal import Event
    from ixmocks.engine.world import World
    from ixmocks.engine.worlds import Worlds
    from ixmocks.systems import SYSTEMS

    ours = {system.name for system in SYSTEMS}
    added = Worlds.add

    def add(worlds: Worlds, world: World) -> None:
        added(worlds, world)
        for name in ours.intersection(worlds.rules):
            if name not in seen:
                seen[name] = Seen(name, worlds.rules[name])
        written = world.journal.append

        def append(event: Event) -> None:
            written(event)
            concerned = (event.system,) if event.system in ours else ours.intersection(worlds.rules)
            for name in concerned:
                seen[name].take(event, world.readings)

        world.journal.append = append  # type: ignore[method-assign]

    Worlds.add = add  # type: ignore[method-assign]


def of_this_process(seen: dict[str, Seen]) -> dict[str, Reached]:
    from ixmocks.kit import Kit

    kit = Kit("documents")
    return {name: seen[name].reached(promised(kit.ports[name])) for name in kit.ports if name in seen}


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Each worker hands over what it saw; whoever has no controller writes the file."""
    seen = session.config.stash.get(_SEEN, None)
    if seen is None:
        return
    own = of_this_process(seen)
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[HANDED] = own
        return
    write(Path(session.config.getoption(OPTION)), merged([*session.config.stash[_PARTS], own]))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    parts = node.config.stash.get(_PARTS, None)
    if parts is not None:
        parts.append(getattr(node, "workeroutput", {}).get(HANDED, {}))
