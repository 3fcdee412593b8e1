"""Does the dashboard work where people use it: in a browser, beside a running bridge?

Real Chromium (Debian's, headless) through Playwright, a real `ixkit serve`, the reference bridge as a process.
Where either is missing, the tests are skipped and say what to install; CI must have both.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import httpx
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from acceptance.conftest import Ixkit, Served, Visit

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
ARGS = ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-background-networking"]
AXE = Path(__file__).parents[2] / "tools" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
BOOKED, DRAFTED = "C-2025-0001-01", "S-2025-0002-01"
PATIENCE_MS = 20_000
"""No more than a bound: whatever is waited for shows itself when it is there."""


def missing(what: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{what}; in CI the dashboard must be looked at")
    pytest.skip(f"{what}; CI looks at the dashboard")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        missing("no Chromium here (Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("no Playwright here (pip install playwright)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield browser
        browser.close()


@pytest.fixture
def look(chromium: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens pages of the dashboard. Whatever they do, they ask nobody else and break no policy."""
    control = str(served.facts["control"])
    contexts, wrong = [], []

    def start(path: str = "", **options: Any) -> Page:
        context = chromium.new_context(base_url=f"{control}/ui/", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda asked: wrong.append(asked.url) if foreign(asked.url, control) else None)
        page.goto(path)
        return page

    yield start
    for context in contexts:
        context.close()
    assert not wrong


def foreign(url: str, control: str) -> bool:
    """The PDF viewer is a part of the browser."""
    return urlsplit(url).scheme in ("http", "https") and urlsplit(url).netloc != urlsplit(control).netloc


@pytest.fixture
def club(chromium: Browser, look: Callable[..., Page], control: httpx.Client) -> Iterator[Page]:
    """A world of the scenario `club-season`, made in the browser, and open there."""
    page = look(viewport={"width": 1360, "height": 900})
    page.get_by_role("textbox", name="Name", exact=True).fill(f"tour-{os.urandom(3).hex()}")
    page.get_by_role("combobox", name="Scenario").select_option("club-season")
    page.get_by_role("button", name="Make the world").click()
    page.wait_for_url("**/instalments*")
    name = page.locator("body").get_attribute("data-world")
    yield page
    for context in chromium.contexts:  # an open page of the world would ask for what is gone
        context.close()
    assert control.delete(f"/v1/worlds/{name}").status_code == 204


def world_of(page: Page) -> str:
    return str(page.locator("body").get_attribute("data-world"))


def told(page: Page, text: str) -> None:
    """The page says so, now or once it has heard of it."""
    page.locator("main", has_text=text).wait_for()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="World").get_by_role("link", name=name).click()


def act(page: Page, system: str, action: str, **params: str) -> None:
    """What a person does inside a system, by its form."""
    tab(page, "Actions")
    page.get_by_role("navigation", name="By system").get_by_role("link", name=system).click()
    form = page.locator("details.act", has=page.locator("summary code", has_text=re.compile(f"^{action}$")))
    form.locator("summary").click()
    for name, value in params.items():
        form.locator(f'[name="p.{name}"]').fill(value)
    form.get_by_role("button", name=action).click()
    told(page, f"{action} is done")


