"""Does a project that installs ixkit get the fixtures it was promised, and a plain word where it errs?"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_plugin.conftest import Run

pytest_plugins = ["pytester"]

EACH_FIXTURE = """
    import pytest

    SYSTEMS = ("ixpole", "silvasoft", "riverty", "telecomx", "crmcom")

    @pytest.mark.parametrize("name", SYSTEMS)
    def test_a_vendor(name, request, ixkit_world):
        vendor = request.getfixturevalue(name)
        assert vendor is ixkit_world.systems[name] is getattr(ixkit_world, name)
        assert vendor.url == ixkit_world.env[f"IXKIT_{name.upper()}_URL"]
        assert vendor.credentials and vendor.state
        vendor.client.get("/nowhere")
        assert [event.system for event in vendor.journal.all()] == [name]
        assert ixkit_world.journal.count() == 1

    def test_shortcuts(ixkit_world, ixkit_clock, ixkit_faults, ixkit_journal):
        assert ixkit_clock is ixkit_world.clock
        assert ixkit_faults is ixkit_world.faults
        assert ixkit_journal is ixkit_world.journal

    def test_unknown_system(ixkit_world):
        with pytest.raises(AttributeError, match="a world has ixpole"):
            ixkit_world.silversoft

    def test_time(ixkit_clock):
        assert ixkit_clock.now == "2017-05-05T07:00:00Z"
        ixkit_clock.advance("1d")
        assert ixkit_clock.now == "2017-05-06T07:00:00Z"

    @pytest.mark.ixkit(clock="2018-01-02T09:00:00+01:00")
    class TestMarkers:
        def test_of_the_class(self, ixkit_clock):
            assert ixkit_clock.now == "2018-01-02T08:00:00Z"

        @pytest.mark.ixkit(clock="2019-01-02T09:00:00+01:00")
        def test_the_nearest_counts(self, ixkit_clock):
            assert ixkit_clock.now == "2019-01-02T08:00:00Z"

    def test_what_happened(ixkit_world, silvasoft):
        own = silvasoft.credentials
        head = {"ApiKey": own["api_key"], "Username": own["username"]}
        first = silvasoft.client.get("/rest/listtaxcodes/", headers=head)
        ixkit_world.assert_quiet(ixkit_world.journal.last("listtaxcodes"))
        sent = {"CustomerNumber": 1, "InvoiceNotes": "X", "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 1}]}
        silvasoft.client.post("/rest/addsalestransaction/", json=sent, headers=head)
        found = silvasoft.journal.wait_for("addsalestransaction")
        assert found == ixkit_world.journal.writes() and '"InvoiceNotes"' in found[0].body
        ixkit_world.journal.assert_order("listtaxcodes", "addsalestransaction")
        ixkit_world.journal.assert_only("listtaxcodes", "addsalestransaction")
        ixkit_world.assert_exactly_once()
        with pytest.raises(AssertionError, match="other calls than listtaxcodes"):
            ixkit_world.journal.assert_only("listtaxcodes")
        with pytest.raises(AssertionError):
            ixkit_world.journal.assert_order("addsalestransaction", "listtaxcodes")
        with pytest.raises(AssertionError, match="never made: C-2017-0001-01"):
            ixkit_world.assert_exactly_once("C-2017-0001-01")
        with pytest.raises(AssertionError, match="written since"):
            ixkit_world.assert_quiet(ixkit_world.journal.last("listtaxcodes"))
        assert own["api_key"] not in str(ixkit_world.journal.to_har())

        other = ixkit_world.fork()
        assert other.state() == ixkit_world.state()
        ixkit_world.rewind(ixkit_world.journal.last("listtaxcodes").id)
        before = ixkit_world.state()
        assert other.state() != before
        ixkit_world.reset()
        assert ixkit_world.state() == before
        other.delete()

    def test_faults(ixkit_faults, silvasoft):
        ixkit_faults.status(503, "silvasoft.listtaxcodes")
        ixkit_faults.answer("garbage", "silvasoft.listtaxcodes", nth=2)
        assert silvasoft.client.get("/rest/listtaxcodes/").status_code == 503
        ixkit_faults.clear()
        assert ixkit_faults.armed() == []

    @pytest.mark.ixkit(scenario="club-season")
    def test_money(ixkit_world, ixpole, silvasoft):
        code = "C-2025-0001-01"
        ixkit_world.assert_money_conserved()
        with pytest.raises(AssertionError, match=f"{code}: nothing is booked"):
            ixkit_world.assert_money_conserved(code)
        own = silvasoft.credentials
        line = {"TaxPc": 21, "SubTotalInclTax": 2746}
        body = {"CustomerNumber": 100245, "InvoiceNotes": code, "Invoice_InvoiceLine": [line]}
        head = {"ApiKey": own["api_key"], "Username": own["username"]}
        book = lambda: silvasoft.client.post("/rest/addsalestransaction/", json=body, headers=head)
        assert book().status_code == 200
        ixkit_world.assert_money_conserved(code)
        assert [each["kind"] for each in ixpole.instalment(code)["documents"]] == ["invoice"]
        after = ixkit_world.journal.last("addsalestransaction")
        line["SubTotalInclTax"] = 2745.99
        book()
        with pytest.raises(AssertionError, match="more than one document: 2746.00 EUR"):
            ixkit_world.assert_money_conserved()
        ixkit_world.rewind(after.id)
        token = ixpole.client.post("/oauth/token", data={"grant_type": "client_credentials", **ixpole.credentials})
        told = [{"instalmentCode": "C-2025-0004-01", "invoiceNumber": "777", "invoiceDueDate": "2026-05-01"}]
        sign = {"Authorization": f"Bearer {token.json()['access_token']}"}
        assert ixpole.client.put("/api/instalments", json=told, headers=sign).status_code == 200
        with pytest.raises(AssertionError, match="C-2025-0004-01: no target knows this number: 1272.00 EUR, told 777"):
            ixkit_world.assert_money_conserved()
        with pytest.raises(AssertionError, match="there is no instalment X"):
            ixpole.instalment("X")

    def test_a_vendor_of_ones_own_data(ixkit_world, silvasoft, ixkit_clock):
        assert "/rest/addsalestransaction" in silvasoft.openapi["paths"]
        silvasoft.seed({"relations": []})
        assert ixkit_clock.until_idle() == [] and ixkit_clock.now == "2017-05-05T07:00:00Z"

    def test_worlds_on_demand(ixkit_world_factory, ixkit_world):
        one, two = ixkit_world_factory(), ixkit_world_factory(clock="2018-01-01T00:00:00+01:00")
        assert len({one.name, two.name, ixkit_world.name}) == 3
        assert one.clock.now != two.clock.now
"""


def test_each_fixture_gives_what_it_promises(run: Run) -> None:
    run(EACH_FIXTURE).assert_outcomes(passed=15)


@pytest.mark.parametrize(
    ("marker", "told"),
    [
        ("scenaro='documents'", "*ixkit: the marker ixkit takes scenario, clock*seen: ?'scenaro'?*"),
        ("'documents'", "*ixkit: the marker ixkit takes*by name; seen: ('documents',)*"),
        ("scenario='documets'", "*ixkit: POST /v1/worlds:*documets*documents*"),
        ("clock='yesterday'", "*ixkit: POST /v1/worlds:*yesterday*"),
        ("readings={'SILV-09': 'odd'}", "*ixkit: POST /v1/worlds:*odd*strict*"),
        ("data={'silversoft': {}}", "*ixkit: POST /v1/worlds:*silversoft*"),
    ],
)
def test_a_slip_in_a_marker_is_told_in_a_line(run: Run, marker: str, told: str) -> None:
    result = run(f"import pytest\n@pytest.mark.ixkit({marker})\ndef test_it(ixkit_world): pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([told])
    assert "Traceback" not in str(result.stdout)
    assert "During handling" not in str(result.stdout)


def test_without_sockets_all_but_processes_works(run: Run) -> None:
    source = """
        import asyncio

        import httpx
        import pytest

        def test_it(ixkit_server, ixpole, ixkit_faults, ixkit_world):
            assert ixkit_server.mode == "inproc"
            assert ixpole.client.post("/oauth/token", data=ixpole.credentials).status_code == 400
            ixkit_faults.status(503, "ixpole.getInstalments")
            assert ixpole.client.get("/api/instalments").status_code == 503
            ixkit_faults.after_commit("ixpole.postToken")
            with pytest.raises(httpx.TransportError):
                ixpole.client.post("/oauth/token", data=ixpole.credentials)

        def test_the_next_world(ixpole):
            assert ixpole.client.get("/api/instalments").status_code == 401

        def test_from_within_a_loop(ixpole):
            async def ask():
                return ixpole.client.get("/api/instalments").status_code

            assert asyncio.run(ask()) == 401

        def test_bridge(ixkit_bridge): pass
    """
    result = run(source, "--ixkit-mode=inproc", "-rs", url="")
    result.assert_outcomes(passed=3, skipped=1)
    result.stdout.fnmatch_lines(["*mode inproc have no sockets*"])


@pytest.mark.long
@pytest.mark.parametrize("mode", ["thread", "process"])
def test_a_set_of_mocks_of_its_own(run: Run, mode: str) -> None:
    source = f"def test_it(ixkit_server, ixpole): assert ixkit_server.mode == '{mode}' and ixpole.state"
    run(source, f"--ixkit-mode={mode}", url="").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("--ixkit-mode=fast", "*--ixkit-mode: expected thread, inproc, process; seen 'fast'*"),
        ("--ixkit-journal=yes", "*--ixkit-journal: expected on-failure, always, never; seen 'yes'*"),
        ("--ixkit-seed=many", "*--ixkit-seed: expected a whole number; seen 'many'*"),
        (
            "--ixkit-reading=IXP-19",
            "*--ixkit-reading: expected RULE=NAME, such as IXP-19=lenient; seen 'IXP-19'*",
        ),
        ("--ixkit-coverage=/dev/null/x.json", "*--ixkit-coverage /dev/null/x.json: cannot be written*"),
        ("--ixkit-coverage=.", "*--ixkit-coverage .: is a folder; expected a file, or html:FOLDER*"),
        ("--ixkit-journal-dir=/dev/null/x", "*--ixkit-journal-dir /dev/null/x: cannot be written*"),
    ],
)
def test_a_slip_in_an_option_stops_the_run(run: Run, option: str, told: str) -> None:
    result = run("def test_it(): pass", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([told])


def test_where_nothing_answers_each_test_says_so(run: Run) -> None:
    result = run("def test_it(ixkit_world): pass", url="http://127.0.0.1:1")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["ixkit: nothing answers at http://127.0.0.1:1*start `ixkit serve`*"])
    assert "Traceback" not in str(result.stdout)


FAILING = """
    def test_fails(silvasoft):
        silvasoft.client.get("/rest/listtaxcodes/")
        assert False

    def test_passes(silvasoft):
        silvasoft.client.get("/rest/listorders/")
"""


@pytest.mark.parametrize(
    ("when", "shown"),
    [("on-failure", {"listtaxcodes"}), ("always", {"listtaxcodes", "listorders"}), ("never", set())],
)
def test_the_journal_stands_in_the_report(run: Run, when: str, shown: set[str]) -> None:
    result = run(FAILING, f"--ixkit-journal={when}", "-rP")
    result.assert_outcomes(passed=1, failed=1)
    lines = [line for line in result.stdout.lines if "→ 401  SILV-26" in line]
    assert {name for name in ("listtaxcodes", "listorders") if any(name in line for line in lines)} == shown


def test_the_journal_of_a_failing_test_is_a_file_too(run: Run, tmp_path: Path) -> None:
    result = run(FAILING, f"--ixkit-journal-dir={tmp_path / 'made' / 'journals'}")
    (file,) = (tmp_path / "made" / "journals").iterdir()
    assert re.fullmatch(r".*test_fails-[0-9a-f]{8}\.har", file.name) and str(file) in str(result.stdout)
    (entry,) = json.loads(file.read_text())["log"]["entries"]
    assert entry["request"]["url"].endswith("/rest/listtaxcodes/")


def test_a_whole_run_may_take_another_reading(run: Run) -> None:
    source = """
        import pytest

        def reading(world):
            return world.server.control.get(f"/v1/worlds/{world.name}").json()["readings"]["IXP-19"]

        def test_as_told(ixkit_world): assert reading(ixkit_world) == "lenient"

        @pytest.mark.ixkit(readings={"IXP-19": "strict"})
        def test_the_marker_counts(ixkit_world): assert reading(ixkit_world) == "strict"
    """
    run(source, "--ixkit-reading=IXP-19=lenient").assert_outcomes(passed=2)


def test_what_was_touched_can_be_a_page(run: Run, tmp_path: Path) -> None:
    run(FAILING, f"--ixkit-coverage=html:{tmp_path / 'pages'}").assert_outcomes(passed=1, failed=1)
    assert json.loads((tmp_path / "pages" / "covered.json").read_text())["worlds"] == 2
    assert "<li>listtaxcodes: 1</li>" in (tmp_path / "pages" / "index.html").read_text()


def test_what_broke_a_rule_fails_on_demand(run: Run) -> None:
    source = """
        def test_breaks(silvasoft): silvasoft.client.get("/rest/listtaxcodes/")
        def test_does_nothing(silvasoft): pass
    """
    run(source).assert_outcomes(passed=2)
    result = run(source, "--ixkit-fail-on-violations")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*rules were broken:*", "*listtaxcodes*401  SILV-26*"])


def test_the_settings_of_a_project_are_read(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nixkit_fail_on_violations = true\nixkit_journal = never\n")
    result = run(FAILING)
    result.assert_outcomes(passed=1, failed=1, errors=2)
    assert "ixkit journal" not in str(result.stdout)


def test_what_two_workers_touched_comes_together(run: Run, tmp_path: Path) -> None:
    source = """
        import pytest

        @pytest.mark.parametrize("each", range(4))
        def test_it(silvasoft, each): silvasoft.client.get("/rest/listtaxcodes/")
    """
    file = tmp_path / "covered.json"
    run(source, "-n2", "-p", "no:hypothesispytest", f"--ixkit-coverage={file}").assert_outcomes(passed=4)
    covered = json.loads(file.read_text())
    assert (covered["worlds"], covered["systems"]["silvasoft"]["asked"]) == (4, 4)
    (listed,) = [
        each for each in covered["systems"]["silvasoft"]["operations"] if each["operation"] == "listtaxcodes"
    ]
    assert listed["statuses"] == {"401": 4}
    broken = {each["rule"]: each["broken"] for each in covered["systems"]["silvasoft"]["rules"]}
    assert broken["SILV-26"] == 4


CONNECTOR = """
    def test_it(ixkit_connector, ixkit_world):
        done = ixkit_connector.run_once("--flag")
        assert done.stdout.split() == [ixkit_world.silvasoft.url + "/rest", "--flag", "2017-05-05T07:00:00Z"]
"""


def test_a_connector_finds_its_world(run: Run, pytester: pytest.Pytester) -> None:
    script = 'test -d "$STORE" && echo "$BOOKS $0 $IXKIT_NOW"'
    pytester.path.joinpath("ixkit.toml").write_text(
        f"[connector]\ncommand = ['sh', '-c', '{script}']\n[connector.env]\nBOOKS = '{{silvasoft.url}}/rest'\n"
        "STORE = '{state}'\n"
    )
    run(CONNECTOR).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (None, "ixkit: there is no ixkit.toml in *ixkit init*"),
        ("[connector]\n", "ixkit: *ixkit.toml: expected ?connector? with command = *seen None"),
        ("[connector\n", "ixkit: *ixkit.toml: *line 1*"),
        ("[connector]\ncommand='x'\nenv=3\n", "ixkit: *?connector.env? maps names to texts; seen 3"),
        (
            "[connector]\ncommand='x'\nenv={A='{silvasoft.key}'}\n",
            "ixkit: {silvasoft.key} in ?connector.env? is no placeholder; there are *silvasoft.api_key*",
        ),
    ],
)
def test_without_a_connector_the_message_says_what_to_write(
    run: Run, pytester: pytest.Pytester, settings: str | None, told: str
) -> None:
    if settings is not None:
        pytester.path.joinpath("ixkit.toml").write_text(settings)
    result = run(CONNECTOR)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([told])
    assert "Traceback" not in str(result.stdout)


def test_a_connector_that_fails_shows_what_it_printed(run: Run, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("ixkit.toml").write_text(
        "[connector]\ncommand = ['sh', '-c', 'echo no; exit 3']\n"
    )
    result = run(CONNECTOR)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*AssertionError: exit code 3:*", "E*no*"])


ONE_SEAT = """
    import pytest

    DATA = {
        "settings": {"paymentTermDays": 30},
        "customers": [{
            "customerId": 1, "customerCode": "100245", "name": "Janssens Logistics NV", "vatNumber": "BE0123456749",
            "addresses": [{"addressId": 1, "isDefault": True, "street": "Dorp", "houseNumber": "1",
                           "postalCode": "2018", "city": "Antwerpen"}],
        }],
        "products": [{
            "productId": 1, "productCode": "SEAT", "description": "Seat", "priceExclVat": 100,
            "vatRate": {"code": "21", "description": "21 %", "percentage": 21},
        }],
        "instalments": [{
            "instalmentId": 1, "instalmentCode": "C-2025-0001-01", "instalmentDate": "2025-11-01",
            "sale": {"saleId": 1, "contractReference": "Seat"}, "customer": {"customerId": 1},
            "lines": [{"productId": 1}],
        }],
    }

    @pytest.mark.ixkit(scenario="club-season", data={"ixpole": DATA})
    def test_it(ixkit_world, ixkit_bridge):
        ixkit_world.faults.after_commit("silvasoft.addsalestransaction")
        print(ixkit_bridge.run())
        ixkit_world.assert_exactly_once("C-2025-0001-01")
"""


@pytest.mark.long  # the same bridge meets every fault in tests/simulation
def test_the_reference_bridge_books_once_though_an_answer_is_lost(run: Run) -> None:
    run(ONE_SEAT).assert_outcomes(passed=1)


def test_what_the_pages_show_runs(run: Run, pytester: pytest.Pytester) -> None:
    root = Path(__file__).parents[2]
    shown = [
        block
        for page in (root / "README.md", root / "docs" / "pytest.md")
        for block in re.findall(r"^```python\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    ]
    few = "from hypothesis import settings\nTestMachine.settings = settings(max_examples=2, stateful_step_count=2)\n"
    pytester.path.joinpath("ixkit.toml").write_text("[connector]\ncommand = ['true']\n")
    run("\n".join([*shown, few])).assert_outcomes(passed=4)


def test_importing_the_plugin_costs_nothing() -> None:
    program = "import sys, ixpytest.plugin; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"httpx", "connexion", "flask", "hypothesis", "ixmocks", "msgspec", "asyncio", "yaml", "uvicorn"}
    assert "pytest" in done.stdout.split()
    assert heavy & set(done.stdout.split()) == set()
