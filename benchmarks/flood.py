"""Readings of many sleep bands, published over one connection as fast as a broker takes them or at
a steady pace; and the MQTT 3.1.1 that this takes."""

import socket
import struct
import time
from collections.abc import Iterator, Sequence
from typing import Final

import orjson

_WINDOW: Final = 500  # messages on their way
_TURN_S: Final = 0.02
PUBACK_BYTES: Final = 4
CONNACK_BYTES: Final = 4


def reading(ident: str, seq: int, ts: int) -> bytes:
    """A healthy reading, as a band sends it; ``ts`` in ms since 1970-01-01 UTC."""
    measures = {"heart_rate": 58 + seq % 9, "breathing_rate": 14 + seq % 3, "in_bed": True}
    envelope = {"v": 1, "id": ident, "boot": 1, "seq": seq, "ts": ts, "type": "telemetry"}
    return orjson.dumps(envelope | {"m": measures})


def publish(
    port: int,
    login: str,
    tenant: str,
    bands: Sequence[str],
    each: int,
    began_ms: int,
    pace: float | None = None,
) -> int:
    """Publish readings of bands at QoS 1, each band's in order; wait for the last PUBACK.

    Parameters:
        each: how many of each band, a millisecond apart.
        began_ms: device time of the first, ms since 1970-01-01 UTC.
        pace: messages a second; as fast as the broker takes them if None.
    Returns: how many were published.
    """
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(connect_packet(login))
        _receive(connection, CONNACK_BYTES)
        sent, packets = 0, list(_packets(tenant, bands, each, began_ms))
        size = min(_WINDOW, max(1, int(pace * _TURN_S))) if pace else _WINDOW
        began = time.monotonic()
        for start in range(0, len(packets), size):
            if pace:
                time.sleep(max(0.0, began + start / pace - time.monotonic()))
            window = packets[start : start + size]
            connection.sendall(b"".join(window))
            _receive(connection, len(window) * PUBACK_BYTES)
            sent += len(window)
        return sent


def _packets(tenant: str, bands: Sequence[str], each: int, began_ms: int) -> Iterator[bytes]:
    number = 0
    for seq in range(each):
        for band in bands:
            number += 1
            topic = f"ec/v1/{tenant}/{band}/tele"
            payload = reading(f"b-{began_ms + seq}", seq, began_ms + seq)
            yield publish_packet(topic, payload, number)


def connect_packet(login: str, will: tuple[str, bytes] | None = None) -> bytes:
    """A clean MQTT 3.1.1 session with a name of its own.

    Parameters:
        will: topic and payload of what the broker says at QoS 1 when the connection breaks.
    """
    name = f"flood-{time.monotonic_ns()}".encode()
    head = _text(b"MQTT") + bytes((4, 0xCE if will else 0xC2, 0, 0))
    last = _text(will[0].encode()) + _text(will[1]) if will else b""
    return _packet(0x10, head + _text(name) + last + _text(login.encode()) * 2)


def publish_packet(topic: str, payload: bytes, number: int) -> bytes:
    """A message at QoS 1; its packet's id follows from its number."""
    packet_id = struct.pack(">H", number % 0xFFFF + 1)
    return _packet(0x32, _text(topic.encode()) + packet_id + payload)


def _packet(first: int, body: bytes) -> bytes:
    length, rest = bytearray(), len(body)
    while True:
        length.append(rest & 0x7F | (0x80 if rest > 0x7F else 0))
        rest >>= 7
        if not rest:
            return bytes((first,)) + length + body


def _text(text: bytes) -> bytes:
    return struct.pack(">H", len(text)) + text


def _receive(connection: socket.socket, size: int) -> None:
    while size:
        got = len(connection.recv(size))
        if not got:
            raise ConnectionError("the broker hung up")
        size -= got
