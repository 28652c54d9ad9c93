"""What is refused at a bed, to whom, in which words; and that a refusal changes nothing."""

from uuid import uuid4

import pytest

from domain.access import Actor, Role
from domain.beds.lifecycle import StayState
from domain.beds.models import BedKind
from domain.database import Database
from domain.ids import public_id
from tests.bedside import DISTRICT, Bedside, blocked, day, error_of, open_bedside, stay_of
from tests.clients import Api
from tests.makers.beds import make_bed, make_station, make_stay
from tests.makers.canteens import make_family

ELSEWHERE = "330106002051"
"""A community of another district."""


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    kinds = (BedKind.INSTITUTION, BedKind.HOME)
    return await open_bedside(api, database, beds=kinds, elders=2)


async def test_an_absurd_period_is_refused_by_name(place: Bedside) -> None:
    before = await place.written()
    for starts, ends, field in (
        (-32, None, "startsOn"),
        (366, None, "startsOn"),
        (0, 0, "endsOn"),
        (3, 2, "endsOn"),
        (None, -1, "endsOn"),
        (0, 3661, "endsOn"),
    ):
        error = error_of(await place.admit(place.beds[0], place.elders[0], starts, ends))
        assert (error["code"], error["field"]) == ("INVALID_INPUT", field), (starts, ends)
    assert await place.written() == before


async def test_the_edges_of_a_period_are_within(place: Bedside) -> None:
    for starts, bed, elder in zip((-31, 365), place.beds, place.elders, strict=True):
        stay = stay_of(await place.admit(bed, elder, starts, starts + 3660))
        assert (stay["startsOn"], stay["endsOn"]) == (day(starts), day(starts + 3660))


async def test_nobody_leaves_before_coming_or_tomorrow(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0], -3))
    before = await place.written()
    for ends in (-4, 1):
        error = error_of(await place.end(stay["id"], ends))
        assert (error["code"], error["field"]) == ("INVALID_INPUT", "endsOn")
    assert await place.written() == before
    assert stay_of(await place.end(stay["id"], -3))["endsOn"] == day(-3)


async def test_a_stay_ends_and_is_closed_once(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0]))
    assert error_of(await place.close(stay["id"]))["code"] == "ILLEGAL_TRANSITION"
    stay_of(await place.end(stay["id"]))
    again = error_of(await place.end(stay["id"]))
    assert again["code"] == "ILLEGAL_TRANSITION"
    assert all(word in again["message"] for word in ("CLEANING", "END", "CLOSE"))
    stay_of(await place.close(stay["id"]))
    answer = await place.close(stay["id"])
    assert error_of(answer)["code"] == "ILLEGAL_TRANSITION"
    assert answer["bedStay"]["state"] == "CLOSED"


async def test_ids_of_nothing_and_of_something_else_are_named(place: Bedside) -> None:
    bed, elder = place.beds[0], place.elders[0]
    for wrong, field in (((bed, uuid4()), "elderId"), ((uuid4(), elder), "bedId")):
        error = error_of(await place.admit(*wrong))
        assert (error["code"], error["field"]) == ("NOT_FOUND", field)
    given = {"bedId": public_id("elder", elder), "elderId": public_id("elder", elder)}
    error = error_of(await place.ask("bedStayAdmit", given))
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "bedId")
    for verb in (place.end, place.close):
        answer = await verb(public_id("bed_stay", uuid4()))
        assert (error_of(answer)["code"], answer["bedStay"]) == ("NOT_FOUND", None)


async def test_a_clash_is_told_in_the_callers_language(place: Bedside) -> None:
    bed, home = place.beds
    one, other = place.elders
    stay_of(await place.admit(bed, one, -7))
    stay_of(await place.admit(home, other, 2, 9))
    bed_taken = {"zh-CN": "已有人入住", "zh-TW": "尚未清潔", "en": "taken or not yet clean"}
    for language, words in bed_taken.items():
        message = error_of(await place.admit(bed, other, 0, 1, language=language))["message"]
        assert words in message
        assert f"{day(-7)} –" in message
    elder_has = {"zh-CN": "这位老人", "zh-TW": "這位長者", "en": "has another bed"}
    for language, words in elder_has.items():
        message = error_of(await place.admit(home, one, 0, 1, language=language))["message"]
        assert words in message
        assert f"{day(-7)} –" in message


