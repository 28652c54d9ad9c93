"""The volunteer's page at a door: a visit begins, ends or is not wanted, with a network or without
one."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from domain.calendar import now
from domain.database import Database
from domain.visits.lifecycle import VisitAction, VisitState
from domain.visits.models import VisitTaskLog
from tests.client_examples.wechat_miniprogram.conftest import Held
from tests.client_examples.wechat_miniprogram.test_visits import HERE, open_visits
from tests.client_examples.wechat_miniprogram.test_visits import scene as scene
from tests.makers.visits import Scene, make_visit, stored
from tests.waiting import until

KEPT = "联网后自动发送"


@pytest.fixture
async def claimed(held: Held, database: Database, scene: Scene) -> UUID:
    """A visit that Ann has claimed three hours ago, on the page of her phone."""
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await held.phone.tell("move", HERE)
    await open_visits(held, scene)
    await held.phone.tell("tap", "claim")
    await held.phone.sees("我认领的")
    async with database.transaction("test") as session:
        await session.execute(text("UPDATE visit_task SET claimed_at = now() - interval '3 hours'"))
    return key


async def hours_pass(held: Held) -> None:
    """What the phone keeps was entered an hour and two ago."""
    code = """const kept = wx.getStorageSync("yiyang.entries");
      kept.forEach((entry, place) => { entry.at -= (kept.length - place) * 3600000; });
      wx.setStorageSync("yiyang.entries", kept);"""
    await held.phone.tell("run", code)


async def test_a_visit_begins_where_the_phone_is_and_ends(
    held: Held, database: Database, claimed: UUID
) -> None:
    phone = held.phone
    await phone.tell("tap", "check_in")
    await phone.sees("探访结束")
    await phone.sees_no(KEPT)
    visit = await stored(database, claimed)
    assert (visit.state, visit.entered_late) == (VisitState.CHECKED_IN, False)
    place = (visit.check_in_longitude, visit.check_in_latitude, visit.check_in_accuracy_m)
    assert place == (HERE["longitude"], HERE["latitude"], 30)
    assert await phone.texts("kept") == []
    await phone.tell("tap", "check_out")
    await phone.sees_no("我认领的")
    assert (await stored(database, claimed)).state is VisitState.DONE
    toasts = [what for name, what in await phone.tell("done") if name == "toast"]
    assert toasts[-2:] == ["已签到。", "已结束，辛苦了。"]
    await phone.assert_clean()


async def test_without_a_network_it_is_kept_and_sent_later_with_its_own_time(
    held: Held, database: Database, claimed: UUID
) -> None:
    phone = held.phone
    await held.wire.cut()
    await phone.tell("tap", "check_in")
    await phone.sees("到达", KEPT, "探访结束")
    await phone.tell("tap", "check_out")
    await phone.sees("结束，联网后自动发送")
    assert await phone.texts("check_out") == []
    assert (await stored(database, claimed)).state is VisitState.CLAIMED
    await hours_pass(held)
    await held.wire.mend()
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.sees_no(KEPT)
    visit = await stored(database, claimed)
    assert (visit.state, visit.entered_late) == (VisitState.DONE, True)
    assert visit.checked_in_at is not None
    assert visit.checked_out_at is not None
    assert abs(now() - timedelta(hours=2) - visit.checked_in_at) < timedelta(minutes=5)
    assert timedelta(minutes=55) < visit.checked_out_at - visit.checked_in_at
    await phone.assert_clean()


async def test_what_was_kept_survives_the_phone_and_is_marked_late(
    held: Held, database: Database, claimed: UUID, scene: Scene
) -> None:
    phone = held.phone
    await held.wire.cut()
    await phone.tell("tap", "check_in")
    await phone.sees(KEPT)
    await hours_pass(held)
    await held.wire.mend()
    # Another page begins anew with what is stored alone.
    await phone.tell("run", 'wx.reLaunch({ url: "/pages/visits/visits" })')
    await phone.sees("补录", "探访结束")
    assert await phone.texts("kept") == []
    visit = await stored(database, claimed)
    assert (visit.state, visit.entered_late) == (VisitState.CHECKED_IN, True)
    assert visit.claimed_by == scene.ann.id
    await phone.assert_clean()


async def test_an_answer_that_was_lost_is_no_fault(
    held: Held, database: Database, claimed: UUID
) -> None:
    phone = held.phone
    held.wire.swallow_answers()
    await phone.tell("tap", "check_in")

    async def begun() -> bool:
        return (await stored(database, claimed)).state is VisitState.CHECKED_IN

    await until(begun)
    await held.wire.cut()
    await phone.sees(KEPT)
    await held.wire.mend()
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.sees_no(KEPT)
    await phone.sees("探访结束")
    assert await phone.texts("error") == []
    await phone.assert_clean()


async def test_what_is_late_and_not_accepted_is_said(
    held: Held, database: Database, claimed: UUID
) -> None:
    """The station has called the visit off while she was at the door, without a network."""
    phone = held.phone
    await held.wire.cut()
    await phone.tell("tap", "check_in")
    await phone.sees(KEPT)
    async with database.transaction("test") as session:
        await session.execute(text("UPDATE visit_task SET state = 'CANCELLED'"))
    await held.wire.mend()
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.sees_no("我认领的")
    shown = await phone.tell("done")
    (said,) = [what for name, what in shown if name == "modal"]
    assert said.startswith("没有记上：")
    assert "已签到。" not in [what for name, what in shown if name == "toast"]
    await phone.assert_clean()


async def test_a_visit_that_is_not_wanted(held: Held, database: Database, claimed: UUID) -> None:
    phone = held.phone
    await phone.tell("choose", None)  # she closes the sheet again
    await phone.tell("tap", "refuse")
    assert (await stored(database, claimed)).state is VisitState.CLAIMED
    await phone.tell("choose", 1)
    await phone.tell("tap", "refuse")
    await phone.sees_no("我认领的")
    assert (await stored(database, claimed)).state is VisitState.REFUSED
    refused = select(col(VisitTaskLog.note)).where(
        col(VisitTaskLog.task_id) == claimed, col(VisitTaskLog.action) == VisitAction.REFUSE
    )
    assert [note for (note,) in await database.fetch(refused)] == ["老人不在家"]
    await phone.assert_clean()


async def test_what_the_server_refuses_is_kept_no_longer(
    held: Held, database: Database, claimed: UUID
) -> None:
    phone = held.phone
    async with database.transaction("test") as session:
        await session.execute(text("UPDATE volunteer SET cleared_until = current_date - 3"))
    await phone.tell("tap", "check_in")
    await phone.sees("尚无有效的无犯罪记录核查")
    assert await phone.texts("kept") == []
    assert len(await phone.texts("check_in")) == 1
    assert (await stored(database, claimed)).state is VisitState.CLAIMED
    await phone.assert_clean()


async def test_a_visit_at_home_does_not_begin_nowhere(
    held: Held, database: Database, claimed: UUID
) -> None:
    phone = held.phone
    await phone.tell("move", None)
    await phone.tell("tap", "check_in")
    await phone.sees("上门探访需要定位")
    assert await phone.texts("kept") == []
    assert (await stored(database, claimed)).state is VisitState.CLAIMED
    await phone.assert_clean()
