"""Who follows the same row with the same rights reads it once."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from api.context import Context
from api.exports.subscriptions import EXPORTS
from api.feed import Feed
from api.texts import Language
from domain.access import Actor, Role
from domain.crypto import Vault
from domain.database import Database
from domain.exports.models import Export
from domain.exports.service import PROGRESS, TOPIC
from domain.outbox import Event, record
from tests.makers.exports import make_export
from yiyang.district.cast import District


class Counting(Database):
    """A database that counts its reads."""

    reads = 0

    async def fetch(self, statement: Any, *, primary: bool = False) -> Sequence[Any]:
        self.reads += 1
        return await super().fetch(statement, primary=primary)


async def test_ten_who_follow_one_export_read_it_once_after_each_news(
    database_url: str, vault: Vault, district: District
) -> None:
    player = district.players[Role.OFFICIAL]
    owner = Actor(player.account_id, Role.OFFICIAL, player.region_code)
    counting, feed = Counting(database_url), Feed(database_url)
    key = await make_export(counting, owner)
    contexts = [Context(counting, owner, Language.EN, "test", feed, vault) for _ in range(10)]
    streams = [EXPORTS.changes(one, key, lambda shown: shown) for one in contexts]
    assert len(await asyncio.gather(*map(anext, streams))) == 10
    assert counting.reads == 1
    await feed.start()
    following = [asyncio.ensure_future(anext(one)) for one in streams]
    async with counting.transaction("test") as session:
        written = update(Export).where(col(Export.id) == key).values(byte_count=9)
        await session.execute(written)
        record(session, Event(TOPIC, key, PROGRESS))
    async with asyncio.timeout(20):
        await asyncio.gather(*following)
    # Once for the news; once or twice more as the feed begins to listen.
    assert counting.reads <= 1 + 3
    await feed.stop()
    await asyncio.gather(*(one.aclose() for one in streams))
    await counting.close()
