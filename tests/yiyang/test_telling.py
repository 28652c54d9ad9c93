"""People are told by real HTTP through stand-ins that misbehave: nothing is lost, nobody waits for
somebody else's channel, and what went wrong is in the alarm's log."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from domain.access import ConsentScope
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import Alarm
from domain.crypto import Vault
from domain.database import Database
from domain.notifications import planning
from domain.notifications.models import (
    Notification,
    NotificationChannel,
    NotificationReason,
    PushPermission,
)
from tests.aliyun import AliyunStandIn
from tests.makers.family import link_of, make_relative, set_scopes
from tests.makers.notifications import make_reachable, make_wechat_user, nobody_reachable
from tests.waiting import until
from tests.wechat import WechatStandIn
from tests.yiyang.told import DAUGHTERS, OF_DEVICE, Scene
from yiyang.district.cast import District


@pytest.fixture
async def scene(
    database: Database,
    vault: Vault,
    district: District,
    wechat: WechatStandIn,
    aliyun: AliyunStandIn,
) -> Scene:
    await nobody_reachable(database)
    return Scene(database, vault, district, wechat, aliyun)


async def test_a_push_tells_and_nothing_else_is_sent(scene: Scene) -> None:
    openid = await scene.reach(scene.district.daughter_id, DAUGHTERS, left=2)
    async with scene.teller():
        await scene.press()
        await until(lambda: bool(scene.wechat.messages))
        await until(lambda: _is(scene.log(), [("NOTIFIED", "WECHAT")]))
    (message,) = scene.wechat.messages
    assert (message["touser"], message["template_id"]) == (openid, "tmpl-alarm")
    assert message["data"]["thing2"] == {"value": "呼救"}
    assert message["data"]["thing1"]["value"].endswith("老人")
    assert scene.aliyun.asked == 0
    states = {("WECHAT", "SENT"): 1, ("SMS", "SKIPPED"): 1, ("VOICE", "PENDING"): 1}
    assert await scene.states() == states, "she may be asleep"
    ((left,),) = await scene.database.fetch(select(col(PushPermission.messages_left)))
    assert left == 1


@pytest.mark.parametrize(
    ("errcode", "reason", "left"),
    [
        (43101, NotificationReason.REFUSED, 0),
        (40003, NotificationReason.ADDRESS, 9),
        (47003, NotificationReason.MESSAGE, 9),
    ],
)
async def test_a_push_that_never_succeeds_has_an_sms_go_out_at_once(
    scene: Scene,
    caplog: pytest.LogCaptureFixture,
    errcode: int,
    reason: NotificationReason,
    left: int,
) -> None:
    await scene.reach(scene.district.daughter_id, DAUGHTERS, left=9)
    scene.wechat.faults["send"].append(errcode)
    async with scene.teller():
        await scene.press()
        said = [("NOTIFICATION_FAILED", f"WECHAT {errcode}"), ("NOTIFIED", "SMS")]
        await until(lambda: _is(scene.log(), said))
    pushed = await scene.row(NotificationChannel.WECHAT)
    assert (pushed.state, pushed.reason, pushed.tries) == ("FAILED", reason, 1)
    ((phone, words),) = scene.aliyun.said()
    assert phone == DAUGHTERS
    assert words.keys() == {"who", "what", "when"}
    found = select(col(PushPermission.messages_left), col(PushPermission.last_code))
    assert await scene.database.fetch(found) == [(left, str(errcode))]
    errors = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert bool(errors) is (reason is NotificationReason.MESSAGE)
    assert DAUGHTERS not in caplog.text


FAULTS: list[Any] = [-1, "<html>502</html>", "[]", 2.0, 45009]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_a_push_that_may_succeed_later_is_tried_again(
    scene: Scene, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("domain.notifications.dispatching.FIRST_REST", timedelta(seconds=0.05))
    await scene.reach(scene.district.daughter_id, None, left=1)
    scene.wechat.faults["send"].append(fault)
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFIED", "WECHAT")]))
    assert scene.wechat.called["send"] == 2
    assert len(scene.wechat.messages) == 1


async def test_a_stale_token_is_no_failure(scene: Scene) -> None:
    await scene.reach(scene.district.daughter_id, None, left=1)
    scene.wechat.faults["send"].append(40001)
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFIED", "WECHAT")]))
    assert scene.wechat.called["stable_token"] == 2


async def test_what_is_critical_does_not_wait_for_a_slow_channel(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "NEXT_AFTER", timedelta(seconds=0.1))
    await scene.reach(scene.district.daughter_id, DAUGHTERS, left=1)
    scene.wechat.faults["stable_token"].extend([2.0] * 3)
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFIED", "SMS")]))
        assert scene.wechat.messages == []


async def test_a_slow_channel_keeps_others_people_waiting_for_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three who can be pushed to alone, and WeChat is silent; the one with a phone is told."""
    monkeypatch.setattr("yiyang.telling.AT_ONCE", 2)
    for _ in range(3):
        one = await make_relative(scene.database, scene.district.mother_id)
        await scene.reach(one.id, None, left=1)
    await scene.reach(scene.district.daughter_id, DAUGHTERS)
    scene.wechat.faults["send"].extend([5.0] * 99)
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFIED", "SMS")]))


