"""Requests that no client would send: anything from bytes of no meaning to almost good ones."""

import json
from typing import Any

from hypothesis import strategies as st

GOOD = {
    "query": "query Q($id: ID!) { node(id: $id) { id } viewer { name } }",
    "variables": {"id": "elder_1"},
    "operationName": "Q",
}

numbers = st.integers() | st.floats() | st.integers(min_value=-(10**40), max_value=10**40)
scalars = st.none() | st.booleans() | numbers | st.text(max_size=40)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
"""JSON of any shape."""

_TOKENS = r"""
{ } ( ) [ ] ! : = @ | & $ ... query mutation subscription fragment on type extend Q viewer id node
alarms first 10 -1 1e999 9223372036854775808 "text" "\u12" #comment , $id ($id:ID!) 老人
@skip(if:true) @include(if:$id) __typename __schema{types{name}} null true Float RAISED
"""
tokens = st.sampled_from([*_TOKENS.split(), "\ufeff", "\x00", '"""block"""'])
documents = st.lists(tokens, max_size=25).map(" ".join) | st.text(max_size=80)
"""Texts that a parser, or a validator, has to think about."""

requests = st.fixed_dictionaries(
    {},
    optional={
        "query": documents | anything,
        "variables": st.fixed_dictionaries({"id": anything}) | anything,
        "operationName": st.just("Q") | anything,
        "extensions": anything,
        "documentId": st.text(max_size=20) | anything,
    },
)
"""Bodies with the fields of GraphQL requests, whatever is in them."""


def _broken(text: bytes, at: int, piece: bytes) -> bytes:
    at %= len(text) + 1
    return text[:at] + piece + text[at + 1 :]


def _encoded(value: Any) -> bytes:
    # ``surrogatepass``: half of a character is no UTF-8, and must do no harm.
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


bodies = st.one_of(
    st.binary(max_size=200),
    anything.map(_encoded),
    requests.map(_encoded),
    st.builds(
        _broken,
        st.just(_encoded(GOOD)),
        st.integers(min_value=0),
        st.binary(max_size=3),
    ),
    st.integers(min_value=1, max_value=60_000).map(lambda deep: b"[" * deep + b"]" * deep),
)

methods = st.sampled_from(["POST"] * 6 + ["GET", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "X-Y"])
_values = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
_media_types = st.sampled_from(
    [
        "application/json",
        "application/graphql-response+json",
        "application/json; charset=utf-16",
        "text/event-stream",
        "multipart/mixed",
        "*/*;q=0",
        "application/*;q=banana, text/html",
        ";;;,,,q=",
    ]
)
_languages = st.sampled_from(["zh-CN", "en;q=nan", "zh-TW;q=1e999", "*", "en-;q=", "\xff"])
headers = st.fixed_dictionaries(
    {
        "Content-Type": st.sampled_from(["application/json"] * 3) | _media_types | _values,
        "Accept": _media_types | _values,
    },
    optional={
        "Accept-Language": _languages | _values,
        "Accept-Encoding": st.sampled_from(["gzip", "zstd;q=2", "br, *;q=0", "identity;q=0"]),
        "If-None-Match": st.sampled_from(["*", 'W/"x"', '"']) | _values,
        "Content-Encoding": st.sampled_from(["gzip", "zstd"]),
        "Cookie": _values,
        "Upgrade": st.sampled_from(["websocket", "h2c"]),
    },
)
queries = st.sampled_from(
    ["", "?documentId=sha256:0", "?documentId=%ff&variables={", "?query={viewer{id}}", "?=&&%%%"]
)


def request(
    method: str, query: str, headers: dict[str, str], body: bytes, token: str | None
) -> bytes:
    """An HTTP request, whole, after whose answer the connection ends."""
    fields = {**headers, "Host": "x", "Connection": "close", "Content-Length": str(len(body))}
    if "Upgrade" in fields:
        fields["Connection"] = "upgrade, close"
    if token is not None:
        fields["Authorization"] = f"Bearer {token}"
    lines = [f"{method} /graphql{query} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
