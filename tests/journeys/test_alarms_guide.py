"""The story of docs/alarms.md as it stands there: each operation, and the answer below it."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from devices.bridge import BridgeSettings
from domain.access import Role
from domain.calendar import now
from domain.canary.setting_up import canaries, install
from domain.crypto import Vault
from domain.database import Database
from domain.devices.credentials import device_name
from domain.notifications import planning
from tests.aliyun import AliyunStandIn
from tests.clients import PUSH_TEMPLATE, Api
from tests.conftest import Broker
from tests.devices.wire import MASTER_KEY, Field, in_the_field, number, running
from tests.journeys.night import at_work, messages_of
from tests.journeys.telling import blocks, is_as_written, story
from tests.makers.canary import ran
from tests.makers.notifications import make_reachable, make_wechat_user, nobody_reachable
from tests.waiting import until
from tests.wechat import WechatStandIn

GUIDE = Path(__file__).parents[2] / "docs" / "alarms.md"
TENANT = "guide"
OF_THE_DAY = {
    *("p50", "p99", "lastMs", "p50Ms", "p99Ms", "stations", "runs", "totalCount"),
    *("elders", "protected", "partly", "uncovered", "neverHeard", "withoutDevice"),
    *("devices", "readings", "elderDays", "alarms", "perDayPerHundredElders"),
}
"""Figures that are others each time; they are figures all the same."""


def on_the_wire() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the device says, and what it hears."""
    said, heard = blocks(GUIDE, "json")[:2]
    return json.loads(said), [json.loads(line) for line in heard.splitlines()]


def an_hour_around(moment: datetime) -> dict[str, str]:
    """What stands for the arguments that are moments."""
    hour = timedelta(hours=1)
    return {
        **dict.fromkeys(("from", "since", "storedFrom"), (moment - hour).isoformat()),
        **dict.fromkeys(("to", "until", "storedTo"), (moment + hour).isoformat()),
    }


def filled_in(operation: str, seen: dict[str, str]) -> str:
    """With what was shown last where the page has an ellipsis."""
    operation = re.sub(r'"([a-z_]+)_…"', lambda found: f'"{seen[found[1]]}"', operation)
    return re.sub(r'(\w+): "…"', lambda found: f'{found[1]}: "{seen[found[1]]}"', operation)


def remember(seen: dict[str, str], answer: Any) -> None:
    """Take over the last id of each kind, and where the stream stands."""
    for found in re.finditer(r"'(([a-z_]+)_[0-9a-f]{32})'", str(answer)):
        seen[found[2]] = found[1]
    if cursor := re.search(r"'streamCursor': '(.+?)'", str(answer)):
        seen["after"] = cursor[1]


@pytest.fixture
async def devices(
    database: Database,
    database_url: str,
    vault: Vault,
    api: Api,
    broker: Broker,
    wechat: WechatStandIn,
    aliyun: AliyunStandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[Field, None]:
    """Bridge and worker run, WeChat and SMS are set up, the daughter alone can be told; stations
    have rung their test calls."""
    # The SMS is not due before somebody has answered.
    monkeypatch.setattr(planning, "NEXT_AFTER", timedelta(hours=1))
    await nobody_reachable(database)
    daughter = await make_reachable(database, vault, api.district.daughter_id, "13900000001")
    await make_wechat_user(database, vault, daughter, PUSH_TEMPLATE, 2)
    await every_station_has_rung(database)
    settings = BridgeSettings(database_url, broker.mqtt5_url, TENANT, MASTER_KEY)
    async with (
        running(settings),
        in_the_field(broker.mqtt_url, TENANT) as field,
        at_work(database_url, vault, messages_of(wechat, aliyun)),
    ):
        yield field


async def every_station_has_rung(database: Database) -> None:
    async with database.transaction("test") as session:
        await install(session)
        stations = [one.station_id for one in await canaries(session)]
    for station in stations:
        await ran(database, station, timedelta(seconds=10), came=True)


@asynccontextmanager
async def pressed(api: Api, devices: Field, database: Database) -> AsyncGenerator[None, None]:
    """The mother sleeps, and presses as the page says; her button hears what the page says."""
    band, button = (
        device_name(one) for one in (api.district.sleep_band_id, api.district.sos_button_id)
    )
    asleep = devices.message("telemetry", {"heart_rate": 58, "in_bed": True})
    await devices.publish(band, "tele", asleep)
    await devices.receipt(asleep["id"])
    said, heard = on_the_wire()
    moment = {"ts": devices.message("sos", {})["ts"]}
    await devices.publish(button, "event", said | moment)
    await devices.receipt(said["id"])
    await until(lambda: the_daughter_is_told(database))
    yield
    for nth, written in enumerate(heard, start=1):
        receipt = await devices.receipt(said["id"], nth)
        assert receipt | {"ts": written["ts"]} == written


async def the_daughter_is_told(database: Database) -> bool:
    """By a push; so the SMS need not go out."""
    query = "SELECT count(*) FROM notification WHERE state IN ('SENT', 'SKIPPED')"
    return await number(database, query) == 2


async def heard(api: Api, role: Role, subscription: str, written: Any) -> Any:
    """The first frame that is what the page says."""
    async with api.socket(role) as socket:
        await socket.subscribe(subscription)
        while not is_as_written(frame := (await socket.next())["data"], written, OF_THE_DAY):
            pass
    return frame


async def test_the_story_can_be_copied(api: Api, devices: Field, database: Database) -> None:
    seen = an_hour_around(now())
    async with pressed(api, devices, database):
        for told in story(GUIDE):
            filled = filled_in(told.operation, seen)
            if "subscription" in told.operation:
                answer = await heard(api, told.role, filled, told.answer)
            else:
                answer = await api.data(told.role, filled)
            assert is_as_written(answer, told.answer, OF_THE_DAY), (told.operation, answer)
            remember(seen, answer)
