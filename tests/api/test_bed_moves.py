"""Stays between arrival and the end: held, promised, out for some days, moved into another bed."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.access import Role
from domain.beds.holding import let_go, run_out
from domain.beds.models import BedKind, BedStay
from domain.calendar import now
from domain.database import Database
from domain.ids import parse_public_id, public_id
from tests.bedside import Bedside, blocked, day, error_of, open_bedside, stay_of
from tests.clients import Api

HOME_BEDS = (BedKind.INSTITUTION, BedKind.INSTITUTION, BedKind.HOME)


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    return await open_bedside(api, database, beds=HOME_BEDS, elders=3)


def key(stay: dict[str, object]) -> UUID:
    parsed = parse_public_id(str(stay["id"]))
    assert parsed
    return parsed[1]


async def test_who_goes_out_for_some_days_keeps_the_bed(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0], -3))
    given = {"id": stay["id"], "backOn": day(4), "note": "回家过节"}
    out = stay_of(await place.ask("bedStayLeave", given))
    assert (out["state"], out["backOn"]) == ("ON_LEAVE", day(4))
    assert out["availableActions"] == ["RETURN", "TRANSFER", "END"]
    answer = await place.admit(place.beds[0], place.elders[1])
    assert blocked(answer) == ("BED_UNAVAILABLE", "bedId", [stay["id"]])
    back = stay_of(await place.ask("bedStayReturn", {"id": stay["id"]}))
    assert (back["state"], back["backOn"]) == ("OCCUPIED", None)
    staff = {"id": public_id("account", place.staff.id)}
    assert back["history"] == [
        {"action": "OCCUPY", "account": staff, "note": None},
        {"action": "LEAVE", "account": staff, "note": "回家过节"},
        {"action": "RETURN", "account": staff, "note": None},
    ]


async def test_nobody_comes_back_who_is_not_out_nor_yesterday(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0]))
    before = await place.written()
    refused = error_of(await place.ask("bedStayReturn", {"id": stay["id"]}))
    assert refused["code"] == "ILLEGAL_TRANSITION"
    assert "LEAVE, TRANSFER, END" in refused["message"]
    for wanted in (day(-1), day(366)):
        refused = error_of(await place.ask("bedStayLeave", {"id": stay["id"], "backOn": wanted}))
        assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "backOn")
    assert await place.written() == before


async def test_a_transfer_ends_one_stay_on_the_day_on_which_the_other_begins(
    place: Bedside,
) -> None:
    old = stay_of(await place.admit(place.beds[0], place.elders[0], -9, 20))
    new = stay_of(await place.move(old["id"], place.beds[1], -2))
    assert (new["state"], new["startsOn"], new["endsOn"]) == ("OCCUPIED", day(-2), day(20))
    assert new["movedFrom"] == {"id": old["id"]}
    (left,) = [row for row in (await place.written())[0] if row.id == key(old)]
    assert (left.state, left.ends_on.isoformat()) == ("CLEANING", day(-2))
    assert error_of(await place.move(old["id"], place.beds[2]))["code"] == "ILLEGAL_TRANSITION"


async def test_a_transfer_into_a_taken_bed_names_every_blocker_and_changes_nothing(
    place: Bedside,
) -> None:
    one, other, third = place.elders
    old = stay_of(await place.admit(place.beds[0], one, -9))
    lives = stay_of(await place.admit(place.beds[1], other, -5, 10))
    comes = stay_of(await place.admit(place.beds[1], third, 12))
    before = await place.written()
    answer = await place.move(old["id"], place.beds[1])
    assert blocked(answer) == ("BED_UNAVAILABLE", "bedId", [lives["id"], comes["id"]])
    assert answer["bedStay"]["state"] == "OCCUPIED"
    assert await place.written() == before


@pytest.mark.parametrize("wanted", [-32, -10, 1])
async def test_a_transfer_is_of_a_day_of_the_stay_and_no_later_than_today(
    place: Bedside, wanted: int
) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0], -9))
    before = await place.written()
    refused = error_of(await place.move(stay["id"], place.beds[1], wanted))
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "movedOn")
    refused = error_of(await place.move(stay["id"], place.beds[0], 0))
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "bedId")
    assert await place.written() == before


async def test_two_who_change_beds_at_once_wait_for_no_one(place: Bedside) -> None:
    """Each wants the other's bed: nobody gets it, and nobody is kept waiting in a circle."""
    one = stay_of(await place.admit(place.beds[0], place.elders[0], -9))["id"]
    other = stay_of(await place.admit(place.beds[1], place.elders[1], -9))["id"]
    before = await place.written()
    answers = await asyncio.gather(
        *(place.move(one, place.beds[1]) for _ in range(8)),
        *(place.move(other, place.beds[0]) for _ in range(8)),
    )
    assert [blocked(answer)[2] for answer in answers] == [[other]] * 8 + [[one]] * 8
    assert await place.written() == before


