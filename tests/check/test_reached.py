"""Does the gate over a test run name what nobody reached, and `ixkit coverage` tell of it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ixcheck.checks import check
from ixmocks.commandline.covered import coverage
from ixmocks.kit import Kit
from ixmocks.reach.file import html, write
from ixmocks.reach.promised import KINDS, promised
from ixmocks.reach.seen import Reached, Seen, merged
from ixmocks.systems import SYSTEMS
from support.reaching import listen, of_this_process

INVOICE = {"CustomerNumber": 1, "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 121}]}


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit("documents", systems=[each for each in SYSTEMS if each.name == "silvasoft"])


@pytest.fixture
def run_of_two(kit: Kit) -> Reached:
    """One invoice that is taken, one of 76 lines that is not."""
    seen = Seen("silvasoft", kit.ports["silvasoft"].rules)
    kit.world().reset()
    for lines in (1, 76):
        body = {**INVOICE, "Invoice_InvoiceLine": INVOICE["Invoice_InvoiceLine"] * lines}  # type: ignore[operator]
        event = kit.ask("silvasoft", "POST", "/rest/addsalestransaction/", json=body).event
        seen.take(event, kit.world().readings)
    return seen.reached(promised(kit.ports["silvasoft"]))


def test_both_sides_of_a_rule_its_keyword_reading_and_step_are_counted(run_of_two: Reached) -> None:
    assert list(run_of_two) == list(KINDS)
    assert run_of_two["operation"]["addsalestransaction"] == 2
    assert (
        run_of_two["status"]["addsalestransaction 200"]
        == run_of_two["status"]["addsalestransaction 400"]
        == 1
    )
    assert run_of_two["keyword"]["addsalestransaction body.Invoice_InvoiceLine maxItems"] == 1
    assert run_of_two["obeyed"]["SILV-01"] == run_of_two["broken"]["SILV-01"] == 1
    assert run_of_two["reading"]["SILV-01=lines-75"] == 2
    assert run_of_two["reading"]["SILV-01=lines-50"] == 0
    assert run_of_two["transition"]["invoice: (new), booked, open"] == 1


def test_what_nobody_reached_fails_and_is_named_unless_it_is_allowed(
    run_of_two: Reached, tmp_path: Path
) -> None:
    file, allow = tmp_path / "reached.json", tmp_path / "allow.yaml"
    write(file, {"silvasoft": run_of_two})
    done = gate("--coverage", str(file), "--format", "json")
    assert done.exit_code == 1
    named = {(each["kind"], each["subject"]) for each in told(done)["findings"]}
    assert ("unreached-reading", "SILV-01=lines-50") in named
    assert ("unreached-operation", "addorder") in named
    assert ("unreached-operation", "addsalestransaction") not in named
    allow.write_text("of another day:\n  - silvasoft *\n")
    assert gate("--coverage", str(file), "--allow", str(allow)).exit_code == 0
    allow.write_text("of another day:\n  - silvasoft *\n  - silvasoft operation addsalestransaction\n")
    done = gate("--coverage", str(file), "--allow", str(allow), "--fail-on", "warning")
    assert (done.exit_code, "take it out" in done.output) == (1, True)


def test_a_run_that_reached_everything_passes(run_of_two: Reached, tmp_path: Path) -> None:
    write(
        tmp_path / "all.json",
        {"silvasoft": {kind: dict.fromkeys(names, 1) for kind, names in run_of_two.items()}},
    )
    done = gate("--coverage", str(tmp_path / "all.json"))
    assert (done.exit_code, "keywords 389/389" in done.output) == (0, True), done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--coverage", "{no_json}"], "cannot be read as JSON"),
        (["--coverage", "{other}"], "does not say what was reached"),
        (["--coverage", "{good}", "--allow", "{no_json}"], "expected a mapping of reasons"),
        (["--coverage", "{good}", "--examples"], "give it with --allow and --format only"),
        (["--allow", "{good}"], "belongs to --coverage"),
    ],
)
def test_a_file_that_is_something_else_is_refused_in_words(
    words: list[str], said: str, tmp_path: Path
) -> None:
    texts = {
        "no_json": "just words",
        "other": '{"systems": {}}',
        "good": '{"reached": {"x": {"operation": {"a": 1}}}}',
    }
    paths = {}
    for name, text in texts.items():
        paths[name] = tmp_path / name
        paths[name].write_text(text)
    done = gate(*(word.format(**paths) for word in words))
    assert (done.exit_code, said in done.output) == (2, True), done.output


def test_coverage_of_a_file_is_told_demanded_and_drawn(run_of_two: Reached, tmp_path: Path) -> None:
    file, page = tmp_path / "reached.json", tmp_path / "page.html"
    write(file, {"silvasoft": run_of_two})
    words = ["--file", str(file), "--html", str(page)]
    done = CliRunner().invoke(coverage, [*words, "--min", "5", "--min", "reading=3"])
    assert (done.exit_code, "1/15" in done.output) == (0, True), done.output
    assert '<li class="no">SILV-01=lines-50: never</li>' in page.read_text("utf-8")
    done = CliRunner().invoke(coverage, [*words, "--min", "broken=90"])
    assert (done.exit_code, "rules broken were reached, that is below 90 %" in done.output) == (1, True)
    for wrong in ("110", "colour=3", "many"):
        assert CliRunner().invoke(coverage, [*words, "--min", wrong]).exit_code == 2


def test_a_page_escapes_what_it_shows() -> None:
    assert "<script>" not in html({"<script>": {"operation": {"<script>": 0}}}, "<script>")


def test_workers_are_added_up(run_of_two: Reached) -> None:
    both = merged([{"silvasoft": run_of_two}, {"silvasoft": run_of_two}, {}])
    assert both["silvasoft"]["operation"]["addsalestransaction"] == 4


def test_our_own_tests_are_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    from ixmocks.engine.worlds import Worlds

    monkeypatch.setattr(Worlds, "add", Worlds.add)  # put back when this test is over
    seen: dict[str, Seen] = {}
    listen(seen)
    heard = Kit("documents", systems=[each for each in SYSTEMS if each.name == "silvasoft"])
    heard.ask("silvasoft", "POST", "/rest/addsalestransaction/", json=INVOICE)
    assert of_this_process(seen)["silvasoft"]["status"]["addsalestransaction 200"] == 1


def gate(*words: str) -> Result:
    return CliRunner().invoke(check, words)


def told(done: Result) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(done.stdout)
    return found
