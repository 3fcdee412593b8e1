"""L3: does it survive weather? One fault at each place of a recorded life, limits, and what people do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ixconform.data import Case, Step
from ixconform.scenarios.asked import (
    Asked,
    Call,
    Omitted,
    Scenario,
    case,
    life,
    people,
    recording,
    settle,
    trigger,
)

PATIENCE_S = 2
"""So much longer than the connector waits is no answer given."""
NTH_MAX = 2
"""The first and the second request of an operation; those that follow look alike to a connector."""
READ_FAULTS: dict[str, dict[str, Any]] = {
    "the connection breaks": {"place": "received", "harm": "reset"},
    "503": {"place": "received", "harm": "status", "status": 503},
    "a page of a proxy": {"place": "sending", "harm": "html"},
    "half an answer": {"place": "sending", "harm": "cut"},
}
WRITE_FAULTS: dict[str, dict[str, Any]] = {
    "the answer is lost": {"place": "after_commit", "harm": "reset"},
    "it breaks before it is done": {"place": "received", "harm": "reset"},
    "503": {"place": "received", "harm": "status", "status": 503},
    "500 after it was done": {"place": "after_commit", "harm": "status", "status": 500},
    "half an answer": {"place": "sending", "harm": "cut"},
    "an empty object": {"place": "sending", "harm": "hollow"},
    "done an hour later": {"place": "received", "harm": "late", "seconds": 3600},
}


def faults(asked: Asked) -> list[Case] | Omitted:
    """Each fault at each place: a fresh world, the same data, one thing that goes wrong."""
    made = []
    for call in _distinct(asked.recorded):
        for name, fault in (WRITE_FAULTS if call.writes else READ_FAULTS).items():
            armed = {**fault, "system": call.system, "operation": call.operation, "nth": call.nth}
            made.append(_faulted(asked, f"{name} at {call.operation} {call.nth}", armed))
    return made or Omitted("nothing was recorded: the run without faults asked nothing")


def refusals(asked: Asked) -> list[Case] | Omitted:
    """A login that is over, once, at each place."""
    made = []
    for call in _distinct(asked.recorded):
        if call.nth == 1 and call.operation not in asked.target.traits.sign_ins:
            armed = {
                "place": "received",
                "harm": "status",
                "status": 401,
                "system": call.system,
                "operation": call.operation,
                "nth": 1,
            }
            made.append(_faulted(asked, f"401 at {call.operation}", armed))
    made += _signing_in_fails(asked)
    return made or Omitted("nothing was recorded: the run without faults asked nothing")


def _signing_in_fails(asked: Asked) -> list[Case]:
    """The token is over in the middle, and the first attempt at another one fails as well."""
    made = []
    plain, logins = recording(asked), asked.target.traits.logins
    places = [("ixpole", "getInstalments", "postToken")]
    creates = [each for each in asked.recorded if each.operation in asked.target.traits.creates]
    places += [(creates[0].system, creates[0].operation, each) for each in sorted(logins) if creates]
    used = {each.operation for each in asked.recorded}
    for system, operation, login in places:
        if login not in used:
            continue
        over = {
            "place": "received",
            "harm": "status",
            "status": 401,
            "system": system,
            "operation": operation,
        }
        down = {
            "place": "received",
            "harm": "status",
            "status": 503,
            "system": system,
            "operation": login,
            "nth": 2,
        }
        steps = (Step("fault", over), Step("fault", down), *plain.steps, Step("calm"), settle())
        made.append(_replaced(plain, steps, f"401 at {operation}, and {login} fails once"))
    return made


def _faulted(asked: Asked, name: str, fault: dict[str, Any]) -> Case:
    plain = recording(asked)
    late = [Step("advance", {"by": "2h"}), settle()] if fault["harm"] == "late" else []
    steps = (Step("fault", fault), *plain.steps, *late, Step("calm"), settle())
    return replace(plain, steps=steps, variant=name, faulty=True)


def _distinct(recorded: tuple[Call, ...]) -> list[Call]:
    """What changes nothing is asked the second time as it was the first."""
    return [call for call in recorded if call.nth <= (NTH_MAX if call.writes else 1)]


def busy(asked: Asked) -> list[Case] | Omitted:
    """The target says "later" to everything for a while, then it is well again."""
    if asked.target.traits.unseen:
        return Omitted("the kit cannot let this accounting system fail")
    plain = recording(asked)
    made = []
    for name, status in (("429", 429), ("503", 503)):
        fault = {
            "place": "received",
            "harm": "status",
            "status": status,
            "system": asked.target.traits.name,
            "times": 60,
            "headers": [{"name": "Retry-After", "value": "1"}],
        }
        hour = Step("advance", {"by": "1h"})
        steps = (Step("fault", fault), trigger(), hour, trigger(), Step("calm"), hour, settle(), *plain.steps)
        made.append(_replaced(plain, steps, f"the target answers {name} for a while"))
        still = (Step("fault", fault), trigger(), trigger(), Step("calm"), settle(), *plain.steps)
        made.append(_replaced(plain, still, f"the same, and all within a moment: {name}"))
    return made


def hourly(asked: Asked) -> list[Case] | Omitted:
    """Silvasoft's plan: so many requests an hour, refused with 401 as if the credentials were wrong."""
    if asked.profile.target != "silvasoft":
        return Omitted(f"{asked.target.traits.title} documents no limit of requests")
    plain = recording(asked)
    few = Step("act", {"system": "silvasoft", "action": "setPlan", "params": {"requestsPerHour": 5}})
    many = Step("act", {"system": "silvasoft", "action": "setPlan", "params": {"requestsPerHour": 1200}})
    hours = [step for _ in range(3) for step in (trigger(), Step("advance", {"by": "61m"}))]
    made = _replaced(plain, (few, *hours, many, *plain.steps), "5 requests an hour")
    return [_with_readings(made, {"SILV-31": "hourly"})]


