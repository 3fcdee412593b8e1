"""Can everybody read it? Contrast of every pair of colours that meet, computed from the style sheet itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ixmocks import dashboard

LOOK = (Path(dashboard.__file__).with_name("static") / "look.css").read_text()
TEXT, SHAPE = 4.5, 3.0
"""What WCAG 2.2 asks at level AA: of text, and of what one must see to use a page."""

ON = {
    "page": ("ink", "dim", "accent", "good", "odd", "bad", "fault", "info"),
    "card": ("ink", "dim", "accent", "good", "odd", "bad", "fault", "info"),
    "sunk": ("ink", "dim", "accent", "good", "odd", "fault"),
    "accent-soft": ("ink", "dim", "accent", "good", "bad", "odd", "fault"),
    "good-soft": ("ink", "good"),
    "odd-soft": ("ink", "odd"),
    "bad-soft": ("ink", "bad", "accent"),
    "fault-soft": ("ink", "fault"),
    "info-soft": ("ink", "info", "accent"),
    "button": ("on-button",),
    "good": ("card",),
}
"""Backgrounds, and the texts that stand on them."""


def tokens(dark: bool) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", LOOK, re.S)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[0]))
    return found | (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[1])) if dark else {})


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("ground", "texts"), ON.items(), ids=ON.keys())
def test_text_can_be_read(dark: bool, ground: str, texts: tuple[str, ...]) -> None:
    colours = tokens(dark)
    weak = {text: round(contrast(colours[text], colours[ground]), 2) for text in texts}
    assert not {text: found for text, found in weak.items() if found < TEXT}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_fields_focus_and_lines_of_pictures_can_be_seen(dark: bool) -> None:
    colours = tokens(dark)
    for ground in ("page", "card"):
        assert contrast(colours["strong"], colours[ground]) >= SHAPE
        assert contrast(colours["accent"], colours[ground]) >= SHAPE


def test_colours_are_named_once_and_used_by_name() -> None:
    rules = re.sub(r":root \{.*?\}", "", LOOK, flags=re.S)
    bare = [
        line.strip()
        for line in rules.splitlines()
        if re.search(r"#[0-9a-fA-F]{3,6}\b", line) and not line.startswith(".sys.") and "print" not in line
    ]
    assert not bare


def test_both_schemes_name_the_same_colours() -> None:
    blocks = [
        set(re.findall(r"--([a-z-]+): #", block)) for block in re.findall(r":root \{(.*?)\}", LOOK, re.S)
    ]
    assert blocks[0] == blocks[1]