async def test_only_blockers_that_one_may_see_are_named(place: Bedside, database: Database) -> None:
    """The elder lives in a home of another district: its staff know who is there, others do not."""
    elder = place.elders[0]
    bed = await make_bed(database, await make_station(database, ELSEWHERE))
    away = public_id("bed_stay", await make_stay(database, bed, elder, -9))
    answer = await place.admit(place.beds[0], elder)
    assert blocked(answer) == ("ELDER_HAS_BED", "elderId", [])
    assert f"{day(-9)} –" in error_of(answer)["message"]
    assert blocked(await place.admit(place.beds[0], elder, who=Role.ADMIN))[2] == [away]


async def test_a_station_gives_away_the_beds_of_its_own_region_alone(
    place: Bedside, database: Database
) -> None:
    """It sees its elders, and that there is a bed elsewhere; that bed is not its to give."""
    elder = place.elders[0]
    own = Actor(place.staff.id, Role.STATION, place.region_code[:9])
    far = await make_bed(database, await make_station(database, ELSEWHERE))
    before = await place.written()
    error = error_of(await place.admit(far, elder, who=own))
    assert (error["code"], error["field"]) == ("PERMISSION_DENIED", None)
    assert await place.written() == before
    assert stay_of(await place.admit(place.beds[0], elder, who=own))
    assert stay_of(await place.admit(far, place.elders[1], who=Role.ADMIN))


async def test_a_station_of_another_street_changes_nothing(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0]))
    before = await place.written()
    for region in (ELSEWHERE[:9], None):
        stranger = Actor(place.staff.id, Role.STATION, region)
        error = error_of(await place.admit(place.beds[1], place.elders[1], who=stranger))
        assert (error["code"], error["field"]) == ("NOT_FOUND", "elderId")
        for verb in (place.end, place.close):
            answer = await verb(stay["id"], who=stranger)
            assert (error_of(answer)["code"], answer["bedStay"]) == ("NOT_FOUND", None)
    assert await place.written() == before


async def test_who_sees_but_may_not_changes_nothing(place: Bedside, database: Database) -> None:
    mother = place.elders[0]
    daughter = await make_family(database, mother)
    bed = await make_bed(database, place.station_id, label="by day", kind=BedKind.DAY)
    dirty = await make_stay(database, bed, mother, -9, -5, StayState.CLEANING)
    stay = await make_stay(database, bed, mother, -5)
    before = await place.written()
    staff = [Actor(place.staff.id, role, DISTRICT) for role in (Role.OFFICIAL, Role.DISPATCHER)]
    for who in (*staff, daughter):
        answers = [
            await place.admit(place.beds[0], mother, who=who),
            await place.end(public_id("bed_stay", stay), who=who),
            await place.close(public_id("bed_stay", dirty), who=who),
        ]
        assert {error_of(answer)["code"] for answer in answers} == {"PERMISSION_DENIED"}
        assert answers[1]["bedStay"]["availableActions"] == []
    assert await place.written() == before


async def test_who_sees_no_elder_learns_nothing(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0]))["id"]
    before = await place.written()
    for role in (Role.VOLUNTEER, Role.CANTEEN, Role.AUDITOR, Role.VENDOR):
        hers = await place.admit(place.beds[1], place.elders[0], who=role)
        assert error_of(hers)["code"] == "NOT_FOUND"
        assert hers == await place.admit(place.beds[1], uuid4(), who=role)
        theirs = await place.end(stay, who=role)
        assert theirs == await place.end(public_id("bed_stay", uuid4()), who=role)
    assert await place.written() == before
