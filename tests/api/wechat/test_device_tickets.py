"""A ticket for a device's messages is for who sees the device, and only while WeChat gives one."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from api.app import create_app
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.access import Role
from domain.crypto import Vault
from domain.ids import public_id
from domain.notifications.sending import PushTemplate
from tests.clients import Api
from tests.serving import serving
from tests.wechat import APP, SECRET, WechatStandIn
from yiyang.district.cast import District
from yiyang.outbound.wechat import WechatClient

TICKET = """query ($device: ID!, $template: String!) {
  devicePushTicket(device: $device, template: $template) { sn modelId snTicket } }"""


@pytest.fixture
async def api(
    database_url: str,
    token_key: TokenKey,
    vault: Vault,
    district: District,
    wechat: WechatStandIn,
) -> AsyncGenerator[Api, None]:
    asks = WechatClient({APP: SECRET}, wechat.url, patience_seconds=2)
    templates = (PushTemplate(APP, "tmpl-alarm"), PushTemplate(APP, "tmpl-device", "model-1"))
    settings = ApiSettings(database_url, token_key, vault, wechat=asks, push_templates=templates)
    async with serving(create_app(settings)) as port:
        client = Api(port, token_key, district)
        yield client
        await client.close()


async def asked(api: Api, who: Role, template: str = "tmpl-device") -> Any:
    button = public_id("device", api.district.sos_button_id)
    return (await api.data(who, TICKET, device=button, template=template))["devicePushTicket"]


async def test_who_sees_the_device_has_a_ticket(api: Api) -> None:
    button = public_id("device", api.district.sos_button_id)
    wanted = {"sn": button, "modelId": "model-1", "snTicket": f"model-1 {button}"}
    assert await asked(api, Role.FAMILY) == wanted


async def test_nobody_else_has(api: Api, wechat: WechatStandIn) -> None:
    assert await asked(api, Role.VOLUNTEER) is None
    assert await asked(api, Role.FAMILY, "tmpl-alarm") is None
    assert wechat.called["getsnticket"] == 0
    wechat.faults["getsnticket"].append(9800003)
    assert await asked(api, Role.FAMILY) is None
