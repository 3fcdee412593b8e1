"""Do headers come back out of the bytes in which they are kept, and can no value begin a header of its own?"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from ixmocks.engine.heads import head_of, pairs_of

names = st.text("abc-", min_size=1).map(str.encode)
values = st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=12).map(
    lambda text: text.encode("latin-1")
)


@given(st.lists(st.tuples(names, values), max_size=5))
@example([(b"x", b"a\r\nset-cookie: b")])
@example([(b"x", b": "), (b"x", b"")])
def test_as_many_headers_leave_as_were_given_each_with_its_name(headers: list[tuple[bytes, bytes]]) -> None:
    head = head_of(headers)
    assert [name for name, _ in pairs_of(head)] == [name for name, _ in headers]
    assert head.count(b"\n") == head.count(b"\r") == len(headers)
    for (_, given_value), (_, kept) in zip(headers, pairs_of(head), strict=True):
        assert len(kept) == len(given_value)
        assert all(
            is_kept or there == ord(" ") for is_kept, there in zip(map(fits, given_value), kept, strict=True)
        )
        assert all(was == there for was, there in zip(given_value, kept, strict=True) if fits(was))


def fits(byte: int) -> bool:
    """Whether it may stand in the value of a header (RFC 9110, 5.5)."""
    return byte == 9 or (byte >= 32 and byte != 127)


def test_a_head_is_its_lines() -> None:
    assert head_of([(b"x", b"a"), (b"x", b"b")]) == b"x: a\r\nx: b\r\n"
    assert pairs_of(b"") == ()
