"""One press, and a crowd of desks that wait for it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from time import perf_counter
from typing import Any, Final

import orjson

from api.auth.tokens import TokenKey
from api.relay import decode_cursor
from benchmarks.alarms.calls import Scale
from benchmarks.alarms.field import Field
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Stand
from benchmarks.alarms.tally import CALLS, Books, books
from benchmarks.reads.figures import percentile
from benchmarks.sockets import Crowd
from domain.access import Actor, Role
from domain.ids import public_id
from yiyang import tokens

_FEWER: Final = 5
"""Of so many presses of other scenarios there is one here."""
_REST_S: Final = 0.2
_SUBSCRIBED_S: Final = 2.0
"""The protocol does not acknowledge a subscription."""
_PATIENCE_S: Final = 30.0
_LOOK_S: Final = 0.002
_CHANGED: Final = (
    'subscription {{ alarmChanged(filter: {{elder: "{elder}"}}) {{ cursor change }} }}'
)


class _Desks:
    """What came to each of them."""

    def __init__(self, number: int) -> None:
        self.positions: list[list[int]] = [[] for _ in range(number)]
        self.calls = 0

    def hear(self, place: int, message: bytes) -> None:
        """A frame."""
        changed: Any = orjson.loads(message)["payload"]["data"]["alarmChanged"]
        if changed["change"] in CALLS:
            (position,) = decode_cursor(changed["cursor"], [int])
            self.positions[place].append(position)
            self.calls += 1


async def to_a_crowd(stand: Stand, scale: Scale) -> Outcome:
    """A button calls some times, and each time all desks are told.

    A call counts as delivered when it has come to all; late is the last of them.
    """
    await stand.ready()
    number, presses = scale.crowd, scale.presses // _FEWER
    (button,) = stand.buttons(1)
    field, desks = Field(stand.mqtt_url, [button]), _Desks(number)
    lasts: list[float] = []
    query = _CHANGED.format(elder=public_id("elder", button.elder_id))
    async with _gathered(stand, query, number, desks), _running(field):
        for press in range(1, presses + 1):
            began = perf_counter()
            field.press(button)
            with suppress(TimeoutError):
                await _until(lambda press=press: desks.calls >= press * number)
            lasts.append((perf_counter() - began) * 1000)
            await asyncio.sleep(_REST_S)
        with suppress(TimeoutError):
            await _until(lambda: field.confirmed == presses)
        kept = await books(stand.postgres.url, [button])
    return _compared(kept, desks, lasts)


@asynccontextmanager
async def _gathered(
    stand: Stand, query: str, number: int, desks: _Desks
) -> AsyncGenerator[None, None]:
    player = tokens.player(stand.cast, Role.DISPATCHER)
    desk = Actor(player.account_id, Role.DISPATCHER, player.region_code)
    crowd = Crowd(TokenKey(stand.keys.token_jwk), stand.port, [], desks.hear)
    held = await crowd.open(number, query, desk)
    try:
        await asyncio.sleep(_SUBSCRIBED_S)
        yield
    finally:
        for one in held:
            one.close()


@asynccontextmanager
async def _running(field: Field) -> AsyncGenerator[None, None]:
    speaking = asyncio.create_task(field.run())
    try:
        yield
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)


async def _until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not reached():
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(_LOOK_S)


def _compared(kept: Books, desks: _Desks, lasts: list[float]) -> Outcome:
    told = sorted(place for places in kept.positions.values() for place in places)
    missing = sum(len({*told} - {*got}) for got in desks.positions)
    too_much = sum(len(got) - len({*told} & {*got}) for got in desks.positions)
    disordered = sum(got != sorted(got) for got in desks.positions)
    everywhere = {*told}.intersection(*desks.positions)
    return Outcome(
        f"one call to {len(desks.positions):,} desks",
        sent=len(lasts),
        stored=sum(map(len, kept.events.values())),
        raised=len(told),
        delivered=len(everywhere),
        lost=len(lasts) - len(told) + missing,
        doubled=too_much + disordered,
        p50_ms=round(percentile(lasts, 50), 1),
        p99_ms=round(percentile(lasts, 99), 1),
    )
