"""A message on its way in: as it came, and as far as it can be read without the database."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from devices import codecs, payload, topics
from devices.codecs import VendorMessage
from devices.payload import MAX_BYTES, Envelope, Refused
from domain.devices.service import NewDeadLetter
from domain.ids import parse_public_id

_TOPICS_REMEMBERED: Final = 65_536


class Arrival(NamedTuple):
    """A message as it came.

    Parameters:
        payload: its first bytes, one more than a good message may have at most.
        size: how many bytes it had.
        packet_id: its MQTT packet id; 0 at QoS 0.
        connection: which connection brought it; only there can it be acknowledged.
        ours: whether it is this bridge's to store; else it is only acknowledged.
    """

    topic: str
    payload: bytes
    size: int
    qos: int
    received_at: datetime
    packet_id: int = 0
    connection: int = 0
    ours: bool = True


class Uplink(NamedTuple):
    """A message, or a part of a vendor's message, with its topic taken apart and its envelope read.

    Parameters:
        vendor: the vendor's message that it is part of; None for one in our own format.
    """

    arrival: Arrival
    topic: topics.UpTopic | None
    device_id: UUID | None
    content: Envelope | Refused
    vendor: VendorMessage | None = None

    @property
    def id(self) -> str | None:
        """The message's id, where it could be read."""
        return self.content.id


def read_all(arrivals: Iterable[Arrival]) -> list[Uplink]:
    """Read messages, in order. A vendor's message may be several of ours."""
    uplinks: list[Uplink] = []
    for arrival in arrivals:
        uplink = read(arrival)
        uplinks += [uplink] if uplink.topic else _in_vendors_words(arrival) or [uplink]
    return uplinks


def read(arrival: Arrival) -> Uplink:
    """Read a message's topic and envelope; what is wrong with it is kept, not raised."""
    topic, device_id = _addressed(arrival.topic)
    try:
        content: Envelope | Refused = payload.read(arrival.payload)
    except Refused as refused:
        content = refused
    return Uplink(arrival, topic, device_id, content)


@lru_cache(_TOPICS_REMEMBERED)
def _addressed(text: str) -> tuple[topics.UpTopic | None, UUID | None]:
    topic = topics.parse(text)
    parsed = parse_public_id(topic.device) if topic else None
    return topic, parsed[1] if parsed and parsed[0] == "device" else None


def _in_vendors_words(arrival: Arrival) -> list[Uplink]:
    """The parts of a vendor's message; none if it is no vendor's.

    A device's name with a vendor is its id with us, or the id's 32 digits: some vendors' firmware
    has room for no more.
    """
    received = int(arrival.received_at.timestamp() * 1000)
    said = codecs.read(arrival.topic, arrival.payload, received)
    if said is None:
        return []
    name = said.device
    parsed = parse_public_id(name if "_" in name else f"device_{name}")
    device_id = parsed[1] if parsed and parsed[0] == "device" else None
    topic = topics.UpTopic("", name, said.leaf)
    return [Uplink(arrival, topic, device_id, part, said) for part in said.parts]


def dead_letter(arrival: Arrival, reason: str) -> NewDeadLetter:
    """What is kept of a message that was not taken; PostgreSQL's text holds no NUL."""
    return NewDeadLetter(
        arrival.received_at,
        arrival.topic.replace("\0", "\ufffd"),
        reason,
        arrival.size,
        arrival.payload[:MAX_BYTES],
    )
