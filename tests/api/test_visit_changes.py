"""The stream of visits: what befell which, in order, for whom sees it; and what is overdue."""

from datetime import timedelta

import pytest

from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from domain.visits.sweeping import MISSED_AFTER, sweep
from tests.clients import BEGINNING, Api
from tests.makers.visits import Scene, make_scene, make_visit
from tests.visiting import done, visit_id
from tests.windows import CANCEL, asked, its_time_comes, opened

CHANGED = """subscription ($after: String, $filter: VisitTaskFilter) {
  visitTaskChanged(after: $after, filter: $filter) {
    cursor change visitTask { id state elder { id } } } }"""


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def test_what_befalls_a_visit_is_told_in_order_and_from_where_one_was(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    async with api.socket(scene.station) as desk:
        await desk.subscribe(CHANGED, after=BEGINNING)
        first = (await desk.next())["data"]["visitTaskChanged"]
        assert (first["change"], first["visitTask"]["id"]) == ("CLAIM", visit_id(key))
        await done(api, scene.ann, "Release", key)
        second = (await desk.next())["data"]["visitTaskChanged"]
        assert (second["change"], second["visitTask"]["state"]) == ("RELEASE", "OPEN")
    async with api.socket(scene.station) as desk:
        await desk.subscribe(CHANGED, after=first["cursor"])
        assert (await desk.next())["data"]["visitTaskChanged"] == second


async def test_everybody_is_told_of_the_visits_that_they_see(
    api: Api, database: Database, scene: Scene
) -> None:
    """Bob sees that a visit is open, and neither that Ann has it nor what she does with it."""
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await done(api, scene.ann, "Refuse", key)
    later = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.bob, "Claim", later)
    async with api.socket(scene.bob) as bob:
        await bob.subscribe(CHANGED, after=BEGINNING)
        told = (await bob.next())["data"]["visitTaskChanged"]["visitTask"]
        assert told["id"] == visit_id(later)


async def test_overdue_visits_are_streamed_once_their_time_is_over(
    api: Api, database: Database, scene: Scene
) -> None:
    moment = now()
    async with database.transaction("test") as session:
        await sweep(session, moment, MISSED_AFTER)
    late = await make_visit(
        database, scene.elder_id, scene.region_code, starts=moment - timedelta(minutes=90)
    )
    taken = {"state": VisitState.CLAIMED, "claimed_by": scene.ann.id}
    missed = await make_visit(
        database, scene.elder_id, scene.region_code, starts=moment - timedelta(days=2), **taken
    )
    async with api.socket(scene.station) as desk:
        await desk.subscribe(CHANGED, after=BEGINNING, filter={"overdue": True})
        async with database.transaction("test") as session:
            await sweep(session, now(), MISSED_AFTER)
        told = (await desk.next())["data"]["visitTaskChanged"]
        # The other one is a no-show by now, and no longer overdue.
        assert (told["change"], told["visitTask"]["id"]) == ("OVERDUE", visit_id(late))
    async with api.socket(scene.ann) as ann:
        await ann.subscribe(CHANGED, after=BEGINNING)
        changes = [(await ann.next())["data"]["visitTaskChanged"] for _ in range(2)]
        assert [(one["change"], one["visitTask"]["id"]) for one in changes] == [
            ("OVERDUE", visit_id(missed)),
            ("MISS", visit_id(missed)),
        ]


async def test_it_is_told_who_gets_open_visits_from_now_on(
    api: Api, database: Database, scene: Scene
) -> None:
    """A window is opened and called off; a second one closes, and nobody has applied."""
    key = await make_visit(database, scene.elder_id, scene.region_code)
    window = await opened(api, scene, key)
    given = {"id": public_id("visit_window", window)}
    assert (await asked(api, scene.station, CANCEL, **given))[1] == []
    await its_time_comes(database, await opened(api, scene, key))
    async with api.socket(scene.bob) as bob:
        await bob.subscribe(CHANGED, after=BEGINNING)
        told = [(await bob.next())["data"]["visitTaskChanged"] for _ in range(4)]
    assert {one["visitTask"]["id"] for one in told} == {visit_id(key)}
    assert [one["change"] for one in told] == ["APPLY", "RELEASE", "APPLY", "RELEASE"]


async def test_a_cursor_from_elsewhere_is_refused(api: Api, scene: Scene) -> None:
    async with api.socket(scene.station) as desk:
        await desk.subscribe(CHANGED, after="WzEyMzQ1Njc4OV0")
        refusal = await desk.receive()
        assert refusal["type"] == "error"
        assert refusal["payload"][0]["extensions"]["code"] == "CURSOR_EXPIRED"


async def test_the_cursor_of_a_list_of_alarms_serves_for_visits_too(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    page = await api.data(scene.station, "{ alarms(first: 1) { streamCursor } }")
    await done(api, scene.ann, "Release", key)
    async with api.socket(scene.station) as desk:
        await desk.subscribe(CHANGED, after=page["alarms"]["streamCursor"])
        told = (await desk.next())["data"]["visitTaskChanged"]
        assert (told["change"], told["visitTask"]["id"]) == ("RELEASE", visit_id(key))
