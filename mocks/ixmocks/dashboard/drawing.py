"""How does a life look as a picture? SVG from a table of steps: statuses in a row, steps over, between and under.

A step to the next status is an arrow between the two; a longer one runs over the row, a step back under it. Steps
of one name to one status share their line. Nothing is placed by hand, so a table of any size can be drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from html import escape

from ixmocks.dashboard.document import Edge, Machine

BOX, GAP, HEIGHT, LEFT = 88, 92, 36, 92
RISE = 27
"""How far one line runs from the next."""
ROW = 13
LOOP = 14
ROUND = 7
WORDS_MAX = 12
"""Characters of a line of words between two statuses."""


@dataclass(frozen=True, slots=True)
class Line:
    """Steps of one name to one status, which are drawn as one line with a tap at each status it comes from."""

    words: tuple[str, ...]
    target: int
    taps: tuple[tuple[int, tuple[Edge, ...]], ...]

    @property
    def left(self) -> int:
        return min(self.target, *(source for source, _ in self.taps))

    @property
    def right(self) -> int:
        return max(self.target, *(source for source, _ in self.taps))


@dataclass(slots=True)
class Sheet:
    """What is drawn so far: what was not seen lies under what was."""

    seen: Mapping[Edge, int]
    pale: list[str] = field(default_factory=list)
    bright: list[str] = field(default_factory=list)

    def step(
        self, edges: Iterable[Edge], path: str, head: str, *, dot: tuple[int, int] | None = None
    ) -> None:
        edges = tuple(edges)
        count = sum(self.seen.get(edge, 0) for edge in edges)
        told = "; ".join(f"{e.event}: {self.seen.get(e, 0)}×, by {', '.join(e.by)}" for e in edges)
        start = f'<circle cx="{dot[0]}" cy="{dot[1]}" r="4"/>' if dot else ""
        drawn = f'<title>{escape(told)}</title><path d="{path}"/><polygon points="{head}"/>{start}'
        layer = self.bright if count else self.pale
        layer.append(f'<g class="step {"seen" if count else "unseen"}">{drawn}</g>')

    def words(
        self, lines: Iterable[str], x: int, y: int, edges: Iterable[Edge], anchor: str = "middle"
    ) -> None:
        """The last line stands at y, the others over it."""
        lines = list(lines)
        mark = " seen" if any(self.seen.get(edge) for edge in edges) else ""
        self.bright += [
            f'<text class="word{mark}" x="{x}" y="{y - ROW * (len(lines) - 1 - n)}" text-anchor="{anchor}">'
            f"{escape(line)}</text>"
            for n, line in enumerate(lines)
        ]


def picture(
    machine: Machine, *, steps: Mapping[Edge, int], states: Collection[str], now: Mapping[str, int]
) -> str:
    """The machine; what was seen is in colour, what was not is pale. Only classes and numbers: no inline style."""
    place = {state: n for n, state in enumerate(machine.states)}
    between, over, under, loops, made = _sorted(machine, place)
    tallest = max((len(_rows(edges)) for edges in loops.values()), default=0)
    crown = LOOP + ROW * tallest + 4 if loops else 14
    above, below = _levels(over), _levels(under)
    top = crown + RISE * (max(above.values(), default=-1) + 1) + 12
    late = [n for n in made if n > 0]
    foot = top + HEIGHT
    sunk = 22 + ROW * max((len(_more(line)) - 1 for line in between if len(line.words) > 1), default=0)
    bottom = foot + RISE * (max(below.values(), default=-1) + 1) + (sunk + 2 if below else 0)
    height = bottom + (34 if late else 8)
    width = LEFT + len(machine.states) * (BOX + GAP) - GAP + (70 if loops else 12)
    sheet = Sheet(steps)
    for line in between:
        _between(sheet, line, top)
    for line, level in above.items():
        _over(sheet, line, top, top - crown - RISE * level)
    for line, level in below.items():
        _under(sheet, line, foot, foot + sunk + RISE * level)
    for n, edges in loops.items():
        _loop(sheet, edges, n, top)
    for n, edges in made.items():
        _made(sheet, edges, n, top, bottom)
    boxes = [_box(state, n, top, state in states, now.get(state, 0)) for state, n in place.items()]
    return (
        f'<svg class="machine" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(machine.title)}: {len(machine.states)} statuses, {len(machine.edges)} steps">'
        f'{"".join(sheet.pale)}{"".join(boxes)}{"".join(sheet.bright)}</svg>'
    )  # fmt: skip


Made = dict[int, list[Edge]]


def _sorted(
    machine: Machine, place: Mapping[str, int]
) -> tuple[list[Line], list[Line], list[Line], Made, Made]:
    """By where they are drawn: between, over, under, at one status, from nothing."""
    loops: Made = {}
    made: Made = {}
    pairs: dict[tuple[int, int], list[Edge]] = {}
    for edge in machine.edges:
        target = place[edge.target]
        source = place.get(edge.source, -1)
        if source < 0:
            made.setdefault(target, []).append(edge)
        elif source == target:
            loops.setdefault(target, []).append(edge)
        else:
            pairs.setdefault((source, target), []).append(edge)
    between = [Line(_names(edges), b, ((a, tuple(edges)),)) for (a, b), edges in pairs.items() if b == a + 1]
    over = _shared({pair: edges for pair, edges in pairs.items() if pair[1] > pair[0] + 1})
    under = _shared({pair: edges for pair, edges in pairs.items() if pair[1] < pair[0]})
    return between, over, under, loops, made


def _names(edges: Iterable[Edge]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(edge.event for edge in edges))


def _shared(pairs: Mapping[tuple[int, int], list[Edge]]) -> list[Line]:
    """Steps of one name to one status on one line."""
    grouped: dict[tuple[int, tuple[str, ...]], list[tuple[int, tuple[Edge, ...]]]] = {}
    for (source, target), edges in pairs.items():
        grouped.setdefault((target, _names(edges)), []).append((source, tuple(edges)))
    return [Line(words, target, tuple(taps)) for (target, words), taps in grouped.items()]


def _levels(lines: Iterable[Line]) -> dict[Line, int]:
    """Short lines near the row, and none on another."""
    levels: dict[Line, int] = {}
    for line in sorted(lines, key=lambda line: (line.right - line.left, line.left)):
        taken = {
            level for other, level in levels.items() if line.left < other.right and other.left < line.right
        }
        levels[line] = next(level for level in range(len(levels) + 1) if level not in taken)
    return levels


def _x(n: int) -> int:
    return LEFT + n * (BOX + GAP)


def _between(sheet: Sheet, line: Line, top: int) -> None:
    ((source, edges),) = line.taps
    a, b, y = _x(source) + BOX, _x(line.target), top + HEIGHT // 2
    sheet.step(edges, f"M{a} {y}H{b - 6}", f"{b},{y} {b - 8},{y - 4} {b - 8},{y + 4}")
    sheet.words(wrapped(line.words[0]), (a + b) // 2 - 3, y - 6, edges)
    below = _more(line)
    sheet.words(below, (a + b) // 2 - 3, y + 2 + ROW * len(below), edges)


def _more(line: Line) -> list[str]:
    """The names of a line but the first, which stand under its arrow."""
    return [row for name in line.words[1:] for row in wrapped(name)]


def _over(sheet: Sheet, line: Line, top: int, y: int) -> None:
    end = _x(line.target) + BOX // 2
    for source, edges in line.taps:
        start = _x(source) + BOX * 3 // 4
        up = f"M{start} {top}V{y + ROUND}Q{start} {y} {start + ROUND} {y}"
        down = f"H{end - ROUND}Q{end} {y} {end} {y + ROUND}V{top - 6}"
        sheet.step(edges, up + down, f"{end},{top} {end - 4},{top - 8} {end + 4},{top - 8}")
    _along(sheet, line, y)


def _under(sheet: Sheet, line: Line, foot: int, y: int) -> None:
    end = _x(line.target) + BOX * 3 // 5
    for source, edges in line.taps:
        start = _x(source) + BOX * 2 // 5
        down = f"M{start} {foot}V{y - ROUND}Q{start} {y} {start - ROUND} {y}"
        up = f"H{end + ROUND}Q{end} {y} {end} {y - ROUND}V{foot + 6}"
        sheet.step(edges, down + up, f"{end},{foot} {end - 4},{foot + 8} {end + 4},{foot + 8}")
    _along(sheet, line, y)


def _along(sheet: Sheet, line: Line, y: int) -> None:
    """The words of a long line stand on its middle."""
    edges = [edge for _, each in line.taps for edge in each]
    sheet.words([" / ".join(line.words)], (_x(line.left) + _x(line.right) + BOX) // 2, y - 5, edges)


def _rows(edges: Iterable[Edge]) -> list[str]:
    """A name to a line."""
    return [part for name in _names(edges) for part in name.split(" / ")]


def _loop(sheet: Sheet, edges: list[Edge], n: int, top: int) -> None:
    x = _x(n) + 8
    sheet.step(
        edges,
        f"M{x} {top}V{top - LOOP}H{x + 20}V{top - 6}",
        f"{x + 20},{top} {x + 16},{top - 8} {x + 24},{top - 8}",
    )
    # To the left, over the gap: what comes from above ends in the right half of a box.
    sheet.words(_rows(edges), x + 20, top - LOOP - 4, edges, "end")


def _made(sheet: Sheet, edges: list[Edge], n: int, top: int, bottom: int) -> None:
    """Things begin at a dot: before the first status, or under a later one."""
    if n == 0:
        x, y = _x(0), top + HEIGHT // 2
        sheet.step(edges, f"M12 {y}H{x - 6}", f"{x},{y} {x - 8},{y - 4} {x - 8},{y + 4}", dot=(8, y))
        sheet.words(wrapped(" / ".join(_names(edges))), (x + 8) // 2, y - 6, edges)
        return
    x, y, low = _x(n) + 12, top + HEIGHT, bottom + 18
    sheet.step(edges, f"M{x} {low}V{y + 6}", f"{x},{y} {x - 4},{y + 8} {x + 4},{y + 8}", dot=(x, low))
    sheet.words([" / ".join(_names(edges))], x + 9, low + 4, edges, "start")


def _box(state: str, n: int, top: int, seen: bool, now: int) -> str:
    x, lines = _x(n), wrapped(state, 14)
    first = top + HEIGHT // 2 + 4 - (ROW - 1) * (len(lines) - 1) // 2
    words = "".join(
        f'<text class="name" x="{x + BOX // 2}" y="{first + (ROW - 1) * row}" text-anchor="middle">'
        f"{escape(line)}</text>"
        for row, line in enumerate(lines)
    )
    told = f"{escape(state)}: {now} now{'' if seen else ', never seen'}"
    return (
        f'<g class="status {"seen" if seen else "unseen"}"><title>{told}</title>'
        f'<rect x="{x}" y="{top}" width="{BOX}" height="{HEIGHT}" rx="7"/>{words}{_count(x, top, now)}</g>'
    )


def _count(x: int, top: int, now: int) -> str:
    """How many there are now, on the corner of the box."""
    if not now:
        return ""
    width = 12 + 6 * len(str(now))
    left = x + BOX - width + 4
    return (
        f'<g class="count"><rect x="{left}" y="{top - 8}" width="{width}" height="16" rx="8"/>'
        f'<text x="{left + width // 2}" y="{top + 4}" text-anchor="middle">{now}</text></g>'
    )


def wrapped(text: str, most: int = WORDS_MAX) -> list[str]:
    """The words in lines of about so many characters."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]
