"""The daughter's phone, on which the mini-program signs her in with WeChat."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from domain.database import Database
from domain.sessions.models import LoginSession
from tests.client_examples.wechat_miniprogram.phone import Phone
from tests.client_examples.wire import Wire
from tests.clients import Api

OPENID = "openid-1"
REFRESH, LOGIN, BIND = "/auth/refresh", "/auth/wechat", "/auth/wechat/phone"


@dataclass
class Hers:
    """The daughter's phone, its mini-program opened; `storage` outlives it."""

    phone: Phone
    wire: Wire
    api: Api
    storage: Path


async def sign_in(hers: Hers) -> None:
    """For the first time, with the phone button; wait until home follows the stream."""
    phone = hers.phone
    await phone.tell("tap", "wechat")
    await phone.sees("您第一次使用")
    await phone.tell("tap", "phone")
    await arrives(phone)


async def arrives(phone: Phone) -> None:
    """Wait until home follows the stream."""
    await phone.arrives_at("home")
    await phone.sees("王筱琴", "实时")


async def sessions(database: Database) -> list[LoginSession]:
    """All there were, oldest first."""
    rows = select(LoginSession).order_by(col(LoginSession.id))
    async with database.transaction("test") as session:
        return list((await session.scalars(rows)).all())
