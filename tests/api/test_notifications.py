"""Who was told is seen by who works here and by ADMIN; one's own consents and wishes by oneself."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import Role
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.notifications.models import NotificationChannel, NotificationPreference, PushPermission
from domain.notifications.planning import Means, plan
from tests.clients import PUSH_TEMPLATE, Api
from tests.makers.notifications import make_reachable, make_wechat_user, nobody_reachable
from tests.signals import press

GRANT = """mutation ($given: PushPermissionGrantInput!) { pushPermissionGrant(input: $given) {
  pushPermission { templateId messagesLeft device { id } } userErrors { code field } } }"""
HEALTH = """{ pushHealth { phoneKnown wechatKnown
  templates { templateId ofDevices messagesLeft lastCode askAgain } } }"""
PUT = """mutation ($given: NotificationPreferencePutInput!) {
  notificationPreferencePut(input: $given) { userErrors { code field }
    notificationPreference { language quietFrom quietUntil muted } } }"""
TOLD = """{ alarms(first: 1) { nodes { notifications(first: 10) { totalCount nodes {
  role channel level round state account { id } } } } } }"""
SMS = Means(frozenset({NotificationChannel.SMS}))


async def granted(api: Api, who: Role, **given: Any) -> Any:
    return (await api.data(who, GRANT, given=given))["pushPermissionGrant"]


@pytest.fixture
async def daughter(api: Api, database: Database, vault: Vault) -> Any:
    """Her person's key; she has a phone and nobody else has."""
    await nobody_reachable(database)
    return await make_reachable(database, vault, api.district.daughter_id, "13900000001")


@pytest.mark.usefixtures("daughter")
async def test_each_consent_counts_once(api: Api) -> None:
    given = {"template": PUSH_TEMPLATE.template_id, "idempotencyKey": "tap-1"}
    for _ in range(2):
        found = await granted(api, Role.FAMILY, **given)
        assert found["pushPermission"]["messagesLeft"] == 1
    found = await granted(api, Role.FAMILY, **{**given, "idempotencyKey": "tap-2"})
    assert found["pushPermission"]["messagesLeft"] == 2


async def test_no_more_than_fifty_are_counted(api: Api, database: Database, daughter: Any) -> None:
    await granted(api, Role.FAMILY, template=PUSH_TEMPLATE.template_id)
    async with database.transaction("test") as session:
        await session.execute(update(PushPermission).values(messages_left=50))
    found = await granted(api, Role.FAMILY, template=PUSH_TEMPLATE.template_id)
    assert found["pushPermission"]["messagesLeft"] == 50


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"template": "another"}, "template"),
        ({"template": "tmpl-device"}, "device"),
        ({"template": PUSH_TEMPLATE.template_id, "device": "mothers"}, "device"),
        ({"template": "tmpl-device", "device": "strangers"}, "device"),
    ],
    ids=["unknown", "no device", "a device", "a stranger's device"],
)
async def test_what_is_no_consent_is_refused(
    api: Api, database: Database, daughter: Any, given: dict[str, str], field: str
) -> None:
    button = api.district.sos_button_id
    keys = {"mothers": button, "strangers": uuid4()}
    if "device" in given:
        given = {**given, "device": public_id("device", keys[given["device"]])}
    found = await granted(api, Role.FAMILY, **given)
    assert [one["field"] for one in found["userErrors"]] == [field]
    assert await database.fetch(select(col(PushPermission.id))) == []


@pytest.mark.usefixtures("daughter")
async def test_consent_to_a_devices_messages_has_no_end(api: Api) -> None:
    button = public_id("device", api.district.sos_button_id)
    found = await granted(api, Role.FAMILY, template="tmpl-device", device=button)
    assert found["pushPermission"] == {
        "templateId": "tmpl-device",
        "messagesLeft": None,
        "device": {"id": button},
    }


async def test_health_says_when_to_ask_again(
    api: Api, database: Database, vault: Vault, daughter: Any
) -> None:
    before = (await api.data(Role.FAMILY, HEALTH))["pushHealth"]
    assert (before["phoneKnown"], before["wechatKnown"]) == (True, False)
    assert [one["askAgain"] for one in before["templates"]] == [True, True]
    await make_wechat_user(database, vault, daughter, PUSH_TEMPLATE, left=3)
    after = (await api.data(Role.FAMILY, HEALTH))["pushHealth"]
    assert after["wechatKnown"]
    assert after["templates"][0] == {
        "templateId": PUSH_TEMPLATE.template_id,
        "ofDevices": False,
        "messagesLeft": 3,
        "lastCode": None,
        "askAgain": False,
    }
    async with database.transaction("test") as session:
        refused = {"messages_left": 0, "last_code": "43101"}
        await session.execute(update(PushPermission).values(**refused))
    (template, _) = (await api.data(Role.FAMILY, HEALTH))["pushHealth"]["templates"]
    assert (template["askAgain"], template["lastCode"]) == (True, "43101")
    stranger = (await api.data(Role.VENDOR, HEALTH))["pushHealth"]
    assert [one["messagesLeft"] for one in stranger["templates"]] == [0, 0]


@pytest.mark.usefixtures("daughter")
async def test_wishes_are_kept_whole(api: Api, database: Database) -> None:
    given = {"language": "EN", "quietFrom": "22:00", "quietUntil": "06:30", "muted": ["VOICE"]}
    found = (await api.data(Role.FAMILY, PUT, given=given))["notificationPreferencePut"]
    assert found["notificationPreference"] == given
    for wrong in ({"quietFrom": "24:00", "quietUntil": "06:30"}, {"quietFrom": "22:00"}):
        refused = (await api.data(Role.FAMILY, PUT, given=wrong))["notificationPreferencePut"]
        assert refused["userErrors"]
    assert await database.fetch(select(col(NotificationPreference.sms_muted))) == [(False,)]
    again = (await api.data(Role.FAMILY, PUT, given={}))["notificationPreferencePut"]
    assert again["notificationPreference"]["muted"] == []


async def test_who_was_told_is_seen_here_and_by_themselves(
    api: Api, database: Database, vault: Vault, daughter: Any
) -> None:
    await make_reachable(database, vault, api.actor(Role.STATION).id, "13900000003")
    await press(database, api.district)
    async with database.transaction("test") as session:
        assert await plan(session, vault, SMS) == 1
    told = {
        role: (await api.data(role, TOLD))["alarms"]["nodes"][0]["notifications"]
        for role in (Role.STATION, Role.DISPATCHER, Role.ADMIN, Role.FAMILY, Role.ELDER)
    }
    assert {role: page["totalCount"] for role, page in told.items()} == {
        Role.STATION: 2,
        Role.DISPATCHER: 2,
        Role.ADMIN: 2,
        Role.FAMILY: 1,
        Role.ELDER: 0,
    }
    assert told[Role.FAMILY]["nodes"] == [
        {
            "role": "FAMILY",
            "channel": "SMS",
            "level": 1,
            "round": 1,
            "state": "PENDING",
            "account": {"id": public_id("account", api.district.daughter_id)},
        }
    ]
