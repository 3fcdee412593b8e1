"""What happened, side by side? The history of one life in columns: bridge, iXpole, target, people."""

from __future__ import annotations

from collections.abc import Iterator

from simulation.life import Outcome

WIDTH = 46
COLUMNS = ("bridge", "ixpole", "target")


def told(outcome: Outcome) -> str:
    """Seed, plan, history, violation, and how to see it again."""
    plan = outcome.plan
    lines = [f"seed {plan.seed}, plan {plan}", ""]
    lines += _table(outcome)
    lines.append("")
    lines.append(str(outcome.violation) if outcome.violation else "every promise was kept")
    ends = ", ".join(f"{code} {how}" for code, how in sorted(outcome.ends.items()))
    lines.append(f"{outcome.requests} requests in {outcome.polls} polls; {ends}; trace {outcome.trace}")
    lines.append(f"once more: {command(outcome)}")
    return "\n".join(lines)


def command(outcome: Outcome) -> str:
    seed = f"--seed {outcome.plan.seed} " if outcome.plan.seed else ""
    return f"make simulate ARGS='{seed}--plan {outcome.plan}'"


def _table(outcome: Outcome) -> Iterator[str]:
    yield "     " + " | ".join(name.ljust(WIDTH) for name in COLUMNS)
    yield "     " + "-|-".join("-" * WIDTH for _ in COLUMNS)
    for number, entry in enumerate(outcome.history, 1):
        column = entry.column if entry.column in ("bridge", "ixpole") else "target"
        text = (
            entry.text
            if entry.column in (*COLUMNS, outcome.plan.way.partition("-")[0])
            else f"{entry.column}: {entry.text}"
        )
        text = text.partition(".")[2] if entry.column not in ("bridge", "judge", "people") else text
        cells = [_cut(text) if name == column else "" for name in COLUMNS]
        yield f"{number:4} " + " | ".join(cell.ljust(WIDTH) for cell in cells).rstrip()


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
