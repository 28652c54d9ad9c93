"""``yiyang canary``: each minute a real press at each station, through the real broker, to a real
subscriber. What does not come through is judged by the worker, which knows it from silence."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlsplit

from api.auth.scopes import OWN_DOCUMENTS
from api.auth.tokens import Grant, TokenKey
from devices.press import PressFailed, press
from domain.access import Actor, Role
from domain.calendar import now
from domain.canary import service
from domain.canary.judging import OVERDUE
from domain.canary.service import Followed
from domain.canary.setting_up import Canary, account, canaries, install
from domain.database import Database
from domain.devices.credentials import device_name, device_password
from domain.outage import cause_of, is_outage
from yiyang.canary.screen import Screen
from yiyang.graphql_ws import Endpoint

log = logging.getLogger("yiyang.canary")

ACTOR: Final = "canary"
_EVERY_S: Final = 60.0
_RETRY_S: Final = 2.0
_TOKEN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CanarySettings:
    """What ringing needs.

    Parameters:
        mqtt_url: of the listener for devices. With a user and a password in it all buttons sign in
            with these, as on the embedded broker; without, each with its own.
        master_key: what device passwords are derived from, 32 bytes.
        token_key: signs the subscriber's tokens, as the API's own.
        api_url: ``ws[s]://…/graphql`` of the API.
        every_s: seconds between a station's presses.
    """

    database_url: str = field(repr=False)
    mqtt_url: str = field(repr=False)
    tenant: str
    master_key: bytes = field(repr=False)
    token_key: TokenKey = field(repr=False)
    api_url: str
    every_s: float = _EVERY_S


async def keep_ringing(settings: CanarySettings, ready: Callable[[], None]) -> None:
    """Ring until cancelled. A station without a test button gets one.

    Parameters:
        ready: called whenever the subscriber has begun to look.
    """
    database = Database(settings.database_url, pool_size=2)
    try:
        screen = Screen(await _set_up(settings, database))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(screen.keep_looking(ready))
            while True:
                await _ring_round(settings, database, screen, tasks)
                await asyncio.sleep(settings.every_s)
    finally:
        await database.close()


async def _set_up(settings: CanarySettings, database: Database) -> Callable[[], Endpoint]:
    """Where the subscriber looks, as soon as the database is there: parts start in any order."""
    while True:
        try:
            return await _endpoint(settings, database)
        except Exception as failure:
            if not is_outage(failure):
                raise
            log.warning("The database is away, trying again: %s", cause_of(failure))
        await asyncio.sleep(_RETRY_S)


async def _endpoint(settings: CanarySettings, database: Database) -> Callable[[], Endpoint]:
    async with database.transaction(ACTOR) as session:
        await install(session)
        viewer = await account(session)
    assert viewer is not None, "it has just been installed"
    actor = Actor(viewer, Role.VENDOR)

    def endpoint() -> Endpoint:
        ends = datetime.now(UTC) + _TOKEN_FOR
        token = settings.token_key.sign(Grant(actor, ends, scopes=frozenset({OWN_DOCUMENTS})))
        return Endpoint(settings.api_url, token, "en")

    return endpoint


async def _ring_round(
    settings: CanarySettings, database: Database, screen: Screen, tasks: asyncio.TaskGroup
) -> None:
    """Have each station ring once, spread over the time until the next round."""
    try:
        async with database.transaction(ACTOR) as session:
            if added := await install(session):
                log.info("%d stations have got a test button", added)
            all_of_them = await canaries(session)
    except Exception:
        log.exception("The stations' test buttons cannot be read, trying again")
        return
    for number, canary in enumerate(all_of_them):
        wait_s = settings.every_s * number / len(all_of_them)
        tasks.create_task(_ring_later(settings, database, screen, canary, wait_s))


async def _ring_later(
    settings: CanarySettings, database: Database, screen: Screen, canary: Canary, wait_s: float
) -> None:
    await asyncio.sleep(wait_s)
    try:
        await _ring(settings, database, screen, canary)
    except Exception:
        # One that is not written is judged as one that was not rung.
        log.exception("The test call of %s cannot be written", device_name(canary.device_id))


async def _ring(
    settings: CanarySettings, database: Database, screen: Screen, canary: Canary
) -> None:
    pressed_at = now()
    async with database.transaction(ACTOR) as session:
        run_id = await service.begin(session, canary, pressed_at)
    with screen.awaiting(canary.device_id, pressed_at) as shown:
        event_id, confirmed_at = await _pressed(settings, canary)
        left = (pressed_at + OVERDUE - now()).total_seconds()
        await asyncio.wait({shown}, timeout=max(left, 0))
        shown_at = shown.result() if shown.done() else None
    if shown_at is None:
        log.warning("The test call of %s was not shown", device_name(canary.device_id))
    async with database.transaction(ACTOR) as session:
        await service.finish(session, run_id, Followed(event_id, confirmed_at, shown_at))


async def _pressed(settings: CanarySettings, canary: Canary) -> tuple[str | None, datetime | None]:
    """Press, and wait for the receipt. Returns: the press's name, and when the receipt came."""
    device = device_name(canary.device_id)
    secret = device_password(settings.master_key, canary.device_id, canary.secret_version)
    url = _as_device(settings.mqtt_url, device, secret)
    patience = OVERDUE.total_seconds()
    try:
        receipt = await press(url, settings.tenant, device, timeout_s=patience, secret=secret)
    except PressFailed as failed:
        log.warning("%s", failed)
        return None, None
    return receipt.id, now()


def _as_device(url: str, device: str, password: str) -> str:
    parts = urlsplit(url)
    if parts.username:
        return url
    return parts._replace(netloc=f"{device}:{quote(password)}@{parts.netloc}").geturl()
