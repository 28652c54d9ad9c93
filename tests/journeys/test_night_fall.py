"""A fall at night, from the radar on her wall to the caregiver at her door: each step stands in the
alarm's log and comes over the stream, and the figures of answer times open it."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from devices.bridge import BridgeSettings
from domain.access import Role
from domain.calendar import now
from domain.crypto import Vault
from domain.database import Database
from domain.devices.credentials import device_name
from domain.devices.models import DeviceKind
from domain.ids import public_id
from domain.notifications import planning
from tests.aliyun import AliyunStandIn
from tests.clients import BEGINNING, PUSH_TEMPLATE, Api
from tests.conftest import Broker
from tests.devices.wire import MASTER_KEY, in_the_field, number, running
from tests.journeys.night import Night, at_work, messages_of
from tests.makers.accounts import make_account
from tests.makers.colleagues import make_colleague
from tests.makers.devices import make_device
from tests.makers.notifications import make_reachable, make_wechat_user, nobody_reachable
from tests.waiting import until
from tests.wechat import WechatStandIn

CHANGED = """subscription ($after: String!) { alarmChanged(after: $after, filter: {type: FALL}) {
  cursor change alarm { id state level } } }"""
SENT = """query ($id: ID!) { alarm(id: $id) {
  availableActions elder { fullAddress } } }"""
SEEN = """query ($elder: ID!) { whoHasSeen(elder: $elder, first: 9) {
  nodes { role account { id } fields } } }"""
HEALTH = "{ pushHealth { phoneKnown templates { templateId messagesLeft lastCode askAgain } } }"
TIMES = """query ($from: DateTime!, $to: DateTime!) { answerTimes(from: $from, to: $to) {
  all { count answeredIn { seconds met missed } arrivedIn { seconds met missed } }
  byType { type count } } }"""
OPENED = "query ($filter: AlarmFilter!) { alarms(first: 9, filter: $filter) { nodes { id } } }"

TENANT = "night"
DAUGHTERS, ON_CALLS, COLLEAGUES = "13900000001", "13900000002", "13900000003"
SHOWN = [
    {"kind": "HEART_RATE", "value": 58},
    {"kind": "RESPIRATORY_RATE", "value": 14.5},
]


@pytest.fixture
async def night(
    api: Api, database: Database, database_url: str, vault: Vault, broker: Broker
) -> AsyncGenerator[Night, None]:
    """The daughter can be pushed to and has a phone, as have both dispatchers of the street; the
    mother sleeps."""
    await nobody_reachable(database)
    daughter = await make_reachable(database, vault, api.district.daughter_id, DAUGHTERS)
    await make_wechat_user(database, vault, daughter, PUSH_TEMPLATE, 5)
    street = api.actor(Role.STATION).region
    on_call = await make_account(database, Role.DISPATCHER, region_code=street)
    colleague = await make_colleague(database, on_call)
    for one, phone in ((on_call, ON_CALLS), (colleague, COLLEAGUES)):
        await make_reachable(database, vault, one.id, phone)
    caregiver = await make_account(
        database, Role.CAREGIVER, region_code=street, station_id=api.district.station_id
    )
    radar = await make_device(database, api.district, DeviceKind.FALL_RADAR)
    settings = BridgeSettings(database_url, broker.mqtt5_url, TENANT, MASTER_KEY)
    async with running(settings), in_the_field(broker.mqtt_url, TENANT) as devices:
        band, told = device_name(api.district.sleep_band_id), {"heart_rate": 58, "in_bed": True}
        asleep = devices.message("telemetry", {**told, "breathing_rate": 14.5})
        await devices.publish(band, "tele", asleep)
        yield Night(api, database, devices, radar, on_call, caregiver)


async def test_who_falls_at_night_is_found(
    night: Night,
    database_url: str,
    vault: Vault,
    wechat: WechatStandIn,
    aliyun: AliyunStandIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The SMS goes out as the push has failed, and not for the time alone.
    monkeypatch.setattr(planning, "NEXT_AFTER", timedelta(hours=1))
    wechat.faults["send"].append(43101)
    await goes_on_call(night)
    await is_measured(night)
    assert await night.vitals() == []
    async with (
        at_work(database_url, vault, messages_of(wechat, aliyun)),
        night.api.socket(Role.STATION) as station,
        night.api.socket(night.on_call) as desk,
    ):
        night.watchers = (station, desk)
        for one in night.watchers:
            await one.subscribe(CHANGED, after=BEGINNING)
        fall = await falls_and_says_nothing(night)
        assert (wechat.called["send"], aliyun.asked) == (0, 0)
        await nobody_answers(night)
        assert (wechat.called["send"], wechat.messages) == (1, [])
        assert [phone for phone, _ in aliyun.said()] == [DAUGHTERS, ON_CALLS]
        assert {words["what"] for _, words in aliyun.said()} == {"跌倒"}
        assert await night.vitals() == SHOWN
        await is_helped(night, fall)
    assert await night.vitals() == []
    await stands_in_the_log(night)
    await is_heard_afterwards(night)
    await is_known_to_the_family(night)
    await counts(night)


async def goes_on_call(night: Night) -> None:
    """The official puts one of the street's dispatchers on the roster."""
    shift = {
        "regionCode": night.on_call.region,
        "accountId": public_id("account", night.on_call.id),
        "since": (now() - timedelta(hours=2)).isoformat(),
        "until": (now() + timedelta(hours=6)).isoformat(),
    }
    await night.does(Role.OFFICIAL, "onCallShiftAdd", **shift)