def second(asked: Asked) -> list[Case] | Omitted:
    """Two requests a second and fifty a minute, on a clock that runs."""
    if asked.profile.target != "silvasoft":
        return Omitted(f"{asked.target.traits.title} documents no limit of requests")
    maker = asked.maker(31)
    maker.instalment(maker.customer(), why="under the limits by the second")
    made = case(
        asked, maker, (trigger(), trigger(), settle(8)), variant="2 a second", running=True, faulty=True
    )
    return [_with_readings(made, {"SILV-31": "all"})]


def edited(asked: Asked) -> list[Case]:
    """An instalment is withdrawn while its document is on its way."""
    maker = asked.maker(32)
    gone = maker.instalment(maker.customer(), expect="may-refuse", why="withdrawn while it was being booked")
    maker.instalment(maker.customer(), why="an ordinary one beside it")
    creates = sorted({c.operation for c in asked.recorded if c.operation in asked.target.traits.creates})
    made = []
    for operation in creates[:1]:
        params = {"instalmentCode": gone.code}
        at = {"place": "received", "system": asked.target.traits.name, "operation": operation, "nth": 1}
        step = Step(
            "meanwhile", {"at": at, "system": "ixpole", "action": "withdrawInstalment", "params": params}
        )
        made.append(case(asked, maker, (step, settle(), *life(asked)), variant="withdrawn", faulty=True))
        made.append(_changed(asked, at))
    return [*made, _added(asked)]


def _changed(asked: Asked, at: dict[str, Any]) -> Case:
    """Its reference and its term change, after it was read and before its number comes."""
    maker = asked.maker(48)
    first = maker.instalment(maker.customer(), expect="may-refuse", why="changed while it was being booked")
    maker.instalment(maker.customer(), why="an ordinary one beside it")
    params = {"instalmentCode": first.code, "paymentTermDays": 14, "invoiceReference": "PO 4711"}
    step = Step("meanwhile", {"at": at, "system": "ixpole", "action": "editInstalment", "params": params})
    return case(asked, maker, (step, settle(), *life(asked)), variant="changed", faulty=True)


