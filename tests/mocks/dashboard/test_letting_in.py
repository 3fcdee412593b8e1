"""Who may see the pages and press their buttons? Host, origin, form token and session; nobody else changes anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ixmocks.engine.world import World
from ixmocks.kit import Kit

TOKEN = "a token of the right length"
FORMS = [
    "worlds",
    "w/default/reset",
    "w/default/advance",
    "w/default/faults",
    "w/default/actions/ixpole/setCreditSales",
]


def before(kit: Kit) -> Any:
    world = kit.world()
    return id(world.moment), world.journal.written, world.faults.listed(), sorted(kit.worlds.names())


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("token", [{}, {"csrf": ""}, {"csrf": "another"}])
def test_a_form_without_this_servers_token_changes_nothing(
    browser: Any, kit: Kit, path: str, token: dict[str, str]
) -> None:
    state = before(kit)
    answer = browser(
        "POST", f"/ui/{path}", data={"name": "x", "by": "1d", "place": "received", "harm": "reset", **token}
    )
    assert answer.status_code == 403
    assert before(kit) == state


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_of_another_origin_sees_and_changes_nothing(
    browser: Any, kit: Kit, headers: dict[str, str], status: int, method: str
) -> None:
    state = before(kit)
    data = {"csrf": token_of(browser), "by": "1d"}
    answer = browser(
        method,
        "/ui/w/default/advance" if method == "POST" else "/ui/",
        headers=headers,
        data=data if method == "POST" else None,
    )
    assert answer.status_code == status
    assert "csrf" not in answer.text
    assert before(kit) == state


def token_of(browser: Any) -> str:
    return str(browser.see("/ui/").split('name="csrf" value="', 1)[1].split('"', 1)[0])


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_only_forms_are_taken(browser: Any, kit: Kit, kind: str) -> None:
    state = before(kit)
    headers = {"Content-Type": kind} if kind else {}
    assert browser("POST", "/ui/w/default/reset", content=b"csrf=x", headers=headers).status_code == 415
    assert before(kit) == state


def test_a_form_that_is_too_large_is_not_read(browser: Any) -> None:
    answer = browser("POST", "/ui/worlds", data={"name": "x" * 9_000_000})
    assert answer.status_code == 413


def test_with_a_token_nothing_is_seen_until_it_is_given(
    kit: Kit, visit: Callable[..., Any], world: World
) -> None:
    browser = visit(kit, token=TOKEN)
    asked = browser("GET", f"/ui/w/{world.name}/journal")
    assert asked.url.path == "/ui/sign-in"
    assert world.name not in asked.text.replace(f"/ui/w/{world.name}/journal", "")
    assert browser("POST", "/ui/sign-in", data={"token": "wrong"}).status_code == 401
    inside = browser("POST", "/ui/sign-in", data={"token": TOKEN, "to": f"/ui/w/{world.name}/journal"})
    assert inside.url.path == f"/ui/w/{world.name}/journal"
    cookie = next(line for each in inside.history for line in each.headers.get_list("set-cookie"))
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and TOKEN not in cookie
    # And what is done then passes the control API's own guard.
    browser.fill(f"/ui/w/{world.name}/controls", f"/ui/w/{world.name}/advance", by="1h")
    assert [event.operation for event in world.journal] == ["control:advanceClock"]
    assert TOKEN not in browser.see(f"/ui/w/{world.name}/journal/{list(world.journal)[-1].id}")


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/ui/", "/v1/worlds", "/ui/../v1", "javascript:alert(1)"]
)
def test_signing_in_leads_to_our_own_pages_only(kit: Kit, visit: Callable[..., Any], to: str) -> None:
    answer = visit(kit, token=TOKEN)("POST", "/ui/sign-in", data={"token": TOKEN, "to": to})
    assert answer.url.host == "127.0.0.1"
    assert answer.url.path.startswith(("/ui/", "/v1"))
    assert answer.history[0].headers["location"].startswith("/ui/")


def test_every_answer_has_a_policy_without_inline_scripts(browser: Any) -> None:
    for path in ("/ui/", "/ui/nothing", "/ui/static/live.js", "/"):
        answer = browser("GET", path)
        policy = answer.headers["content-security-policy"]
        assert (
            "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'self'" in policy
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
def test_what_comes_from_outside_is_shown_as_text(browser: Any, kit: Kit, world: World, text: str) -> None:
    kit.ask("silvasoft", "GET", "/rest/listrelations/", query={"Name": text}, world=world.name)
    kit.act(
        "ixpole", "typeInvoiceNumber", {"instalmentCode": "C-2025-0001-01", "invoiceNumber": text}, world.name
    )
    event = next(iter(world.journal)).id
    for path in (
        "journal",
        f"journal/{event}",
        "instalments",
        "instalments/C-2025-0001-01",
        f"journal?q={text.replace('#', '')}",
    ):
        html = browser.see(f"/ui/w/{world.name}/{path}")
        assert "<script>alert" not in html and "<img src=x" not in html
