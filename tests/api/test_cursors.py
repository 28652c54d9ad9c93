"""A cursor says where a row stands, in one way only."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from api.relay import cursor_of_key, decode_cursor, encode_cursor


@given(st.uuids())
def test_the_quick_cursor_of_a_key_is_the_usual_one(key: UUID) -> None:
    assert cursor_of_key(key.hex) == encode_cursor([key])
    assert decode_cursor(cursor_of_key(key.hex), [UUID]) == [key]