def _added(asked: Asked) -> Case:
    """Another instalment comes while the list is on its way, so that it is not in it."""
    maker = asked.maker(49)
    maker.instalment(maker.customer(), why="in the list")
    late = maker.instalment(maker.customer(), why="added while the list was read")
    at = {"place": "after_commit", "system": "ixpole", "operation": "getInstalments", "nth": 1}
    step = Step("meanwhile", {"at": at, "add": late.code})
    return case(asked, maker, (step, settle(), *life(asked)), variant="added")


def slow(asked: Asked) -> list[Case] | Omitted:
    """No answer for longer than the connector waits: done already, or never."""
    if not asked.claims.gives_up_s:
        return Omitted("not claimed: gives_up_s is not said")
    plain = recording(asked)
    creates = [each for each in asked.recorded if each.operation in asked.target.traits.creates][:1]
    tells = [each for each in asked.recorded if each.operation == "putInstalments"][:1]
    made = []
    for call in (*creates, *tells):
        for place in ("received", "after_commit"):
            hang = {
                "place": place, "harm": "hang", "seconds": asked.claims.gives_up_s + PATIENCE_S, "system": call.system,
                "operation": call.operation,
            }  # fmt: skip
            steps = (Step("fault", hang), *plain.steps, Step("calm"), settle())
            made.append(_replaced(plain, steps, f"no answer in time at {call.operation}, {place}"))
    return made or Omitted("nothing was recorded: the run without faults asked nothing")


def astray(asked: Asked) -> list[Case] | Omitted:
    """Notifications come twice, in the wrong order, late, or from somebody else."""
    if not asked.target.traits.posts:
        return Omitted(f"{asked.target.traits.title} posts no notifications")
    plain, name = recording(asked), asked.target.traits.name
    made = []
    for words, action, params in (
        ("each notification comes twice", "doubleNotifications", {"next": 100}),
        ("two notifications at a time come in the wrong order", "reverseNotifications", {"next": 2}),
        ("each notification comes an hour late", "delayNotifications", {"next": 4, "seconds": 3600}),
    ):
        mishap = Step("act", {"system": name, "action": action, "params": params})
        later = (Step("advance", {"by": "2h"}), settle())
        made.append(_replaced(plain, (mishap, *plain.steps, *later, *plain.steps[1:], *later), words))
    forged = Step(
        "act", {"system": name, "action": "forgeNotification", "params": {"orderReference": "A4711"}}
    )
    made.append(_replaced(plain, (trigger(), forged, *plain.steps), "a verdict on an order that nobody sent"))
    return made


def down(asked: Asked) -> list[Case]:
    """iXpole cannot be written to for a whole run, or says no once; the next run makes up for it."""
    plain = recording(asked)
    fault = {
        "place": "received",
        "harm": "status",
        "status": 503,
        "system": "ixpole",
        "operation": "putInstalments",
        "times": 60,
    }
    steps = (Step("fault", fault), trigger(), trigger(), Step("calm"), settle(), *plain.steps)
    made = [_replaced(plain, steps, "iXpole takes nothing back for two runs")]
    return made + [_faulted(asked, *refused) for refused in _write_backs(asked)]


def _write_backs(asked: Asked) -> list[tuple[str, dict[str, Any]]]:
    """A definite no to the first write-back, and to the last of the recorded life, which tells what is real."""
    last = max((call.nth for call in asked.recorded if call.operation == "putInstalments"), default=1)
    places = {1: 400, last: 409} if last > 1 else {1: 400}
    return [
        (
            f"{status} at putInstalments {nth}",
            {
                "place": "received",
                "harm": "status",
                "status": status,
                "system": "ixpole",
                "operation": "putInstalments",
                "nth": nth,
            },
        )
        for nth, status in places.items()
    ]


