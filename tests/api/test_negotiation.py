"""What a client wants is read from its headers as HTTP says, and from bytes of any kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.negotiation import (
    EVENT_STREAM,
    GRAPHQL_JSON,
    GZIP,
    JSON,
    LEGIBLE,
    MEMORABLE,
    ZSTD,
    coding,
    is_json,
    media_type,
)

STRICT = GRAPHQL_JSON.decode()


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", JSON),
        (" , ", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON ; Charset=UTF-8", JSON),
        (STRICT, GRAPHQL_JSON),
        (f"{STRICT}; charset=utf-8", GRAPHQL_JSON),
        (f'{STRICT};charset="utf-8"', GRAPHQL_JSON),
        # What Apollo Client, Relay, urql and axios send.
        (f"{STRICT},application/json;q=0.9", GRAPHQL_JSON),
        (f"multipart/mixed;deferSpec=20220824,{STRICT},application/json;q=0.9", GRAPHQL_JSON),
        (f"{STRICT}, application/graphql+json, application/json, text/event-stream", GRAPHQL_JSON),
        ("application/json, text/plain, */*", JSON),
        # Quality before exactness, exactness before order.
        (f"{STRICT};q=0.5, application/json", JSON),
        (f"application/json;q=0.5, {STRICT};q=0.7", GRAPHQL_JSON),
        ("application/json;q=0.5, */*", GRAPHQL_JSON),
        (f"*/*, {STRICT}", GRAPHQL_JSON),
        (f"application/*, {STRICT}", GRAPHQL_JSON),
        (f"application/json, {STRICT}", JSON),
        (f"{STRICT}, application/json", GRAPHQL_JSON),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", JSON),
        # The most exact range decides how much a type is wanted, wherever it stands.
        ("*/*, application/json;q=0", GRAPHQL_JSON),
        (f"application/*;q=0, {STRICT};q=0.001", GRAPHQL_JSON),
        # A quality that is none takes its range away, and only that.
        (f"{STRICT};q=2, application/json;q=0.1", JSON),
        (f"{STRICT};q=nan, application/json;q=0.1", JSON),
        (f"{STRICT};q=, application/json;q=0.1", JSON),
        # A comma in quotes parts nothing.
        ('text/plain;x="a, application/json", text/html;y="\\"', None),
        ("text/html", None),
        ("application/json;q=0", None),
        ("*/*;q=0", None),
        ("application/json; charset=utf-16", None),
        ("json", None),
    ],
)
def test_the_media_type_of_an_answer(accept: str, chosen: bytes | None) -> None:
    assert media_type(accept.encode()) == chosen


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", None),
        ("identity", None),
        ("gzip", GZIP),
        ("x-gzip", GZIP),
        ("GZIP", GZIP),
        ("gzip, deflate", GZIP),
        ("gzip, deflate, br, zstd", ZSTD),
        ("gzip, deflate, br", GZIP),
        ("br, deflate", None),
        ("*", ZSTD),
        ("*;q=0", None),
        ("zstd;q=0, *", GZIP),
        ("zstd;q=0.5, gzip;q=0.8", GZIP),
        ("gzip;q=0", None),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=0.5, identity;q=0.5", GZIP),
        ("gzip;q=x", None),
    ],
)
def test_the_coding_of_an_answer(accepted: str, chosen: bytes | None) -> None:
    assert coding(accepted.encode()) == chosen


@given(st.binary(max_size=2 * MEMORABLE) | st.text(' ,;=*/q"\\0.1az', max_size=60).map(str.encode))
def test_no_bytes_are_too_odd(header: bytes) -> None:
    assert media_type(header) in (JSON, GRAPHQL_JSON, EVENT_STREAM, None)
    assert coding(header) in (ZSTD, GZIP, None)
    assert is_json(header) in (True, False)


def test_a_long_header_is_read_from_its_start() -> None:
    named = b", application/json"
    nothing = b"text/html, " * LEGIBLE
    assert media_type(nothing[: LEGIBLE - len(named)] + named + nothing) == JSON
    assert media_type(nothing + named) is None
