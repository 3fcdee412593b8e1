"""Is it set up at all? Asked before anything is judged, so that a wrong address never looks like a wrong booking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ixconform.drivers.process import StartError, ended_how
from ixconform.history import History, Run
from ixconform.play import play
from ixconform.report.model import Preflight, PreflightResult
from ixconform.scenarios.asked import Asked, case, trigger
from ixconform.stage import Stage

TITLES: Mapping[str, str] = {
    "PRE-START": "it starts",
    "PRE-END": "a run ends",
    "PRE-NET": "it calls nobody else",
    "PRE-CALL": "it calls the kit",
    "PRE-LOGIN": "its credentials open",
    "PRE-SOURCE": "it reads iXpole's instalments",
    "PRE-TARGET": "it reaches the target",
}
SAID_MAX = 400
BY_HAND = (
    "run the command by hand with the variables that `ixkit serve` prints; does it need other names? "
    "Map them under [connector.env] in ixkit.toml"
)
MISSING = "127 and 126 mean that a program it needs was not found, or may not be executed, on this machine"


def preflight(stage: Stage, asked: Asked) -> tuple[list[Preflight], bool]:
    """The answers, and whether to go on. Two runs on a world with one ordinary instalment."""
    maker = asked.maker(99)
    maker.instalment(maker.customer())
    plain = replace(case(asked, maker, (trigger(), trigger())), scenario="PRE", title="preflight")
    try:
        history = play(replace(stage, run_limit_s=min(stage.run_limit_s, 30.0)), plain)
    except StartError as error:
        return [
            _failed(
                "PRE-START", str(error), "put the command behind --, as you would type it, or into ixkit.toml"
            )
        ], False
    except KeyError as error:
        return [
            _failed(
                "PRE-START", str(error.args[0]), "correct the placeholder under [connector.env] in ixkit.toml"
            )
        ], False
    found = [_answer(code, *told) for code, told in _questions(stage, history).items()]
    return found, all(each.result is not PreflightResult.FAILED for each in found)


def _questions(stage: Stage, history: History) -> dict[str, tuple[bool, str, str]]:
    run = history.runs[0]
    asked = history.asked
    words = _said(run)
    ended = run.ended in ("exit", "quiet")
    called = ", ".join(sorted({each for one in history.runs for each in one.calls}))
    went = {"loop": "asked for ever", "timeout": f"had not ended after {run.seconds:.0f} s"}.get(
        run.ended, ""
    )
    questions = {
        "PRE-START": (
            bool(asked) or bool(called) or run.code in (0, None) or not ended,
            f"it ended {ended_how(run.code)} and had asked nothing{words}",
            _start_advice(stage, run),
        ),
        "PRE-END": (
            ended,
            f"run 1 {went} and was stopped{words}",
            "the driver `command` expects one round and an exit; for a program that stays use --driver service",
        ),
        "PRE-NET": (
            not called,
            f"it called {called}, which is not the kit",
            "take every address from the environment, also those of tokens and files; nothing may reach real books",
        ),
        "PRE-CALL": (
            bool(asked),
            f"not one request came to the kit{words}",
            "does it read its addresses from the environment? IXKIT_IXPOLE_URL is there; map your own names under "
            "[connector.env]",
        ),
    }
    if not asked:
        return questions
    sign_ins = stage.target.traits.sign_ins
    unknown = [each for each in asked if not each.operation]
    refused = [each for each in asked if each.status in (400, 401, 403) and each.operation in sign_ins]
    names = {each.operation for each in asked}
    fine = {each.operation for each in asked if each.status < 300}
    opened = not refused or bool(sign_ins & fine)
    questions["PRE-LOGIN"] = (
        opened,
        f"{refused[0].operation} was refused with {refused[0].status}" if refused else "",
        "the credentials are in IXKIT_IXPOLE_CLIENT_ID and its neighbours; map them, and do not keep "
        "your own",
    )
    questions["PRE-SOURCE"] = (
        "getInstalments" in fine,
        f"it asked {', '.join(sorted(names - {''})) or unknown[0].path}, and never got instalments",
        "GET api/instalments below the address in IXKIT_IXPOLE_URL; the address stands for the host",
    )
    reached = any(each.system == stage.target.traits.name for each in asked) or stage.mode == "source-only"
    questions["PRE-TARGET"] = (
        reached,
        f"an instalment was due, and nothing was asked of {stage.target.traits.title}{words}",
        f"is IXKIT_{stage.target.traits.name.upper()}_URL mapped, and is the profile the right one?",
    )
    return questions


def _start_advice(stage: Stage, run: Run) -> str:
    if stage.driver.name == "http":
        return "is it running, and does --url name its trigger? Post to it by hand, with a body of JSON"
    return MISSING if run.code in (126, 127) else BY_HAND


def _said(run: Run) -> str:
    said = run.output.strip()[-SAID_MAX:]
    if not said:
        return "; it said nothing"
    much = len(run.output) < run.output_bytes
    return f"; it printed {run.output_bytes} bytes, at last: {said}" if much else f"; it said: {said}"


def _answer(code: str, good: bool, found: str, advice: str) -> Preflight:
    if good:
        return Preflight(code=code, title=TITLES[code], result=PreflightResult.OK)
    return _failed(code, found, advice)


def _failed(code: str, found: str, advice: str) -> Preflight:
    return Preflight(code=code, title=TITLES[code], result=PreflightResult.FAILED, found=found, advice=advice)
