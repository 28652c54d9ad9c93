"""Users of a mini-program at the doors where it signs them in."""

from typing import Any

import httpx
from sqlalchemy import func, select

from domain.accounts.models import Account, Person
from domain.database import Database
from domain.sessions.models import LoginSession, WechatIdentity
from tests.clients import Api
from tests.logins import post
from tests.wechat import WechatStandIn

DAUGHTER_PHONE = "13812341234"


async def login(api: Api, code: str = "login-1", **more: Any) -> httpx.Response:
    """A code of ``wx.login`` is shown."""
    return await post(api, "/auth/wechat", {"code": code, **more})


async def bind(api: Api, ticket: str, code: str = "phone-1", **more: Any) -> httpx.Response:
    """A code of the phone button is shown, with the ticket of who asks."""
    return await post(api, "/auth/wechat/phone", {"code": code, "ticket": ticket, **more})


async def first_time(
    api: Api, wechat: WechatStandIn, phone: str, openid: str = "openid-1"
) -> httpx.Response:
    """Sign in as somebody who was never here, with the phone button."""
    wechat.users["first"], wechat.phones["phone"] = (openid, None), phone
    ticket = (await login(api, "first")).json()["ticket"]
    return await bind(api, ticket, "phone")


async def counted(database: Database) -> list[int]:
    """How many persons, accounts, identities and sessions there are."""
    tables = (Person, Account, WechatIdentity, LoginSession)
    counts = select(*(select(func.count()).select_from(one).scalar_subquery() for one in tables))
    (row,) = await database.fetch(counts)
    return list(row)