async def test_two_homes_hold_a_bed_for_one_elder_and_one_is_promised(place: Bedside) -> None:
    elder = place.elders[0]
    first = stay_of(await place.hold(place.beds[0], elder))
    second = stay_of(await place.hold(place.beds[1], elder))
    assert first["state"] == second["state"] == "HELD"
    assert first["availableActions"] == ["RESERVE", "OCCUPY", "END"]
    taken = await place.hold(place.beds[0], place.elders[1])
    assert blocked(taken) == ("BED_UNAVAILABLE", "bedId", [first["id"]])
    promised = stay_of(await place.ask("bedStayReserve", {"id": first["id"]}))
    assert (promised["state"], promised["heldUntil"]) == ("RESERVED", None)
    late = await place.ask("bedStayReserve", {"id": second["id"]})
    assert blocked(late) == ("ELDER_HAS_BED", "elderId", [first["id"]])


async def test_a_hold_runs_out_by_itself_and_is_promised_no_more(place: Bedside) -> None:
    stay = stay_of(await place.hold(place.beds[0], place.elders[0]))
    past = {"held_until": now() - timedelta(seconds=1)}
    async with place.database.transaction("test") as session:
        await session.execute(update(BedStay).where(col(BedStay.id) == key(stay)).values(past))
    late = error_of(await place.ask("bedStayReserve", {"id": stay["id"]}))
    assert (late["code"], late["field"]) == ("INVALID_INPUT", "id")
    async with place.database.transaction("test") as session:
        assert key(stay) in await run_out(session, 100)
        await let_go(session, key(stay))
    assert stay_of(await place.admit(place.beds[0], place.elders[1]))["state"] == "OCCUPIED"
    (over,) = [row for row in (await place.written())[0] if row.id == key(stay)]
    assert (over.state, over.ends_on, over.ended_by) == ("CLOSED", over.starts_on, None)


async def test_a_bed_is_held_for_fourteen_days(place: Bedside) -> None:
    """As long as may be, but for the seconds that asking takes."""
    held = stay_of(await place.hold(place.beds[0], place.elders[0], 14 * 24 - 0.01))
    assert held["state"] == "HELD"
    assert datetime.fromisoformat(held["heldUntil"]) > now() + timedelta(days=14, minutes=-2)


@pytest.mark.parametrize("hours", [-0.01, 14 * 24 + 0.01])
async def test_a_bed_is_held_for_fourteen_days_at_most(place: Bedside, hours: float) -> None:
    before = await place.written()
    refused = error_of(await place.hold(place.beds[0], place.elders[0], hours))
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "heldUntil")
    assert await place.written() == before


async def test_a_family_moves_nobody(place: Bedside) -> None:
    mother = place.api.district.mother_id
    stay = stay_of(await place.admit(place.beds[0], mother, -1))
    before = await place.written()
    for field, more in (
        ("bedStayTransfer", {"bedId": public_id("bed", place.beds[1])}),
        ("bedStayLeave", {}),
    ):
        refused = error_of(await place.ask(field, {"id": stay["id"], **more}, Role.FAMILY))
        assert refused["code"] == "PERMISSION_DENIED"
    assert await place.written() == before
