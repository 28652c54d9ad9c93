"""One alarm, a thousand subscribers: how long until the last one has it, and what a frame costs."""

import asyncio
import resource
from pathlib import Path
from time import perf_counter

import asyncpg
import uvloop

from benchmarks.reads.alarms import raised
from benchmarks.reads.district import REGION, District
from benchmarks.reads.figures import percentile
from benchmarks.reads.machine import cpu_seconds
from benchmarks.reads.servers import Server
from benchmarks.reads.stage import stage
from benchmarks.reads.subscriber import Subscriber
from domain.access import Role

SUBSCRIBERS, ALARMS, WARM_UP = 1_000, 20, 3
_PATIENCE_SECONDS = 30
_FILES = 8192
_ACKNOWLEDGE = (Path(__file__).parent / "floor" / "mutation.sql").read_text()

SELECTIONS = (
    "id",
    "id type state",
    "id type severity state level raisedAt",
    "id state acknowledgedAt acknowledgedBy { name }",
    "id type elder { name }",
    "id type state elder { id name address region { name } }",
    "id state device { id kind lastSeenAt }",
    "id spokenText availableActions",
    "id type elder { name contacts { name relation phone } }",
    "id type severity state raisedAt elder { name age tags region { name } } device { kind }",
)
"""What different boards and phones show of an alarm."""


def show_deliveries(elders: int) -> None:
    """Print how deliveries go."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(_FILES, most), most))
    with stage(elders, ["planned"]) as stand:
        server = stand.server("planned")
        with server.awake():
            lasts, cpu = uvloop.run(_deliver(stand.district, server))
    frames = SUBSCRIBERS * len(lasts)
    print(
        f"{len(lasts)} alarms to {SUBSCRIBERS:,} subscribers with {len(SELECTIONS)} selections: "
        f"last frame {percentile(lasts, 50) * 1000:.0f} ms after the commit (median; longest "
        f"{max(lasts) * 1000:.0f} ms), {cpu / frames * 1e6:.0f} µs of the server's core a frame"
    )


async def _deliver(district: District, server: Server) -> tuple[list[float], float]:
    """Seconds from each commit to its last frame, and the processor time of the server."""
    crowd = _Crowd()
    await crowd.gather(district.many_tokens(Role.DISPATCHER, SUBSCRIBERS), server.port)
    account = district.cast.players[Role.DISPATCHER].account_id
    bounds = (REGION, REGION[:-1] + chr(ord(REGION[-1]) + 1))
    connection = await asyncpg.connect(district.url)
    lasts: list[float] = []
    cpu = 0.0
    try:
        for number, key in enumerate((await raised(connection))[: WARM_UP + ALARMS]):
            if number == WARM_UP:
                cpu = cpu_seconds(server.pid)
            change = connection.transaction()
            await change.start()
            await connection.fetchval(_ACKNOWLEDGE, key, account, *bounds)
            committed = perf_counter()
            crowd.expect()
            await change.commit()
            last = await crowd.all_have_it()
            if number >= WARM_UP:
                lasts.append(last - committed)
        return lasts, cpu_seconds(server.pid) - cpu
    finally:
        await connection.close()


class _Crowd:
    """The subscribers, and how many of them have the last alarm."""

    def __init__(self) -> None:
        self._missing = 0
        self._last = 0.0
        self._complete = asyncio.Event()

    async def gather(self, tokens: list[str], port: int) -> None:
        """Subscribe them all, in groups: a listener's queue is not endless."""
        loop = asyncio.get_running_loop()
        self.expect()
        for number, token in enumerate(tokens):
            query = SELECTIONS[number % len(SELECTIONS)]
            document = f"subscription {{ alarmChanged {{ cursor change at alarm {{ {query} }} }} }}"
            await loop.create_connection(
                lambda token=token, document=document: Subscriber(
                    token, document, self._one, self._delivered
                ),
                "127.0.0.1",
                port,
            )
            if number % 50 == 49:
                await asyncio.sleep(0.1)
        await self.all_have_it()
        # The protocol does not acknowledge a subscription.
        await asyncio.sleep(1)

    def expect(self) -> None:
        """Count anew."""
        self._missing = SUBSCRIBERS
        self._complete.clear()

    async def all_have_it(self) -> float:
        """The moment of the last one. Raises: TimeoutError."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._complete.wait()
        return self._last

    def _delivered(self, at: float, message: bytes) -> None:
        self._last = at
        self._one()

    def _one(self) -> None:
        self._missing -= 1
        if not self._missing:
            self._complete.set()
