"""The volunteer's page in the mini-program: visits nearby, claimed and given back."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from domain.database import Database
from domain.elders.models import Elder
from domain.visits import service
from domain.visits.lifecycle import VisitAction, VisitState
from domain.visits.models import VisitKind, VisitTaskLog
from tests.client_examples.wechat_miniprogram.conftest import Held
from tests.makers.visits import CENTRE, Scene, make_scene, make_visit, stored, tomorrow_at
from tests.waiting import until

HERE = {"longitude": CENTRE[0] + 0.01, "latitude": CENTRE[1]}
FAR_AWAY = (CENTRE[0] + 0.2, CENTRE[1])


@pytest.fixture
async def scene(database: Database, held: Held) -> Scene:
    """Whom to visit, and who does; no visits but a test's own."""
    async with database.transaction("test") as session:
        await session.execute(text("TRUNCATE visit_task CASCADE"))
    return await make_scene(database, held.api.district)


async def open_visits(held: Held, scene: Scene) -> None:
    """Ann opens the mini-program, and her own page is the visits."""
    await held.sign_in(scene.ann)
    await held.phone.arrives_at("visits")
    await held.phone.sees_no("正在打开…")


async def name_of(database: Database, scene: Scene) -> str:
    rows = await database.fetch(select(col(Elder.name)).where(col(Elder.id) == scene.elder_id))
    return rows[0][0]


async def test_visits_near_her(held: Held, database: Database, scene: Scene) -> None:
    await make_visit(database, scene.elder_id, scene.region_code)
    await make_visit(database, scene.elder_id, scene.region_code, place=FAR_AWAY)
    phone = held.phone
    await phone.tell("move", HERE)
    await open_visits(held, scene)
    await phone.sees("您附近 3 公里以内", "09:00–10:00", "上门探访", "清波门社区", "约 1.0 公里")
    assert len(await phone.texts("visit")) == 1
    assert ["getLocation", "gcj02"] in await phone.tell("done")
    # Whose it is, nobody learns before they claim it.
    assert await name_of(database, scene) not in await phone.text()
    await phone.assert_clean()


async def test_a_volunteer_who_does_not_tell_where_she_is(
    held: Held, database: Database, scene: Scene
) -> None:
    await make_visit(database, scene.elder_id, scene.region_code)
    await make_visit(
        database,
        scene.elder_id,
        scene.region_code,
        place=FAR_AWAY,
        kind=VisitKind.PHONE,
        starts=tomorrow_at(11),
    )
    phone = held.phone
    await open_visits(held, scene)
    await phone.sees("没有定位授权，显示全部", "去授权定位", "上门探访", "电话探访")
    assert len(await phone.texts("visit")) == 2
    assert "公里" not in await phone.text()
    # She allows it in WeChat's settings, and comes back.
    await phone.tell("hide")
    await phone.tell("move", HERE)
    await phone.tell("show")
    await phone.sees("您附近 3 公里以内")
    await phone.sees_no("电话探访")
    assert await phone.texts("settings") == []
    await phone.assert_clean()


