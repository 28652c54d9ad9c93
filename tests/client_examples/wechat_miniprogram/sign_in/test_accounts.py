"""Whoever has two accounts changes between them."""

from sqlalchemy import func, update
from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account
from domain.database import Database
from tests.client_examples.wechat_miniprogram.hers import Hers, arrives, sessions, sign_in
from tests.client_examples.wechat_miniprogram.phone import Phone


async def test_another_account_begins_on_its_own_page(hers: Hers, database: Database) -> None:
    await sign_in(hers)
    phone = hers.phone
    await phone.sees("当前身份：家人 · 陈筱岚")
    names = (await phone.tell("attributes", "accounts", "range"))[0]
    await phone.tell(
        "pick", "accounts", next(n for n, name in enumerate(names) if "志愿者" in name)
    )
    await phone.arrives_at("visits")
    await phone.sees("当前身份：志愿者")
    await phone.sees_no("正在打开…")
    await phone.tell("pick", "accounts", next(n for n, name in enumerate(names) if "家人" in name))
    await arrives(phone)
    assert len(await sessions(database)) == 1


async def refused(phone: Phone) -> bool:
    return len(await phone.texts("error")) == 1


async def test_an_account_that_ended_meanwhile_is_refused_in_words(
    hers: Hers, database: Database
) -> None:
    await sign_in(hers)
    phone = hers.phone
    volunteer = hers.api.district.players[Role.VOLUNTEER].account_id
    async with database.transaction("test") as session:
        its = update(Account).where(col(Account.id) == volunteer)
        await session.execute(its.values(until=func.now()))
    names = (await phone.tell("attributes", "accounts", "range"))[0]
    await phone.tell(
        "pick", "accounts", next(n for n, name in enumerate(names) if "志愿者" in name)
    )
    await phone.until("nothing is said", lambda: refused(phone))
    assert await phone.tell("page") == "pages/home/home"
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.sees("王筱琴", "实时")
