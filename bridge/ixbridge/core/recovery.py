"""What is done about which fault? One table, read by the code, the tests and the documentation.

``RECOVERY`` says it for every fault and every kind of step. A client never sees a fault, only its
signs: ``SIGNS`` says what each fault looks like, ``REACTION`` what is done at that sight. The tests
hold the three together.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from ixbridge.core.wire import Cause, Kind, No, Outcome, Unknown, Yes


class Fault(Enum):
    KILLED_BEFORE = "F01"
    KILLED_DURING = "F02"
    KILLED_AFTER = "F03"
    NOT_SENT = "F04"
    RESET = "F05"
    ANSWER_LOST = "F06"
    TIMEOUT_NOT_DONE = "F07"
    TIMEOUT_DONE = "F08"
    TIMEOUT_DONE_LATER = "F09"
    REFUSED = "F10"
    CREDENTIALS = "F11"
    CONFLICT = "F12"
    LIMITED = "F13"
    SERVER_ERROR_NOT_DONE = "F14"
    SERVER_ERROR_DONE = "F15"
    UNREADABLE = "F16"
    SLOW_BODY = "F17"
    WRONG_TYPE = "F18"
    DELIVERED_TWICE = "F19"
    STALE_READ = "F20"
    SECOND_BRIDGE = "F21"
    CLOCK_JUMP = "F22"
    DISK = "F23"
    JOURNAL_LOCKED = "F24"
    JOURNAL_DAMAGED = "F25"
    SOURCE_EDITED = "F26"
    REDIRECT = "F27"


class Recovery(Enum):
    RESUME = "resume"
    RETRY = "retry"
    RETRY_STOP = "retry-stop"
    RESEND = "resend"
    RESEND_REPAIR = "resend+repair"
    RECON_ADOPT = "recon-adopt"
    RECON_RESEND = "recon-resend"
    RECON_PARK = "recon-park"
    NOSEND_RESEND = "nosend-resend"
    NOSEND_PARK = "nosend-park"
    NOSEND_AUTH = "nosend-auth"
    NOSEND_BACKOFF = "nosend-backoff"
    OWN_ADOPT = "own?-adopt"
    PARK = "park"
    AUTH = "auth"
    BACKOFF = "backoff"
    HARMLESS = "harmless"
    DETECT_PARK = "detect-park"
    RECHECK = "recheck"
    RECHECK_PARK = "recheck-park"
    FENCE = "fence"
    IGNORE = "ignore"
    STOP = "stop"
    WAIT_STOP = "wait-stop"
    REBUILD = "rebuild"
    DIGEST = "digest"


class StepKind(Enum):
    LOCAL = "L"
    JOURNAL = "J"
    READ = "R"
    WRITE = "WI"
    CREATE_KEYED = "WK"
    CREATE = "WC"


_COLUMNS = (
    StepKind.LOCAL,
    StepKind.JOURNAL,
    StepKind.READ,
    StepKind.WRITE,
    StepKind.CREATE_KEYED,
    StepKind.CREATE,
)
_ROWS: Mapping[str, str] = {
    #      L      J         R          WI             WK           WC
    "F01": "resume resume   resume     resend         recon-resend recon-park",
    "F02": "-      resume   -          resend         recon-resend recon-park",
    "F03": "-      resume   resume     resend         recon-adopt  recon-adopt",
    "F04": "-      -        retry      resend         resend       nosend-resend",
    "F05": "-      -        retry      resend         recon-resend recon-park",
    "F06": "-      -        retry      resend         recon-adopt  recon-adopt",
    "F07": "-      -        retry      resend         recon-resend recon-park",
    "F08": "-      -        -          resend         recon-adopt  recon-adopt",
    "F09": "-      -        -          resend+repair  recon-resend recon-park",
    "F10": "-      -        park       park           own?-adopt   nosend-park",
    "F11": "-      -        auth       auth           auth         nosend-auth",
    "F12": "-      -        -          park           own?-adopt   park",
    "F13": "-      -        backoff    backoff        backoff      nosend-backoff",
    "F14": "-      -        retry      resend         recon-resend recon-park",
    "F15": "-      -        -          resend         recon-adopt  recon-adopt",
    "F16": "-      -        retry-stop resend         recon-adopt  recon-adopt",
    "F17": "-      -        retry      resend         recon-adopt  recon-adopt",
    "F18": "-      -        retry-stop resend         recon-adopt  recon-adopt",
    "F19": "-      -        -          harmless       harmless     detect-park",
    "F20": "-      -        recheck    -              recheck      recheck-park",
    "F21": "-      fence    fence      fence          harmless     fence",
    "F22": "ignore ignore   ignore     ignore         ignore       ignore",
    "F23": "-      stop     -          -              -            -",
    "F24": "-      wait-stop -         -              -            -",
    "F25": "-      rebuild  -          -              -            -",
    "F26": "digest -        digest     digest         digest       digest",
    "F27": "-      -        stop       stop           stop         stop",
}

RECOVERY: Mapping[tuple[Fault, StepKind], Recovery] = {
    (Fault(code), column): Recovery(cell)
    for code, row in _ROWS.items()
    for column, cell in zip(_COLUMNS, row.split(), strict=True)
    if cell != "-"
}
"""Every fault a step of a kind can meet, and what is done. What is not here cannot happen there."""


# --- what a client sees -----------------------------------------------------------------------


class Sign(Enum):
    """What a request can look like from here once it went wrong."""

    NOT_SENT = "not_sent"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    CREDENTIALS = "credentials"
    LIMITED = "limited"
    REDIRECT = "redirect"
    UNREADABLE = "unreadable"
    LOST = "lost"
    """No answer, a 5xx, or a write whose answer cannot be understood: it may have been done."""


_SIGN_OF: Mapping[Cause, Sign] = {
    Cause.NOT_SENT: Sign.NOT_SENT,
    Cause.INVALID: Sign.INVALID,
    Cause.NOT_FOUND: Sign.NOT_FOUND,
    Cause.CONFLICT: Sign.CONFLICT,
    Cause.CREDENTIALS: Sign.CREDENTIALS,
    Cause.LIMITED: Sign.LIMITED,
    Cause.REDIRECT: Sign.REDIRECT,
    Cause.UNREADABLE: Sign.UNREADABLE,
    Cause.UNAVAILABLE: Sign.LOST,
}


def sign_of(outcome: Outcome[Any]) -> Sign | None:
    """None: nothing went wrong."""
    match outcome:
        case Yes():
            return None
        case No(cause=cause):
            return _SIGN_OF[cause]
        case Unknown():
            return Sign.LOST


SIGNS: Mapping[Fault, frozenset[Sign]] = {
    Fault.NOT_SENT: frozenset({Sign.NOT_SENT}),
    Fault.RESET: frozenset({Sign.LOST}),
    Fault.ANSWER_LOST: frozenset({Sign.LOST}),
    Fault.TIMEOUT_NOT_DONE: frozenset({Sign.LOST}),
    Fault.TIMEOUT_DONE: frozenset({Sign.LOST}),
    Fault.TIMEOUT_DONE_LATER: frozenset({Sign.LOST}),
    Fault.REFUSED: frozenset({Sign.INVALID, Sign.NOT_FOUND}),
    Fault.CREDENTIALS: frozenset({Sign.CREDENTIALS}),
    Fault.CONFLICT: frozenset({Sign.CONFLICT, Sign.INVALID}),
    Fault.LIMITED: frozenset({Sign.LIMITED}),
    Fault.SERVER_ERROR_NOT_DONE: frozenset({Sign.LOST}),
    Fault.SERVER_ERROR_DONE: frozenset({Sign.LOST}),
    Fault.UNREADABLE: frozenset({Sign.UNREADABLE, Sign.LOST}),
    Fault.SLOW_BODY: frozenset({Sign.LOST}),
    Fault.WRONG_TYPE: frozenset({Sign.UNREADABLE, Sign.LOST}),
    Fault.REDIRECT: frozenset({Sign.REDIRECT}),
}
"""How the faults that strike a request show themselves. Silvasoft says "not unique" with a plain 400."""


class Reaction(Enum):
    """What is done at once. A bounded number of times, where it means sending."""

    RETRY = "retry"
    """The same bytes again, after a backoff; when the budget is spent, at the next poll."""
    NEW_INTENT = "new intent"
    """Nothing was done there; it may be sent again once a new intent is recorded."""
    BACKOFF = "backoff"
    """Wait as long as the limit asks, for the whole system; then as before."""
    AUTH = "auth"
    """One new token; if that does not help, stop."""
    PARK = "park"
    OWN = "own?"
    """Look whether what stands in the way is ours: then adopt it, else park."""
    RECONCILE = "reconcile"
    """Look it up by its key: adopt, send again (key enforced), or park."""
    STOP = "stop"


_EVERY = {
    Sign.LIMITED: Reaction.BACKOFF,
    Sign.CREDENTIALS: Reaction.AUTH,
    Sign.REDIRECT: Reaction.STOP,
}
_REACTIONS: Mapping[Kind, Mapping[Sign, Reaction]] = {
    Kind.READ: {
        Sign.NOT_SENT: Reaction.RETRY,
        Sign.LOST: Reaction.RETRY,
        Sign.UNREADABLE: Reaction.RETRY,
        Sign.INVALID: Reaction.PARK,
        Sign.NOT_FOUND: Reaction.PARK,
        Sign.CONFLICT: Reaction.PARK,
    },
    Kind.WRITE: {
        Sign.NOT_SENT: Reaction.RETRY,
        Sign.LOST: Reaction.RETRY,
        Sign.UNREADABLE: Reaction.RETRY,
        Sign.INVALID: Reaction.PARK,
        Sign.NOT_FOUND: Reaction.PARK,
        Sign.CONFLICT: Reaction.PARK,
    },
    Kind.CREATE_KEYED: {
        Sign.NOT_SENT: Reaction.NEW_INTENT,
        Sign.LOST: Reaction.RECONCILE,
        Sign.UNREADABLE: Reaction.RECONCILE,
        Sign.INVALID: Reaction.OWN,
        Sign.NOT_FOUND: Reaction.OWN,
        Sign.CONFLICT: Reaction.OWN,
    },
    Kind.CREATE: {
        Sign.NOT_SENT: Reaction.NEW_INTENT,
        Sign.LOST: Reaction.RECONCILE,
        Sign.UNREADABLE: Reaction.RECONCILE,
        Sign.INVALID: Reaction.PARK,
        Sign.NOT_FOUND: Reaction.PARK,
        Sign.CONFLICT: Reaction.PARK,
    },
}
REACTION: Mapping[tuple[Sign, Kind], Reaction] = {
    (sign, kind): reaction
    for kind, column in _REACTIONS.items()
    for sign, reaction in {**_EVERY, **column}.items()
}

MEANS: Mapping[Recovery, frozenset[Reaction]] = {
    Recovery.RETRY: frozenset({Reaction.RETRY}),
    Recovery.RETRY_STOP: frozenset({Reaction.RETRY}),
    Recovery.RESEND: frozenset({Reaction.RETRY, Reaction.NEW_INTENT}),
    Recovery.RESEND_REPAIR: frozenset({Reaction.RETRY}),
    Recovery.RECON_ADOPT: frozenset({Reaction.RECONCILE}),
    Recovery.RECON_RESEND: frozenset({Reaction.RECONCILE}),
    Recovery.RECON_PARK: frozenset({Reaction.RECONCILE}),
    Recovery.NOSEND_RESEND: frozenset({Reaction.NEW_INTENT}),
    Recovery.NOSEND_PARK: frozenset({Reaction.PARK}),
    Recovery.NOSEND_AUTH: frozenset({Reaction.AUTH}),
    Recovery.NOSEND_BACKOFF: frozenset({Reaction.BACKOFF}),
    Recovery.OWN_ADOPT: frozenset({Reaction.OWN}),
    Recovery.PARK: frozenset({Reaction.PARK}),
    Recovery.AUTH: frozenset({Reaction.AUTH}),
    Recovery.BACKOFF: frozenset({Reaction.BACKOFF}),
    Recovery.STOP: frozenset({Reaction.STOP}),
}
"""Which reactions carry out a recovery of the table."""


def reaction_to(outcome: Outcome[Any], kind: Kind) -> Reaction | None:
    """None: nothing went wrong."""
    sign = sign_of(outcome)
    return None if sign is None else REACTION[sign, kind]


# --- budgets ----------------------------------------------------------------------------------

ATTEMPTS_MAX = 4
"""For reads and idempotent writes. A create is sent once per intent."""
BACKOFF_S = (1.0, 2.0, 4.0, 8.0)
BACKOFF_MAX_S = 60.0
LIMIT_BACKOFF_S = (5.0, 15.0, 30.0, 60.0)
LIMIT_ATTEMPTS_MAX = 8
LIMIT_PATIENCE_S = 150.0
"""How often, and how long in all, a limit is waited for before the rest is left for the next run."""
LATE_S = 900.0
"""How long a request may be under way after its connection broke: nobody documents it, so we assume."""
TOLD_MAX = 6
"""How often iXpole is told the number of one instalment before a person is asked why it forgets."""
BREAK_AFTER = 4
"""So many requests in a row without an answer: the system is out of reach, and each next step asks once."""
LOOKS_S = (0.0, 5.0)
"""When to look for a document of which nothing is known, after the create."""


def backoff_s(attempt: int, *, share: float, limited: bool = False, asked_s: float | None = None) -> float:
    """How long to wait after the n-th attempt (from 1); ``share`` in 0..1 is the full jitter's chance.

    What a server asks for is kept; a little is added so that nobody returns in step.
    """
    table = LIMIT_BACKOFF_S if limited else BACKOFF_S
    ceiling = min(table[min(attempt, len(table)) - 1], BACKOFF_MAX_S)
    if asked_s is not None:
        return asked_s + share
    return ceiling * (0.5 + share / 2) if limited else ceiling * share
