"""Does every format say what the report says, and nothing that a connector smuggled in?"""

from __future__ import annotations

import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from conformance.report import sample
from conformance.report.sarif_schema import SARIF
from ixconform.report import badge, console, html, junit, markdown, sarif, statement, view
from ixconform.report.file import to_json
from ixconform.report.model import Level, Report
from ixconform.report.render import FORMATS, write
from ixconform.report.story import story
from ixconform.report.text import MAX, clean, line
from ixconform.report.verdict import LevelResult, Outcome, Verdict, level_result

FULL, HOSTILE, NOT_STARTED = sample.full(), sample.hostile(), sample.not_started()
ALL = [FULL, HOSTILE, NOT_STARTED]
NAMES = ["full", "hostile", "not-started"]
every = pytest.mark.parametrize("report", ALL, ids=NAMES)

FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


# --- text --------------------------------------------------------------------------------------


@given(st.text(st.characters()))
def test_clean_text_holds_no_control_character_and_stays_clean(text: str) -> None:
    once = clean(text)
    assert not FORBIDDEN.search(once)
    assert clean(once) == once


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=200))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text or "\ufffe" in text or "\uffff" in text


def test_an_escape_sequence_goes_whole_and_a_long_text_says_what_is_missing() -> None:
    assert clean("a\x1b[31mb\x1b]0;title\x07c\x1b]8;;http://x\x1b\\d\x1b(Be") == "abcde"
    assert line("a\nb\r\n\tc ") == "a b c"
    assert clean("x" * (MAX + 5)).endswith("… (5 characters more)")


# --- console -----------------------------------------------------------------------------------


def printed(report: Report, **options: object) -> str:
    out = io.StringIO()
    console.show(report, Console(file=out, width=120, **options))  # type: ignore[arg-type]
    return out.getvalue()


def test_the_console_tells_the_ladder_and_the_story() -> None:
    said = printed(FULL)
    for part in (
        "L2 · ixpole-silvasoft-direct",
        "survives weather",
        "failed",
        "P-ONE",
        "second booking",
        "SILV-28",
    ):
        assert part in said
    assert "ixkit conform replay k7f3" in said
    assert "5.3 requests per booked document" in said


@every
def test_the_console_sends_no_escape_sequence_of_the_connector(report: Report) -> None:
    said = printed(report, no_color=True, force_terminal=True)
    assert "\x1b[31m" not in said
    assert "\x1b]" not in said
    assert not FORBIDDEN.search(re.sub("\x1b\\[[0-9;]*m", "", said))  # rich's own bold and dim


def test_no_colour_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert not re.search("\x1b\\[[0-9;]*3[0-9]", printed(FULL, force_terminal=True))


def test_markup_of_a_connector_is_text() -> None:
    assert "[red]x[/red]" in printed(HOSTILE)


def test_preflight_says_what_to_do() -> None:
    said = printed(NOT_STARTED)
    assert "not started" in said
    assert "map IXKIT_IXPOLE_URL" in said
    assert "L0" not in said


def test_progress_is_a_line_per_level_and_finding_where_nobody_watches() -> None:
    out = io.StringIO()
    progress = console.Progress(Console(file=out, width=100))
    progress.level(3, "survives weather", checks=2)
    for check in FULL.checks:
        progress.at("C-061, answer lost at addsalestransaction")
        progress.check(check)
    progress.end()
    assert "L3 survives weather, 2 checks" in out.getvalue()
    assert "P-ONE/C-061 two invoices for C1-01" in out.getvalue()
    assert "P-CONV" not in out.getvalue(), "a pass is no news"


# --- one page ----------------------------------------------------------------------------------


