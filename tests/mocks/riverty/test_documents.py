"""Is the PDF of an invoice there for who has its key, and not faster than ten times a second?"""

from __future__ import annotations

from typing import Any

KEY = "7f0d5a4e-3c1b-4f7e-9a52-0c4d8e6b1a90"


def download(books: Any, key: str = KEY, **more: Any) -> Any:
    return books.kit.ask("riverty", "GET", f"/documents/v1/S/{key}", **more)


def test_the_document_is_a_pdf_and_always_the_same_one(books: Any) -> None:
    first, second = download(books), download(books, KEY.upper())
    assert first.status == 200
    assert first.headers["content-type"] == "application/pdf"
    assert first.body.startswith(b"%PDF-")
    assert first.body == second.body


def test_the_link_of_a_notification_leads_to_the_document(books: Any) -> None:
    books.listen("accounting/documentCreated")
    books.order("A1")
    books.wait()
    books.invoice("A1", "I1", 1)
    books.wait(60)
    link = books.hear()[0]["parameters"]["documents"][0]["urlKey"]
    assert download(books, link.rpartition("/")[2]).status == 200


def test_the_eleventh_download_of_a_second_is_too_many_and_the_next_second_is_free(books: Any) -> None:
    assert [download(books).status for _ in range(11)] == [200] * 10 + [429]
    too_many = download(books)
    assert (too_many.rules, too_many.headers["retry-after"]) == (("RIV-16",), "1")
    books.wait(0.999)
    assert download(books).status == 429
    books.wait(0.001)
    assert [download(books).status for _ in range(11)] == [200] * 10 + [429]


def test_downloads_that_are_spread_over_the_seconds_never_hit_the_limit(books: Any) -> None:
    for _ in range(30):
        assert download(books).status == 200
        books.wait(0.1)


def test_the_limit_can_be_lifted(books: Any) -> None:
    books.act("setOnboarding", documentsPerSecond=0)
    assert {download(books).status for _ in range(25)} == {200}


def test_an_unknown_key_is_404_and_keeps_no_state(books: Any) -> None:
    before = books.state
    reply = download(books, KEY[:-1] + "1")
    assert (reply.status, reply.json["statusCode"]) == (404, 404)
    assert books.state is before


def test_a_document_needs_the_subscription_key_too(books: Any) -> None:
    assert download(books, auth=False).status == 500
