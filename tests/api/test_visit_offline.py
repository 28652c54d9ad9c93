"""Visits that a phone without a network wrote down: accepted late, marked, never at two places."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.calendar import now
from domain.database import Database
from domain.visits.lifecycle import VisitState
from domain.visits.models import VisitKind
from domain.visits.presence import LATE_AFTER, LATE_DAYS
from tests.clients import Api
from tests.makers.visits import Scene, everything, make_scene, make_visit, stored
from tests.visiting import HERE, done, payload, refused, visit_id

A_MINUTE = timedelta(minutes=1)
TIMES = "checkedInAt checkInRecordedAt checkedOutAt checkOutRecordedAt enteredLate"
SHOWN = f"query ($id: ID!) {{ visitTask(id: $id) {{ {TIMES} }} }}"


@pytest.fixture
async def scene(api: Api, database: Database) -> Scene:
    return await make_scene(database, api.district)


async def claimed(database: Database, scene: Scene, began: datetime, **more: Any) -> UUID:
    """A visit of Ann's, by phone, claimed a month ago."""
    given = {
        "kind": VisitKind.PHONE,
        "state": VisitState.CLAIMED,
        "claimed_by": scene.ann.id,
        "claimed_at": now() - timedelta(days=30),
        **more,
    }
    return await make_visit(
        database, scene.elder_id, scene.region_code, starts=began, minutes=30, **given
    )


async def shown(api: Api, scene: Scene, key: UUID) -> Any:
    return (await api.data(scene.station, SHOWN, id=visit_id(key)))["visitTask"]


async def test_a_visit_is_entered_days_late_with_the_phones_times_and_marked(
    api: Api, database: Database, scene: Scene
) -> None:
    began = now() - timedelta(days=3)
    key = await claimed(database, scene, began, kind=VisitKind.HOME)
    before = now()
    await done(api, scene.ann, "CheckIn", key, at=began.isoformat(), **HERE)
    ended = began + timedelta(minutes=40)
    made = await done(api, scene.ann, "CheckOut", key, at=ended.isoformat(), note="停电")
    assert made["state"] == "DONE"
    assert (made["checkInAccuracyM"], made["checkInFar"]) == (30, False)
    row = await shown(api, scene, key)
    assert datetime.fromisoformat(row["checkedInAt"]) == began
    assert datetime.fromisoformat(row["checkedOutAt"]) == ended
    assert datetime.fromisoformat(row["checkInRecordedAt"]) >= before
    assert datetime.fromisoformat(row["checkOutRecordedAt"]) >= before
    assert row["enteredLate"] is True


async def test_what_is_told_at_once_is_not_late(api: Api, database: Database, scene: Scene) -> None:
    key = await claimed(database, scene, now())
    moment = now() - LATE_AFTER + A_MINUTE
    await done(api, scene.ann, "CheckIn", key, at=moment.isoformat())
    await done(api, scene.ann, "CheckOut", key)
    row = await shown(api, scene, key)
    assert row["enteredLate"] is False
    assert row["checkedOutAt"] == row["checkOutRecordedAt"]


@pytest.mark.parametrize(
    ("ago", "admitted"),
    [
        (timedelta(days=LATE_DAYS) - A_MINUTE, True),
        (timedelta(days=LATE_DAYS, seconds=1), False),
        (-A_MINUTE, False),
    ],
    ids=["seven days", "longer", "to come"],
)
async def test_at_most_seven_days_late_and_never_in_the_future(
    api: Api, database: Database, scene: Scene, ago: timedelta, admitted: bool
) -> None:
    at = now() - ago
    key = await claimed(database, scene, at)
    if admitted:
        assert (await done(api, scene.ann, "CheckIn", key, at=at.isoformat()))["state"] == (
            "CHECKED_IN"
        )
        return
    before = await everything(database)
    outcome = await refused(api, scene.ann, "CheckIn", key, at=at.isoformat())
    assert outcome == ("INVALID_INPUT", "at")
    assert await everything(database) == before


async def test_a_visit_begins_after_its_claim_and_ends_after_its_beginning(
    api: Api, database: Database, scene: Scene
) -> None:
    moment = now() - timedelta(hours=5)
    key = await claimed(database, scene, moment, claimed_at=moment)
    outcome = await refused(api, scene.ann, "CheckIn", key, at=moment.isoformat())
    assert outcome == ("INVALID_INPUT", "at")
    began = (moment + A_MINUTE).isoformat()
    await done(api, scene.ann, "CheckIn", key, at=began)
    assert await refused(api, scene.ann, "CheckOut", key, at=began) == ("INVALID_INPUT", "at")
    assert (await stored(database, key)).state is VisitState.CHECKED_IN