class Page(HTMLParser):
    """Which elements, texts and links a page has."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.crossed: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@every
def test_a_page_is_whole_and_asks_nobody(report: Report) -> None:
    text = html.render(report)
    page = Page(text)
    assert (page.crossed, page.open) == ([], [])
    assert page.tags.count("script") == 1
    assert not {"img", "link", "iframe", "object", "form", "base"} & set(page.tags)
    links = [value or "" for name, value in page.attributes if name in ("href", "src", "action")]
    assert all(link.startswith("#") for link in links)
    assert set(links) <= {f"#{each}" for each in page.ids}, "a link leads nowhere"
    assert len(page.ids) == len(set(page.ids))
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert not FORBIDDEN.search(text)
    assert "49" not in re.findall(r"\{\{7\*7\}\}|49", page.text), "the template was not run on data"


@every
def test_the_pages_policy_allows_its_own_script_and_style_only(report: Report) -> None:
    text = html.render(report)
    policy = re.search(r'Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src 'none';")
    for tag in ("script", "style"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = hashlib.sha256(content.encode()).digest()
        import base64

        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy[1]


def test_a_page_tells_everything() -> None:
    text = Page(html.render(FULL)).text
    for part in (
        "L2", "ixpole-silvasoft-direct", "+privacy", "an instalment is booked once", "two invoices for C1-01",
        "look for the document of step 3", "SILV-28", "specs/silvasoft.rules.yaml:212", "second booking",
        "answer lost after commit", "ixkit conform replay k7f3", "not claimed, so not judged", "lenient",
        "5.3", "1200 per hour", "53 %", "Linux x86_64", "a" * 64,
    ):  # fmt: skip
        assert part in text, part
    assert html.render(FULL).count("<details") == len(FULL.checks) + 2


def luminance(colour: str) -> float:
    if len(colour) == 4:
        colour = "#" + "".join(2 * char for char in colour[1:])
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_every_pair_of_colours_can_be_read() -> None:
    """WCAG AA: 4.5 : 1 for text, in the light, in the dark and on paper."""
    style = (Path(html.__file__).parent / "report.css").read_text("utf-8")
    themes = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", block))
        for block in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]
    assert len(themes) == 3
    for theme in themes:
        pairs = [
            ("text", "ground"),
            ("text", "card"),
            ("soft", "ground"),
            ("soft", "card"),
            ("link", "ground"),
        ]
        pairs += [(tone, f"{tone}-bg") for tone in ("good", "bad", "open", "warn", "quiet")]
        pairs += [("text", "bad-bg"), ("soft", "bad-bg"), ("text", "quiet-bg")]
        for ink, paper in pairs:
            if ink in theme and paper in theme:
                assert contrast(theme[ink], theme[paper]) >= 4.5, (
                    ink,
                    paper,
                    contrast(theme[ink], theme[paper]),
                )


# --- JUnit, SARIF ------------------------------------------------------------------------------


@every
def test_junit_counts_what_it_lists(report: Report) -> None:
    root = ElementTree.fromstring(junit.render(report))
    cases = root.findall("testsuite/testcase")
    assert int(root.attrib["tests"]) == len(cases) == len(report.checks)
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(root.attrib[name]) == len(root.findall(f"testsuite/testcase/{tag}"))
    verdicts = [check.verdict for check in report.checks]
    assert int(root.attrib["failures"]) == verdicts.count(Verdict.FAIL)


def test_junit_tells_the_story_and_how_to_replay() -> None:
    root = ElementTree.fromstring(junit.render(FULL))
    (failure,) = root.findall("testsuite/testcase/failure")
    assert failure.attrib["type"] == "P-ONE"
    assert "second booking" in (failure.text or "")
    properties = {each.attrib["name"]: each.attrib["value"] for each in root.iter("property")}
    assert properties["replay"] == "ixkit conform replay k7f3"


@every
def test_sarif_has_the_form_that_code_scanning_reads(report: Report) -> None:
    log = json.loads(sarif.render(report))
    jsonschema_rs.Draft7Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert (result["level"] == "none") == (result["kind"] != "fail")
    prints = [result["partialFingerprints"]["ixkit/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints)) == len(view.findings(report))


def test_sarif_points_at_the_line_of_the_rule() -> None:
    (run,) = json.loads(sarif.render(FULL))["runs"]
    failed = next(result for result in run["results"] if result["ruleId"] == "P-ONE")
    place = failed["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "specs/silvasoft.rules.yaml"
    assert place["region"]["startLine"] == 212
    steps = failed["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["executionOrder"] for step in steps] == [1, 2, 3, 4, 5, 6]
    assert run["invocations"][0]["exitCode"] == 1


# --- badge, statement, summary -----------------------------------------------------------------


@every
def test_a_badge_is_svg_and_says_level_and_profile(report: Report) -> None:
    root = ElementTree.fromstring(badge.render_svg(report))
    told = json.loads(badge.render_json(report))
    assert root.attrib["aria-label"] == f"ixkit conformance: {told['message']}"
    assert told["schemaVersion"] == 1


def test_a_badge_shows_the_level_and_greys_when_the_rules_move_on() -> None:
    current = {digest.name: digest.sha256 for digest in FULL.kit.digests}
    assert json.loads(badge.render_json(FULL, current))["message"] == "L2 · ixpole-silvasoft-direct"
    assert badge.colour(FULL, current) == badge.COLOURS[2]
    newer = {**current, "specs/silvasoft.rules.yaml": "d" * 64}
    assert badge.colour(FULL, newer) == badge.GREY
    assert "(older rules)" in badge.render_svg(FULL, newer)
    assert badge.colour(NOT_STARTED) == badge.GREY
    assert all(contrast("#ffffff", colour) >= 4.5 for colour in (*badge.COLOURS.values(), badge.GREY))


def test_a_selection_of_scenarios_is_called_one_and_earns_no_level() -> None:
    levels = tuple(replace(each, result=LevelResult.INCONCLUSIVE) for each in FULL.levels)
    part = replace(FULL, selection=("--only C-010",), levels=levels, outcome=Outcome.PASSED)
    for said in (printed(part), markdown.render(part), html.render(part)):
        assert "selected scenarios only" in said
        assert "C-010, which decides no level" in re.sub(r"\\|\n", "", said)
    told = json.loads(badge.render_json(part))
    assert (told["level"], told["isError"], told["color"]) == (None, False, badge.GREY)
    assert statement.result(part) == "FAILED"


def test_a_statement_pins_report_artefact_and_rules() -> None:
    said = json.loads(statement.render(FULL))
    digests = {each["name"]: each["digest"]["sha256"] for each in said["subject"]}
    assert digests == {"acme-bridge 2.3": "c" * 64, "report.json": hashlib.sha256(to_json(FULL)).hexdigest()}
    claim = said["predicate"]["claim"]
    assert (claim["level"], claim["profile"]) == ("L2", "ixpole-silvasoft-direct")
    assert claim["not_claimed"] == ["payments"]
    assert said["predicate"]["failedTests"] == ["P-ONE/C-061", "P-SEC/C-002"]


def test_a_statement_passes_nothing_that_is_only_known_or_undecided() -> None:
    def claimed(*verdicts: Verdict, outcome: Outcome = Outcome.PASSED) -> str:
        checks = tuple(replace(FULL.checks[0], verdict=each) for each in verdicts)
        made = level_result(verdicts)
        levels = tuple(Level(level=number, name="", result=made) for number in range(FULL.asked_level + 1))
        return statement.result(replace(FULL, checks=checks, levels=levels, outcome=outcome))

    assert claimed(Verdict.PASS, Verdict.OMIT) == "PASSED"
    assert claimed(Verdict.PASS, Verdict.WARN) == "WARNED"
    assert claimed(Verdict.PASS, Verdict.KNOWN_FAILING) == "FAILED"  # exit code 0, and no claim
    assert claimed(Verdict.PASS, Verdict.FLAKY) == "FAILED"
    assert claimed(Verdict.PASS, outcome=Outcome.INTERRUPTED) == "FAILED"
    assert statement.result(NOT_STARTED) == "FAILED"


@every
def test_a_summary_mentions_nobody_and_opens_no_markup(report: Report) -> None:
    text = markdown.render(report)
    outside = re.sub(r"(`{3,})text\n.*?\n\1\n", "", text, flags=re.DOTALL)
    assert "<script" not in outside
    assert not re.search(r"@\w", outside)
    assert text.count("<details") == text.count("</details>")
    assert not FORBIDDEN.search(text)


def test_a_summary_is_short() -> None:
    text = markdown.render(FULL)
    assert text.startswith("## ❌ L2")
    assert text.count("<details") == markdown.TOP
    assert "… and 1 finding more in report.html." in text


# --- files and words ---------------------------------------------------------------------------


def test_all_formats_are_written_and_report_json_always(tmp_path: Path) -> None:
    for report, name in zip(ALL, NAMES, strict=True):
        written = write(report, tmp_path / name)
        assert set(written) == {file for files in FORMATS.values() for file in files}
        assert written["report.json"].read_bytes() == to_json(report)
    assert set(write(FULL, tmp_path / "one", ["junit"])) == {"report.json", "junit.xml"}
    assert not list(tmp_path.rglob("*.half"))
    with pytest.raises(KeyError):
        write(FULL, tmp_path / "none", ["papyrus"])


def test_every_verdict_level_and_outcome_has_its_words() -> None:
    assert set(view.ORDER) == set(view.SIGNS) == set(view.TONES) == set(Verdict)
    assert set(view.LEVEL_TONES) == set(LevelResult)
    assert set(view.OUTCOME_TONES) == set(view.OUTCOME_WORDS) == set(Outcome)
    assert set(console.STYLES) == set(markdown.SIGNS) == set(view.TONES.values())


def test_a_story_is_a_few_lines() -> None:
    told = story(next(check for check in FULL.checks if check.counterexample))
    assert len(told.splitlines()) == 14
    assert re.search(
        r"6  silvasoft POST /rest/addsalestransaction/\s+200  committed as 2  ← second booking", told
    )
