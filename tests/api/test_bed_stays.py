"""Who gets which bed and who stands in the way: from arrival to a clean bed, over HTTP."""

import pytest

from domain.beds.lifecycle import StayState
from domain.beds.models import BedKind
from domain.database import Database
from domain.ids import public_id
from tests.bedside import Bedside, blocked, day, error_of, open_bedside, stay_of
from tests.clients import Api
from tests.makers.beds import make_stay


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    kinds = (BedKind.INSTITUTION, BedKind.HOME, BedKind.DAY, BedKind.DAY)
    return await open_bedside(api, database, beds=kinds, elders=4)


async def test_a_stay_from_arrival_to_a_clean_bed(place: Bedside) -> None:
    bed, elder = place.beds[0], place.elders[0]
    stay = stay_of(await place.admit(bed, elder, -3, 40))
    assert (stay["state"], stay["startsOn"], stay["endsOn"]) == ("OCCUPIED", day(-3), day(40))
    assert stay["bed"]["id"] == public_id("bed", bed)
    assert stay["elder"]["id"] == public_id("elder", elder)
    assert stay["admittedBy"]["id"] == public_id("account", place.staff.id)
    assert stay["availableActions"] == ["LEAVE", "TRANSFER", "END"]
    ended = stay_of(await place.end(stay["id"]))
    assert (ended["id"], ended["state"], ended["endsOn"]) == (stay["id"], "CLEANING", day(0))
    assert ended["endedBy"]["id"] == public_id("account", place.staff.id)
    closed = stay_of(await place.close(stay["id"]))
    assert (closed["state"], closed["endsOn"], closed["availableActions"]) == ("CLOSED", day(0), [])
    rows, events = await place.written()
    assert (len(rows), events) == (1, 3)


async def test_today_and_no_end_are_what_is_not_said(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0]))
    assert (stay["state"], stay["startsOn"], stay["endsOn"]) == ("OCCUPIED", day(0), None)
    assert stay_of(await place.end(stay["id"], 0))["endsOn"] == day(0)


async def test_a_later_day_is_a_reservation_that_gives_its_days_back(place: Bedside) -> None:
    bed, (one, other, *_) = place.beds[0], place.elders
    stay = stay_of(await place.admit(bed, one, 10))
    assert (stay["state"], stay["admittedBy"]) == ("RESERVED", None)
    assert stay["availableActions"] == ["OCCUPY", "END"]
    assert error_of(await place.admit(bed, other, 5))["blockers"] == [stay["id"]]
    ended = stay_of(await place.end(stay["id"]))
    assert (ended["state"], ended["startsOn"], ended["endsOn"]) == ("CLOSED", day(10), day(10))
    assert stay_of(await place.admit(bed, other, 5))["state"] == "RESERVED"


async def test_a_stay_begins_on_the_day_another_ends_once_the_bed_is_clean(place: Bedside) -> None:
    bed, (one, other, *_) = place.beds[0], place.elders
    first = stay_of(await place.admit(bed, one, -10, 20))
    stay_of(await place.end(first["id"]))
    before = await place.written()
    not_clean = await place.admit(bed, other)
    assert blocked(not_clean) == ("BED_UNAVAILABLE", "bedId", [first["id"]])
    assert f"{day(-10)} – {day(0)}" in error_of(not_clean)["message"]
    assert await place.written() == before
    stay_of(await place.close(first["id"]))
    assert stay_of(await place.admit(bed, other))["startsOn"] == day(0)


async def test_reservations_may_touch_and_a_clash_names_them_all(place: Bedside) -> None:
    bed, (one, other, third, _) = place.beds[0], place.elders
    first = stay_of(await place.admit(bed, one, 5, 10))
    second = stay_of(await place.admit(bed, other, 10, 15))
    answer = await place.admit(bed, third, 9, 11)
    assert blocked(answer) == ("BED_UNAVAILABLE", "bedId", [first["id"], second["id"]])
    assert f"{day(5)} – {day(10)}, {day(10)} – {day(15)}" in error_of(answer)["message"]
    assert stay_of(await place.admit(bed, third, 1, 5))["endsOn"] == day(5)


async def test_a_taken_bed_and_an_elder_who_has_another_are_one_refusal(place: Bedside) -> None:
    own = stay_of(await place.admit(place.beds[1], place.elders[0], -5))
    other = stay_of(await place.admit(place.beds[0], place.elders[1], -2))
    answer = await place.admit(place.beds[0], place.elders[0])
    assert blocked(answer) == ("BED_UNAVAILABLE", "bedId", [own["id"], other["id"]])


async def test_a_day_bed_stands_beside_a_home_bed(place: Bedside) -> None:
    institution, home, day_bed, other_day_bed = place.beds
    elder, other, *_ = place.elders
    lives = stay_of(await place.admit(home, elder))
    by_day = stay_of(await place.admit(day_bed, elder))
    stay_of(await place.admit(other_day_bed, elder))
    answer = await place.admit(institution, elder)
    assert blocked(answer) == ("ELDER_HAS_BED", "elderId", [lives["id"]])
    assert blocked(await place.admit(day_bed, other))[2] == [by_day["id"]]


