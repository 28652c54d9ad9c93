"""What a fall at night is told with: workers with an operator's settings, and who is awake."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import update
from sqlmodel import col

from domain.access import Actor, Role
from domain.alarms.models import Alarm
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.aliyun import KEY_ID, AliyunStandIn
from tests.aliyun import SECRET as ALIYUN_SECRET
from tests.clients import PUSH_TEMPLATE, Api, Socket
from tests.devices.wire import Field
from tests.wechat import APP, SECRET, WechatStandIn
from yiyang import worker
from yiyang.messengers import messengers_of
from yiyang.settings import Settings

LOOK = """query ($id: ID!) { alarm(id: $id) { storedAt cancellableUntil escalateAt
  log(first: 50) { nodes { change note account { id } } } } }"""
VERB = """mutation ($input: %(kind)sInput!) { %(name)s(input: $input) {
  userErrors { code field } } }"""
VITALS = "query ($id: ID!) { elder(id: $id) { vitals { kind value } } }"


def messages_of(wechat: WechatStandIn, aliyun: AliyunStandIn) -> Settings:
    """An operator's settings for WeChat and SMS."""
    template = {"app": APP, "id": PUSH_TEMPLATE.template_id, "fields": {"thing1": "what"}}
    sms = {"sign": "颐养", "templates": {"zh-CN": "SMS_1"}, "url": aliyun.url}
    return Settings(
        wechat_apps=SecretStr(json.dumps({APP: SECRET})),
        wechat_url=wechat.url,
        wechat_templates=json.dumps([template]),
        aliyun=SecretStr(json.dumps({"key_id": KEY_ID, "secret": ALIYUN_SECRET, "sms": sms})),
    )


@asynccontextmanager
async def at_work(url: str, vault: Vault, settings: Settings) -> AsyncGenerator[None, None]:
    """Two workers, as `yiyang work` runs them."""
    async with messengers_of(settings) as messengers:
        both = [
            asyncio.create_task(worker.work(url, lambda: None, vault, messengers=messengers))
            for _ in range(2)
        ]
        try:
            yield
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)


@dataclass
class Night:
    """Who is awake, and what they have heard by the stream so far.

    Parameters:
        radar: its name.
        on_call: of the street's two dispatchers the one whose night it is.
        caregiver: of the mother's station.
        watchers: those who look at the stream.
        heard: what came, with its cursor.
        alarm: the global id; empty before the fall.
    """

    api: Api
    database: Database
    devices: Field
    radar: str
    on_call: Actor
    caregiver: Actor
    watchers: Sequence[Socket] = ()
    heard: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    alarm: str = ""

    @property
    def mother(self) -> str:
        """The elder's global id."""
        return public_id("elder", self.api.district.mother_id)

    async def hear(self, change: str, state: str = "RAISED", level: int = 2) -> None:
        """The next thing that everybody who watches hears: the same, by the same cursor."""
        frames = [(await one.next())["data"]["alarmChanged"] for one in self.watchers]
        assert frames == [frames[0]] * len(frames)
        told, cursor = frames[0]["alarm"], frames[0]["cursor"]
        self.alarm = self.alarm or told["id"]
        assert (frames[0]["change"], told) == (
            change,
            {"id": self.alarm, "state": state, "level": level},
        )
        self.heard.append((change, cursor))

    async def does(self, who: Role | Actor, name: str, **given: Any) -> None:
        """A mutation, which succeeds."""
        kind = f"{name[0].upper()}{name[1:]}"
        query = VERB % {"kind": kind, "name": name}
        assert (await self.api.data(who, query, input=given))[name] == {"userErrors": []}

    async def look(self) -> dict[str, Any]:
        """The alarm as the station sees it."""
        return (await self.api.data(Role.STATION, LOOK, id=self.alarm))["alarm"]

    async def due_after(self) -> float:
        """Seconds from the fall to the alarm's next step."""
        seen = await self.look()
        stored, due = (datetime.fromisoformat(seen[name]) for name in ("storedAt", "escalateAt"))
        return (due - stored).total_seconds()

    async def passes(self, seconds: float) -> None:
        """Time: all that was done, and is to come, is so much longer ago."""
        span = timedelta(seconds=seconds)
        moments = ("raised_at", "stored_at", "escalate_at", "acknowledged_at", "dispatched_at")
        earlier = {name: col(getattr(Alarm, name)) - span for name in moments}
        async with self.database.transaction("test") as session:
            await session.execute(update(Alarm).values(earlier))

    async def vitals(self) -> Any:
        """What the dispatcher on call is shown of the mother."""
        return (await self.api.data(self.on_call, VITALS, id=self.mother))["elder"]["vitals"]
