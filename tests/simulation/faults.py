"""Which faults can strike one exchange, and what happens then? One table: name, class, kinds, and the play itself.

The classes F01 to F27 are those of ``ixbridge.core.recovery.Fault``; a test holds the two together. A7 is no
fault: people work in the accounting system whenever they like.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ixbridge.core.wire import Heard, Kind, NoReply, Reply
from ixmocks.engine.faults import Fault as Armed
from ixmocks.engine.faults import Harm, Place

if TYPE_CHECKING:
    from simulation.wire import Exchange

Play = Callable[["Exchange"], Heard]
"""What the bridge hears. ``Exchange.pass_on`` lets the request through to the mock, as often as it is called."""

READS = frozenset({Kind.READ})
WRITES = frozenset({Kind.WRITE, Kind.CREATE_KEYED, Kind.CREATE})
ALL = READS | WRITES
PATIENCE_S = 20
SLOW_S = 60
RETRY_AFTER_S = 7


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    klass: str
    kinds: frozenset[Kind]
    play: Play
    unknown: bool = False
    """Whoever sent a create and heard this does not know what became of it."""
    systems: frozenset[str] = frozenset()
    """Only there; empty: anywhere."""

    def fits(self, kind: Kind, system: str) -> bool:
        return kind in self.kinds and (not self.systems or system in self.systems)


class Killed(BaseException):
    """The process ends here. Nothing catches it, and nothing cleans up."""


# --- plays ------------------------------------------------------------------------------------


def killed_before(exchange: Exchange) -> Heard:
    raise Killed


def killed_after(exchange: Exchange) -> Heard:
    exchange.pass_on()
    raise Killed


def unsent(exchange: Exchange) -> Heard:
    return NoReply(sent=False, reason="connection refused")


def nothing(seconds: float = 0, *, done: bool) -> Play:
    """No answer: at once (the connection breaks) or after the client's patience."""

    def play(exchange: Exchange) -> Heard:
        harm = Harm.HANG if seconds else Harm.RESET
        exchange.pass_on(Armed(Place.AFTER_COMMIT if done else Place.RECEIVED, harm))
        exchange.sleep(seconds)
        return NoReply(sent=True, reason="no answer")

    return play


def late(exchanges: int | None) -> Play:
    """Processed after the connection broke: some exchanges later, or (None) once the run is over."""

    def play(exchange: Exchange) -> Heard:
        exchange.deliver_later(exchanges)
        exchange.sleep(PATIENCE_S)
        return NoReply(sent=True, reason="no answer")

    return play


def status(code: int, *, done: bool = False, **headers: str) -> Play:
    """The vendor's own envelope under this status."""
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())

    def play(exchange: Exchange) -> Heard:
        place = Place.AFTER_COMMIT if done else Place.RECEIVED
        return exchange.pass_on(Armed(place, Harm.STATUS, status=code, headers=pairs))

    return play


def says(code: int, body: object, *, done: bool = False) -> Play:
    content = json.dumps(body).encode()

    def play(exchange: Exchange) -> Heard:
        if done:
            exchange.pass_on()
        else:
            exchange.pass_on(Armed(Place.RECEIVED, Harm.RESET))
        return Reply(code, {"content-type": "application/json"}, content)

    return play


def damaged(harm: Harm) -> Play:
    return lambda exchange: exchange.pass_on(Armed(Place.SENDING, harm))


