"""Messages come twice, in no order, or are none."""

import heapq
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from random import Random
from typing import Final

import asyncpg
import orjson

from benchmarks.alarms.calls import Scale, calling
from benchmarks.alarms.field import Message
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import TENANT, Button, Stand
from devices.payload import MAX_BYTES
from devices.topics import Up, topic

_SEED: Final = 1
_MALFORMED_SHARE: Final = 0.01
_BURIED = "SELECT payload FROM dead_letter WHERE topic = ANY($1)"


class Scattered:
    """Has each message go out twice, each time after a while of its own.

    Parameters:
        longest_s: no while is longer.
    """

    def __init__(self, longest_s: float = 1.0) -> None:
        self._longest_s = longest_s
        self._chance = Random(_SEED)
        self._numbers = count()
        self._waiting: list[tuple[float, int, Message]] = []

    def __call__(self, due: list[Message]) -> list[Message]:
        """What goes out now."""
        now = time.monotonic()
        for message in [*due, *due]:
            at = now + self._chance.uniform(0, self._longest_s)
            heapq.heappush(self._waiting, (at, next(self._numbers), message))
        out: list[Message] = []
        while self._waiting and self._waiting[0][0] <= now:
            out.append(heapq.heappop(self._waiting)[2])
        return out


async def twice_and_shuffled(stand: Stand, scale: Scale) -> Outcome:
    """Every message goes out twice, in no order."""
    async with calling(stand, scale, Scattered()) as calls:
        return await calls.outcome("every message twice and shuffled")


async def malformed(stand: Stand, scale: Scale) -> Outcome:
    """One message in a hundred is none: it becomes a dead letter and harms no other.

    They count as sent, and as stored once they are dead letters.
    """
    number = max(round(scale.calls * _MALFORMED_SHARE), len(_wrong(0)))
    async with calling(stand, scale) as calls:
        buttons = [*calls.field.said]
        said: list[bytes] = []
        for each in range(number):
            await calls.reached(each / number)
            kinds = _wrong(each)
            said.append(kinds[each % len(kinds)])
            button = buttons[each % len(buttons)]
            calls.field.publish(topic(TENANT, button.name, Up.EVENT), said[-1])
        outcome = await calls.outcome("1 % malformed")
    buried = await _buried(stand.postgres.url, buttons)
    return replace(
        outcome,
        sent=outcome.sent + number,
        stored=outcome.stored + buried.total(),
        lost=outcome.lost + (_kept(said) - buried).total(),
        doubled=outcome.doubled + (buried - _kept(said)).total(),
    )


def _wrong(number: int) -> list[bytes]:
    """One of each kind of message that is none, all of them with a number in them."""
    whole = {
        "v": 1,
        "id": f"wrong-{number}",
        "boot": 1,
        "seq": number,
        "ts": time.time_ns() // 1_000_000,
        "type": "sos",
        "m": {"battery": 80},
    }
    said = orjson.dumps(whole)
    return [
        said[:-9],
        b"\xff\xfe" + said,
        b"[" * 5_000 + said,
        said + b" " * MAX_BYTES,
        orjson.dumps(whole | {"m": {"battery": [80]}}),
        orjson.dumps(whole | {"id": f"wrong\0{number}"}),
        orjson.dumps(whole | {"v": 99}),
        orjson.dumps(whole | {"seq": -1 - number}),
        orjson.dumps(whole | {"type": "dance"}),
        orjson.dumps([whole]),
    ]


def _kept(payloads: Sequence[bytes]) -> Counter[bytes]:
    """As dead letters keep them: cut."""
    return Counter(payload[:MAX_BYTES] for payload in payloads)


async def _buried(url: str, buttons: Sequence[Button]) -> Counter[bytes]:
    connection = await asyncpg.connect(url)
    try:
        topics = [topic(TENANT, button.name, Up.EVENT) for button in buttons]
        return Counter(row["payload"] for row in await connection.fetch(_BURIED, topics))
    finally:
        await connection.close()
