"""Sockets: what an idle one takes, how soon an alarm is with those who wait, and what a subscriber
costs who does not read.

    python -m benchmarks.sockets [--sockets 5000] [--listeners 100] [--alarms 10000] [--seconds 60]
                                 [--plain]

One `yiyang serve` with one worker, its PostgreSQL, and these clients share the machine. Memory is
what the server's process holds (its resident set).
"""

import argparse
import asyncio
import json
import socket as sockets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
import websockets

from api.auth.tokens import Grant, TokenKey
from api.connections import MAX_A_CLIENT
from benchmarks.reads.figures import percentile
from benchmarks.reads.machine import cpu_seconds, memory_bytes
from benchmarks.reads.servers import Server
from benchmarks.reads.stage import Stage, stage
from benchmarks.reads.subscriber import Subscriber, allow_sockets
from domain.access import Actor, Role

ELDERS = 2_000
WARM_UP, ROUNDS = 3, 20
IDLE_SECONDS = 32
"""Two pings and their pongs."""
_PATIENCE_SECONDS = 30
_AT_ONCE = 50

CHANGED = "subscription { alarmChanged { cursor change } }"
FULL = """subscription ($after: String) { alarmChanged(after: $after) {
  cursor change at alarm { id type severity state level raisedAt spokenText availableActions
    elder { id name age address tags region { name } contacts { name relation phone } }
    device { id kind online lastSeenAt } } } }"""
"""What a duty desk shows: some 800 bytes a frame."""

_EVENT = """
    WITH locked AS (SELECT pg_advisory_xact_lock($2)),
    written AS (INSERT INTO outbox_event (topic, subject_id, change)
        SELECT 'alarm', $1, 'REPEATED' FROM locked)
    SELECT pg_notify('yiyang_outbox', 'alarm')
"""
_OUTBOX_LOCK = 0x59_49_59_41_4E_47


@dataclass
class Crowd:
    """Sockets that wait, and when the last alarm came to each; ``heard`` is told of each message
    and of the place of its socket."""

    token_key: TokenKey
    port: int
    arrived: list[float]
    heard: Callable[[int, bytes], None] | None = None

    async def open(self, number: int, query: str, actor: Actor | None = None) -> list[Subscriber]:
        """Open so many sockets with a subscription each, as many clients as it takes.

        Parameters:
            actor: whose; people who see nothing where none is named.
        """
        loop = asyncio.get_running_loop()
        opened: list[Subscriber] = []
        acknowledged, token = asyncio.Semaphore(0), ""
        for place in range(number):
            if place % MAX_A_CLIENT == 0:
                token = self._token(actor or Actor(uuid4(), Role.FAMILY), place)
            _, subscriber = await loop.create_connection(
                lambda token=token, place=place: Subscriber(
                    token, query, acknowledged.release, partial(self._take, place)
                ),
                "127.0.0.1",
                self.port,
            )
            opened.append(subscriber)
            if place % _AT_ONCE == _AT_ONCE - 1:
                for _ in range(_AT_ONCE):
                    await acknowledged.acquire()
        return opened

    def _token(self, actor: Actor, place: int) -> str:
        # A client is a subject: whoever wants more sockets than one may have is several.
        subject = actor if place < MAX_A_CLIENT else Actor(uuid4(), actor.role, actor.region)
        return self.token_key.sign(Grant(subject, datetime.now(UTC) + timedelta(hours=2)))

    def _take(self, place: int, at: float, message: bytes) -> None:
        self.arrived.append(at)
        if self.heard:
            self.heard(place, message)


async def happen(connection: asyncpg.Connection, alarm: UUID) -> float:
    """One change of an alarm, as its repeat is one; the moment before its commit."""
    before = perf_counter()
    await connection.execute(_EVENT, alarm, _OUTBOX_LOCK)
    return before


async def idle(
    stand: Stage, server: Server, number: int, listeners: int, *, plain: bool = False
) -> None:
    """Print what idle sockets hold, and how soon some of them have an alarm.

    Parameters:
        plain: the idle ones have no subscription; else each looks whether the alarm is its own.
    """
    key = TokenKey(stand.district.keys.token_jwk)
    crowd = Crowd(key, server.port, [])
    connection = await asyncpg.connect(stand.district.url)
    try:
        alarm = await connection.fetchval("SELECT id FROM alarm ORDER BY id DESC LIMIT 1")
        # Plans, statements and connections to the database are no sockets'.
        await crowd.open(_AT_ONCE, CHANGED)
        await happen(connection, alarm)
        await asyncio.sleep(2)
        before = memory_bytes(server.pid)
        held = await crowd.open(number, "" if plain else CHANGED)
        opened = memory_bytes(server.pid)
        cpu = cpu_seconds(server.pid)
        await asyncio.sleep(IDLE_SECONDS)
        used = (cpu_seconds(server.pid) - cpu) / IDLE_SECONDS
        rested = memory_bytes(server.pid)
        print(
            f"{number:,} idle sockets {'without' if plain else 'with'} a subscription: "
            f"{(opened - before) / number / 1024:.1f} KB a socket, "
            f"{(rested - before) / number / 1024:.1f} KB after {IDLE_SECONDS} s; pings take "
            f"{used:.0%} of a core"
        )
        region = stand.district.cast.players[Role.DISPATCHER].region_code
        desk = Actor(
            stand.district.cast.players[Role.DISPATCHER].account_id, Role.DISPATCHER, region
        )
        held += await crowd.open(listeners, CHANGED, desk)
        await asyncio.sleep(1)
        await _show_deliveries(crowd, connection, alarm, listeners, server)
        assert all(one.is_open for one in held), "sockets were closed"
    finally:
        await connection.close()