async def test_a_claim_reveals_the_home_and_a_release_hides_it(
    held: Held, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    phone = held.phone
    await open_visits(held, scene)
    await phone.tell("tap", "claim")
    await phone.sees("我认领的", await name_of(database, scene), "现在没有待认领的探访。")
    (address,) = await phone.texts("address")
    assert address
    assert "*" not in address
    assert ["toast", "已认领，请按时前往。"] in await phone.tell("done")
    visit = await stored(database, key)
    assert (visit.state, visit.claimed_by) == (VisitState.CLAIMED, scene.ann.id)
    await phone.tell("choose", None)  # she closes the sheet again
    await phone.tell("tap", "release")
    await phone.tell("choose", 1)
    await phone.tell("tap", "release")
    await phone.sees_no(address)
    assert await name_of(database, scene) not in await phone.text()
    assert len(await phone.texts("claim")) == 1
    assert (await stored(database, key)).state is VisitState.OPEN
    released = select(col(VisitTaskLog.note)).where(
        col(VisitTaskLog.task_id) == key, col(VisitTaskLog.action) == VisitAction.RELEASE
    )
    assert [note for (note,) in await database.fetch(released)] == ["临时有事"]
    await phone.assert_clean()


async def test_a_lost_race(held: Held, database: Database, scene: Scene) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    phone = held.phone
    await open_visits(held, scene)
    async with database.transaction("test") as session:
        await service.claim(session, scene.bob, key)
    await phone.tell("tap", "claim")
    await phone.sees("这次探访已被其他志愿者认领")
    assert await phone.texts("claim") == []
    assert (await stored(database, key)).claimed_by == scene.bob.id
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.sees("现在没有待认领的探访。")
    await phone.assert_clean()


async def test_what_the_server_refuses_is_said_in_its_words(
    held: Held, database: Database, scene: Scene
) -> None:
    first = await make_visit(database, scene.elder_id, scene.region_code)
    later = tomorrow_at(9, 30)
    second = await make_visit(database, scene.elder_id, scene.region_code, starts=later)
    phone = held.phone
    await open_visits(held, scene)
    await phone.tell("tap", "claim")
    await phone.sees("我认领的")
    await phone.tell("tap", "claim")
    await phone.sees("与该时间的其他安排冲突")
    assert len(await phone.texts("claim")) == 1
    assert (await stored(database, first)).state is VisitState.CLAIMED
    assert (await stored(database, second)).state is VisitState.OPEN
    await phone.assert_clean()


async def test_a_claim_that_is_lost_can_be_repeated(
    held: Held, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    phone = held.phone
    await open_visits(held, scene)
    held.wire.swallow()
    await phone.tell("tap", "claim")
    await phone.sees("正在认领…")
    assert await phone.tell("attributes", "claim", "disabled") == [True]
    await held.wire.cut()
    await phone.sees("没有送到服务器，请再按一次。")
    await phone.tell("gesture", "onPullDownRefresh")
    await phone.sees("暂时连不上服务器，请下拉重试。")
    await held.wire.mend()
    await phone.tell("tap", "claim")
    await phone.sees("我认领的")
    assert (await stored(database, key)).claimed_by == scene.ann.id
    await phone.assert_clean()


async def test_a_claim_that_was_made_and_whose_answer_was_lost_is_no_failure(
    held: Held, database: Database, scene: Scene
) -> None:
    """The second press has the first one's key: it is told what the first has done."""
    key = await make_visit(database, scene.elder_id, scene.region_code)
    phone = held.phone
    await open_visits(held, scene)
    held.wire.swallow_answers()
    await phone.tell("tap", "claim")

    async def claimed() -> bool:
        return (await stored(database, key)).state is not VisitState.OPEN

    await until(claimed)
    await held.wire.cut()
    await phone.sees("没有送到服务器，请再按一次。")
    await held.wire.mend()
    await phone.tell("tap", "claim")
    await phone.sees("我认领的")
    await phone.sees_no("没有送到服务器")
    await phone.sees_no("不能执行")
    await phone.assert_clean()


async def test_every_open_visit_once_page_by_page(
    held: Held, database: Database, scene: Scene
) -> None:
    starts = tomorrow_at(8)
    for number in range(25):
        begins = starts + timedelta(minutes=number)
        await make_visit(database, scene.elder_id, scene.region_code, starts=begins)
    phone = held.phone
    await open_visits(held, scene)
    await phone.sees("上拉看更多")
    assert len(await phone.texts("visit")) == 20
    await phone.tell("gesture", "onReachBottom")
    await phone.sees_no("上拉看更多")
    titles = await phone.texts("title")
    assert titles == sorted(set(titles))
    assert len(titles) == 25
    await phone.tell("gesture", "onReachBottom")
    assert await phone.operations() == ["Viewer", "Visits", "MoreVisits"]
    await phone.assert_clean()


async def test_a_token_that_is_refused_meanwhile(
    held: Held, database: Database, scene: Scene
) -> None:
    await make_visit(database, scene.elder_id, scene.region_code)
    phone = held.phone
    await open_visits(held, scene)
    await phone.spoil(access="spoilt")
    await phone.tell("tap", "claim")
    await phone.arrives_at("sign_in")
    await phone.sees("登录已过期")
    await phone.assert_clean()
