"""Which driver does a configuration ask for?"""

from __future__ import annotations

from dataclasses import replace

from ixconform.config import Config
from ixconform.drivers.driver import Driver


def driver_of(config: Config) -> Driver:
    """Raises StartError where it cannot even begin."""
    if config.driver == "python":
        from ixconform.drivers.python import PythonDriver

        return PythonDriver(config.callable, config.cwd)
    if config.driver == "service":
        from ixconform.drivers.service import ServiceDriver

        return ServiceDriver(config.command, config.cwd, ready=config.ready, quiet_s=config.quiet_s)
    if config.driver == "http":
        from ixconform.drivers.http import HttpDriver

        return HttpDriver(
            config.url, status=config.status, command=config.command, cwd=config.cwd, ready=config.ready
        )
    from ixconform.drivers.command import CommandDriver

    return CommandDriver(config.command, config.cwd)


def previous_of(config: Config) -> Driver | None:
    """The driver of the version before, started as this one is; None where none is named."""
    if not config.previous:
        return None
    if config.driver == "python":
        return driver_of(replace(config, callable=config.previous[0]))
    return driver_of(replace(config, command=config.previous))