async def is_measured(night: Night) -> None:
    """The sleep band's message is stored."""
    query = "SELECT count(*) FROM vital_sign WHERE elder_id = :elder"

    async def known() -> bool:
        found = await number(night.database, query, elder=night.api.district.mother_id)
        return found == len(SHOWN)

    await until(known)


async def falls_and_says_nothing(night: Night) -> str:
    """For half a minute she may take it back, and nobody is told. Returns: the event's id."""
    fall = night.devices.message("fall", {})
    await night.devices.publish(night.radar, "event", fall)
    assert (await night.devices.receipt(fall["id"]))["status"] == "stored"
    await night.hear("RAISED", level=0)
    seen = await night.look()
    assert seen["cancellableUntil"] == seen["escalateAt"]
    assert await night.due_after() == 30
    return fall["id"]


async def nobody_answers(night: Night) -> None:
    """The daughter is told, a minute later the dispatcher on call."""
    await night.passes(30)
    await night.hear("ESCALATED", level=1)
    await night.hear("NOTIFICATION_FAILED", level=1)
    await night.hear("NOTIFIED", level=1)
    assert await night.due_after() == 30 + 60
    await night.passes(60)
    await night.hear("ESCALATED")
    await night.hear("NOTIFIED")
    assert await night.due_after() == 30 + 180


async def is_helped(night: Night, fall: str) -> None:
    """The station answers and sends its caregiver, who is there after eight minutes; the radar
    shows the mother how far they are."""
    await night.does(Role.STATION, "alarmAcknowledge", id=night.alarm, note="已电话联系，无人接听")
    await night.hear("ACKNOWLEDGED", "ACKNOWLEDGED")
    assert (await night.devices.receipt(fall, 2))["status"] == "seen"
    to = public_id("account", night.caregiver.id)
    await night.does(Role.STATION, "alarmDispatch", id=night.alarm, accountId=to)
    await night.hear("DISPATCHED", "DISPATCHED")
    assert (await night.devices.receipt(fall, 3))["status"] == "on_the_way"
    sent = (await night.api.data(night.caregiver, SENT, id=night.alarm))["alarm"]
    assert sent["elder"]["fullAddress"]
    assert sent["availableActions"] == ["ARRIVE", "COMMENT"]
    await night.passes(8 * 60)
    await night.does(night.caregiver, "alarmArrive", id=night.alarm)
    await night.hear("ARRIVED", "ARRIVED")
    await night.does(Role.STATION, "alarmResolve", id=night.alarm, reason="TRUE_ALARM")
    await night.hear("RESOLVED", "RESOLVED")


