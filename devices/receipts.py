"""A receipt says what became of a message: a device keeps an event until it has one.

``{"v":1,"id":"7-42","status":"stored","ts":1763712000000}`` on ``…/rcpt``, after the commit.
``status`` is stored, duplicate (it was stored before; just as good) or refused, then with a
``reason``. A call for help has two more, later and each of the same id: seen, when somebody has
taken responsibility, and on_the_way, when somebody was sent (``devices/answers.py``).

``ts`` is when it was written, ms since 1970-01-01 UTC. ``id`` is null where the
message was too broken to have one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from devices import topics
from devices.codecs import VendorMessage
from devices.payload import VERSION
from devices.pipeline import Outcome, Status
from devices.topics import Down, Up
from devices.uplink import Uplink
from domain.devices.answers import Progress

_STATUSES: Final[Mapping[str, Status | Progress]] = {
    each.value: each for words in (Status, Progress) for each in words
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as a device reads it; ``ts`` in ms since 1970-01-01 UTC."""

    id: str | None
    status: Status | Progress
    ts: int
    reason: str | None = None


def receipts(
    uplinks: Sequence[Uplink], outcomes: Sequence[Outcome], ts: int
) -> Iterator[tuple[str, bytes]]:
    """The receipts of a batch, as (topic, payload).

    An event is always answered, and so is whatever was refused. A measurement is answered at
    QoS 1 only: at QoS 0 the device has asked for no certainty. A vendor's message is answered as
    that vendor does.

    Parameters:
        ts: now, ms since 1970-01-01 UTC.
    """
    for uplink, outcome in zip(uplinks, outcomes, strict=True):
        to = uplink.topic
        if to is None:
            continue
        if uplink.vendor is not None:
            yield from _in_vendors_words(uplink.vendor, outcome)
            continue
        asked = to.leaf is Up.EVENT or uplink.arrival.qos > 0
        if asked or outcome.status is Status.REFUSED:
            receipt = Receipt(uplink.id, outcome.status, ts, outcome.reason)
            yield topics.topic(to.tenant, to.device, Down.RECEIPT), encode(receipt)


def _in_vendors_words(message: VendorMessage, outcome: Outcome) -> Iterator[tuple[str, bytes]]:
    answer = message.answer
    if answer is not None:
        refused = outcome.status is Status.REFUSED
        yield answer.topic, answer.refused if refused else answer.stored


def encode(receipt: Receipt) -> bytes:
    """A receipt's JSON."""
    said = {"v": VERSION, "id": receipt.id, "status": receipt.status.value, "ts": receipt.ts}
    return orjson.dumps(said if receipt.reason is None else {**said, "reason": receipt.reason})


def decode(payload: bytes) -> Receipt | None:
    """A receipt from its JSON; None for anything else."""
    try:
        said: Any = orjson.loads(payload)
        return Receipt(said["id"], _STATUSES[said["status"]], said["ts"], said.get("reason"))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return None
