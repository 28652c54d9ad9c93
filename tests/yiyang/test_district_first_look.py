"""What the demo's players open first: each role finds something of its own."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.access import Actor, Role
from domain.calendar import DISTRICT_ZONE, today
from tests.access.oracle import expected
from tests.access.world import World
from yiyang.district.cast import District, find_cast

FIRST = {
    Role.ELDER: ("visit_task", "meal_order", "assistance_case", "volunteer"),
    Role.FAMILY: ("visit_task", "meal_order", "assistance_case", "volunteer"),
    Role.GUARDIAN: ("visit_task", "bed_stay", "assistance_case", "volunteer"),
    Role.VOLUNTEER: ("visit_task", "volunteer", "elder"),
    Role.CAREGIVER: ("bed_stay", "elder"),
    Role.DISPATCHER: ("visit_task", "bed_stay", "volunteer"),
    Role.STATION: ("visit_task", "bed_stay", "volunteer", "meal_order", "assistance_case"),
    Role.ADVISOR: ("assistance_case", "elder"),
    Role.CANTEEN: ("meal_order", "menu_item"),
    Role.OFFICIAL: ("assistance_case", "visit_task", "bed_stay", "meal_order"),
    Role.AUDITOR: ("assistance_case", "meal_order"),
    Role.VENDOR: ("device", "meal_order"),
    Role.ADMIN: ("station", "bed", "canteen"),
}
"""The tables of which each role has rows to see."""


@pytest.fixture
async def world(database_url: str) -> World:
    """Every row of the small district."""
    return await World.read(database_url)


def actor(district: District, role: Role) -> Actor:
    player = district.players[role]
    return Actor(player.account_id, role, player.region_code)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_something_to_open(world: World, district: District, role: Role) -> None:
    for table in FIRST[role]:
        assert expected(world, actor(district, role), table), table


def test_the_mother_lives_at_home_and_is_visited_tomorrow(world: World, district: District) -> None:
    assert not of_elder(world, "bed_stay", district.mother_id)
    visits = of_elder(world, "visit_task", district.mother_id)
    assert sorted(visit["state"] for visit in visits) == ["OPEN", "VERIFIED"]
    visit = world.tables["visit_task"][district.open_visit_id]
    assert visit["state"] == "OPEN"
    assert (visit["scheduled_from"].astimezone(DISTRICT_ZONE).date() - today()).days in (0, 1)
    near = [v for v in world.tables["visit_task"].values() if v["state"] == "OPEN"]
    assert len([v for v in near if v["region_code"] == visit["region_code"]]) >= 2
    case = world.tables["assistance_case"][district.refused_case_id]
    assert (case["state"], case["elder_id"]) == ("REJECTED", district.mother_id)


def test_the_ward_lies_where_the_caregiver_works(world: World, district: District) -> None:
    stay = world.tables["bed_stay"][district.ward_stay_id]
    bed = world.tables["bed"][stay["bed_id"]]
    home = world.tables["station"][district.nursing_home_id]
    assert (stay["elder_id"], stay["state"]) == (district.ward_id, "OCCUPIED")
    assert bed["station_id"] == district.nursing_home_id
    assert bed["nursing"]
    assert home["kind"] == "NURSING_HOME"
    assert stay["region_code"].startswith(str(district.players[Role.STATION].region_code))
    caregiver = world.tables["account"][district.players[Role.CAREGIVER].account_id]
    assert caregiver["station_id"] == district.nursing_home_id


def test_the_players_work_in_houses_of_one_street(world: World, district: District) -> None:
    centre = world.tables["station"][district.station_id]
    canteen = world.tables["canteen"][district.canteen_id]
    assert centre["kind"] == "STREET_CENTRE"
    assert centre["region_code"] == district.players[Role.STATION].region_code
    assert canteen["region_code"].startswith(centre["region_code"])
    orders = expected(world, actor(district, Role.CANTEEN), "meal_order")
    mothers = of_elder(world, "meal_order", district.mother_id)
    assert {order["id"] for order in mothers} <= orders
    assert [o["day"] for o in mothers if o["state"] == "PLACED"]


def test_the_advisor_has_two_cases_and_one_waits_for_an_official(
    world: World, district: District
) -> None:
    advisor = district.players[Role.ADVISOR].account_id
    new, accepted = (
        world.tables["assistance_case"][key]
        for key in (district.new_case_id, district.accepted_case_id)
    )
    assert new["advisor_id"] == accepted["advisor_id"] == advisor
    assert (new["state"], new["elder_id"]) == ("SUBMITTED", district.neighbour_id)
    assert new["submitted_by"] == district.neighbour_daughter_id
    assert (accepted["state"], accepted["elder_id"]) == ("ACCEPTED", district.ward_id)
    assert accepted["submitted_by"] == district.players[Role.GUARDIAN].account_id
    assert accepted["due_on"] > accepted["accepted_on"]


def test_the_volunteer_has_one_claim_and_time_for_others(world: World, district: District) -> None:
    volunteer = district.players[Role.VOLUNTEER]
    assert volunteer.region_code == "330102"
    visits = world.tables["visit_task"].values()
    claimed = [
        visit["id"]
        for visit in visits
        if visit["claimed_by"] == volunteer.account_id and visit["state"] == "CLAIMED"
    ]
    assert claimed == [district.claimed_visit_id]
    assert world.tables["visit_task"][claimed[0]]["elder_id"] == district.ward_id


async def test_the_cast_is_found_again_whatever_it_has_done(
    database_url: str, district: District
) -> None:
    connection = await asyncpg.connect(database_url)
    volunteer = district.players[Role.VOLUNTEER].account_id
    await connection.execute(
        "UPDATE visit_task SET state = 'CLAIMED', claimed_by = $1 WHERE id = $2",
        volunteer,
        district.open_visit_id,
    )
    await connection.execute(
        "UPDATE bed_stay SET state = 'CLEANING', ends_on = current_date WHERE id = $1",
        district.ward_stay_id,
    )
    await connection.execute(
        "INSERT INTO assistance_case (elder_id, region_code, kind, state, submitted_by,"
        " submitted_at) SELECT elder_id, region_code, kind, 'DRAFT', submitted_by, now()"
        " FROM assistance_case WHERE id = $1",
        district.refused_case_id,
    )
    found = await find_cast(connection)
    await connection.close()
    assert found == district


def of_elder(world: World, table: str, elder_id: UUID) -> list[Any]:
    return [row for row in world.tables[table].values() if row["elder_id"] == elder_id]