async def stands_in_the_log(night: Night) -> None:
    """What was heard, and who it was: each step once, though two workers were there."""
    daughter, on_call, station, caregiver = (
        public_id("account", key)
        for key in (
            night.api.district.daughter_id,
            night.on_call.id,
            night.api.actor(Role.STATION).id,
            night.caregiver.id,
        )
    )
    log = [
        (one["change"], one["note"], one["account"] and one["account"]["id"])
        for one in reversed((await night.look())["log"]["nodes"])
    ]
    assert log == [
        ("RAISED", None, None),
        ("ESCALATED", None, None),
        ("NOTIFICATION_FAILED", "WECHAT 43101", daughter),
        ("NOTIFIED", "SMS", daughter),
        ("ESCALATED", None, None),
        ("NOTIFIED", "SMS", on_call),
        ("ACKNOWLEDGED", "已电话联系，无人接听", station),
        ("DISPATCHED", None, station),
        ("ARRIVED", None, caregiver),
        ("RESOLVED", None, station),
    ]
    assert [change for change, _ in night.heard] == [change for change, _, _ in log]


async def is_heard_afterwards(night: Night) -> None:
    """The daughter, woken by the SMS, goes on from any cursor and misses nothing."""
    async with night.api.socket(Role.FAMILY) as phone:
        for place in (0, 5):
            await phone.subscribe(CHANGED, after=night.heard[place][1])
            for change, cursor in night.heard[place + 1 :]:
                frame = (await phone.next())["data"]["alarmChanged"]
                assert (frame["change"], frame["cursor"]) == (change, cursor)


async def is_known_to_the_family(night: Night) -> None:
    """That the daughter has to be asked for pushes again, and who was shown what of the mother."""
    health = (await night.api.data(Role.FAMILY, HEALTH))["pushHealth"]
    ours = [one for one in health["templates"] if one["templateId"] == PUSH_TEMPLATE.template_id]
    assert health["phoneKnown"]
    assert [(one["messagesLeft"], one["lastCode"], one["askAgain"]) for one in ours] == [
        (0, "43101", True)
    ]
    rows = (await night.api.data(Role.FAMILY, SEEN, elder=night.mother))["whoHasSeen"]["nodes"]
    assert [(row["role"], row["account"]["id"], row["fields"]) for row in rows] == [
        ("CAREGIVER", public_id("account", night.caregiver.id), ["Elder.fullAddress"]),
        (
            "DISPATCHER",
            public_id("account", night.on_call.id),
            ["VitalSign.kind", "VitalSign.value"],
        ),
    ]


async def counts(night: Night) -> None:
    """Answered after a minute and a half, reached within a quarter of an hour; each figure opens
    this alarm."""
    begins, ends = ((now() + timedelta(hours=hours)).isoformat() for hours in (-1, 1))
    span = {"from": begins, "to": ends}
    found = (await night.api.data(Role.OFFICIAL, TIMES, **span))["answerTimes"]
    assert found == {
        "all": {
            "count": 1,
            "answeredIn": [
                {"seconds": 60, "met": 0, "missed": 1},
                {"seconds": 180, "met": 1, "missed": 0},
            ],
            "arrivedIn": {"seconds": 900, "met": 1, "missed": 0},
        },
        "byType": [{"type": "FALL", "count": 1}],
    }
    counted = {"counted": True, "purpose": "REAL", "storedFrom": begins, "storedTo": ends}
    for figure in ({"unansweredFor": 60}, {"answeredWithin": 180}, {"arrivedWithin": 900}):
        opened = await night.api.data(Role.OFFICIAL, OPENED, filter={**counted, **figure})
        assert opened["alarms"]["nodes"] == [{"id": night.alarm}]
