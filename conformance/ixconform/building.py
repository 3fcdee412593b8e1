"""How does a result become a report? Everything that a reader must know to trust a verdict, and to repeat it."""

from __future__ import annotations

import hashlib
import os
import platform
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ixconform.config import Config
from ixconform.profile import SOURCE, Claims, Profile
from ixconform.report.model import Politeness, Preflight, RateWindow, Reading, Report
from ixconform.report.origin import Capability, Connector, Digest, Fact, Kit
from ixconform.report.origin import Profile as Shown
from ixconform.report.verdict import UNDECIDED, Outcome, Verdict
from ixconform.runner import Result

LIMITS = {"silvasoft": ((2, 1), (50, 60), (1200, 3600))}


def report_of(
    result: Result,
    *,
    profile: Profile,
    claims: Claims,
    config: Config,
    level: int,
    seed: int,
    started: datetime,
    seconds: float,
    preflight: Sequence[Preflight] = (),
    readings: Sequence[Reading] = (),
    interrupted: bool = False,
    selection: Sequence[str] = (),
    pinned: bool = False,
    notes: Sequence[str] = (),
) -> Report:
    outcome = _outcome(result, preflight, level, interrupted)
    return Report(
        kit=Kit(name="ixkit", version=_version(), digests=tuple(digests())),
        connector=Connector(
            name=config.name or _named(config),
            driver=config.driver,
            version=config.version,
            command=config.command or ((config.callable,) if config.callable else ()),
            artefact_sha256=_artefact(config),
        ),
        profile=Shown(name=profile.name, source=SOURCE, target=profile.target, mode=profile.mode),
        outcome=outcome,
        asked_level=level,
        levels=tuple(result.levels),
        checks=tuple(result.checks),
        summary=_summary(result, preflight, level, selection),
        started_at=started.isoformat(timespec="seconds"),
        seconds=round(seconds, 3),
        requests=sum(_requests(result)),
        seed=seed,
        selection=tuple(selection),
        pinned=pinned,
        capabilities=tuple(_capabilities(claims)),
        preflight=tuple(preflight),
        readings=tuple(readings),
        politeness=_politeness(result, profile),
        marks=tuple(_marks(result)),
        notes=tuple(notes),
        environment=(
            Fact(name="python", value=platform.python_version()),
            Fact(name="system", value=platform.platform()),
            Fact(name="processors", value=str(os.cpu_count() or 1)),
            Fact(name="cpu_seconds", value=f"{_cpu_s():.0f}"),
        ),
    )


def digests() -> Iterable[Digest]:
    """Of all contracts and rule books that the verdicts rest on."""
    for path in sorted(_specs().glob("*.yaml")):
        yield Digest(name=f"specs/{path.name}", sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def _specs() -> Path:
    here = Path(__file__).resolve().parent
    checkout = here.parents[1] / "specs"
    return checkout if checkout.is_dir() else here.parent / "ixmocks" / "specs"


def _outcome(result: Result, preflight: Sequence[Preflight], level: int, interrupted: bool) -> Outcome:
    """What is listed does not decide: the list says that it is known, and the level says that it is there.

    Nothing judged is nothing shown: a run without a single check is not decided.
    """
    if interrupted:
        return Outcome.INTERRUPTED
    if result.trouble:
        return Outcome.KIT_ERROR
    if not result.levels and preflight:
        return Outcome.NOT_STARTED
    if any(each.verdict in (Verdict.FAIL, Verdict.ERROR) and each.level <= level for each in result.checks):
        return Outcome.FAILED
    undecided = any(each.verdict in UNDECIDED and not each.listed for each in result.checks)
    return Outcome.INCONCLUSIVE if undecided or not result.checks else Outcome.PASSED


def _summary(result: Result, preflight: Sequence[Preflight], level: int, selection: Sequence[str]) -> str:
    if not result.levels:
        failed = [each for each in preflight if each.result.value == "failed"]
        return f"not judged: {failed[0].found}" if failed else "not judged"
    counts = Counter(each.verdict.value for each in result.checks if each.level <= level)
    told = ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "nothing was judged"
    beyond = sum(
        each.verdict in (Verdict.FAIL, Verdict.ERROR) for each in result.checks if each.level > level
    )
    if beyond:
        told += f"; {beyond} of higher levels fail already"
    return f"{told}; no level is decided with {' '.join(selection)}" if selection else told


def _capabilities(claims: Claims) -> Iterable[Capability]:
    for each in fields(Claims):
        value = getattr(claims, each.name)
        yield Capability(
            name=each.name,
            claimed=bool(value),
            value=str(value).lower() if isinstance(value, bool) else str(value),
        )


def _requests(result: Result) -> Iterable[int]:
    for each in result.played:
        if each.history is not None:
            yield len(each.history.asked)


def _politeness(result: Result, profile: Profile) -> Politeness:
    fine = [each.history for each in result.played if each.history and not each.case.faulty]
    asked = sum(len(each.asked) for each in fine)
    documents = sum(len(each.books.documents) for each in fine)
    running = [each.history for each in result.played if each.history and each.case.running]
    bursts, windows = [0], []
    for history in running:
        times = sorted(_seconds(each.at) for each in history.asked if each.system == profile.target)
        bursts.append(_worst(times, 1))
    for limit, width in LIMITS.get(profile.target, ()) if running else ():
        worst = max(
            _worst(sorted(_seconds(each.at) for each in h.asked if each.system == profile.target), width)
            for h in running
        )
        windows.append(RateWindow(system=profile.target, limit=limit, window_s=width, worst=worst))
    return Politeness(documents=documents, requests=asked, worst_burst=max(bursts), windows=tuple(windows))


def _worst(times: Sequence[float], width: float) -> int:
    """The most moments within any window of this width."""
    worst = first = 0
    for last, moment in enumerate(times):
        while times[first] <= moment - width:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


def _seconds(at: str) -> float:
    return datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()


def _marks(result: Result) -> Iterable[str]:
    verdicts = {
        code: [each.verdict for each in result.checks if each.code == code] for code in ("P-SEC", "P-RATE")
    }
    for code, mark in (("P-SEC", "+privacy"), ("P-RATE", "+polite")):
        if (
            verdicts[code]
            and set(verdicts[code]) <= {Verdict.PASS, Verdict.OMIT}
            and Verdict.PASS in verdicts[code]
        ):
            yield mark


def _cpu_s() -> float:
    """Of this process and all that it started and that has ended: mocks, connector."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _named(config: Config) -> str:
    """The script that is started, else the program, else the callable or the address."""
    if config.callable:
        return config.callable
    files = [part for part in config.command[1:] if ((config.cwd or Path.cwd()) / part).is_file()]
    return Path((*files, *config.command, config.url, "connector")[0]).name


def _artefact(config: Config) -> str:
    """The digest of the one file that is started, if there is one."""
    for part in config.command:
        path = (config.cwd or Path.cwd()) / part
        if path.is_file() and path.stat().st_size < 1 << 28 and path.suffix not in ("", ".exe"):
            return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


def _version() -> str:
    try:
        return version("ixkit")
    except PackageNotFoundError:
        return "0"
