"""Streams of MQTT packets, cut anywhere, against paho's own reading and writing of them."""

import random
from collections.abc import Sequence

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from devices.packets import Malformed, Publish, Splitter, pubacks, publish_at_qos_0

PINGRESP = b"\xd0\0"
MOST = 1000


def length(value: int) -> bytes:
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(out)


def publish(topic: bytes, payload: bytes, packet_id: int, properties: bytes = b"\0") -> bytes:
    qos = 1 if packet_id else 0
    ident = packet_id.to_bytes(2) if packet_id else b""
    body = len(topic).to_bytes(2) + topic + ident + properties + payload
    return bytes((0x30 | qos << 1,)) + length(len(body)) + body


def words(size: int) -> bytes:
    """User properties, as long as wished for or a little longer, as paho writes them."""
    told = Properties(PacketTypes.PUBLISH)
    told.UserProperty = [("a", "x" * size)]
    return told.pack()


def stream() -> tuple[bytes, list[Publish], bytes]:
    packets: list[bytes] = []
    published: list[Publish] = []
    for number, size in enumerate((0, 1, 100, 127, 128, 1000, 1001, 20_000, 70_000), 1):
        topic, payload = "养老".encode() + b"/%d" % number, b"y" * size
        packet_id = number if number % 3 else 0
        packets.append(publish(topic, payload, packet_id, words(50 * number)))
        published.append(Publish(topic, payload[:MOST], size, int(packet_id > 0), packet_id))
        packets.append(PINGRESP)
    return b"".join(packets), published, PINGRESP * len(published)


@pytest.mark.parametrize("seed", range(20))
def test_wherever_a_stream_is_cut_its_packets_are_the_same(seed: int) -> None:
    chance = random.Random(seed)
    data, published, others = stream()
    splitter, found, rest, at = Splitter(MOST), list[Publish](), b"", 0
    while at < len(data):
        size = chance.choice((1, 2, 3, 100, 5_000, 65_536))
        more, other = splitter.feed(data[at : at + size])
        found, rest, at = found + more, rest + other, at + size
    assert found == published
    assert rest == others


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\xff\xff\xff\xff\x01",
        b"\x36\x05\0\x01a\0\x07",  # QoS 3
        b"\x32\x06\0\x01a\0\0\0",  # QoS 1 without an id
        b"\x30\x04\xff\xffab",  # a topic longer than its packet
        b"\x30\x04\0\x01a\x7f",  # properties longer than their packet
        b"\x30\0",
    ],
    ids=["length", "qos", "id", "topic", "properties", "empty"],
)
def test_what_is_not_mqtt_ends_the_connection(data: bytes) -> None:
    with pytest.raises(Malformed):
        Splitter(MOST).feed(data)


def test_acknowledgements_keep_their_order() -> None:
    assert b"".join(pubacks([258, 1, 65535])) == b"\x40\2\1\2\x40\2\0\1\x40\2\xff\xff"


@pytest.mark.parametrize("size", [0, 120, 121, 122, 16_376, 16_377, 20_000])
def test_what_is_published_is_read_back(size: int) -> None:
    payload = b"z" * size
    written: Sequence[Publish] = Splitter(20_000).feed(publish_at_qos_0(b"a/b", payload))[0]
    assert written == [Publish(b"a/b", payload, size, 0, 0)]
