"""Messages a second through a bridge: QoS 1, durable before PUBACK, rules on.

    python -m benchmarks.bridge [--messages 100000] [--bands 1000] [--bridges 1]

Sleep bands publish readings over some connections as fast as the broker takes them, to a real
broker (Mosquitto where it is installed, else the embedded one), with a PostgreSQL that flushes to
the disk. Prints messages a second by the clock, and the CPU time a message of the bridges and of
PostgreSQL: what a bridge does on a core of its own is one second divided by its own. Compares what
was sent with what is stored; the exit code is 1 where they differ.
"""

import argparse
import asyncio
import base64
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from benchmarks.flood import publish
from benchmarks.running_broker import RunningBroker, running_broker
from domain.calendar import today
from domain.crypto import Vault
from domain.devices.credentials import device_name
from migrations.run import upgrade
from yiyang.district.load import load_district
from yiyang.embedded.postgres import EmbeddedPostgres

_TENANT: Final = "bench"
_CONNECTIONS: Final = 4
_ELDERS_A_BAND: Final = 24  # as the district deals them out
_SETTLED: Final = """
    SELECT count(*) FROM bridge_member JOIN bridge_view ON name = ANY (members)
    WHERE epoch = settled AND epoch = (SELECT max(epoch) FROM bridge_view)
"""
_KEY: Final = bytes(32)


async def _fill(url: str, bands: int) -> list[str]:
    """Make a district. Returns: the names of as many sleep bands."""
    connection = await asyncpg.connect(url)
    try:
        await load_district(
            connection,
            Vault({"bnch": _KEY}, "bnch", _KEY),
            elders=bands * _ELDERS_A_BAND,
            seed=1,
            today=today(),
            progress=lambda done, total, what: None,
        )
        query = "SELECT id FROM device WHERE kind = 'SLEEP_BAND' ORDER BY id LIMIT $1"
        found = [device_name(row["id"]) for row in await connection.fetch(query, bands)]
        if len(found) < bands:
            sys.exit(f"the district has {len(found)} bands only")
        return found
    finally:
        await connection.close()


@contextmanager
def _bridges(much: int, folder: Path, url: str, broker: RunningBroker) -> Generator[list[int]]:
    """Bridges that have subscribed; their process ids."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for number in range(much):
            ready = folder / f"ready-{number}"
            environment = {
                "YIYANG_DATABASE_URL": url,
                "YIYANG_MQTT_URL": broker.mqtt5_url,
                "YIYANG_TENANT": _TENANT,
                "YIYANG_BRIDGE_NAME": f"bench-{number}",
                "YIYANG_DEVICE_KEY": base64.b64encode(_KEY).decode(),
                "YIYANG_READY_FILE": str(ready),
                "YIYANG_LOG_LEVEL": "WARNING",
            }
            command = [sys.executable, "-m", "yiyang", "bridge"]
            processes.append(subprocess.Popen(command, env=os.environ | environment))
            while not ready.exists():
                time.sleep(0.05)
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _cpu_seconds(pids: Sequence[int]) -> float:
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(each.user + each.system for each in times)


def _servers() -> list[int]:
    """PostgreSQL's processes."""
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if child.name() == "postgres"]


async def _shared(url: str, much: int) -> None:
    """Wait until so many bridges have settled who stores what."""
    connection = await asyncpg.connect(url)
    try:
        while await connection.fetchval(_SETTLED) != much:  # noqa: ASYNC110  # the database is asked
            await asyncio.sleep(0.5)
    finally:
        await connection.close()


async def _stored(url: str, wanted: int) -> int:
    """Wait until so many readings are stored, or nothing more comes."""
    connection = await asyncpg.connect(url)
    try:
        found, changed = 0, time.monotonic()
        while found < wanted and time.monotonic() - changed < 10:
            before, found = found, await connection.fetchval("SELECT count(*) FROM telemetry")
            changed = time.monotonic() if found != before else changed
            await asyncio.sleep(0.2)
        return found
    finally:
        await connection.close()


def _measure(folder: Path, messages: int, bands: int, bridges: int) -> bool:
    with ExitStack() as parts:
        postgres = parts.enter_context(EmbeddedPostgres(folder / "postgres"))
        upgrade(postgres.url)
        names = asyncio.run(_fill(postgres.url, bands))
        broker = parts.enter_context(running_broker(folder))
        pids = parts.enter_context(_bridges(bridges, folder, postgres.url, broker))
        asyncio.run(_shared(postgres.url, bridges))
        each = max(1, messages // bands)
        shares = [names[start::_CONNECTIONS] for start in range(_CONNECTIONS)]
        before, server_before = _cpu_seconds(pids), _cpu_seconds(_servers())
        began, first_ms = time.monotonic(), time.time_ns() // 1_000_000 - each
        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            sending = [
                pool.submit(publish, broker.port, broker.login, _TENANT, share, each, first_ms)
                for share in shares
            ]
            stored = asyncio.run(_stored(postgres.url, each * bands))
            seconds = time.monotonic() - began
            sent = sum(task.result() for task in sending)
        mine, theirs = _cpu_seconds(pids) - before, _cpu_seconds(_servers()) - server_before
    print(f"broker             {broker.name}")
    print(f"sent, stored       {sent:,}, {stored:,}")
    print(f"by the clock       {stored / seconds:,.0f} messages/s, {bridges} bridge(s)")
    print(f"CPU, bridges       {mine / stored * 1e6:.1f} us a message")
    print(f"CPU, PostgreSQL    {theirs / stored * 1e6:.1f} us a message")
    print(f"a core of bridges   {stored / mine:,.0f} messages/s")
    return sent == stored


def main() -> None:
    """Measure once, and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--bands", type=int, default=1_000)
    parser.add_argument("--bridges", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yiyang-bridge-") as folder:
        # PostgreSQL may run as a user that root lends it.
        Path(folder).chmod(0o755)
        good = _measure(Path(folder), given.messages, given.bands, given.bridges)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