async def test_the_daughter_is_called_while_nobody_has_answered(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "CALL_AFTER", timedelta(seconds=0))
    await scene.reach(scene.district.daughter_id, DAUGHTERS)
    async with scene.teller():
        await scene.press()
        await until(lambda: len(scene.aliyun.sent) == 2)
    ((phone, words),) = scene.aliyun.said("SingleCallByTts")
    assert (phone, words["what"]) == (DAUGHTERS, "呼救")


async def test_nobody_is_called_once_somebody_has_answered(scene: Scene) -> None:
    await scene.reach(scene.district.daughter_id, DAUGHTERS)
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFIED", "SMS")]))
        async with scene.database.transaction("test") as session:
            await session.execute(update(Alarm).values(state=AlarmState.ACKNOWLEDGED))
            calls = update(Notification).where(
                col(Notification.channel) == NotificationChannel.VOICE
            )
            await session.execute(calls.values(due_at=col(Notification.created_at)))
        await until(lambda: _is(scene.states(), {("SMS", "SENT"): 1, ("VOICE", "SKIPPED"): 1}))
    assert scene.aliyun.said("SingleCallByTts") == []


@pytest.mark.parametrize("fault", [2.0, 503, "isp.SYSTEM_ERROR"], ids=str)
async def test_an_sms_that_may_have_gone_is_sent_again(
    scene: Scene, fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather twice than never: the vendor does not know a message again."""
    monkeypatch.setattr("domain.notifications.dispatching.FIRST_REST", timedelta(seconds=0.05))
    await scene.reach(scene.district.daughter_id, DAUGHTERS)
    scene.aliyun.faults.append(fault)
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFIED", "SMS")]))
    asked = {one["OutId"] for one in scene.aliyun.sent if one["Action"] == "SendSms"}
    assert asked == {(await scene.row(NotificationChannel.SMS)).id.hex}


async def test_a_consent_withdrawn_before_it_is_sent_counts(scene: Scene) -> None:
    await scene.reach(scene.district.daughter_id, DAUGHTERS)
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFIED", "SMS")]))
        link = await link_of(scene.database, scene.district.daughter_id, scene.district.mother_id)
        await set_scopes(scene.database, link, set(ConsentScope) - {ConsentScope.ALARMS})
        await scene.become(due_at=col(Notification.created_at))
        await until(lambda: _is(scene.states(), {("SMS", "SENT"): 1, ("VOICE", "SKIPPED"): 1}))
    assert (await scene.row(NotificationChannel.VOICE)).reason is NotificationReason.NO_RIGHT
    assert len(scene.aliyun.sent) == 1


async def test_a_worker_that_dies_over_a_message_loses_nothing(scene: Scene) -> None:
    """The vendor has taken it, the worker never said so: the next sends it once more."""
    await scene.reach(scene.district.daughter_id, DAUGHTERS)
    scene.aliyun.faults.append(0.3)
    async with scene.teller():
        await scene.press()
        await until(lambda: scene.aliyun.asked == 1)
    assert await scene.log() == []
    await until(lambda: len(scene.aliyun.sent) == 1)
    await scene.become(taken_until=None)
    async with scene.teller(), scene.teller():
        await until(lambda: _is(scene.log(), [("NOTIFIED", "SMS")]))
    assert [phone for phone, _ in scene.aliyun.said()] == [DAUGHTERS] * 2


async def test_several_workers_tell_each_once(scene: Scene) -> None:
    people = [await make_relative(scene.database, scene.district.mother_id) for _ in range(9)]
    phones = {f"1390000010{number}" for number in range(9)}
    for one, phone in zip(people, sorted(phones), strict=True):
        await scene.reach(one.id, phone)
    async with scene.teller(), scene.teller(), scene.teller():
        await scene.press()
        await scene.tell()
        await until(lambda: _has(scene.log(), 9))
    told = [phone for phone, _ in scene.aliyun.said()]
    assert (len(told), set(told)) == (9, phones)


async def test_a_message_about_a_device_goes_to_who_follows_it(scene: Scene) -> None:
    person = await make_reachable(scene.database, scene.vault, scene.district.daughter_id)
    button = scene.district.sos_button_id
    await make_wechat_user(
        scene.database, scene.vault, person, OF_DEVICE.template, None, device_id=button
    )
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFIED", "WECHAT_DEVICE")]))
    (message,) = scene.wechat.messages
    assert message["modelId"] == "model-1"
    assert message["sn"] == f"device_{button.hex}"
    assert message["data"] == {"thing1": {"value": "呼救"}}
    ((left,),) = await scene.database.fetch(select(col(PushPermission.messages_left)))
    assert left is None


async def test_who_cannot_be_told_at_all_is_said_in_the_log(scene: Scene) -> None:
    async with scene.teller():
        await scene.press()
        await until(lambda: _is(scene.log(), [("NOTIFICATION_FAILED", "NOBODY")]))


async def _is(found: Any, wanted: Any) -> bool:
    return await found == wanted


async def _has(found: Any, many: int) -> bool:
    return len(await found) >= many
