"""Any frames to the WebSocket: answers or one of the protocol's close codes; never silence."""

from contextlib import closing
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from domain.access import Role
from tests.conformance.hostile.frames import CLOSE, TEXT, frame, message, messages, raw_frames
from tests.conformance.hostile.rules import asserted_answers, hostile
from tests.conformance.hostile.sockets import RESET, Ended, RawSocket
from tests.conformance.served import Served

BY_WEBSOCKET = {1000, 1002, 1003, 1007, 1009, RESET}
"""What a WebSocket library may end with by itself; RESET for a connection that we have ended."""

BY_PROTOCOL = {1000, 1003, 1009, 4400, 4401, 4403, 4409, 4429}
"""What graphql-transport-ws ends with, and a frame that is too large or not text."""

LAST = "the last of all"


@hostile(1)
@given(st.lists(raw_frames, max_size=5))
@example([frame(TEXT, b"\xff\xfe")])
@example([frame(TEXT, b"{", first=0x00), frame(0, b"}")])
@example([frame(CLOSE, b"\x00")])
@example([frame(CLOSE, b"\x03\xed")])
@example([frame(TEXT, b"[" * 60_000)])
@example([frame(TEXT, b"x" * 70_000)])
def test_frames_of_no_meaning(server: Served, sent: list[bytes]) -> None:
    with closing(RawSocket.admitted(server, Role.FAMILY)) as raw:
        for data in sent:
            raw.send(data)
        raw.send(frame(CLOSE, b"\x03\xe8"))
        raw.finish()
        assert raw.ending() in BY_WEBSOCKET | BY_PROTOCOL


@hostile(2)
@given(st.lists(messages, max_size=4))
def test_messages_of_any_content(server: Served, sent: list[Any]) -> None:
    raw = RawSocket.admitted(server, Role.FAMILY)
    with closing(raw):
        for value in sent:
            raw.send(message(value))
        raw.send(message(question()))
        assert ending_or_answer(raw) in BY_PROTOCOL | {None}


@hostile(1)
@given(messages)
def test_messages_before_anyone_is_admitted(server: Served, sent: Any) -> None:
    with closing(RawSocket.opened(server)) as raw:
        raw.send(message(sent))
        raw.send(message(question()))
        assert raw.ending() in BY_PROTOCOL


def test_the_server_is_well(server: Served) -> None:
    server.assert_well()


def question() -> dict[str, Any]:
    """A good operation."""
    return {"type": "subscribe", "id": LAST, "payload": {"query": "{ viewer { role } }"}}


def ending_or_answer(raw: RawSocket) -> int | None:
    """The code that the socket was closed with; None where the good operation was answered."""
    try:
        answered(raw)
    except Ended as ended:
        return ended.code


def answered(raw: RawSocket) -> None:
    """The good operation is answered, and whatever else was asked, properly."""
    while True:
        told = raw.message()
        if told["type"] == "next":
            asserted_answers(told["payload"])
        elif told["type"] == "error":
            assert told["payload"], told
            asserted_answers({"errors": told["payload"]})
        if told.get("id") == LAST and told["type"] == "next":
            assert told["payload"]["data"] == {"viewer": {"role": "FAMILY"}}
            return
