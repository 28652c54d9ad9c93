"""Who visits is cleared until a day, by somebody else than who has handed the certificate in."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from domain.access import Role
from domain.calendar import now, today
from domain.database import Database
from domain.visits.lifecycle import VisitState
from domain.visits.models import Volunteer
from domain.volunteers.lifecycle import CheckState
from tests.clients import Api
from tests.makers.accounts import make_account, make_person
from tests.makers.visits import (
    ELSEWHERE,
    Scene,
    make_scene,
    make_visit,
    make_volunteers,
    stored,
    tomorrow_at,
)
from tests.visiting import HERE, done, payload, refused
from tests.volunteering import changed, errors, fits, listed, seen
from tests.windows import apply, its_time_comes, named, opened, outcome, reasons

CERTIFIED = {"certificateOn": str(today())}


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def test_whoever_is_not_cleared_claims_nothing_until_the_station_has_cleared_them(
    api: Api, database: Database, scene: Scene
) -> None:
    (new,) = await make_volunteers(
        database, scene.region_code, check_state=CheckState.NOT_CHECKED, cleared_until=None
    )
    key = await make_visit(database, scene.elder_id, scene.region_code)
    assert await refused(api, new, "Claim", key) == ("NOT_CLEARED", "id")
    assert (await stored(database, key)).state is VisitState.OPEN
    assert await errors(api, scene.station, "CheckDecide", new, clearedUntil=str(today())) == (
        "ILLEGAL_TRANSITION",
        None,
    )
    handed_in = await changed(api, new, "CheckSubmit", new, certificateOn=str(today()))
    assert (handed_in["checkState"], handed_in["cleared"]) == ("SUBMITTED", False)
    assert await errors(api, new, "CheckDecide", new, clearedUntil=str(today())) == (
        "PERMISSION_DENIED",
        None,
    )
    until = str(today() + timedelta(days=366))
    good = await changed(api, scene.station, "CheckDecide", new, clearedUntil=until, note="已核")
    assert (good["checkState"], good["clearedUntil"], good["cleared"]) == ("CLEARED", until, True)
    assert [(one["action"], one["note"]) for one in good["history"]] == [
        ("SUBMIT_CHECK", None),
        ("CLEAR", "已核"),
    ]
    await done(api, new, "Claim", key)


@pytest.mark.parametrize(
    ("verb", "given", "field"),
    [
        ("CheckSubmit", {"certificateOn": 1}, "certificateOn"),
        ("CheckSubmit", {"certificateOn": -93}, "certificateOn"),
        ("CheckDecide", {"clearedUntil": -1}, "clearedUntil"),
        ("CheckDecide", {"clearedUntil": 367}, "clearedUntil"),
    ],
)
async def test_days_that_make_no_sense(
    api: Api, database: Database, scene: Scene, verb: str, given: dict[str, int], field: str
) -> None:
    state = CheckState.CLEARED if verb == "CheckSubmit" else CheckState.SUBMITTED
    (one,) = await make_volunteers(database, scene.region_code, check_state=state)
    sent = {name: str(today() + timedelta(days=days)) for name, days in given.items()}
    assert await errors(api, scene.station, verb, one, **sent) == ("INVALID_INPUT", field)


async def test_a_clearance_ends_with_its_last_day_and_one_to_come_takes_nothing_away(
    api: Api, database: Database, scene: Scene
) -> None:
    over, last = [
        (await make_volunteers(database, scene.region_code, cleared_until=day))[0]
        for day in (today() - timedelta(days=1), today())
    ]
    key = await make_visit(database, scene.elder_id, scene.region_code, starts=now())
    assert await refused(api, over, "Claim", key) == ("NOT_CLEARED", "id")
    # The next certificate is in, and nobody has looked at it.
    assert (await changed(api, last, "CheckSubmit", last, certificateOn=str(today())))["cleared"]
    await done(api, last, "Claim", key)
    both = [over, last]
    assert await listed(api, scene.station, both, cleared=True) == [last]
    assert await listed(api, scene.station, both, cleared=False) == [over]
    assert await listed(api, scene.station, both, check=["SUBMITTED"]) == [last]


async def test_a_clearance_counts_on_the_day_of_the_visit_its_last_day_included(
    api: Api, database: Database, scene: Scene
) -> None:
    place, last = (scene.elder_id, scene.region_code), today() + timedelta(days=2)
    (one,) = await make_volunteers(database, scene.region_code, cleared_until=last)
    midnight = tomorrow_at(0) + timedelta(days=2)
    on_it = await make_visit(database, *place, starts=midnight - timedelta(minutes=30))
    after = await make_visit(database, *place, starts=midnight)
    (error,) = (await payload(api, one, "Claim", after))["userErrors"]
    assert (error["code"], error["field"]) == ("CLEARANCE_ENDS", "id")
    assert str(last) in error["message"]
    assert (await stored(database, after)).state is VisitState.OPEN
    assert (await fits(api, one, on_it), await fits(api, one, after)) == (True, False)
    await done(api, one, "Claim", on_it)


async def test_who_hands_a_certificate_in_does_not_decide_about_it_in_whatever_role(
    api: Api, database: Database, scene: Scene
) -> None:
    official, until = api.actor(Role.OFFICIAL), str(today() + timedelta(days=9))
    handed_in = await changed(api, scene.station, "CheckSubmit", scene.ann, **CERTIFIED)
    assert {"CLEAR", "REJECT"}.isdisjoint(handed_in["availableActions"])
    await make_person(database, accounts=[scene.station.id, official.id])
    for who in (scene.station, official):
        for given in ({"clearedUntil": until}, {}):
            told = await errors(api, who, "CheckDecide", scene.ann, **given)
            assert told == ("CONFLICT_OF_INTEREST", "id")
    assert (await seen(api, official, scene.ann))["checkState"] == "SUBMITTED"
    other = await make_account(database, Role.STATION, region_code=scene.region_code[:9])
    assert "CLEAR" in (await seen(api, other, scene.ann))["availableActions"]
    good = await changed(api, other, "CheckDecide", scene.ann, clearedUntil=until)
    assert (good["checkState"], good["clearedUntil"]) == ("CLEARED", until)


async def test_who_is_rejected_gives_back_what_they_have_claimed(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    await changed(api, scene.ann, "CheckSubmit", scene.ann, certificateOn=str(today()))
    rejected = await changed(api, scene.station, "CheckDecide", scene.ann, note="有记录")
    assert (rejected["checkState"], rejected["clearedUntil"]) == ("REJECTED", None)
    assert (await stored(database, key)).state is VisitState.OPEN


async def test_who_is_no_longer_cleared_stands_at_no_door(
    api: Api, database: Database, scene: Scene
) -> None:
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    async with database.transaction("test") as session:
        over = update(Volunteer).where(col(Volunteer.id) == scene.ann.id)
        await session.execute(over.values(cleared_until=today() - timedelta(days=1)))
    assert await refused(api, scene.ann, "CheckIn", key, **HERE) == ("NOT_CLEARED", "id")
    assert (await stored(database, key)).state is VisitState.CLAIMED


async def test_a_phone_without_a_network_opens_no_door(
    api: Api, database: Database, scene: Scene
) -> None:
    """What counts is the moment at which somebody stood there, and not when it was told."""
    day = timedelta(days=1)
    stopped: dict[str, Any] = {"suspended_at": now() - day, "suspended_until": now() + day}
    stopped |= {"suspended_by": scene.station.id}
    (ended,) = await make_volunteers(database, scene.region_code[:9], cleared_until=today() - day)
    (held,) = await make_volunteers(database, scene.region_code[:9], **stopped)
    for who, code in ((ended, "NOT_CLEARED"), (held, "VOLUNTEER_SUSPENDED")):
        claimed = {"claimed_by": who.id, "claimed_at": now() - 9 * day}
        key = await make_visit(
            *(database, scene.elder_id, scene.region_code),
            starts=now() - 2 * day,
            state=VisitState.CLAIMED,
            **claimed,
        )
        late, early = str(now() - timedelta(seconds=1)), str(now() - 2 * day)
        assert await refused(api, who, "CheckIn", key, at=late, **HERE) == (code, "id")
        await done(api, who, "CheckIn", key, at=early, **HERE)


async def test_who_is_no_volunteer_there_or_not_cleared_on_the_day_of_the_visit_gets_nothing(
    api: Api, database: Database, scene: Scene
) -> None:
    """On the day on which it is decided all of them still might."""
    carl, dan = await make_volunteers(database, scene.region_code[:9], 2)
    key = await make_visit(database, scene.elder_id, scene.region_code, starts=tomorrow_at(0, 30))
    window = await opened(api, scene, key)
    for who in (scene.ann, scene.bob, carl, dan):
        await apply(api, who, key)
    async with database.transaction("test") as session:
        for change, who in (
            ("volunteer SET cleared_until = :day", scene.ann),
            ("account SET until = :midnight", scene.bob),
            ("account SET region_code = :elsewhere", carl),
        ):
            values = {"day": today(), "midnight": tomorrow_at(0), "elsewhere": ELSEWHERE}
            (name,) = (name for name in values if f":{name}" in change)
            given = {"id": who.id, name: values[name]}
            await session.execute(text(f"UPDATE {change} WHERE id = :id"), given)
    await its_time_comes(database, window)
    found = await outcome(api, Role.ADMIN, window)
    assert reasons(found, key) == {
        **dict.fromkeys(map(named, (scene.ann, scene.bob, carl)), ("NOT_ALLOTTED", "NOT_FIT")),
        named(dan): ("ALLOTTED", "ALONE"),
    }
