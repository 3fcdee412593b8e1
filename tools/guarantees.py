"""What does the bridge promise, and what does it do about which fault? Writes the tables of docs/guarantees.md.

The tables come from the code (``ixbridge.core.recovery``, ``ixbridge.core.life``) and from the lists
below; the words between them are written by hand. ``python tools/guarantees.py`` after a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ixbridge.core import recovery
from ixbridge.core.life import NEXT, Stage
from ixbridge.core.recovery import RECOVERY, Fault, Recovery, StepKind
from marks import placed, table

PAGE = Path(__file__).parents[1] / "docs" / "guarantees.md"

FAULTS: Mapping[Fault, str] = {
    Fault.KILLED_BEFORE: "killed before the step",
    Fault.KILLED_DURING: "killed while the step is half done",
    Fault.KILLED_AFTER: "killed after the effect, before it is recorded",
    Fault.NOT_SENT: "no byte left the machine",
    Fault.RESET: "connection reset after the request began",
    Fault.ANSWER_LOST: "processed, the answer lost",
    Fault.TIMEOUT_NOT_DONE: "timeout, never processed",
    Fault.TIMEOUT_DONE: "timeout, processed",
    Fault.TIMEOUT_DONE_LATER: "timeout, processed later",
    Fault.REFUSED: "refused: 400, 404, 413, 422",
    Fault.CREDENTIALS: "401 or 403",
    Fault.CONFLICT: "409, or “not unique”",
    Fault.LIMITED: "rate limit, also in disguise",
    Fault.SERVER_ERROR_NOT_DONE: "5xx, not processed",
    Fault.SERVER_ERROR_DONE: "5xx, processed",
    Fault.UNREADABLE: "2xx whose body is cut, empty or no JSON",
    Fault.SLOW_BODY: "a body that drips",
    Fault.WRONG_TYPE: "2xx with HTML, or an error inside 200",
    Fault.DELIVERED_TWICE: "the request is delivered twice",
    Fault.STALE_READ: "a read that shows an older state",
    Fault.SECOND_BRIDGE: "a second bridge in between",
    Fault.CLOCK_JUMP: "the clock jumps",
    Fault.DISK: "disk full, read-only, failing",
    Fault.JOURNAL_LOCKED: "the journal is locked",
    Fault.JOURNAL_DAMAGED: "the journal is damaged, gone or set back",
    Fault.SOURCE_EDITED: "iXpole's data are edited or withdrawn",
    Fault.REDIRECT: "redirect",
}
KINDS: Mapping[StepKind, str] = {
    StepKind.LOCAL: "local",
    StepKind.JOURNAL: "journal",
    StepKind.READ: "read",
    StepKind.WRITE: "idempotent write",
    StepKind.CREATE_KEYED: "create, key enforced",
    StepKind.CREATE: "create",
}
RECOVERIES: Mapping[Recovery, str] = {
    Recovery.RESUME: "start again, read the journal, go on at this step",
    Recovery.RETRY: "a bounded number of times the same, then in the next run",
    Recovery.RETRY_STOP: "the same; if nothing readable ever comes, the run stops and says so",
    Recovery.RESEND: "send the same bytes again",
    Recovery.RESEND_REPAIR: "the same, and once more when nothing late can be under way",
    Recovery.RECON_ADOPT: "look it up by its key, find it, adopt it",
    Recovery.RECON_RESEND: "look it up by its key; not there: send again with the same key",
    Recovery.RECON_PARK: "look it up by its tag; not there: park, and look again in each run",
    Recovery.NOSEND_RESEND: "record that nothing was sent, then a new intent",
    Recovery.NOSEND_PARK: "record that nothing was made, park with the refusal",
    Recovery.NOSEND_AUTH: "record that nothing was made, one new token, then stop",
    Recovery.NOSEND_BACKOFF: "record that nothing was made, wait as asked",
    Recovery.OWN_ADOPT: "is what stands in the way ours? adopt it, else park",
    Recovery.PARK: "set aside with the reason",
    Recovery.AUTH: "one new token, then stop",
    Recovery.BACKOFF: "wait as the limit asks, the whole system, also in the next run",
    Recovery.HARMLESS: "twice is as good as once",
    Recovery.DETECT_PARK: "the audit finds both: alarm, park, report neither",
    Recovery.RECHECK: "look again",
    Recovery.RECHECK_PARK: "look again, then park",
    Recovery.FENCE: "the one with the older fence is refused at its next record",
    Recovery.IGNORE: "durations are measured by a clock that only goes forward, dates come from the data",
    Recovery.STOP: "stop before anything more is sent",
    Recovery.WAIT_STOP: "wait a few seconds, then stop",
    Recovery.REBUILD: "refuse; `ixkit bridge rebuild`",
    Recovery.DIGEST: "compare fingerprints: before the create begin anew, after it park",
}

TARGETS = ("Silvasoft, own numbers", "Silvasoft", "TelecomX", "CRM.COM", "Riverty")
PROMISES: Sequence[tuple[str, tuple[str, str, str, str, str]]] = (
    (
        "Never two documents of one instalment, whatever single or double fault",
        (
            "yes: a number is taken once (SILV-10)",
            "yes, by parking what is uncertain (SILV-28)",
            "yes, by parking what is uncertain (TCX-15)",
            "yes: a back office code is taken once (CRM-04)",
            "yes: an order and an invoice reference are taken once (RIV-19)",
        ),
    ),
    (
        "The same when the network delivers a create twice",
        (
            "yes (SILV-10)",
            "**no**: found when it is read back or in the next run, parked (SILV-28)",
            "**no**: found when it is read back or in the next run, parked (TCX-15)",
            "yes (CRM-04)",
            "yes (RIV-19)",
        ),
    ),
    (
        "Ends without a person after any finite number of faults",
        (
            "yes: sent again under the same number (SILV-10)",
            "**no**: a create without answer and without document waits for a person",
            "**no**: as Silvasoft",
            "yes: sent again under the same code (CRM-04)",
            "yes, while its notifications arrive; after a day of silence a person is asked (RIV-35)",
        ),
    ),
    (
        "A lost answer is made good by finding the document",
        (
            "by number and by the tag in the notes (SILV-59)",
            "by the tag in the notes, in the list by date (SILV-59, SILV-53)",
            "by the tag in the headline, in the customer's list (TCX-23, TCX-36)",
            "by its code, at once (CRM-04)",
            "by nothing: the same bytes are sent again under the same ids, and the verdict is waited for (RIV-18)",
        ),
    ),
    (
        "A lost journal makes no second document",
        (
            "yes after `rebuild`, which goes on above the highest number (SILV-10, SILV-58)",
            "yes after `rebuild`; what is not found is parked (SILV-58)",
            "yes after `rebuild`; what is not found is parked (TCX-36)",
            "yes; the key follows from the instalment (CRM-04)",
            "yes; references and ids follow from the instalment (RIV-19)",
        ),
    ),
    (
        "A lost journal strands nothing that iXpole no longer offers (IXP-04)",
        (
            "yes, within the days that are read (SILV-59)",
            "yes, within the days that are read (SILV-59)",
            "for customers who are known from elsewhere (TCX-36)",
            "**no**: no list; name the codes with `--code` (CRM-44)",
            "**no**: nothing can be read back, and what was told before is told again by its support only (RIV-35)",
        ),
    ),
    (
        "Two bridges with one journal",
        ("yes: lock, fences and claims",) * 5,
    ),
    (
        "Two bridges with a journal each",
        (
            "**no**: two numbers for one code",
            "**no** (SILV-28)",
            "**no** (TCX-15)",
            "creates yes (CRM-04), reports **no** (IXP-33)",
            "creates yes (RIV-19), reports **no** (IXP-33)",
        ),
    ),
    (
        "A late D never outlives the real number",
        ("as iXpole reads it: refused under IXP-19 strict, else written once more",) * 5,
    ),
    (
        "The total is iXpole's to the cent, or nothing is sent",
        (
            "by construction: inclusive line totals (SILV-16)",
            "by construction: inclusive line totals (SILV-16)",
            "where nets can be fitted, else parked (TCX-13, TCX-30)",
            "by construction: final amounts (CRM-26), or fitted nets (CRM-27)",
            "by construction: inclusive prices (RIV-27); an invoice of another amount is not believed",
        ),
    ),
    (
        "A changed instalment whose document is real",
        (
            "parked; credited by a person, then `--replace` checks and books anew (SILV-18)",
            "parked; credited by a person, then `--replace` (SILV-18)",
            "parked; credited by a person, then `--replace` (TCX-09)",
            "parked; the code stays taken (CRM-35): book by hand, then `--adopt`",
            "parked; the reference stays taken (RIV-19): book by hand, then `--adopt`",
        ),
    ),
    (
        "An instalment that is edited while it is being booked",
        (
            "parked before iXpole hears a number: its list is read again after the creates, and before a create when"
            " it is a minute old. **Not** what is edited after that reading: iXpole locks nothing",
            *("as Silvasoft, own numbers",) * 3,
            "as Silvasoft, own numbers; also before the invoice is asked for",
        ),
    ),
    (
        "A payment that bounced",
        (
            "found by `audit`, taken back in iXpole (SILV-81, IXP-37)",
            "found by `audit`, taken back in iXpole (SILV-81, IXP-37)",
            "found by `audit`, taken back in iXpole (TCX-11, IXP-37)",
            "found by `audit`, taken back in iXpole (CRM-20, IXP-37)",
            "**no**: nothing can be read back, and chargebacks are not listened to",
        ),
    ),
)


def promises() -> str:
    return table(("", *TARGETS), ([what, *how] for what, how in PROMISES))


def recoveries() -> str:
    rows = (
        [f"{fault.value} {words}", *(_cell(fault, kind) for kind in KINDS)] for fault, words in FAULTS.items()
    )
    return table(("fault", *KINDS.values()), rows)


def meanings() -> str:
    return table(("", "what is done"), ([f"`{each.value}`", words] for each, words in RECOVERIES.items()))


def budgets() -> str:
    figures = (
        ("attempts of a read or an idempotent write", f"{recovery.ATTEMPTS_MAX}"),
        ("pauses between them", f"{_seconds(recovery.BACKOFF_S)}, by chance shorter"),
        ("attempts of a create", "1 per recorded intent"),
        ("requests to a system that answers nothing", f"{recovery.BREAK_AFTER}, then 1 per step, 3 steps"),
        ("waiting for a limit in one run", f"{recovery.LIMIT_PATIENCE_S:g} s in all"),
        (
            "looking for a document after a lost answer",
            f"after {_seconds(recovery.LOOKS_S)}, then in each run",
        ),
        ("a late D is no longer expected after", f"{recovery.LATE_S:g} s"),
        ("iXpole is told one number at most", f"{recovery.TOLD_MAX} times"),
    )
    return table(("", "bound"), figures)


def lives() -> str:
    rows = []
    for stage in Stage:
        ways = [
            f"{event.value} → {after.value}" for (before, event), after in NEXT.items() if before is stage
        ]
        rows.append([stage.value, "; ".join(ways)])
    return table(("stage", "what can come next"), rows)


SECTIONS = {
    "promises": promises,
    "recoveries": recoveries,
    "meanings": meanings,
    "budgets": budgets,
    "lives": lives,
}


def filled(page: str) -> str:
    """The page with its tables as the code has them now."""
    for name, made in SECTIONS.items():
        page = placed(page, name, made())
    return page


def _cell(fault: Fault, kind: StepKind) -> str:
    found = RECOVERY.get((fault, kind))
    return "–" if found is None else found.value


def _seconds(values: Iterable[float]) -> str:
    return ", ".join(f"{each:g}" for each in values) + " s"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
