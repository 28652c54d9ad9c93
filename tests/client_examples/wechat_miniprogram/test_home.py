"""The family's home page in the mini-program: what a daughter sees and does."""

from sqlalchemy import delete
from sqlmodel import col

from domain.access import Role
from domain.alarms import service
from domain.alarms.lifecycle import AlarmState
from domain.alarms.models import ResolveReason
from domain.beds.models import BedStay
from domain.database import Database
from tests.client_examples.story import alarms_of
from tests.client_examples.wechat_miniprogram.conftest import Held
from tests.makers.beds import make_bed, make_station, make_stay, region_of
from tests.signals import press


async def test_a_daughter_sees_her_mother(held: Held) -> None:
    await held.open_home()
    phone = held.phone
    await phone.sees("陈筱岚，您好", "王筱琴", "78 岁，女，轻度失能", "清波门社区", "现在没有警报")
    contacts = await phone.texts("contact")
    assert [contact.split()[:2] for contact in contacts] == [
        ["陈筱岚", "女儿"],
        ["陈筱峻", "儿子"],
        ["沈佩瑶", "邻居"],
    ]
    await phone.assert_clean()


async def test_where_she_stays(held: Held, database: Database) -> None:
    mother = held.api.district.mother_id
    async with database.transaction("test") as session:
        await session.execute(delete(BedStay).where(col(BedStay.elder_id) == mother))
    station = await make_station(database, await region_of(database, mother))
    bed = await make_bed(database, station, label="3-12")
    await held.open_home()
    assert await held.phone.texts("stay") == []
    await make_stay(database, bed, mother)
    await held.phone.tell("gesture", "onPullDownRefresh")
    await held.phone.sees("试用养老院 · 3-12")
    assert ["stopPullDownRefresh", None] in await held.phone.tell("done")
    await held.phone.assert_clean()


async def test_a_press_appears_and_is_answered(held: Held, database: Database) -> None:
    district = held.api.district
    await held.open_home()
    phone = held.phone
    await press(database, district)
    await phone.sees("王筱琴 呼救", "还没有人确认", "已转到家人和养老驿站")
    assert ["vibrateLong", None] in await phone.tell("done")
    await phone.tell("tap", "big")
    await phone.sees("您已确认，请尽快联系")
    assert await phone.texts("big") == []
    (alarm,) = await alarms_of(database, district.mother_id)
    assert alarm.state is AlarmState.ACKNOWLEDGED
    assert alarm.acknowledged_by == held.api.actor(Role.FAMILY).id
    assert await phone.operations() == ["Viewer", "FamilyHome", "FamilyAcknowledge"]
    await phone.assert_clean()


async def test_what_others_do_is_shown_until_it_is_over(held: Held, database: Database) -> None:
    district = held.api.district
    await held.open_home()
    phone = held.phone
    await press(database, district)
    await phone.sees("还没有人确认")
    (alarm,) = await alarms_of(database, district.mother_id)
    dispatcher = held.api.actor(Role.DISPATCHER)
    for verb, words in (
        (service.acknowledge, f"{district.players[Role.DISPATCHER].name} 已确认"),
        (service.dispatch, "已派人上门"),
        (service.arrive, "工作人员已到家"),
    ):
        async with database.transaction("test") as session:
            await verb(session, dispatcher, alarm.id)
        await phone.sees(words)
    async with database.transaction("test") as session:
        await service.resolve(session, dispatcher, alarm.id, ResolveReason.FALSE_ALARM)
    await phone.sees("已结束：误报", "现在没有警报")
    await phone.assert_clean()


async def test_someone_else_was_faster(held: Held, database: Database) -> None:
    district = held.api.district
    await press(database, district)
    (alarm,) = await alarms_of(database, district.mother_id)
    await held.open_home()
    phone = held.phone
    await held.wire.cut()
    await phone.sees("正在重连…")
    await phone.tell("freeze")  # so that only the button's own answer can tell
    await held.wire.mend()
    async with database.transaction("test") as session:
        await service.acknowledge(session, held.api.actor(Role.STATION), alarm.id)
    await phone.tell("tap", "big")
    await phone.sees("已经有人先确认了。", district.players[Role.STATION].name)
    assert await phone.texts("big") == []
    (alarm,) = await alarms_of(database, district.mother_id)
    assert alarm.acknowledged_by == held.api.actor(Role.STATION).id
    await phone.assert_clean()


async def test_a_press_of_the_button_that_is_lost_can_be_repeated(
    held: Held, database: Database
) -> None:
    await press(database, held.api.district)
    await held.open_home()
    phone = held.phone
    held.wire.swallow()
    await phone.tell("tap", "big")
    await phone.sees("正在确认…")
    assert await phone.tell("attributes", "big", "disabled") == [True]
    await held.wire.cut()
    await phone.sees("请再按一次")
    await held.wire.mend()
    await phone.tell("tap", "big")
    await phone.sees("您已确认")
    await phone.sees_no("请再按一次")
    await phone.assert_clean()


async def test_an_answer_that_was_overtaken_changes_nothing(held: Held) -> None:
    code = """const { Family } = lib("family.js");
        const family = new Family();
        const alarm = { id: "a", level: 1, repeatCount: 0, raisedAt: "2026-11-22T08:00:00Z" };
        return ["RAISED", "DISPATCHED", "ACKNOWLEDGED", "DISPATCHED"]
          .map((state) => family.put({ ...alarm, state }))
          .concat(family.live(0).map(({ state }) => state));"""
    assert await held.phone.tell("run", code) == [True, True, False, False, "DISPATCHED"]
