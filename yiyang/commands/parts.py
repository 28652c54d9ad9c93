"""The parts of a deployment, each run alone: bridge, worker, simulator."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import DBAPIError

from domain.database import Database
from domain.devices.models import DeviceKind
from yiyang.failures import Failure
from yiyang.settings import Settings, SettingsError
from yiyang.startup import release_collector

_SIMULATED = {DeviceKind.SLEEP_BAND: 100, DeviceKind.SOS_BUTTON: 300}
"""How many of a kind at most, the first of the district: enough to see, little to carry."""


def bridge(settings: Settings) -> None:
    """Carry device messages until SIGTERM; what has been read by then is stored.

    Raises: SettingsError for a setting that is missing or makes no sense.
    """
    from devices.bridge import BridgeSettings, run_bridge

    wanted = BridgeSettings(
        database_url=settings.need("database_url"),
        mqtt_url=settings.need("mqtt_url"),
        tenant=settings.tenant,
        master_key=settings.need_device_key(),
    )
    release_collector()
    try:
        asyncio.run(run_bridge(wanted, settings.say_ready))
    except ValueError as error:
        raise SettingsError(f"YIYANG_MQTT_URL makes no sense: {error}") from error


def work(settings: Settings) -> None:
    """Run durable jobs until SIGTERM.

    Raises: SettingsError for a setting that is missing or makes no sense.
    """
    from yiyang.outbound.webhooks import HttpSender
    from yiyang.worker import work as run

    release_collector()
    url, vault = settings.need("database_url"), settings.need_vault()
    sender = HttpSender(anywhere=settings.webhooks_anywhere)
    log = settings.audit_log
    asyncio.run(_until_told(run(url, settings.say_ready, vault, sender, log)))


def simulate(settings: Settings) -> None:
    """Play some of the district's devices until SIGTERM."""
    asyncio.run(_until_told(_simulate(settings)))


async def _simulate(settings: Settings) -> None:
    from devices.listing import devices_to_simulate
    from devices.simulator import SimulatorSettings, run_simulator

    release_collector()
    database = Database(settings.need("database_url"), pool_size=1)
    try:
        played = await devices_to_simulate(database, _SIMULATED)
    except (OSError, DBAPIError) as error:
        raise Failure(f"no devices can be read by YIYANG_DATABASE_URL: {error}") from error
    finally:
        await database.close()
    settings.say_ready()
    await run_simulator(SimulatorSettings(settings.need("mqtt_url"), settings.tenant), played)


async def _until_told(running: Coroutine[Any, Any, None]) -> None:
    """Run until SIGTERM or SIGINT, then cancel."""
    stop = asyncio.create_task(_told_to_stop().wait())
    task = asyncio.create_task(running)
    await asyncio.wait({stop, task}, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    else:
        task.result()


def _told_to_stop() -> asyncio.Event:
    """Set by SIGTERM and SIGINT."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    return stop
