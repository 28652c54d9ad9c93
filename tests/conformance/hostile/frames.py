"""WebSocket frames that no client would send, by hand: libraries refuse to send them."""

import base64
import json
import struct
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.conformance.hostile.http_bytes import anything, documents

MASK = b"\x00\x00\x00\x00"
TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9

HANDSHAKE = "\r\n".join(
    [
        "GET /graphql HTTP/1.1",
        "Host: x",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(bytes(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
        "",
        "",
    ]
).encode()


def frame(opcode: int, payload: bytes, *, first: int = 0x80, masked: bool = True) -> bytes:
    """A frame.

    Parameters:
        first: the bits beside the opcode: 0x80 for the last of a message, 0x70 are reserved.
        masked: as a client's must be; False to break that rule.
    """
    mark = 0x80 if masked else 0
    if len(payload) < 126:
        length = struct.pack("!B", mark | len(payload))
    elif len(payload) < 65536:
        length = struct.pack("!BH", mark | 126, len(payload))
    else:
        length = struct.pack("!BQ", mark | 127, len(payload))
    return bytes([first | opcode]) + length + (MASK if masked else b"") + payload


def message(value: Any) -> bytes:
    """A JSON message in a frame."""
    return frame(TEXT, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


raw_frames = st.one_of(
    st.binary(min_size=1, max_size=60),
    st.builds(
        lambda opcode, payload, first, masked: frame(opcode, payload, first=first, masked=masked),
        st.integers(min_value=0, max_value=15),
        st.binary(max_size=200),
        st.sampled_from([0x80, 0x80, 0x00, 0xC0, 0xF0]),
        st.sampled_from([True, True, True, False]),
    ),
    # A length that is never filled: 2**63 bytes are announced.
    st.just(bytes([0x81, 0xFF]) + b"\xff" * 8 + MASK),
)
"""Frames that break WebSocket's own rules, or none."""

_kinds = st.sampled_from(
    ["subscribe"] * 5 + ["complete", "ping", "pong", "next", "error", "connection_ack", "nonsense"]
)
_ids = st.sampled_from(["1", "2", "老", "x" * 300]) | anything
_payloads = anything | st.fixed_dictionaries(
    {"query": documents | anything},
    optional={
        "variables": anything,
        "operationName": anything,
        "extensions": anything,
        "documentId": anything,
    },
)
messages = anything | st.fixed_dictionaries(
    {"type": _kinds | anything}, optional={"id": _ids, "payload": _payloads}
)
"""What the protocol would carry, with anything for any part of it."""


@dataclass
class Reader:
    """Takes a server's frames out of the bytes that arrive."""

    data: bytes = b""

    def frames(self) -> list[tuple[int, bytes]]:
        """Opcode and payload of each frame that is complete."""
        found: list[tuple[int, bytes]] = []
        while (size := self._size()) is not None and len(self.data) >= size[0] + size[1]:
            head, length = size
            found.append((self.data[0] & 15, self.data[head : head + length]))
            self.data = self.data[head + length :]
        return found

    def _size(self) -> tuple[int, int] | None:
        if len(self.data) < 2:
            return None
        short = self.data[1] & 127
        if short < 126:
            return 2, short
        width, form = (2, "!H") if short == 126 else (8, "!Q")
        if len(self.data) < 2 + width:
            return None
        return 2 + width, struct.unpack(form, self.data[2 : 2 + width])[0]
