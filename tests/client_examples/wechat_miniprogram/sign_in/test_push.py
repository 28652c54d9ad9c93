"""Home asks for the consent to push as long as the server says that messages are running out."""

from sqlalchemy import select
from sqlmodel import col

from domain.database import Database
from domain.notifications.models import PushPermission
from tests.client_examples.wechat_miniprogram.hers import Hers, sign_in
from tests.clients import PUSH_TEMPLATE

LEFT = select(col(PushPermission.template_id), col(PushPermission.messages_left))


async def test_each_tap_is_a_message_until_there_are_enough(hers: Hers, database: Database) -> None:
    await sign_in(hers)
    phone = hers.phone
    for taps in range(1, 4):
        await phone.sees("开启微信提醒")
        await phone.tell("tap", "push-button")

        async def counted(taps: int = taps) -> bool:
            return await database.fetch(LEFT) == [(PUSH_TEMPLATE.template_id, taps)]

        await phone.until("a consent is not counted", counted)
    await phone.sees_no("开启微信提醒")


async def test_a_refusal_counts_for_nothing(hers: Hers, database: Database) -> None:
    await sign_in(hers)
    await hers.phone.sees("开启微信提醒")
    await hers.phone.tell("share", False)
    await hers.phone.tell("tap", "push-button")
    asked = len(await hers.phone.operations())

    async def asks_again() -> bool:
        return (await hers.phone.operations())[-1] == "PushHealth" and asked > 0

    await hers.phone.until("health is not asked for", asks_again)
    assert await database.fetch(LEFT) == []
