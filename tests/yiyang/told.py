"""A daughter who can be told, and the stand-ins that tell her."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import col

from domain.alarms.models import Alarm, AlarmChange, AlarmLog
from domain.crypto import Vault
from domain.database import Database
from domain.notifications.models import (
    Notification,
    NotificationChannel,
)
from domain.notifications.telling import notify
from tests.aliyun import KEY_ID, AliyunStandIn
from tests.aliyun import SECRET as ALIYUN_SECRET
from tests.makers.notifications import make_reachable, make_wechat_user
from tests.signals import press
from tests.wechat import APP, SECRET, WechatStandIn
from yiyang.district.cast import District
from yiyang.outbound.aliyun import AliyunClient
from yiyang.outbound.phones import VERSION, Sms, SmsSettings, Voice, VoiceSettings
from yiyang.outbound.wechat import WechatClient
from yiyang.outbound.wechat_push import WechatPush, WechatTemplate
from yiyang.telling import Teller

ALARM = WechatTemplate(app=APP, id="tmpl-alarm", fields={"thing1": "who", "thing2": "what"})
OF_DEVICE = WechatTemplate(app=APP, id="tmpl-device", fields={"thing1": "=呼救"}, model="model-1")
DAUGHTERS, SONS = "13900000001", "13900000002"
SMS = SmsSettings(sign="颐养", templates={"zh-CN": "SMS_1", "en": "SMS_2"})  # pyright: ignore[reportArgumentType]  # pydantic reads the words
VOICE = VoiceSettings(templates={"zh-CN": "TTS_1"})  # pyright: ignore[reportArgumentType]  # the same


@dataclass
class Scene:
    """The mother's daughter is the one who can be told, and the stand-ins that tell her."""

    database: Database
    vault: Vault
    district: District
    wechat: WechatStandIn
    aliyun: AliyunStandIn

    async def reach(self, account_id: UUID, phone: str | None, left: int | None = None) -> str:
        """An account with this phone, and so many messages left. Returns: the openid."""
        person = await make_reachable(self.database, self.vault, account_id, phone)
        if left is None:
            return ""
        return await make_wechat_user(self.database, self.vault, person, ALARM.template, left)

    async def press(self, level: int = 1) -> None:
        """The mother presses her button, and a level is to be told."""
        await press(self.database, self.district)
        await self.tell(level)

    async def tell(self, level: int = 1) -> None:
        async with self.database.transaction("test") as session:
            notify(session, (await session.scalars(select(col(Alarm.id)))).one(), level)

    @asynccontextmanager
    async def teller(self, **options: Any) -> AsyncGenerator[None, None]:
        """One that works as in `yiyang work`."""
        client = WechatClient({APP: SECRET}, self.wechat.url, patience_seconds=0.5)
        push = WechatPush(client, (ALARM, OF_DEVICE))
        clients = [
            AliyunClient(KEY_ID, ALIYUN_SECRET, self.aliyun.url, VERSION, patience_seconds=0.5)
            for _ in range(2)
        ]
        messengers = {
            NotificationChannel.WECHAT_DEVICE: push,
            NotificationChannel.WECHAT: push,
            NotificationChannel.SMS: Sms(clients[0], SMS),
            NotificationChannel.VOICE: Voice(clients[1], VOICE),
        }
        templates = (ALARM.template, OF_DEVICE.template)
        teller = Teller(self.database, self.vault, messengers, templates, **options)
        running = asyncio.create_task(teller.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            for one in (push, *clients):
                await one.close()

    async def row(self, channel: NotificationChannel) -> Any:
        """The one of a channel."""
        only = select(Notification).where(col(Notification.channel) == channel)
        (row,) = await self.database.fetch(only)
        return row

    async def states(self) -> Counter[tuple[str, str]]:
        columns = select(col(Notification.channel), col(Notification.state))
        rows = await self.database.fetch(columns)
        return Counter((channel.value, state.value) for channel, state in rows)

    async def log(self) -> list[tuple[str, str | None]]:
        told = (AlarmChange.NOTIFIED, AlarmChange.NOTIFICATION_FAILED)
        columns = select(col(AlarmLog.change), col(AlarmLog.note)).order_by(col(AlarmLog.id))
        rows = await self.database.fetch(columns.where(col(AlarmLog.change).in_(told)))
        return [(change.value, note) for change, note in rows]

    async def become(self, **columns: Any) -> None:
        """Change every notification: time passes."""
        async with self.database.transaction("test") as session:
            await session.execute(update(Notification).values(**columns))
