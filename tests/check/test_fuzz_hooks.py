"""When is a 404 about what was made before? Our check asks the built-in one then, and only then."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ixcheck.fuzz import hooks

OWN = 'TCX-37;at="path.invoiceId";by=rule'
OF_THE_BODY = 'TCX-20;at="body.parentReseller";by=rule'


@pytest.mark.parametrize(
    ("made", "asked", "broken", "judged"),
    [
        ("/invoice", "/invoice/{invoiceId}", [OWN], True),
        ("/invoice", "/invoice/{invoiceId}", [], True),
        ("/invoice/", "/invoice/{invoiceId}/pdf", [f"{OF_THE_BODY}, {OWN}"], True),
        ("/invoice", "/invoice/current/{currentId}", [OWN], False),
        ("/customer", "/customer/{customerId}", [OF_THE_BODY], False),
        (None, "/invoice/{invoiceId}", [OWN], False),
    ],
)
def test_what_was_made_is_looked_for_in_its_own_place(
    monkeypatch: pytest.MonkeyPatch, made: str | None, asked: str, broken: list[str], judged: bool
) -> None:
    seen = []
    monkeypatch.setattr(hooks, "OURS", True)
    monkeypatch.setattr(hooks, "ensure_resource_availability", lambda ctx, response, case: seen.append(case))
    parent = None if made is None else SimpleNamespace(operation=SimpleNamespace(path=made))
    ctx = SimpleNamespace(internals=SimpleNamespace(find_parent=lambda case_id: parent))
    case = SimpleNamespace(id="7", operation=SimpleNamespace(path=asked))
    response = SimpleNamespace(headers={"ixkit-violations": broken})
    hooks.what_was_made_is_there(ctx, response, case)
    assert bool(seen) is judged
