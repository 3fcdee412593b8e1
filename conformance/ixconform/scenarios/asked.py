"""What does a scenario get and give? A profile and its claims; cases, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ixconform.data import Case, Step
from ixconform.profile import Claims, Profile
from ixconform.systems.registry import target_of
from ixconform.systems.target import Target
from ixconform.worlds import Maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of a recorded life."""

    system: str
    operation: str
    nth: int
    """The how manieth of this operation."""
    run: int
    place: int
    """The how manieth request of its run."""
    step: int
    """The step of the recorded life in which the run began; -1 for a run that only looked."""
    writes: bool
    """Whether it is meant to change something; signing in is not."""
    turn: int = 0
    """The how manieth run of its step, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """For whom cases are made."""

    profile: Profile
    claims: Claims
    seed: int = 7
    recorded: tuple[Call, ...] = ()
    """What the connector asked in a run without faults: the places at which something can go wrong."""
    kills: bool = True
    """Whether the driver can kill it."""
    upgrades: bool = False
    """Whether there is a previous version to upgrade from."""

    @property
    def target(self) -> Target:
        return target_of(self.profile.target)

    @property
    def draft(self) -> bool:
        return self.profile.mode == "draft"

    def maker(self, salt: int = 0) -> Maker:
        return Maker(self.target.traits, self.seed + salt)


@dataclass(frozen=True, slots=True)
class Omitted:
    """Why a scenario is not played."""

    reason: str


Build = Callable[[Asked], "list[Case] | Omitted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    id: str
    level: int
    title: str
    purpose: str
    build: Build
    about: tuple[str, ...] = ()
    """The properties that it is about: they are reported even where nothing was found."""
    at: Mapping[str, int] = field(default_factory=dict)
    """Properties that are judged at a level of their own here."""

    needs_target: bool = False
    """Whether it is about what stands in the target, so that it is omitted where nobody can look."""
    same_end: str = ""
    """The property by which all its cases must end alike: `P-META-3`."""

    def cases(self, asked: Asked) -> list[Case] | Omitted:
        if self.needs_target and asked.target.traits.unseen:
            return Omitted("the kit cannot look into this accounting system")
        made = self.build(asked)
        if isinstance(made, Omitted):
            return made
        return [replace(each, scenario=self.id, title=self.title, level=self.level) for each in made]


def trigger(**args: object) -> Step:
    return Step("trigger", dict(args))


def settle(most: int = 0) -> Step:
    """Runs until one writes nothing: at most so many, or as many as the backlog may need."""
    return Step("settle", {"most": most} if most else {})


def people(what: str, code: str | None = None) -> Step:
    return Step("people", {"what": what, **({"code": code} if code else {})})


def recording(asked: Asked) -> Case:
    """The life without faults that weather and crashes are measured against: a known customer and a new one."""
    maker = asked.maker(30)
    maker.instalment(maker.customer(), why="a known customer")
    maker.instalment(maker.customer(known=not asked.claims.customers), why="a new customer")
    return case(asked, maker, life(asked), variant="without faults")


def life(asked: Asked, *, paid: bool = False) -> tuple[Step, ...]:
    """The usual way: work off, people make drafts real, work off, perhaps money comes, work off."""
    steps = [settle()]
    if asked.draft:
        steps += [people("post"), settle()]
    if paid and asked.claims.payments:
        steps += [people("pay"), settle()]
    return tuple(steps)


def case(
    asked: Asked,
    maker: Maker,
    steps: Iterable[Step],
    *,
    variant: str = "",
    by_hand: Iterable[str] = (),
    **more: object,
) -> Case:
    """A case without its scenario's name, which `Scenario.cases` adds."""
    plain = Case(
        scenario="",
        title="",
        level=0,
        data=maker.data(by_hand=by_hand),
        steps=tuple(steps),
        variant=variant,
        seed=asked.seed % 1000 + 1,
        readings=dict(asked.profile.readings),
    )
    readings = more.pop("readings", {})
    assert isinstance(readings, dict)
    return replace(plain, readings={**plain.readings, **readings}, **more)  # type: ignore[arg-type]
