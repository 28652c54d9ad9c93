"""The parts of a deployment, each run alone: bridge, worker, test calls, simulator."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from domain.database import Database
from domain.devices.models import DeviceKind
from yiyang.failures import Failure
from yiyang.setting_values import key_of
from yiyang.settings import Environment, Settings, SettingsError
from yiyang.startup import release_collector

if TYPE_CHECKING:
    from domain.crypto import Vault
    from domain.emergency.calling import EmergencyServices
    from yiyang.outbound.signed import SignedPosts
    from yiyang.reporting import Reporting

_SIMULATED = dict.fromkeys(DeviceKind, 40) | {
    DeviceKind.SLEEP_BAND: 100,
    DeviceKind.SOS_BUTTON: 300,
}
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
        vendor_formats=tuple(sorted(settings.vendor_formats)),
        require_mac=settings.require_mac,
        client_id=settings.bridge_name,
    )
    release_collector()
    asyncio.run(run_bridge(wanted, settings.say_ready))


def work(settings: Settings) -> None:
    """Run durable jobs until SIGTERM.

    Raises: SettingsError for a setting that is missing or makes no sense.
    """
    release_collector()
    asyncio.run(until_told(_work(settings)))


async def _work(settings: Settings) -> None:
    from domain.devices.retention import Retention
    from yiyang.messengers import messengers_of
    from yiyang.outbound.webhooks import HttpSender
    from yiyang.worker import work as run

    url, vault = settings.need("database_url"), settings.need_vault()
    sender, log = HttpSender(anywhere=settings.webhooks_anywhere), settings.audit_log
    kept = Retention(settings.telemetry_days, settings.event_days, settings.dead_letter_days)
    reporting, emergency = _reporting(settings, vault), _emergency(settings)
    missed_after = timedelta(hours=settings.visit_missed_hours)
    async with messengers_of(settings) as messengers:
        await run(
            url,
            settings.say_ready,
            vault,
            sender,
            log,
            kept,
            messengers,
            reporting,
            emergency,
            missed_after,
        )


def _reporting(settings: Settings, vault: "Vault") -> "Reporting | None":
    from yiyang.outbound.upstream import HttpCarrier
    from yiyang.reporting import Reporting

    posts = _posts(settings, "upstream")
    if posts is None:
        return None
    return Reporting(HttpCarrier(posts), vault if settings.upstream_id_numbers else None)


def _emergency(settings: Settings) -> "EmergencyServices | None":
    from yiyang.outbound.emergency import HttpEmergencyServices

    posts = _posts(settings, "emergency")
    return None if posts is None else HttpEmergencyServices(posts)


def _posts(settings: Settings, name: str) -> "SignedPosts | None":
    """To the address that the settings ``<name>_url`` and ``<name>_secret`` say, if any.

    Raises: SettingsError.
    """
    from yiyang.outbound.signed import SignedPosts
    from yiyang.outbound.webhooks import HttpSender

    url: str | None = getattr(settings, f"{name}_url")
    if url is None:
        return None
    plain = settings.environment is Environment.DEVELOPMENT
    if not url.startswith(("https://", "http://")[: 1 + plain]):
        raise SettingsError(f"YIYANG_{name.upper()}_URL is no address that begins with https://.")
    given = settings.need(f"{name}_secret").removeprefix("whsec_")
    secret = key_of(given, f"YIYANG_{name.upper()}_SECRET")
    return SignedPosts(url, secret, HttpSender(anywhere=True))


def simulate(settings: Settings) -> None:
    """Play some of the district's devices until SIGTERM."""
    asyncio.run(until_told(_simulate(settings)))


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


def canary(settings: Settings) -> None:
    """Ring each station's test call each minute until SIGTERM.

    Raises: SettingsError for a setting that is missing or makes no sense.
    """
    from api.auth.tokens import TokenKey
    from yiyang.canary import CanarySettings, keep_ringing

    release_collector()
    wanted = CanarySettings(
        database_url=settings.need("database_url"),
        mqtt_url=settings.need("mqtt_url"),
        tenant=settings.tenant,
        master_key=settings.need_device_key(),
        token_key=TokenKey(settings.need_token_key()),
        api_url=settings.need("canary_url"),
    )
    asyncio.run(until_told(keep_ringing(wanted, settings.say_ready)))


async def until_told(running: Coroutine[Any, Any, None]) -> None:
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