def unpaid(asked: Asked) -> list[Case] | Omitted:
    """The payment's own write-back goes wrong."""
    if not asked.claims.payments:
        return Omitted("not claimed: payments = false")
    made = []
    for name in ("the answer is lost", "503"):
        maker = asked.maker(38)
        maker.instalment(maker.customer(), why="paid while iXpole stumbles")
        fault = {**WRITE_FAULTS[name], "system": "ixpole", "operation": "putInstalments"}
        steps = (*life(asked), Step("fault", fault), people("pay"), settle(), Step("calm"), settle())
        made.append(case(asked, maker, steps, variant=f"{name} at the payment", faulty=True))
    return made


def _replaced(plain: Case, steps: tuple[Step, ...], variant: str) -> Case:
    return replace(plain, steps=steps, variant=variant, faulty=True)


def _with_readings(plain: Case, readings: dict[str, str]) -> Case:
    return replace(plain, readings={**plain.readings, **readings})


def drafts_while_away(asked: Asked) -> list[Case] | Omitted:
    """Documents become real, and are paid, before the connector ever told their drafts."""
    if not asked.draft:
        return Omitted("this profile books directly")
    maker = asked.maker(33)
    maker.instalment(maker.customer(), why="its draft was made real before it was told")
    fault = {
        "place": "received",
        "harm": "status",
        "status": 503,
        "system": "ixpole",
        "operation": "putInstalments",
        "times": 60,
    }
    steps = (Step("fault", fault), trigger(), people("post"), Step("calm"), settle(), settle())
    return [case(asked, maker, steps, variant="made real while iXpole was down", faulty=True)]


def _of(id: str, title: str, build: Any, *about: str, purpose: str) -> Scenario:
    return Scenario(
        id=id, level=3, title=title, build=build, about=("P-ONE", "P-ACK", *about), purpose=purpose
    )


SCENARIOS = (
    _of(
        "C-060",
        "limits by the hour",
        hourly,
        "P-RATE",
        purpose="A limit in the disguise of a 401 is a limit, and no reason to ask on.",
    ),
    _of(
        "C-062",
        "limits by the second",
        second,
        "P-RATE",
        purpose="Two a second, fifty a minute: it slows down.",
    ),
    _of(
        "C-061",
        "one fault at each place",
        faults,
        "P-SUM",
        "P-META-1",
        purpose="Lost answers, broken connections, 5xx, garbage: in the end all is as without.",
    ),
    _of(
        "C-063",
        "iXpole is down",
        down,
        "P-META-1",
        purpose="The number could not be written back, or was refused once; a later run does, and books nothing again.",
    ),
    _of(
        "C-064",
        "the target is busy",
        busy,
        "P-RATE",
        "P-META-1",
        purpose="Too many requests, or none served: it backs off, and then finishes.",
    ),
    _of(
        "C-065",
        "a login is over",
        refusals,
        "P-META-1",
        purpose="A token that ends in the middle is a reason to sign in again.",
    ),
    _of(
        "C-066",
        "withdrawn meanwhile",
        edited,
        "P-CONV",
        purpose="An instalment is withdrawn while its document is made; nothing loops, nothing else stops.",
    ),
    _of(
        "C-069",
        "slow answers",
        slow,
        "P-META-1",
        purpose="No answer for longer than it waits: the next run finds out what became of it.",
    ),
    _of(
        "C-077",
        "news goes astray",
        astray,
        "P-META-1",
        purpose="Notifications come twice, in the wrong order, late or from a stranger: in the end all is as without.",
    ),
    _of(
        "C-068",
        "the payment is not heard",
        unpaid,
        "P-PAY",
        purpose="The payment's write-back fails; a later run tells it.",
    ),
    _of(
        "C-067",
        "made real meanwhile",
        drafts_while_away,
        purpose="The real number goes back, also where the draft's never did.",
    ),
)