def run_bridge(ixkit: Ixkit, control: httpx.Client, folder: Path, world: str) -> None:
    env = control.get(f"/v1/worlds/{world}").json()["env"]
    config = folder / "bridge.yaml"
    if not config.exists():
        config.write_text(ixkit("bridge", "example").stdout)
    ran = ixkit("bridge", "run", "--per-second", "0", "--per-minute", "0", env=env)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_an_instalment_is_followed_from_new_to_paid(
    club: Page, control: httpx.Client, ixkit: Ixkit, tmp_path: Path
) -> None:
    world = world_of(club)
    club.get_by_role("link", name=DRAFTED).click()
    told(club, "No document yet.")
    beside = club.context.new_page()
    beside.goto(f"w/{world}/instalments")
    counts = beside.locator(".counts", has_text=re.compile(r"\b1 Pending"))
    assert counts.count() == 1
    run_bridge(ixkit, control, tmp_path, world)
    # Both pages are still open, and hear of it by themselves: the instalment's, and how many there are of each status.
    told(club, "Silvasoft has an order")
    counts.wait_for(state="detached")
    beside.close()
    draft = club.locator(".road li", has_text="Draft").locator(".fig").inner_text()
    assert re.fullmatch(r"D\d+", draft)
    club.goto(f"w/{world}/instalments?q={DRAFTED}")
    assert club.locator("tr[data-row]").count() == 1
    told(club, "Pending")
    act(club, "Silvasoft", "orderToInvoice", OrderNumber=draft[1:])
    run_bridge(ixkit, control, tmp_path, world)
    club.goto(f"w/{world}/instalments/{DRAFTED}")
    number = club.locator(".road li", has_text="Real number").locator(".fig").inner_text()
    act(club, "Silvasoft", "registerPayment", InvoiceNumber=number)
    run_bridge(ixkit, control, tmp_path, world)
    club.goto(f"w/{world}/instalments/{DRAFTED}")
    assert club.locator(".road [aria-current=step] .station").inner_text() == "Paid"
    told(club, "Received")
    told(club, number)
    # What happened, event by event, and the PDF as it was printed.
    assert club.locator(".story li").count() >= 5
    with club.expect_response(lambda got: got.url.endswith(".pdf")) as paper:
        club.locator("details.paper summary").first.click()
    assert paper.value.headers["content-type"] == "application/pdf"
    tab(club, "States")
    seen = club.locator("svg.machine").first.locator("g.status.seen")
    assert {"Pending", "Open", "Received"} <= set(seen.locator(".name").all_text_contents())


def test_a_fault_strikes_and_a_refusal_is_explained(
    club: Page, control: httpx.Client, served: Served, visit: Visit
) -> None:
    world = visit(control.get(f"/v1/worlds/{world_of(club)}").json(), str(served.facts["control"]))
    tab(club, "Time & faults")
    club.get_by_role("combobox", name="Where").select_option("after_commit")
    club.get_by_role("combobox", name="What happens").select_option("status")
    club.get_by_role("combobox", name="Operation").fill("addsalestransaction")
    club.get_by_role("spinbutton", name="Status").fill("503")
    club.get_by_role("button", name="Arm it").click()
    told(club, "fault f1 is armed")
    tab(club, "Journal")
    line = {"TaxPc": 21, "SubTotalInclTax": 12.10}
    body = {"CustomerNumber": 100245, "Invoice_InvoiceLine": [line]}
    assert world.silvasoft.post("/rest/addsalestransaction/", json=body).status_code == 503
    club.locator("tr.struck").wait_for()  # without a reload
    club.locator("tr.struck a").first.click()
    told(club, "A fault struck here on purpose")
    told(club, "sales.all")  # what was kept although the answer was lost

    tab(club, "Journal")
    wrong = {"CustomerNumber": 100245, "InvoiceDate": "2026-01-05", "Invoice_InvoiceLine": [line] * 76}
    assert world.silvasoft.post("/rest/addsalestransaction/", json=wrong).status_code == 400
    club.locator("tr.refused").wait_for()
    club.get_by_role("combobox", name="Only").select_option("violations")
    club.get_by_role("button", name="Filter").click()
    club.locator("tr.refused a").first.click()
    marked = club.locator(".json .hit")
    assert any("SILV-01" in text for text in marked.all_inner_texts())
    assert any("SILV-09" in text for text in marked.all_inner_texts())
    club.locator("article.why", has_text="SILV-01").get_by_role("link", name="SILV-01").click()
    told(club, "An invoice has at most 75 lines")
    told(club, "documented")


def test_all_of_it_is_reached_by_keys_alone(club: Page) -> None:
    world = world_of(club)
    club.goto(f"w/{world}/instalments")
    club.keyboard.press("Tab")
    assert focused(club) == "Skip to the content"
    assert outlined(club)
    club.keyboard.press("Enter")
    assert club.evaluate("document.activeElement.id") == "main"
    club.keyboard.press("/")
    club.keyboard.type(BOOKED)
    club.keyboard.press("Enter")
    club.wait_for_url("**q=*")
    club.keyboard.press("j")
    assert focused(club) == BOOKED
    assert outlined(club)
    club.keyboard.press("Enter")
    club.wait_for_url(f"**/{BOOKED}")
    club.keyboard.press("?")
    assert club.locator("#keys").is_visible()
    club.keyboard.press("Escape")
    club.keyboard.press("g")
    club.keyboard.press("t")
    club.wait_for_url("**/controls")
    before = club.locator("[data-clock] time").inner_text()
    for _ in range(40):  # to the first button that lets an hour pass
        club.keyboard.press("Tab")
        assert outlined(club), focused(club)
        if focused(club) == "+1 h":
            break
    club.keyboard.press("Enter")
    told(club, "it is")
    assert club.locator("[data-clock] time").inner_text() != before


