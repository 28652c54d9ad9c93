"""Two entries of one person become one, all or nothing, and are taken apart exactly."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update
from sqlmodel import col

from domain.access import Role
from domain.calendar import now, today
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import ElderTag, Tag
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, FamilyLink
from domain.ids import public_id
from domain.merges import service
from domain.merges.rows import ONLY_ADDED, Belonging, belongings, moving
from domain.metadata import METADATA
from tests.api.health import AMLODIPINE, HYPERTENSION, PENICILLIN, done, refused
from tests.bedside import open_bedside, stay_of
from tests.clients import Api
from tests.makers.assessments import make_assessments
from tests.makers.canteens import make_elder
from tests.makers.family import make_link, make_relative
from tests.makers.register import make_households
from tests.makers.vital_signs import make_vital_signs
from yiyang.district.cast import District

MERGE = """mutation ($input: ElderMergeInput!) { elderMerge(input: $input) { elderMerge { id
  kept { id } duplicateId reason mergedBy { id } undoableUntil canUndo undoneAt }
  userErrors { code field message blockers } } }"""
UNDO = """mutation ($input: ElderMergeUndoInput!) { elderMergeUndo(input: $input) { elderMerge { id
  canUndo undoneAt undoneBy { id } } userErrors { code field } } }"""
ELDER = """query ($id: ID!) { elder(id: $id) { name version tags
  tagHistory { tag since until source withdrawnAt }
  contacts { name callingOrder } conditions { code name since }
  newestMeasurements { kind value } assessments(first: 9) { nodes { id
  answers { diagnoses } } } } }"""
SAME = "同一人，身份证号录入有误"


async def merged(api: Api, keep: UUID, duplicate: UUID, who: Role = Role.ADMIN) -> Any:
    """What `elderMerge` answers."""
    named = {"keepId": public_id("elder", keep), "duplicateId": public_id("elder", duplicate)}
    return (await api.data(who, MERGE, input={**named, "reason": SAME}))["elderMerge"]


async def undone(api: Api, merge_id: str, who: Role = Role.ADMIN) -> Any:
    """What `elderMergeUndo` answers."""
    return (await api.data(who, UNDO, input={"id": merge_id}))["elderMergeUndo"]


async def elder(api: Api, key: UUID) -> Any:
    return (await api.data(Role.ADMIN, ELDER, id=public_id("elder", key)))["elder"]


async def region_of(database: Database, key: UUID) -> str:
    rows = await database.rows("SELECT region_code FROM elder WHERE id = $1", (key,), once=False)
    return rows[0][0]


async def everything(
    database: Database, vault: Vault, elders: Sequence[UUID]
) -> dict[str, list[dict[str, Any]]]:
    """All rows of some elders, opened; but for how often they were written."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in [*belongings(), Belonging(METADATA.tables["elder"].c["id"])]:
        if one.table.name in ("audit_entry", "elder_merge"):
            continue
        sealed = {column.column.name: column for column in one.sealed()}
        async with database.reading(primary=True) as connection:
            rows = await connection.execute(
                one.table.select().where(one.column.in_(elders)).order_by(*one.key)
            )
            found[one.name] = [
                {
                    name: vault.open_bytes(value, sealed[name].place(row))
                    if name in sealed and value is not None
                    else value
                    for name, value in row.items()
                    if name != "version"
                }
                for row in rows.mappings().all()
            ]
    return found


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
    assert "FamilyLink" in error["message"]
    assert await everything(database, vault, [keep, duplicate]) == before


async def test_only_who_keeps_both_places_takes_them_apart(
    api: Api, database: Database, district: District
) -> None:
    region = await region_of(database, district.mother_id)
    keep, duplicate = await make_elder(database, region), await make_elder(database, "330106002051")
    answer = await merged(api, keep, duplicate)
    refused_there = await undone(api, answer["elderMerge"]["id"], Role.STATION)
    assert refused_there["userErrors"][0]["code"] == "PERMISSION_DENIED"
    assert await elder(api, duplicate) is None
    assert (await undone(api, answer["elderMerge"]["id"]))["userErrors"] == []


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


async def tagged(
    database: Database, key: UUID, since: date, until: date | None, tag: Tag = Tag.LIVES_ALONE
) -> None:
    async with database.transaction("test") as session:
        session.add(ElderTag(elder_id=key, tag=tag, since=since, until=until, source="走访"))


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
