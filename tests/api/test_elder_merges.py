"""Two entries of one person become one, all or nothing, and are taken apart exactly."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.access import Role
from domain.calendar import today
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from domain.merges import service
from domain.merges.rows import ONLY_ADDED, belongings, moving
from tests.bedside import open_bedside, stay_of
from tests.clients import Api
from tests.makers.assessments import make_assessments
from tests.makers.canteens import make_elder
from tests.makers.register import make_households
from tests.makers.vital_signs import make_vital_signs
from tests.merging import elder, everything, merged, region_of, tagged, undone
from yiyang.district.cast import District


@pytest.fixture
async def pair(api: Api, database: Database, vault: Vault, district: District) -> tuple[UUID, UUID]:
    """The mother, and a second entry of hers with something in every place that can have it."""
    await make_assessments(database, vault, district)
    await make_households(database, district)
    await make_vital_signs(database)
    return district.mother_id, district.ward_id


def test_every_column_that_holds_an_elder_goes_along_or_says_why() -> None:
    assert {one.name for one in moving()} >= {"bed_stay", "elder_log", "telemetry", "account"}
    told = [one for one in belongings() if one.name not in {own.name for own in moving()}]
    assert sorted(one.name for one in told) == ["audit_entry", "elder_merge.duplicate_id"]
    assert set(ONLY_ADDED) <= {one.name for one in moving()}


async def test_no_foreign_key_of_the_catalogue_is_forgotten(database: Database) -> None:
    rows = await database.rows(
        "SELECT attrelid::regclass::text, attname FROM pg_constraint"
        " JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)"
        " WHERE contype = 'f' AND confrelid = 'elder'::regclass AND conparentid = 0",
        (),
        once=False,
    )
    known = {(one.table.name, one.column.name) for one in moving()}
    assert {tuple(row) for row in rows} <= known
    assert len(rows) > 20


async def test_pairs_are_merged_and_taken_apart_or_nothing_changes(
    api: Api, database: Database, vault: Vault, district: District, pair: tuple[UUID, UUID]
) -> None:
    rows = await database.rows("SELECT id FROM elder ORDER BY id LIMIT 12", (), once=False)
    others = [key for key in (UUID(row[0]) for row in rows) if key not in pair]
    answers = list[str]()
    for keep, duplicate in [pair, pair[::-1], *((pair[0], one) for one in others)]:
        before = await everything(database, vault, [keep, duplicate])
        answer = await merged(api, keep, duplicate)
        if answer["userErrors"]:
            (error,) = answer["userErrors"]
            answers.append(error["code"])
            assert (error["code"], error["field"]) == ("MERGE_BLOCKED", "duplicateId")
        else:
            answers.append("MERGED")
            assert await elder(api, duplicate) is None
            left = await everything(database, vault, [duplicate])
            assert not any(left.values())
            assert (await undone(api, answer["elderMerge"]["id"]))["userErrors"] == []
        assert await everything(database, vault, [keep, duplicate]) == before
    assert {"MERGED", "MERGE_BLOCKED"} == set(answers)


async def test_what_is_sealed_opens_for_the_one_that_is_kept(
    api: Api, database: Database, vault: Vault, district: District, pair: tuple[UUID, UUID]
) -> None:
    duplicate = pair[0]
    keep = await make_elder(database, await region_of(database, duplicate))
    owned = await elder(api, duplicate)
    answer = await merged(api, keep, duplicate)
    if answer["userErrors"]:
        # Whoever has an account in a book stays: then the other way round.
        assert "LedgerAccount" in answer["userErrors"][0]["message"]
        keep, duplicate = duplicate, keep
        answer = await merged(api, keep, duplicate)
    assert answer["userErrors"] == []
    kept = await elder(api, keep)
    assert kept["conditions"] == owned["conditions"]
    assert kept["assessments"] == owned["assessments"]
    assert [one["name"] for one in kept["contacts"]] == [one["name"] for one in owned["contacts"]]


async def test_who_may_not_merge_changes_nothing(
    api: Api, database: Database, vault: Vault, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    before = await everything(database, vault, [keep, duplicate])
    for who, code in ((Role.OFFICIAL, "PERMISSION_DENIED"), (Role.VOLUNTEER, "NOT_FOUND")):
        (error,) = (await merged(api, keep, duplicate, who))["userErrors"]
        assert error["code"] == code
    (error,) = (await merged(api, keep, keep))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "duplicateId")
    assert await everything(database, vault, [keep, duplicate]) == before


async def test_two_merges_at_once_make_one(
    api: Api, database: Database, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    one, other = [await make_elder(database, region) for _ in range(2)]
    answers = await asyncio.gather(
        *(merged(api, keep, duplicate) for keep, duplicate in [(one, other), (other, one)] * 3)
    )
    done = [answer for answer in answers if not answer["userErrors"]]
    refused = [answer["userErrors"][0]["code"] for answer in answers if answer["userErrors"]]
    assert (len(done), refused) == (1, ["NOT_FOUND"] * 5)
    left = [key for key in (one, other) if await elder(api, key)]
    assert [public_id("elder", key) for key in left] == [done[0]["elderMerge"]["kept"]["id"]]


async def test_an_admission_meanwhile_is_the_kept_ones_or_none(
    api: Api, database: Database
) -> None:
    place = await open_bedside(api, database)
    region = await region_of(database, place.elders[0])
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    answer, admitted = await asyncio.gather(
        merged(api, keep, duplicate), place.admit(place.beds[0], duplicate)
    )
    assert answer["userErrors"] == []
    rows = await database.rows(
        "SELECT elder_id FROM bed_stay WHERE bed_id = $1", (place.beds[0],), once=False
    )
    if admitted["userErrors"]:
        assert rows == []
    else:
        assert stay_of(admitted)
        assert [UUID(row[0]) for row in rows] == [keep]


async def test_a_merge_is_undone_once_and_not_for_ever(
    api: Api, database: Database, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    first = (await merged(api, keep, duplicate))["elderMerge"]
    assert (first["canUndo"], first["undoneAt"]) == (True, None)
    assert first["duplicateId"] == public_id("elder", duplicate)
    assert (await undone(api, first["id"]))["elderMerge"]["canUndo"] is False
    (error,) = (await undone(api, first["id"]))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "id")
    second = (await merged(api, keep, duplicate))["elderMerge"]
    await database.run("UPDATE elder_merge SET merged_at = merged_at - interval '31 days'", ())
    assert (await undone(api, second["id"]))["userErrors"][0]["code"] == "INVALID_INPUT"
    async with database.transaction("worker") as session:
        assert await service.forget(session) == 1
        assert await session.scalar(text("SELECT count(*) FROM elder_merge_rows")) == 0
        done = await session.scalar(text("SELECT count(*) FROM elder_merge"))
    assert done == 2


async def test_what_has_changed_since_prevents_it(
    api: Api, database: Database, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = [await make_elder(database, region) for _ in range(2)]
    await tagged(database, duplicate, today() - timedelta(days=9), None)
    done = (await merged(api, keep, duplicate))["elderMerge"]
    await database.run("DELETE FROM elder_tag WHERE elder_id = $1", (keep,))
    assert (await undone(api, done["id"]))["userErrors"] == [
        {"code": "INVALID_INPUT", "field": "id"}
    ]
    assert await elder(api, duplicate) is None
