"""The demo district's health records: of those whom it tells of, and read as people's are."""

import asyncpg

from domain.crypto import Vault, place
from domain.health.contents import about, opened_allergy, opened_medication
from domain.health.kinds import KINDS, MeasurementKind
from domain.health.models import Allergy, Medication
from tests.yiyang.filled import TODAY, load


async def test_the_mothers_record_tells_a_year(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    cast = await load(connection, vault)
    rows = await connection.fetch(
        "SELECT * FROM measurement WHERE elder_id = $1 ORDER BY taken_at", cast.mother_id
    )
    kinds = {MeasurementKind(row["kind"]) for row in rows}
    assert len(kinds) == 5
    assert (rows[-1]["taken_at"].date() - rows[0]["taken_at"].date()).days > 350
    assert rows[-1]["taken_at"].date() < TODAY
    for row in rows:
        kind = KINDS[MeasurementKind(row["kind"])]
        assert kind.bounds.admit(row["value"])
        assert row["value"] == round(row["value"], kind.places)
        if kind.diastolic:
            assert kind.diastolic.admit(row["diastolic"])
    newest = {row["kind"]: row["taken_at"] for row in rows}
    assert {row["kind"]: row["taken_at"] for row in rows if row["newest"]} == newest


async def test_each_has_an_allergy_and_takes_something_for_what_they_have(
    connection: asyncpg.Connection, vault: Vault
) -> None:
    cast = await load(connection, vault)
    told = {cast.mother_id, cast.neighbour_id, cast.ward_id}
    allergies = [Allergy(**row) for row in await connection.fetch("SELECT * FROM allergy")]
    assert {row.elder_id for row in allergies} == told
    for row in allergies:
        substance = opened_allergy(vault, row).substance
        assert row.about_hash == about(vault, "allergy", row.elder_id, substance)
    medications = [Medication(**row) for row in await connection.fetch("SELECT * FROM medication")]
    for row in medications:
        content = opened_medication(vault, row)
        assert row.about_hash == about(vault, "medication", row.elder_id, content.name)
        assert all(intake.amount > 0 and intake.at for intake in content.intakes)
    taken = {row.elder_id for row in medications}
    assert cast.ward_id in taken, "he has dementia"
    for row in await connection.fetch("SELECT * FROM elder_condition"):
        code = vault.open(row["code_cipher"], place("elder_condition.code_cipher", row["elder_id"]))
        assert row["about_hash"] == about(vault, "elder_condition", row["elder_id"], code)
