"""Who writes a health record, who reads it by whose consent, and that it lies sealed."""

from uuid import UUID

from domain.access import ConsentScope, Role
from domain.database import Database
from domain.ids import public_id
from tests.api.health import PENICILLIN, done, refused
from tests.api.test_health_record import ADDED, LISTED, RECORD, on
from tests.api.test_health_record import mother as mother
from tests.clients import Api
from tests.makers.family import link_of, set_scopes
from tests.trail import trail


async def test_who_cares_writes_and_who_only_reads_changes_nothing(
    api: Api, database: Database, mother: str
) -> None:
    ward = public_id("elder", api.district.ward_id)
    for role in (Role.GUARDIAN, Role.CAREGIVER, Role.ADVISOR, Role.STATION):
        made = await done(api, role, "allergyAdd", elderId=ward, **PENICILLIN)
        await done(api, role, "allergyWithdraw", id=made["id"])
    daughter = Role.FAMILY
    assert await refused(api, daughter, "allergyAdd", elderId=mother, **PENICILLIN) == (
        "PERMISSION_DENIED",
        None,
    )
    made = await done(api, Role.STATION, "allergyAdd", elderId=mother, **PENICILLIN)
    for role in (Role.FAMILY, Role.ELDER, Role.DISPATCHER, Role.ADMIN):
        assert (await refused(api, role, "allergyEnd", id=made["id"]))[0] == "PERMISSION_DENIED"
    absent, denied = ("NOT_FOUND", "elderId"), ("PERMISSION_DENIED", None)
    for role in (Role.OFFICIAL, Role.AUDITOR, Role.CANTEEN, Role.GUARDIAN):
        assert await refused(api, role, "allergyEnd", id=made["id"]) == ("NOT_FOUND", "id")
        # An official sees her, and nothing of her record.
        told = await refused(api, role, "allergyAdd", elderId=mother, **PENICILLIN)
        assert told == (denied if role is Role.OFFICIAL else absent)
    assert await refused(api, Role.STATION, "allergyEnd", id=public_id("allergy", UUID(int=1))) == (
        "NOT_FOUND",
        "id",
    )
    (left,) = (await on(api, mother))["allergyHistory"]
    assert left == {"id": made["id"], "until": None, "withdrawnAt": None}


async def test_the_family_reads_by_consent_and_each_look_is_known(
    api: Api, database: Database, mother: str
) -> None:
    for thing, given in ADDED.items():
        await done(api, Role.STATION, f"{thing}Add", elderId=mother, **given)
    before = len(await trail(database, action="read"))
    daughter = api.actor(Role.FAMILY)
    shown = await on(api, mother, who=daughter)
    assert [len(shown[name]) for name in LISTED.values()] == [1, 1, 1]
    entry = (await trail(database, action="read"))[-1]
    assert {"Allergy.substance", "ElderCondition.code", "Medication.name"} <= set(entry.fields)
    assert (entry.elder_id, entry.role) == (api.district.mother_id, Role.FAMILY)
    link = await link_of(database, daughter.id, api.district.mother_id)
    await set_scopes(database, link, set(ConsentScope) - {ConsentScope.HEALTH_RECORD})
    answer = await api.post(daughter, RECORD, {"id": mother})
    assert all(one is None for one in answer["data"]["elder"].values())
    assert {mask["reason"] for mask in answer["extensions"]["masked"]} == {"NO_CONSENT"}
    official = await on(api, mother, who=Role.OFFICIAL)
    assert all(one == [] for one in official.values())
    assert len(await trail(database, action="read")) == before + 1


async def test_what_is_said_lies_sealed_and_bound_to_the_elder(
    api: Api, database: Database, mother: str
) -> None:
    for thing, given in ADDED.items():
        await done(api, Role.STATION, f"{thing}Add", elderId=mother, **given)
        await done(
            api,
            Role.STATION,
            f"{thing}Add",
            elderId=public_id("elder", api.district.neighbour_id),
            **given,
        )
    for table in ("elder_condition", "allergy", "medication"):
        rows = await database.rows(f"SELECT about_hash, t::text FROM {table} t", (), once=False)
        # The same thing of two elders is not the same hash.
        assert len({bytes(row[0]) for row in rows}) == 2
        for _, text in rows:
            for word in ("青霉素", "I10", "氨氯地平", "出院"):
                assert word not in text
                assert word.encode().hex() not in text