async def test_who_has_overstayed_keeps_the_bed_and_so_does_what_is_not_clean(
    place: Bedside,
) -> None:
    states = (StayState.OCCUPIED, StayState.ON_LEAVE, StayState.CLEANING)
    *there, waiting = place.elders
    for bed, elder, state in zip(place.beds, there, states, strict=False):
        stay = await make_stay(place.database, bed, elder, -30, -2, state)
        answer = await place.admit(bed, waiting, language="en")
        assert blocked(answer) == ("BED_UNAVAILABLE", "bedId", [public_id("bed_stay", stay)])
        until = day(-2) if state is StayState.CLEANING else ""
        taken = f"({f'{day(-30)} – {until}'.rstrip()})"
        assert taken in error_of(answer)["message"]
    assert stay_of(await place.admit(place.beds[0], waiting, 1))["state"] == "RESERVED"


async def test_who_has_overstayed_is_in_no_other_bed_but_who_has_left_may_move(
    place: Bedside,
) -> None:
    old, new, *_ = place.beds
    elder = place.elders[0]
    stay = public_id("bed_stay", await make_stay(place.database, old, elder, -30, -2))
    assert blocked(await place.admit(new, elder)) == ("ELDER_HAS_BED", "elderId", [stay])
    stay_of(await place.end(stay))
    assert stay_of(await place.admit(new, elder))["startsOn"] == day(0)


async def test_a_late_entry_of_one_who_is_still_there_needs_the_bed_through_today(
    place: Bedside,
) -> None:
    bed, (one, other, *_) = place.beds[0], place.elders
    there_now = stay_of(await place.admit(bed, one, -4))
    answer = await place.admit(bed, other, -20, -10)
    assert blocked(answer) == ("BED_UNAVAILABLE", "bedId", [there_now["id"]])


@pytest.mark.parametrize(
    ("state", "starts", "ends"),
    [(StayState.HELD, -2, None), (StayState.RESERVED, 0, 12), (StayState.RESERVED, 7, None)],
)
async def test_who_was_promised_the_bed_takes_that_stay_up(
    place: Bedside, state: StayState, starts: int, ends: int | None
) -> None:
    bed, elder = place.beds[0], place.elders[0]
    promised = await make_stay(place.database, bed, elder, starts, 30, state)
    stay = stay_of(await place.admit(bed, elder, None, ends))
    assert stay["id"] == public_id("bed_stay", promised)
    taken_up = (stay["state"], stay["startsOn"], stay["endsOn"])
    assert taken_up == ("OCCUPIED", day(0), day(ends or 30))
    assert stay["admittedBy"]["id"] == public_id("account", place.staff.id)


async def test_a_promise_gives_no_right_to_days_of_others(place: Bedside) -> None:
    bed, (one, other, *_) = place.beds[0], place.elders
    there = await make_stay(place.database, bed, other, -30, -1)
    await make_stay(place.database, bed, one, 0, 20, StayState.RESERVED)
    later = await make_stay(place.database, bed, other, 20, 40, StayState.RESERVED)
    before = await place.written()
    answer = await place.admit(bed, one, 0, 25)
    assert blocked(answer)[2] == [public_id("bed_stay", there), public_id("bed_stay", later)]
    assert await place.written() == before


async def test_an_end_later_than_planned_takes_no_days_promised_to_others(place: Bedside) -> None:
    bed, (one, other, *_) = place.beds[0], place.elders
    stay = public_id("bed_stay", await make_stay(place.database, bed, one, -30, -10))
    promised = await make_stay(place.database, bed, other, -8, 5, StayState.RESERVED)
    before = await place.written()
    expected = ("BED_UNAVAILABLE", "endsOn", [public_id("bed_stay", promised)])
    assert blocked(await place.end(stay)) == expected
    assert await place.written() == before
    assert stay_of(await place.end(stay, -8))["endsOn"] == day(-8)


async def test_an_end_later_than_planned_takes_no_days_the_elder_has_elsewhere(
    place: Bedside,
) -> None:
    bed, home, day_bed, _ = place.beds
    elder = place.elders[0]
    stay = public_id("bed_stay", await make_stay(place.database, bed, elder, -30, -10))
    own = await make_stay(place.database, home, elder, -5, 5, StayState.RESERVED)
    await make_stay(place.database, day_bed, elder, -9, -1)
    expected = ("ELDER_HAS_BED", "endsOn", [public_id("bed_stay", own)])
    assert blocked(await place.end(stay)) == expected
    stay_of(await place.end(public_id("bed_stay", own)))
    assert stay_of(await place.end(stay))["endsOn"] == day(0)
