"""How does a life look as a picture? SVG from a table of steps: statuses in a row, steps as arcs over and under it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape

from ixmocks.dashboard.document import Edge, Machine

BOX, GAP, HEIGHT, LEFT = 96, 84, 34, 60
STEP = 30
"""How much higher the next arc is."""
LOOP = 15


@dataclass(frozen=True, slots=True)
class Arc:
    source: int
    target: int
    edges: tuple[Edge, ...]

    @property
    def span(self) -> int:
        return abs(self.target - self.source)


def picture(
    machine: Machine, *, steps: Mapping[Edge, int], states: Collection[str], now: Mapping[str, int]
) -> str:
    """The machine; what was seen is in colour, what was not is pale. Only classes and numbers: no inline style."""
    place = {state: n for n, state in enumerate(machine.states)}
    arcs = _arcs(machine, place)
    over = _levels([arc for arc in arcs if arc.source < arc.target and arc.source >= 0])
    under = _levels([arc for arc in arcs if arc.source > arc.target])
    made = [arc for arc in arcs if arc.source < 0]
    top = 24 + STEP * (max(over.values(), default=0) + 1)
    bottom = STEP * (max(under.values(), default=0) + 1) + 14
    width = LEFT + len(machine.states) * (BOX + GAP)
    height = top + HEIGHT + bottom + (24 if made else 0)
    parts = [
        f'<svg class="machine" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(machine.title)}: {len(machine.states)} statuses, {len(machine.edges)} steps">'
    ]
    parts += [_over(arc, level, top, steps) for arc, level in over.items()]
    parts += [_under(arc, level, top + HEIGHT, steps) for arc, level in under.items()]
    parts += [_made(arc, top, steps) for arc in made]
    parts += [_loop(arc, top, steps) for arc in arcs if arc.source == arc.target]
    parts += [_box(state, n, top, state in states, now.get(state, 0)) for state, n in place.items()]
    return "".join([*parts, "</svg>"])


def _arcs(machine: Machine, place: Mapping[str, int]) -> list[Arc]:
    """Steps between the same two statuses share an arc."""
    grouped: dict[tuple[int, int], list[Edge]] = {}
    for edge in machine.edges:
        grouped.setdefault((place.get(edge.source, -1), place[edge.target]), []).append(edge)
    return [Arc(source, target, tuple(edges)) for (source, target), edges in grouped.items()]


def _levels(arcs: list[Arc]) -> dict[Arc, int]:
    """Short arcs low, and none in another's way."""
    levels: dict[Arc, int] = {}
    for arc in sorted(arcs, key=lambda arc: (arc.span, arc.source)):
        low, high = sorted((arc.source, arc.target))
        taken = {
            level
            for other, level in levels.items()
            if not (high <= min(other.source, other.target) or low >= max(other.source, other.target))
        }
        level = 0 if arc.span == 1 and arc.source < arc.target else 1
        while level in taken:
            level += 1
        levels[arc] = level
    return levels


def _x(n: int) -> int:
    return LEFT + n * (BOX + GAP)


def _over(arc: Arc, level: int, top: int, steps: Mapping[Edge, int]) -> str:
    if level == 0:
        a, b, y = _x(arc.source) + BOX, _x(arc.target), top + HEIGHT // 2
        return _group(
            arc, steps, f"M{a} {y}H{b - 5}", (a + b) // 2, y - 6, f"{b},{y} {b - 7},{y - 4} {b - 7},{y + 4}"
        )
    a, b = _x(arc.source) + BOX * 3 // 5, _x(arc.target) + BOX * 2 // 5
    y = top - STEP * level + 8
    return _group(
        arc,
        steps,
        f"M{a} {top}V{y + 8}Q{a} {y} {a + 8} {y}H{b - 8}Q{b} {y} {b} {y + 8}V{top - 5}",
        (a + b) // 2,
        y - 4,
        f"{b},{top} {b - 4},{top - 7} {b + 4},{top - 7}",
    )


def _under(arc: Arc, level: int, foot: int, steps: Mapping[Edge, int]) -> str:
    a, b = _x(arc.source) + BOX * 2 // 5, _x(arc.target) + BOX * 3 // 5
    y = foot + STEP * level - 6
    return _group(
        arc,
        steps,
        f"M{a} {foot}V{y - 8}Q{a} {y} {a - 8} {y}H{b + 8}Q{b} {y} {b} {y - 8}V{foot + 5}",
        (a + b) // 2,
        y + 12,
        f"{b},{foot} {b - 4},{foot + 7} {b + 4},{foot + 7}",
    )


def _made(arc: Arc, top: int, steps: Mapping[Edge, int]) -> str:
    """Things begin at a dot: before the first status, or under a later one."""
    if arc.target == 0:
        x, y = _x(0), top + HEIGHT // 2
        return _group(
            arc,
            steps,
            f"M14 {y}H{x - 5}",
            (14 + x) // 2 + 2,
            y - 8,
            f"{x},{y} {x - 7},{y - 4} {x - 7},{y + 4}",
            dot=(10, y),
        )
    x, y = _x(arc.target) + 16, top + HEIGHT
    return _group(
        arc,
        steps,
        f"M{x} {y + 30}V{y + 5}",
        x + 8,
        y + 34,
        f"{x},{y} {x - 4},{y + 7} {x + 4},{y + 7}",
        dot=(x, y + 34),
        anchor="start",
    )


def _loop(arc: Arc, top: int, steps: Mapping[Edge, int]) -> str:
    x = _x(arc.source) + 16
    return _group(
        arc,
        steps,
        f"M{x} {top}V{top - LOOP}H{x + 24}V{top - 5}",
        x + 12,
        top - LOOP - 4,
        f"{x + 24},{top} {x + 20},{top - 7} {x + 28},{top - 7}",
    )


def _group(
    arc: Arc,
    steps: Mapping[Edge, int],
    line: str,
    x: int,
    y: int,
    head: str,
    *,
    dot: tuple[int, int] | None = None,
    anchor: str = "middle",
) -> str:
    count = sum(steps.get(edge, 0) for edge in arc.edges)
    seen = "seen" if count else "unseen"
    told = "; ".join(f"{edge.event}: {steps.get(edge, 0)}×, by {', '.join(edge.by)}" for edge in arc.edges)
    words = " / ".join(dict.fromkeys(edge.event for edge in arc.edges))
    room = 14 if arc.span <= 1 else 40
    shown = words if len(words) <= room * 2 else f"{words[: room * 2 - 1]}…"
    start = f'<circle class="start" cx="{dot[0]}" cy="{dot[1]}" r="4"/>' if dot else ""
    return (
        f'<g class="step {seen}"><title>{escape(told)}</title><path d="{line}"/><polygon points="{head}"/>{start}'
        f'{_words(shown, x, y, anchor)}</g>'
    )  # fmt: skip


def _words(text: str, x: int, y: int, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _box(state: str, n: int, top: int, seen: bool, now: int) -> str:
    x = _x(n)
    count = (
        f'<text class="count" x="{x + BOX - 6}" y="{top + HEIGHT - 5}" text-anchor="end">{now}</text>'
        if now
        else ""
    )
    words = f'<text class="name" x="{x + BOX // 2}" y="{top + (HEIGHT // 2) + 4 - (4 if now else 0)}" text-anchor="middle">{escape(state)}</text>'
    return (
        f'<g class="status {"seen" if seen else "unseen"}"><title>{escape(state)}: {now} now{"" if seen else ", never seen"}</title>'
        f'<rect x="{x}" y="{top}" width="{BOX}" height="{HEIGHT}" rx="6"/>{words}{count}</g>'
    )
