"""MQTT 5 packets as bytes: those that a bridge gets and sends by the thousand. No I/O here.

paho reads a packet byte by byte, with a handful of objects and locks for each: measured, two thirds
of the bridge's time. Here a whole read of the socket is cut into packets in one pass, and all
answers to a batch become one write. Whatever is no PUBLISH is left to paho.

The layout is that of MQTT 5.0 (OASIS, 2019), sections 2.1, 3.3 and 3.4.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_PUBLISH: Final = 0x30
_PUBACK: Final = 0x40
_MORE: Final = 0x80  # in a variable byte integer: another byte follows
_LONGEST_LENGTH: Final = 4


class Malformed(Exception):
    """What came is not MQTT; the connection must end."""


class Publish(NamedTuple):
    """A PUBLISH, taken apart.

    Parameters:
        payload: its first bytes, as many as were asked for at most.
        size: how many bytes it had.
        packet_id: 0 at QoS 0.
    """

    topic: bytes
    payload: bytes
    size: int
    qos: int
    packet_id: int


class Splitter:
    """Cuts a stream of bytes into packets.

    Parameters:
        most: how many bytes of a payload are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest = bytearray()
        self._wanted = 0

    def feed(self, chunk: bytes) -> tuple[list[Publish], bytes]:
        """Take what a read of the socket brought.

        Returns: the PUBLISH packets that are complete now, in order, and the bytes of the others.
        Raises: Malformed.
        """
        if self._rest:
            self._rest += chunk
            if len(self._rest) < self._wanted:
                return [], b""
            chunk = bytes(self._rest)
        published: list[Publish] = []
        others: list[bytes] = []
        try:
            at = self._split(chunk, published, others)
        except IndexError:
            # A length inside a packet that leads out of everything that came.
            raise Malformed from None
        self._rest = bytearray(chunk[at:])
        return published, b"".join(others)

    def _split(self, data: bytes, published: list[Publish], others: list[bytes]) -> int:
        """Returns: where the first packet begins that is not complete."""
        at, end, most = 0, len(data), self._most
        self._wanted = 2
        while end - at >= 2:
            length, body = data[at + 1], at + 2
            if length & _MORE:
                length, body = _long(data, at + 1, end)
            beyond = body + length
            if body == 0 or beyond > end:
                self._wanted = beyond - at if body else 0
                break
            if data[at] & 0xF0 == _PUBLISH:
                published.append(_publish(data, data[at], body, beyond, most))
            else:
                others.append(data[at:beyond])
            at = beyond
        return at


def _publish(data: bytes, first: int, body: int, beyond: int, most: int) -> Publish:
    begin = body + 2
    at = begin + (data[body] << 8 | data[body + 1])
    topic, qos, packet_id = data[begin:at], first >> 1 & 3, 0
    if qos:
        packet_id = data[at] << 8 | data[at + 1]
        at += 2
    properties = data[at]
    at += 1
    if properties & _MORE:
        properties, at = _long(data, at - 1, beyond)
    at += properties
    size = beyond - at
    if size < 0 or at < begin or qos == 3 or (qos and not packet_id):
        raise Malformed
    return Publish(topic, data[at : beyond if size <= most else at + most], size, qos, packet_id)


def _long(data: bytes, at: int, end: int) -> tuple[int, int]:
    """A variable byte integer and where it ends; (0, 0) where more of it is to come."""
    value = 0
    for place in range(_LONGEST_LENGTH):
        if at + place >= end:
            return 0, 0
        byte = data[at + place]
        value |= (byte & 0x7F) << 7 * place
        if not byte & _MORE:
            return value, at + place + 1
    raise Malformed


def pubacks(packet_ids: Iterable[int]) -> Iterator[bytes]:
    """A PUBACK each, with which the broker forgets the message."""
    for packet_id in packet_ids:
        yield bytes((_PUBACK, 2, packet_id >> 8, packet_id & 0xFF))


def publish_at_qos_0(topic: bytes, payload: bytes) -> bytes:
    """A PUBLISH that nobody acknowledges."""
    rest = 2 + len(topic) + 1 + len(payload)
    head = bytearray((_PUBLISH,))
    while True:
        head.append(rest & 0x7F | (_MORE if rest > 0x7F else 0))
        rest >>= 7
        if not rest:
            break
    return b"".join((head, len(topic).to_bytes(2), topic, b"\0", payload))
