"""What both entries of one person have: joined, once, or somebody's to decide."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from domain.access import Role
from domain.calendar import now, today
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Tag
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, FamilyLink
from domain.ids import public_id
from tests.api.assessing import Team, confirm, confirmed, make_team, submit
from tests.api.health import AMLODIPINE, HYPERTENSION, PENICILLIN, done, refused
from tests.clients import Api
from tests.makers.canteens import make_elder
from tests.makers.family import make_link, make_relative
from tests.merging import elder, everything, merged, region_of, tagged, undone
from yiyang.district.cast import District


async def test_the_same_of_two_health_records_stands_once_and_nothing_of_it_is_lost(
    api: Api, database: Database, vault: Vault, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    for key, weight, hour in ((keep, 61, 8), (duplicate, 58, 9)):
        whose = {"elderId": public_id("elder", key)}
        await done(api, Role.STATION, "conditionAdd", **whose, **HYPERTENSION)
        at = (now() - timedelta(hours=24 - hour)).isoformat()
        value = {"kind": "WEIGHT", "value": weight, "takenAt": at}
        await done(api, Role.STATION, "measurementAdd", **whose, measurements=[value])
    whose = {"elderId": public_id("elder", duplicate)}
    await done(api, Role.STATION, "allergyAdd", **whose, **PENICILLIN)
    before = await everything(database, vault, [keep, duplicate])
    answer = await merged(api, keep, duplicate)
    assert answer["userErrors"] == []
    whose = {"elderId": public_id("elder", keep)}
    for verb, entry in (("conditionAdd", HYPERTENSION), ("allergyAdd", PENICILLIN)):
        assert (await refused(api, Role.STATION, verb, **whose, **entry))[0] == "ALREADY_EXISTS"
    shown = await elder(api, keep)
    assert [one["code"] for one in shown["conditions"]] == ["I10"]
    assert [one["value"] for one in shown["newestMeasurements"]] == [58]
    assert (await undone(api, answer["elderMerge"]["id"]))["userErrors"] == []
    assert await everything(database, vault, [keep, duplicate]) == before
    whose = {"elderId": public_id("elder", duplicate)}
    for verb, entry in (("conditionAdd", HYPERTENSION), ("allergyAdd", PENICILLIN)):
        assert (await refused(api, Role.STATION, verb, **whose, **entry))[0] == "ALREADY_EXISTS"


async def test_a_merge_takes_back_no_no(
    api: Api, database: Database, vault: Vault, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    who = await make_relative(database, keep)
    await make_link(database, who.id, duplicate)
    shown = dict.fromkeys(until.key for until in UNTIL.values())
    over = {"state": LinkState.ENDED, "ended_at": now(), **shown}
    async with database.transaction("test") as session:
        ended = update(FamilyLink).where(col(FamilyLink.elder_id) == keep)
        await session.execute(ended.values(over))
    before = await everything(database, vault, [keep, duplicate])
    (error,) = (await merged(api, keep, duplicate))["userErrors"]
    assert (error["code"], error["field"]) == ("MERGE_BLOCKED", "duplicateId")
    assert error["message"].count("FamilyLink") == 1
    assert await everything(database, vault, [keep, duplicate]) == before


async def test_only_who_keeps_both_places_takes_them_apart(
    api: Api, database: Database, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = await make_elder(database, region), await make_elder(database, "330106002051")
    answer = await merged(api, keep, duplicate)
    assert answer["elderMerge"]["canUndo"] is True
    refused_there = await undone(api, answer["elderMerge"]["id"], Role.STATION)
    assert refused_there["userErrors"][0]["code"] == "PERMISSION_DENIED"
    assert refused_there["elderMerge"]["canUndo"] is False
    assert await elder(api, duplicate) is None
    assert (await undone(api, answer["elderMerge"]["id"]))["userErrors"] == []


async def test_who_no_longer_has_the_one_that_was_kept_takes_nothing_apart(
    api: Api, database: Database, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    answer = await merged(api, keep, duplicate, Role.STATION)
    assert answer["elderMerge"]["canUndo"] is True
    await database.run("UPDATE elder SET region_code = '330106002051' WHERE id = $1", (keep,))
    refused_now = await undone(api, answer["elderMerge"]["id"], Role.STATION)
    assert refused_now["userErrors"][0]["code"] == "NOT_FOUND"
    assert refused_now["elderMerge"]["canUndo"] is False


async def test_two_doses_of_one_medicine_are_somebodys_to_decide(
    api: Api, database: Database, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    for key in (keep, duplicate):
        whose = {"elderId": public_id("elder", key)}
        await done(api, Role.STATION, "medicationAdd", **whose, **AMLODIPINE)
    (error,) = (await merged(api, keep, duplicate))["userErrors"]
    assert (error["code"], error["field"]) == ("MERGE_BLOCKED", "duplicateId")
    assert "Medication" in error["message"]


@pytest.fixture
async def team(api: Api, database: Database) -> Team:
    return await make_team(database, api)


async def levels(api: Api, *elders: UUID) -> list[str | None]:
    query = "query ($id: ID!) { elder(id: $id) { careLevel } }"
    found = [await api.data(Role.ADMIN, query, id=public_id("elder", key)) for key in elders]
    return [one["elder"] and one["elder"]["careLevel"] for one in found]


async def test_a_level_that_was_found_since_is_whose_it_was_found_of(
    api: Api, database: Database, team: Team
) -> None:
    region = await region_of(database, api.district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    known = (await confirmed(api, team, elderId=public_id("elder", duplicate)))["level"]
    await database.run("DELETE FROM assessment_log", ())
    await database.run("DELETE FROM assessment", ())
    await database.run("UPDATE elder SET care_level = NULL WHERE id = $1", (keep,))
    done = (await merged(api, keep, duplicate))["elderMerge"]
    assert await levels(api, keep) == [known]
    await confirmed(api, team, elderId=public_id("elder", keep))
    assert (await undone(api, done["id"]))["userErrors"] == []
    assert await levels(api, keep, duplicate) == [known, known]


async def test_what_waited_at_the_merge_is_whose_it_was_when_it_counts(
    api: Api, database: Database, team: Team
) -> None:
    region = await region_of(database, api.district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    waiting = await submit(api, team.first, elderId=public_id("elder", duplicate))
    done = (await merged(api, keep, duplicate))["elderMerge"]
    counting = (await confirm(api, team.clinical, waiting["assessment"]["id"]))["assessment"]
    assert await levels(api, keep) == [counting["level"]]
    assert (await undone(api, done["id"]))["userErrors"] == []
    assert await levels(api, keep, duplicate) == ["INTACT", counting["level"]]


async def test_an_assessment_that_replaced_the_others_keeps_them_together(
    api: Api, database: Database, team: Team
) -> None:
    region = await region_of(database, api.district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    first = await confirmed(api, team, elderId=public_id("elder", duplicate))
    done = (await merged(api, keep, duplicate))["elderMerge"]
    await confirmed(api, team, elderId=public_id("elder", keep))
    answer = await undone(api, done["id"])
    assert answer["userErrors"] == [{"code": "INVALID_INPUT", "field": "id"}]
    assert await levels(api, keep, duplicate) == [first["level"], None]


async def test_the_days_of_a_tag_are_joined(
    api: Api, database: Database, vault: Vault, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    day = today() - timedelta(days=100)
    await tagged(database, keep, day, day + timedelta(days=10))
    await tagged(database, duplicate, day - timedelta(days=5), None)
    await tagged(database, duplicate, day, None, Tag.DEMENTIA)
    before = await everything(database, vault, [keep, duplicate])
    answer = await merged(api, keep, duplicate)
    found = await elder(api, keep)
    believed = [
        (one["tag"], one["since"], one["until"])
        for one in found["tagHistory"]
        if one["withdrawnAt"] is None
    ]
    assert set(believed) == {
        ("DEMENTIA", str(day), None),
        ("LIVES_ALONE", str(day - timedelta(days=5)), str(day)),
        ("LIVES_ALONE", str(day), str(day + timedelta(days=10))),
        ("LIVES_ALONE", str(day + timedelta(days=10)), None),
    }
    assert len(believed) == 4
    assert (await undone(api, answer["elderMerge"]["id"]))["userErrors"] == []
    assert await everything(database, vault, [keep, duplicate]) == before
