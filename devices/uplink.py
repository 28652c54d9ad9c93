"""A message on its way in: as it came, and as far as it can be read without the database."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from devices import payload, topics
from devices.payload import MAX_BYTES, Envelope, Refused
from domain.devices.service import NewDeadLetter
from domain.ids import parse_public_id


class Arrival(NamedTuple):
    """A message as it came.

    Parameters:
        payload: its first bytes, one more than a good message may have at most.
        size: how many bytes it had.
        packet_id: its MQTT packet id; 0 at QoS 0.
        connection: which connection brought it; only there can it be acknowledged.
    """

    topic: str
    payload: bytes
    size: int
    qos: int
    received_at: datetime
    packet_id: int = 0
    connection: int = 0


class Uplink(NamedTuple):
    """A message with its topic taken apart and its envelope read."""

    arrival: Arrival
    topic: topics.UpTopic | None
    device_id: UUID | None
    content: Envelope | Refused

    @property
    def id(self) -> str | None:
        """The message's id, where it could be read."""
        return self.content.id


def read(arrival: Arrival) -> Uplink:
    """Read a message's topic and envelope; what is wrong with it is kept, not raised."""
    topic = topics.parse(arrival.topic)
    parsed = parse_public_id(topic.device) if topic else None
    device_id = parsed[1] if parsed and parsed[0] == "device" else None
    try:
        content: Envelope | Refused = payload.read(arrival.payload)
    except Refused as refused:
        content = refused
    return Uplink(arrival, topic, device_id, content)


def dead_letter(arrival: Arrival, reason: str) -> NewDeadLetter:
    """What is kept of a message that was not taken; PostgreSQL's text holds no NUL."""
    return NewDeadLetter(
        arrival.received_at,
        arrival.topic.replace("\0", "\ufffd"),
        reason,
        arrival.size,
        arrival.payload[:MAX_BYTES],
    )