def cut(exchange: Exchange) -> Heard:
    whole = exchange.pass_on()
    assert isinstance(whole, Reply)
    return Reply(whole.status, whole.headers, whole.body[: len(whole.body) // 2])


def slow(exchange: Exchange) -> Heard:
    """The bytes dribble past the budget of one answer: the client gives up with half of them."""
    exchange.pass_on()
    exchange.sleep(SLOW_S)
    return NoReply(sent=True, reason="the answer took too long")


def twice(*, second: bool) -> Play:
    def play(exchange: Exchange) -> Heard:
        first = exchange.pass_on()
        again = exchange.pass_on()
        return again if second else first

    return play


def stale(exchange: Exchange) -> Heard:
    with exchange.yesterday():
        return exchange.pass_on()


def jump(seconds: float) -> Play:
    def play(exchange: Exchange) -> Heard:
        exchange.jump(seconds)
        return exchange.pass_on()

    return play


def people(deed: str) -> Play:
    def play(exchange: Exchange) -> Heard:
        exchange.people(deed)
        return exchange.pass_on()

    return play


def second_bridge(exchange: Exchange) -> Heard:
    exchange.second_bridge()
    return exchange.pass_on()


def _envelope(code: str) -> dict[str, object]:
    return {"status": {"code": code, "message": "no", "description": ""}, "data": None}


CRMCOM, SILVASOFT = frozenset({"crmcom"}), frozenset({"silvasoft"})
FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        Fault("killed-before", "F01", ALL, killed_before, unknown=True),
        Fault("killed-after", "F03", ALL, killed_after, unknown=True),
        Fault("unsent", "F04", ALL, unsent),
        Fault("reset", "F05", ALL, nothing(done=False), unknown=True),
        Fault("answer-lost", "F06", WRITES, nothing(done=True), unknown=True),
        Fault("timeout", "F07", ALL, nothing(PATIENCE_S, done=False), unknown=True),
        Fault("timeout-done", "F08", WRITES, nothing(PATIENCE_S, done=True), unknown=True),
        Fault("late", "F09", WRITES, late(3), unknown=True),
        Fault("very-late", "F09", WRITES, late(None), unknown=True),
        Fault("refused", "F10", ALL, status(400)),
        Fault("not-found", "F10", ALL, status(404)),
        Fault("unprocessable", "F10", WRITES, status(422)),
        Fault("refused-inside-200", "F10", ALL, says(200, _envelope("INVALID_PARAMETER")), systems=CRMCOM),
        Fault("denied", "F11", ALL, status(401)),
        Fault("forbidden", "F11", ALL, status(403)),
        Fault("denied-inside-200", "F11", ALL, says(200, _envelope("TOKEN_EXPIRED")), systems=CRMCOM),
        Fault("conflict", "F12", WRITES, status(409)),
        Fault(
            "conflict-inside-200", "F12", WRITES, says(200, _envelope("DUPLICATE_BACK_OFFICE_CODE")), systems=CRMCOM,
        ),
        Fault("limited", "F13", ALL, status(429, Retry_After=str(RETRY_AFTER_S))),
        Fault("limited-absurdly", "F13", ALL, status(429, Retry_After="1000000000")),
        Fault(
            "limited-in-disguise", "F13", ALL,
            says(401, {"errorCode": "UNAUTHORIZED", "errorMessage": "Ratelimit exceeded"}), systems=SILVASOFT,
        ),
        Fault("error", "F14", ALL, status(500), unknown=True),
        Fault("error-done", "F15", WRITES, status(503, done=True), unknown=True),
        Fault(
            "error-inside-200", "F15", WRITES, says(200, _envelope("SYSTEM_ERROR"), done=True), unknown=True,
            systems=CRMCOM,
        ),
        Fault("garbage", "F16", ALL, damaged(Harm.GARBAGE), unknown=True),
        Fault("empty", "F16", ALL, damaged(Harm.EMPTY), unknown=True),
        Fault("hollow", "F16", ALL, damaged(Harm.HOLLOW), unknown=True),
        Fault("cut", "F16", ALL, cut, unknown=True),
        Fault("slow", "F17", ALL, slow, unknown=True),
        Fault("html", "F18", ALL, damaged(Harm.HTML), unknown=True),
        Fault("wrong-type", "F18", ALL, damaged(Harm.WRONG_TYPE), unknown=True),
        Fault("twice", "F19", WRITES, twice(second=False)),
        Fault("twice-second-heard", "F19", WRITES, twice(second=True)),
        Fault("stale", "F20", READS, stale),
        Fault("second-bridge", "F21", ALL, second_bridge),
        Fault("day-later", "F22", ALL, jump(86_400)),
        Fault("day-earlier", "F22", ALL, jump(-86_400)),
        Fault("edited", "F26", ALL, people("edit")),
        Fault("withdrawn", "F26", ALL, people("withdraw")),
        Fault("numbered", "A7", ALL, people("number")),
        Fault("part-paid", "A7", ALL, people("part")),
        Fault("paid", "A7", ALL, people("pay")),
        Fault("deleted", "A7", ALL, people("delete")),
        Fault("redirect", "F27", ALL, status(307, Location="http://169.254.169.254/")),
    )
}  # fmt: skip

AT_DISK: Mapping[str, str] = {
    "killed-before-commit": "F01",
    "torn": "F02",
    "killed-after-commit": "F03",
    "full": "F23",
    "locked": "F24",
    "older": "F25",
}
"""What can happen at a commit of the journal, and its class."""

AT_POST: Mapping[str, str] = {
    "killed-before": "F01",
    "killed-after": "F03",
    "not-heard": "F05",
    "late": "F09",
    "very-late": "F09",
    "twice": "F19",
    "last": "F20",
}
"""What can happen to a notification: it dies with its reader, before or after it is kept; nobody hears it until
support sends it again; it comes a poll later, or when all is over; twice; or behind those that were sent after it."""
