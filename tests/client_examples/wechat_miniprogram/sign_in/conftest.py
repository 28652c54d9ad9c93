"""A server that asks WeChat, and a phone that WeChat knows."""

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID

import pytest

from domain.access import Role
from domain.crypto import Vault
from domain.database import Database
from tests.client_examples.wechat_miniprogram.hers import OPENID, Hers
from tests.client_examples.wechat_miniprogram.phone import switched_on
from tests.client_examples.wire import wire_to
from tests.clients import Api
from tests.makers.accounts import make_person
from tests.wechat import WechatStandIn
from tests.wechat import api as api
from tests.wechat import wechat as wechat
from tests.wechat_users import DAUGHTER_PHONE


@pytest.fixture
async def daughter(api: Api, database: Database, vault: Vault) -> UUID:
    """The mother's daughter, who is a volunteer besides; her phone is known."""
    accounts = api.district.daughter_id, api.district.players[Role.VOLUNTEER].account_id
    return await make_person(database, accounts=accounts, vault=vault, phone=DAUGHTER_PHONE)


@pytest.fixture
async def hers(
    packages: None, api: Api, wechat: WechatStandIn, daughter: UUID, tmp_path: Path
) -> AsyncGenerator[Hers, None]:
    wechat.members[OPENID] = DAUGHTER_PHONE
    storage = tmp_path / "storage.json"
    async with wire_to(api.port) as wire, switched_on(storage, wechat=wechat.url) as phone:
        await phone.tell("launch")
        await phone.arrives_at("sign_in")
        await phone.tell("type", "server", f"http://127.0.0.1:{wire.port}")
        await phone.tell("run", f"lib('session.js').setServer('http://127.0.0.1:{wire.port}')")
        yield Hers(phone, wire, api, storage)
        await phone.assert_clean()