async def _show_deliveries(
    crowd: Crowd, connection: asyncpg.Connection, alarm: UUID, listeners: int, server: Server
) -> None:
    lasts: list[float] = []
    cpu = cpu_seconds(server.pid)
    for number in range(WARM_UP + ROUNDS):
        crowd.arrived.clear()
        before = await happen(connection, alarm)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(crowd.arrived) < listeners:  # noqa: ASYNC110  # cheaper than an event each
                await asyncio.sleep(0.001)
        if number >= WARM_UP:
            lasts.append((max(crowd.arrived) - before) * 1000)
        await asyncio.sleep(0.1)
    print(
        f"an alarm is with the last of {listeners} of them {percentile(lasts, 50):.0f} ms after it "
        f"was written (median of {ROUNDS}; longest {max(lasts):.0f} ms); each takes the server "
        f"{(cpu_seconds(server.pid) - cpu) / (WARM_UP + ROUNDS) * 1000:.0f} ms of its processor"
    )


async def slow(stand: Stage, server: Server, alarms: int, seconds: float) -> None:
    """Print what a subscriber costs who stops reading while alarms pass, and how it resumes."""
    key = TokenKey(stand.district.keys.token_jwk)
    player = stand.district.cast.players[Role.DISPATCHER]
    actor = Actor(player.account_id, Role.DISPATCHER, player.region_code)
    token = key.sign(Grant(actor, datetime.now(UTC) + timedelta(hours=2)))
    connection = await asyncpg.connect(stand.district.url)
    rows = await connection.fetch("SELECT id FROM alarm ORDER BY id DESC LIMIT 500")
    try:
        async with _reader(server.port, token) as (socket, subscribe):
            await subscribe(None)
            await happen(connection, rows[0]["id"])
            cursors = [_change(await _next(socket))["cursor"]]
            await _pass_by(connection, [row["id"] for row in rows], alarms, seconds, server)
            got, told, code = await _read_on(socket)
        cursors += got
        print(
            f"it reads again: {len(got):,} changes were on their way, then closed with {code}; "
            f"told {told}"
        )
        async with _reader(server.port, token) as (socket, subscribe):
            await subscribe(cursors[-1])
            told = []
            while len(cursors) < alarms + 1:
                answer = await _next(socket)
                cursors.append(_change(answer)["cursor"])
                told += [answer["extensions"]["gap"]] if "extensions" in answer else []
        assert len(set(cursors)) == alarms + 1, "something is missing, or came twice"
        print(f"resumed after its last cursor: told {told}, then all the rest, each once, in order")
    finally:
        await connection.close()


async def _pass_by(
    connection: asyncpg.Connection, alarms: list[UUID], number: int, seconds: float, server: Server
) -> None:
    before = most = memory_bytes(server.pid)
    start = perf_counter()
    for place in range(number):
        await happen(connection, alarms[place % len(alarms)])
        ahead = start + place * seconds / number - perf_counter()
        if ahead > 0:
            await asyncio.sleep(ahead)
        if place % 100 == 0:
            most = max(most, memory_bytes(server.pid))
    print(
        f"{number:,} alarms in {perf_counter() - start:.0f} s past a subscriber who does not read: "
        f"the server holds {before / 2**20:.1f} MB before and {most / 2**20:.1f} MB at most"
    )


@asynccontextmanager
async def _reader(port: int, token: str) -> AsyncGenerator[tuple[Any, Any], None]:
    """A socket that takes little it does not read, and what subscribes on it."""
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 65536)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=[websockets.Subprotocol("graphql-transport-ws")],
        sock=raw,
        max_queue=1,
        ping_interval=None,
    ) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"token": token}}))
        await socket.recv()

        async def subscribe(after: str | None) -> None:
            payload = {"query": FULL, "variables": {"after": after}}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            # The protocol does not acknowledge a subscription.
            await asyncio.sleep(1)

        yield socket, subscribe


async def _next(socket: Any) -> dict[str, Any]:
    """The payload of the next result; pings are answered."""
    while (frame := json.loads(await socket.recv()))["type"] != "next":
        assert frame["type"] != "error", frame
        if frame["type"] == "ping":
            await socket.send(json.dumps({"type": "pong"}))
    return frame["payload"]


async def _read_on(socket: Any) -> tuple[list[str], list[Any], int | None]:
    """What is left on a socket: cursors, what was told of gaps, and the code that it ends with."""
    cursors: list[str] = []
    told: list[Any] = []
    try:
        while True:
            answer = await _next(socket)
            cursors.append(_change(answer)["cursor"])
            told += [answer["extensions"]["gap"]] if "extensions" in answer else []
    except websockets.ConnectionClosed:
        return cursors, told, socket.close_code


def _change(answer: dict[str, Any]) -> dict[str, Any]:
    return answer["data"]["alarmChanged"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Memory of sockets, and of slow readers.")
    parser.add_argument("--sockets", type=int, default=5_000)
    parser.add_argument("--listeners", type=int, default=100)
    parser.add_argument("--alarms", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--plain", action="store_true", help="idle sockets without subscriptions")
    given = parser.parse_args()
    allow_sockets(given.sockets)
    with stage(ELDERS, ["planned"]) as stand:
        server = stand.server("planned")
        with server.awake():
            if given.alarms:
                uvloop.run(slow(stand, server, given.alarms, given.seconds))
            uvloop.run(idle(stand, server, given.sockets, given.listeners, plain=given.plain))


if __name__ == "__main__":
    main()
