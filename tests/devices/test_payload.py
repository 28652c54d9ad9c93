"""The envelope: what is read, and why each kind of nonsense is refused."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.payload import MAX_BYTES, Envelope, Refused, read

GOOD: dict[str, Any] = {
    "v": 1,
    "id": "7-42",
    "boot": 7,
    "seq": 42,
    "ts": 1_763_712_000_000,
    "type": "telemetry",
    "m": {"heart_rate": 61.5, "in_bed": True, "note": "a:b"},
}
TEXT = json.dumps(GOOD)


def refusal(payload: bytes | str) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        read(payload.encode() if isinstance(payload, str) else payload)
    return refused.value.reason, refused.value.id


def test_a_good_message_is_read() -> None:
    assert read(TEXT.encode()) == Envelope(
        "7-42", 7, 42, 1_763_712_000_000, "telemetry", GOOD["m"], has_mac=False
    )


def test_the_greatest_numbers_fit() -> None:
    most = GOOD | {"boot": 2**31 - 1, "seq": 2**31 - 1, "ts": 4_102_444_800_000, "id": "x" * 64}
    assert read(json.dumps(most).encode()).seq == 2**31 - 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("v", 2, "UNKNOWN_VERSION"),
        ("v", True, "UNKNOWN_VERSION"),
        ("v", 1.0, "UNKNOWN_VERSION"),
        ("boot", -1, "OUT_OF_RANGE:boot"),
        ("seq", 2**31, "OUT_OF_RANGE:seq"),
        ("seq", 10**40, "BAD:seq"),
        ("seq", True, "BAD:seq"),
        ("seq", 1.5, "BAD:seq"),
        ("ts", 10**14, "OUT_OF_RANGE:ts"),
        ("ts", "now", "BAD:ts"),
        ("type", "", "BAD:type"),
        ("type", "x" * 65, "BAD:type"),
        ("m", [], "BAD:m"),
        ("m", {"heart_rate": {"now": 1}}, "NESTED"),
        ("m", {"note": "a\0"}, "NUL"),
        ("firmware", {"version": 2}, "NESTED"),
    ],
)
def test_a_bad_field_is_named(field: str, value: Any, reason: str) -> None:
    assert refusal(json.dumps(GOOD | {field: value})) == (reason, "7-42")


@pytest.mark.parametrize("ident", ["", "x" * 65, 7, None, "a\nb", "a\0b", ["a"]])
def test_a_bad_id_is_no_id(ident: Any) -> None:
    assert refusal(json.dumps(GOOD | {"id": ident})) == ("BAD:id", None)


@pytest.mark.parametrize("field", ["boot", "seq", "ts", "type", "m", "v"])
def test_a_missing_field_is_named(field: str) -> None:
    rest = {name: value for name, value in GOOD.items() if name != field}
    assert refusal(json.dumps(rest)) == (f"MISSING:{field}", "7-42")


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"hello",
        TEXT[:-1].encode(),
        TEXT.encode() + b"x",
        TEXT.replace("61.5", "NaN").encode(),
        TEXT.replace("61.5", "Infinity").encode(),
        TEXT.encode("utf-16"),
        TEXT.replace("a:b", "\ud800").encode("utf-8", "surrogatepass"),
        TEXT.encode() + b"\0",
        b"[" * 10_000,
        b'{"a":' * 3_000,
    ],
)
def test_what_is_not_json_is_refused(payload: bytes) -> None:
    assert refusal(payload) == ("NOT_JSON", None)


def test_a_megabyte_of_brackets_is_too_large_before_it_is_parsed() -> None:
    assert refusal(b"[" * 1_000_000) == ("TOO_LARGE", None)
    assert refusal(b" " * (MAX_BYTES + 1)) == ("TOO_LARGE", None)
    padded = TEXT.encode() + b" " * (MAX_BYTES - len(TEXT))
    assert read(padded).id == "7-42"


@pytest.mark.parametrize("payload", [b"[]", b"1", b"null", b'"x"'])
def test_what_is_no_object_is_refused(payload: bytes) -> None:
    assert refusal(payload) == ("NOT_AN_OBJECT", None)


@pytest.mark.parametrize(
    "payload",
    [
        TEXT.replace('"seq"', '"boot"'),
        TEXT.replace('"in_bed": true', '"heart_rate": 40'),
        TEXT.replace('"in_bed": true', '"heart_rat\\u0065": 40'),
        # An escaped colon must not make up for the colon of the second key.
        TEXT.replace('"in_bed": true', '"heart_rate": 40').replace("a:b", "a:b\\u003a"),
        TEXT.replace('"v": 1', '"v": 1, "v": 1'),
    ],
)
def test_a_key_twice_is_refused(payload: str) -> None:
    reason, _ = refusal(payload)
    assert reason in {"DUPLICATE_KEY", "MISSING:seq"}


def taken(payload: bytes) -> Envelope | None:
    """What is read, or None where it is refused; anything else is an error."""
    try:
        return read(payload)
    except Refused:
        return None


@given(st.binary(max_size=200))
def test_no_bytes_whatever_do_worse_than_be_refused(payload: bytes) -> None:
    assert taken(payload) is None


# The first draw loads Unicode's tables, which takes a second or two.
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*GOOD, "mac", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
    )
)
def test_no_object_whatever_does_worse_than_be_refused(changes: dict[str, Any]) -> None:
    envelope = taken(json.dumps(GOOD | changes).encode())
    if envelope is not None:
        assert 0 <= envelope.seq < 2**31
        assert envelope.id.isprintable()
        assert not any(isinstance(value, dict | list) for value in envelope.measures.values())
