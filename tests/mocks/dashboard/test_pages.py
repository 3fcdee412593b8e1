"""Does every page answer, say what is so, and let people act through the control API?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ixmocks.engine.world import World
from ixmocks.kit import Kit

CODE = "C-2025-0001-01"


def page(world: World, *parts: str) -> str:
    return "/ui/" + "/".join(("w", world.name, *parts))


@pytest.mark.parametrize(
    "tab", ["instalments", "journal", "controls", "actions", "states", "connect", f"instalments/{CODE}"]
)
def test_every_page_of_a_world_answers(browser: Any, world: World, tab: str) -> None:
    html = browser.see(page(world, tab))
    assert f"World</span> {world.name}" in html
    assert html.count("<h1") >= 1
    assert '<main id="main"' in html


@pytest.mark.parametrize("path", ["/ui/", "/ui/contracts", "/ui/rules"])
def test_every_page_beside_the_worlds_answers(browser: Any, path: str) -> None:
    assert "<h1>" in browser.see(path)


def test_the_root_and_the_bare_prefix_lead_to_the_worlds(browser: Any) -> None:
    assert browser("GET", "/").url.path == "/ui/"
    assert browser("GET", "/ui").url.path == "/ui/"


@pytest.mark.parametrize(
    "path",
    [
        "/ui/nothing",
        "/ui/w/nobody/journal",
        "/ui/w/default/journal/e999999999",
        "/ui/w/default/journal/x",
        "/ui/rules/SILV-999",
        "/ui/contracts/nobody",
        "/ui/w/default/instalments/nobody",
        "/ui/w/default/papers/silvasoft/invoice-99999.pdf",
        "/ui/w/default/papers/nobody/1.pdf",
        "/ui/w/default/papers/riverty/invoice-x.pdf",
        "/ui/static/../site.py",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(
    browser: Any, read: Callable[[str], str], path: str
) -> None:
    answer = browser("GET", path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Traceback" not in answer.text


def test_a_name_that_is_almost_right_is_suggested(browser: Any, read: Callable[[str], str]) -> None:
    assert "did you mean 'default'" in read(browser("GET", "/ui/w/defualt/journal").text)


# ---- worlds ----


def test_a_world_is_made_forked_reset_and_deleted(browser: Any, kit: Kit, read: Callable[[str], str]) -> None:
    made = browser.fill(
        "/ui/", "/ui/worlds", name="mine", scenario="documents", seed="11", clock="2026-02-01T09:00:00+01:00"
    )
    assert made.url.path == "/ui/w/mine/instalments"
    assert "world mine is made" in read(made.text)
    world = kit.world("mine")
    assert (world.scenario, world.seed, world.moment.clock.now().isoformat()) == (
        "documents",
        11,
        "2026-02-01T08:00:00+00:00",
    )
    browser.fill("/ui/w/mine/actions", "/ui/w/mine/actions/ixpole/setCreditSales", **{"p.enabled": "true"})
    forked = browser.fill("/ui/", "/ui/w/mine/fork", name="other")
    assert forked.url.path == "/ui/w/other/instalments"
    assert kit.world("other").moment.systems["ixpole"].settings.credit_sales
    browser.fill("/ui/", "/ui/w/mine/reset")
    assert not kit.world("mine").moment.systems["ixpole"].settings.credit_sales
    for name in ("mine", "other"):
        assert f"world {name} is gone" in read(browser.fill("/ui/", f"/ui/w/{name}/delete").text)
        assert kit.worlds.get(name) is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "Not A Name"}, "body.name"),
        ({"name": "default"}, "there is a world 'default' already"),
        ({"scenario": "nope"}, "there is no scenario 'nope'"),
        ({"clock": "soon"}, "body.clock"),
        ({"seed": "-1"}, "body.seed"),
        ({"reading.IXP-19": "nope"}, "IXP-19 has the readings"),
    ],
)
def test_a_world_that_cannot_be_made_is_refused_with_the_reason(
    browser: Any, kit: Kit, read: Callable[[str], str], fields: dict[str, str], told: str
) -> None:
    before = set(kit.worlds.names())
    answer = browser.fill("/ui/", "/ui/worlds", **fields)
    assert told in read(answer.text)
    assert 'role="alert"' in answer.text
    assert set(kit.worlds.names()) == before


# ---- time, faults, actions ----


def test_time_is_advanced_set_and_let_run(browser: Any, world: World, read: Callable[[str], str]) -> None:
    before = world.moment.clock.now()
    browser.fill(page(world, "controls"), page(world, "advance"), by="1d")
    assert (world.moment.clock.now() - before).days == 1
    browser.fill(page(world, "controls"), page(world, "clock"), set="2027-01-01T00:00:00Z")
    assert world.moment.clock.now().year == 2027
    browser.fill(page(world, "controls"), page(world, "clock"), mode="running")
    assert world.moment.clock.mode == "running"
    told = browser.fill(page(world, "controls"), page(world, "advance"), by="a while")
    assert "body.by" in read(told.text)


def test_a_fault_is_armed_seen_and_cleared(
    browser: Any, kit: Kit, world: World, read: Callable[[str], str]
) -> None:
    form = {
        "place": "after_commit",
        "harm": "status",
        "system": "silvasoft",
        "operation": "listtaxcodes",
        "status": "503",
    }
    armed = browser.fill(page(world, "controls"), page(world, "faults"), **form, times="2")
    assert "fault f1 is armed" in read(armed.text)
    assert "status@after_commit" in read(armed.text)
    reply = kit.ask("silvasoft", "GET", "/rest/listtaxcodes/", world=world.name)
    assert reply.status == 503
    event = browser.see(page(world, "journal", reply.event.id))
    assert "A fault struck here on purpose" in read(event)
    assert reply.event.id in read(browser.see(page(world, "controls")))
    browser.fill(page(world, "controls"), page(world, "faults", "all"))
    assert not world.faults.listed()


def test_a_damage_strikes_while_sending_whatever_place_was_chosen(browser: Any, world: World) -> None:
    browser.fill(page(world, "controls"), page(world, "faults"), place="received", harm="garbage")
    ((fault, _),) = world.faults.listed().values()
    assert fault.place.value == "sending"


def test_an_action_is_done_by_its_form_and_refused_with_its_reason(
    browser: Any, world: World, read: Callable[[str], str]
) -> None:
    done = browser.fill(
        page(world, "actions"),
        page(world, "actions", "ixpole", "typeInvoiceNumber"),
        **{"p.instalmentCode": CODE, "p.invoiceNumber": "D77"},
    )
    assert "typeInvoiceNumber is done" in read(done.text)
    assert world.moment.systems["ixpole"].instalments[CODE].invoice_number == "D77"
    refused = browser.fill(
        page(world, "actions"),
        page(world, "actions", "silvasoft", "registerPayment"),
        **{"p.InvoiceNumber": "99"},
    )
    assert "Refused." in read(refused.text)
    shown = read(browser.see(page(world, "instalments", CODE)))
    assert "D77" in shown and "Pending" in shown


def test_every_action_of_every_system_has_a_form(browser: Any, kit: Kit, world: World) -> None:
    html = browser.see(page(world, "actions"))
    for system in kit.worlds.systems.values():
        for name in system.actions:
            assert f'action="{page(world, "actions", system.name, name)}"' in html


def test_rewinding_goes_back_to_an_event(browser: Any, world: World, read: Callable[[str], str]) -> None:
    for number in ("D1", "D2"):
        browser.fill(
            page(world, "actions"),
            page(world, "actions", "ixpole", "typeInvoiceNumber"),
            **{"p.instalmentCode": CODE, "p.invoiceNumber": number},
        )
    first = next(event.id for event in world.journal if event.operation == "act:typeInvoiceNumber")
    browser.fill(page(world, "journal", first), page(world, "rewind"), event=first)
    assert world.moment.systems["ixpole"].instalments[CODE].invoice_number == "D1"


# ---- the journal ----


def refused(kit: Kit, world: World) -> Any:
    body = {
        "CustomerNumber": 100245,
        "InvoiceDate": "2026-01-05",
        "Invoice_InvoiceLine": [{"TaxPc": 21, "SubTotalInclTax": 1.21}, {"TaxPc": 21}],
    }
    return kit.ask("silvasoft", "POST", "/rest/addsalestransaction/", json=body, world=world.name).event


def test_a_refusal_is_explained_at_its_place(
    browser: Any, kit: Kit, world: World, read: Callable[[str], str]
) -> None:
    event = refused(kit, world)
    html = browser.see(page(world, "journal", event.id))
    text = read(html)
    for violation in event.violations:
        assert f'href="/ui/rules/{violation.rule}"' in html
        assert violation.at in text
    assert "documented" in text and "Try" in text and "curl -X POST" in text
    hits = re.findall(r'<span class="l i\d+ hit">(.*?)</span>', html)
    assert any('"InvoiceDate"' in hit for hit in hits), "the line is marked"
    assert "is missing" in text, "so is the place of a member that lacks"


def test_no_secret_is_on_an_events_page(browser: Any, kit: Kit, world: World) -> None:
    event = refused(kit, world)
    html = (
        browser.see(page(world, "journal", event.id))
        + browser("GET", page(world, "journal", event.id, "request")).text
    )
    assert f"slv_{world.name}" not in html
    assert "[redacted]" in html


def test_what_became_different_is_shown(
    browser: Any, kit: Kit, world: World, read: Callable[[str], str]
) -> None:
    kit.act("ixpole", "typeInvoiceNumber", {"instalmentCode": CODE, "invoiceNumber": "D5"}, world.name)
    event = list(world.journal)[-1]
    text = read(browser.see(page(world, "journal", event.id)))
    assert f"instalments.{CODE}.invoice_number" in text
    assert '"D5"' in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("?system=ixpole", 1),
        ("?operation=listtaxcodes", 2),
        ("?status=400", 1),
        ("?status=4xx", 1),
        ("?only=violations", 1),
        ("?only=changes", 1),
        ("?only=faults", 0),
        ("?q=invoicedate", 1),
        ("?q=no%20such%20text", 0),
        ("?q=silv-09", 1),
    ],
)
def test_the_journal_is_filtered(browser: Any, kit: Kit, world: World, query: str, count: int) -> None:
    for _ in range(2):
        kit.ask("silvasoft", "GET", "/rest/listtaxcodes/", world=world.name)
    refused(kit, world)
    kit.act("ixpole", "typeInvoiceNumber", {"instalmentCode": CODE, "invoiceNumber": "D5"}, world.name)
    assert browser.see(page(world, "journal") + query).count("<tr data-row id=") == count


def test_ten_thousand_events_make_a_page_of_a_hundred(
    browser: Any, kit: Kit, world: World, read: Callable[[str], str]
) -> None:
    kit.ask("silvasoft", "GET", "/rest/listtaxcodes/", world=world.name)
    model = list(world.journal)[-1]
    fill(world, model, 10_050)
    html = browser.see(page(world, "journal"))
    assert html.count("<tr data-row id=") == 100
    assert "10 000 of 10 000 events" in read(html)
    assert len(html) < 200_000
    older = re.search(r'rel="next" href="([^"]+)"', html)
    assert older is not None
    second = browser.see(page(world, "journal") + older[1].replace("&amp;", "&"))
    assert second.count("<tr data-row id=") == 100
    ids = [set(re.findall(r'<tr data-row id="(e\d+)"', each)) for each in (html, second)]
    assert not ids[0] & ids[1]
    assert browser.see(page(world, "journal") + "?q=listtaxcodes").count("<tr data-row id=") == 100


def fill(world: World, model: Any, count: int) -> None:
    for _ in range(count):
        world.journal.append(replace(model, number=world.journal.next_number()))


def test_the_pulse_says_what_an_open_page_needs(browser: Any, kit: Kit, world: World) -> None:
    before = browser("GET", page(world, "pulse")).json()
    kit.ask("silvasoft", "GET", "/rest/listtaxcodes/", world=world.name)
    after = browser("GET", page(world, "pulse")).json()
    assert after["written"] == before["written"] + 1
    assert after["clock"] == before["clock"]


# ---- contracts and rules ----


def test_every_operation_and_schema_of_every_contract_has_an_anchor(browser: Any, kit: Kit) -> None:
    for name, port in kit.ports.items():
        html = browser.see(f"/ui/contracts/{name}")
        anchors = set(re.findall(r'id="([^"]+)"', html))
        assert {operation.id for operation in port.routes.operations()} <= anchors
        assert set(re.findall(r'href="#([^"]+)"', html)) <= anchors | {"main"}
    assert 'id="createWorld"' in browser.see("/ui/contracts/control")


def test_every_rule_has_a_page_that_its_list_leads_to(
    browser: Any, kit: Kit, read: Callable[[str], str]
) -> None:
    listed = browser.see("/ui/rules")
    for book in kit.worlds.rules.values():
        assert all(f'href="/ui/rules/{code}"' in listed for code in book.rules)
        code, rule = next(reversed(book.rules.items()))
        assert rule.title in read(browser.see(f"/ui/rules/{code}"))
    assert "SILV-01" in browser.see("/ui/rules?q=75%20lines") and "IXP-01" not in browser.see(
        "/ui/rules?q=75%20lines"
    )


def test_papers_are_pdfs(browser: Any, kit: Kit, world: World, invoice: Any) -> None:
    reply = kit.ask("silvasoft", "POST", "/rest/addsalestransaction/", json=invoice, world=world.name)
    assert reply.status == 200, reply.body
    serial = world.moment.systems["silvasoft"].sales.next_serial - 1
    answer = browser("GET", page(world, "papers", "silvasoft", f"invoice-{serial}.pdf"))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