async def test_nobody_is_with_two_elders_at_once(
    api: Api, database: Database, scene: Scene
) -> None:
    """A visit of 9 to 10 two days ago; others are entered around it."""
    nine = now() - timedelta(days=2)
    first = await claimed(database, scene, nine)
    await done(api, scene.ann, "CheckIn", first, at=nine.isoformat())
    await done(api, scene.ann, "CheckOut", first, at=(nine + 60 * A_MINUTE).isoformat())

    async def entered(begins: int, ends: int) -> list[Any]:
        """What comes of a visit between two minutes after nine: of its beginning, or of its end."""
        key = await claimed(database, scene, nine + timedelta(days=300 + begins, minutes=ends))
        errors: list[Any] = []
        for verb, minute in (("CheckIn", begins), ("CheckOut", ends)):
            if not errors:
                at = (nine + minute * A_MINUTE).isoformat()
                errors = (await payload(api, scene.ann, verb, key, at=at))["userErrors"]
        return [(error["code"], error["blockers"]) for error in errors]

    clash = [("TIMES_OVERLAP", [visit_id(first)])]
    assert await entered(-20, 0) == []
    assert await entered(60, 80) == []
    assert await entered(30, 50) == clash
    assert await entered(59, 90) == clash
    overlong = await entered(-40, 5)
    assert [code for code, _ in overlong] == ["TIMES_OVERLAP"]
    assert visit_id(first) in overlong[0][1]


async def test_one_visit_is_under_way_at_a_time(api: Api, database: Database, scene: Scene) -> None:
    first = await claimed(database, scene, now())
    second = await claimed(database, scene, now() + timedelta(hours=2))
    answers = await asyncio.gather(
        *(payload(api, scene.ann, "CheckIn", key) for key in (first, second))
    )
    won, lost = sorted(
        zip(answers, (first, second), strict=True), key=lambda pair: len(pair[0]["userErrors"])
    )
    assert won[0]["userErrors"] == []
    (error,) = lost[0]["userErrors"]
    assert (error["code"], error["blockers"]) == ("TIMES_OVERLAP", [visit_id(won[1])])
    await done(api, scene.ann, "CheckOut", won[1])
    assert (await done(api, scene.ann, "CheckIn", lost[1]))["state"] == "CHECKED_IN"


async def test_who_was_thought_not_to_have_come_says_when_they_were_there(
    api: Api, database: Database, scene: Scene
) -> None:
    began = now() - timedelta(days=2)
    key = await claimed(database, scene, began, state=VisitState.NO_SHOW)
    assert await refused(api, scene.ann, "CheckIn", key) == ("INVALID_INPUT", "at")
    await done(api, scene.ann, "CheckIn", key, at=began.isoformat())
    ended = (began + A_MINUTE).isoformat()
    assert (await done(api, scene.ann, "CheckOut", key, at=ended))["state"] == "DONE"


@pytest.mark.parametrize(("days", "told"), [(6, None), (8, ("INVALID_INPUT", "id"))])
async def test_who_was_thought_not_to_have_come_says_that_they_were_not_wanted(
    api: Api, database: Database, scene: Scene, days: int, told: tuple[str, str] | None
) -> None:
    began = now() - timedelta(days)
    key = await claimed(database, scene, began, state=VisitState.NO_SHOW)
    if told is not None:
        assert await refused(api, scene.ann, "Refuse", key) == told
        return
    assert (await done(api, scene.ann, "Refuse", key, reason="不在家"))["state"] == "REFUSED"


async def test_whose_time_has_been_taken_since_is_not_revived(
    api: Api, database: Database, scene: Scene
) -> None:
    began = now() - timedelta(days=2)
    key = await claimed(database, scene, began, state=VisitState.NO_SHOW)
    await claimed(database, scene, began)
    before = await everything(database)
    outcome = await refused(api, scene.ann, "CheckIn", key, at=began.isoformat())
    assert outcome[0] == "TIMES_OVERLAP"
    assert (await refused(api, scene.ann, "Refuse", key))[0] == "TIMES_OVERLAP"
    assert await everything(database) == before