def focused(page: Page) -> str:
    return str(
        page.evaluate("(document.activeElement.innerText || document.activeElement.name || '').trim()")
    )


def outlined(page: Page) -> bool:
    return bool(page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none'"))


def places(world: str, refusal: str) -> Mapping[str, str]:
    base = f"w/{world}"
    return {
        "worlds": "",
        "instalments": f"{base}/instalments",
        "instalment": f"{base}/instalments/{BOOKED}",
        "journal": f"{base}/journal",
        "event": f"{base}/journal/{refusal}",
        "controls": f"{base}/controls",
        "actions": f"{base}/actions?system=silvasoft&opened=registerPayment",
        "states": f"{base}/states",
        "connect": f"{base}/connect",
        "contracts": "contracts",
        "contract": "contracts/telecomx",
        "rules": "rules?system=silvasoft",
        "rule": "rules/SILV-01",
    }


@pytest.fixture
def tour(club: Page, control: httpx.Client, served: Served, visit: Visit) -> Mapping[str, str]:
    """Every page, of a world in which something was refused."""
    facts = control.get(f"/v1/worlds/{world_of(club)}").json()
    world = visit(facts, str(served.facts["control"]))
    refused = world.silvasoft.post("/rest/addsalestransaction/", json={"InvoiceDate": "x"})
    return places(world_of(club), refused.headers["ixkit-event"])


NARROW = ("instalment", "event", "controls", "rule")
"""A page of each make: a path, two columns side by side, forms, text."""


def test_pages_fit_on_a_narrow_screen(look: Callable[..., Page], tour: Mapping[str, str]) -> None:
    fits_narrow(look, {name: tour[name] for name in NARROW})


@pytest.mark.long
def test_every_page_fits_on_a_narrow_screen(look: Callable[..., Page], tour: Mapping[str, str]) -> None:
    fits_narrow(look, tour)


def fits_narrow(look: Callable[..., Page], tour: Mapping[str, str]) -> None:
    page = look(viewport={"width": 360, "height": 740}, color_scheme="dark")
    wide = {}
    for name, path in tour.items():
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide[name] = page.evaluate(WIDEST)
    assert not wide
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 20, 24)"


WIDEST = (
    "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && "
    "!e.closest('.frame, pre')).slice(0, 3).map(e => e.outerHTML.slice(0, 120))"
)
"""What sticks out, and is not in a frame that scrolls by itself."""
BUSY = ("instalments", "event", "controls")
"""The pages that people use most."""


@pytest.mark.long
def test_everybody_can_use_the_pages_used_most(look: Callable[..., Page], tour: Mapping[str, str]) -> None:
    page = look(viewport={"width": 1360, "height": 900})
    assert not barriers(page, {name: tour[name] for name in BUSY})


@pytest.mark.long
@pytest.mark.parametrize(
    ("width", "scheme"), [(1360, "light"), (1360, "dark"), (360, "light"), (360, "dark")]
)
def test_everybody_can_use_every_page(
    look: Callable[..., Page], tour: Mapping[str, str], width: int, scheme: Any
) -> None:
    page = look(viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert not barriers(page, tour)


def barriers(page: Page, paths: Mapping[str, str]) -> dict[str, Any]:
    """What axe-core finds against WCAG 2.2 A and AA, page by page."""
    if not AXE.exists():
        missing("no axe-core here (make tools/axe/node_modules/.stamp)")
    axe, found = AXE.read_text(), {}
    for name, path in paths.items():
        page.goto(path)
        page.evaluate(axe)
        wrong = page.evaluate(
            "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}))"
            ".violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])"
        )
        if wrong:
            found[name] = wrong
    return found
