"""When is a 404 about what was made before?"""

from __future__ import annotations

import pytest

from ixcheck.fuzz.places import broken_by, is_about_the_address, is_its_own_place


@pytest.mark.parametrize(
    ("made", "asked", "own"),
    [
        ("/invoice", "/invoice/{invoiceId}", True),
        ("/invoice/", "/invoice/{invoiceId}/pdf", True),
        ("/invoice", "/invoice/current/{currentId}", False),
        ("/invoice", "/customer/{customerId}", False),
    ],
)
def test_what_was_made_is_looked_for_right_below_its_collection(made: str, asked: str, own: bool) -> None:
    assert is_its_own_place(made, asked) is own


@pytest.mark.parametrize(
    ("header", "about"),
    [
        ([], True),
        (['TCX-37;at="path.invoiceId";by=rule'], True),
        (['TCX-20;at="body.parentReseller";by=rule'], False),
        (['TCX-20;at="body.parentReseller";by=rule, TCX-37;at="path.invoiceId", more;n=2'], True),
    ],
)
def test_a_404_is_about_the_address_where_nothing_else_is_named(header: list[str], about: bool) -> None:
    assert is_about_the_address(broken_by(header)) is about
