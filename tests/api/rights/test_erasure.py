"""Somebody asks that all that is known of an elder be erased."""

from datetime import timedelta

from sqlalchemy import insert, select
from sqlmodel import col

from api.relay import key_of
from domain.access import Role
from domain.accounts.models import Account
from domain.beds.lifecycle import StayState
from domain.beds.models import Bed, BedStay
from domain.calendar import today
from domain.crypto import Vault
from domain.elders.models import Elder
from domain.metadata import METADATA
from domain.rights import service
from domain.rights.holdings import HOLDINGS, Deleted
from domain.rights.reach import rows_about
from tests.exporting import working
from tests.makers.vital_signs import make_vital_signs
from tests.rights import Desk, settle
from tests.signals import press


async def test_an_erasure_waits_for_what_is_going_on_and_for_the_law(desk: Desk) -> None:
    request = await desk.asked(kind="ERASURE")
    before = await desk.everything()
    (error,) = (await desk.decided(request))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "id")
    await settle(desk.database, desk.mother)
    async with desk.database.transaction("test") as session:
        bed = await session.scalar(select(col(Bed.id)).limit(1))
        stay = {
            "bed_id": bed,
            "elder_id": desk.mother,
            "region_code": desk.api.actor(Role.STATION).region,
            "state": StayState.CLOSED,
            "full_time": True,
            "starts_on": today() - timedelta(days=1800),
            "ends_on": today() - timedelta(days=1700),
        }
        await session.execute(insert(BedStay).values(stay))
    (error,) = (await desk.decided(request))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", "id")
    assert "20" in error["message"]
    assert await desk.everything() == before


async def test_an_erasure_leaves_no_trace_of_the_person_and_keeps_the_trail(
    desk: Desk, database_url: str, vault: Vault
) -> None:
    await settle(desk.database, desk.mother)
    await make_vital_signs(desk.database)
    async with desk.database.transaction("test") as session:
        name = (await session.get_one(Elder, desk.mother)).name
    request = await desk.asked(kind="ERASURE", reason="不再需要")
    async with working(database_url, vault):
        assert (await desk.decided(request))["userErrors"] == []
        await desk.reached(request, "DONE")
    for table, holding in HOLDINGS.items():
        rows = select(METADATA.tables[table]).where(rows_about(table, desk.mother))
        async with desk.database.reading(primary=True) as connection:
            found = (await connection.execute(rows)).mappings().all()
        assert not (isinstance(holding.fate, Deleted) and found), table
        assert name not in str(found), table
    async with desk.database.transaction("test") as session:
        elder = await session.get_one(Elder, desk.mother)
        account = await session.get_one(Account, desk.api.actor(Role.ELDER).id)
    assert (elder.name, elder.id_number_masked, elder.address_masked) == ("", "", "")
    assert vault.open(elder.address_cipher, "elder.address_cipher") == ""
    assert (elder.phone_masked, elder.phone_hash, elder.phone_cipher) == (None, None, None)
    assert (elder.birth_date.month, elder.birth_date.day) == (1, 1)
    assert account.until is not None
    seen = await desk.shown(Role.STATION, request)
    assert (seen["reason"], seen["decidedBy"] is not None) == (None, True)
    answer = await desk.api.post(Role.ELDER, "{ viewer { id } }")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_what_has_come_up_since_stops_an_erasure(desk: Desk, vault: Vault) -> None:
    await settle(desk.database, desk.mother)
    request = await desk.asked(kind="ERASURE")
    assert (await desk.decided(request))["userErrors"] == []
    await press(desk.database, desk.api.district)
    async with desk.database.transaction("worker") as session:
        await service.perform(session, vault, key_of(request, "data_request"))
    seen = await desk.shown(Role.ELDER, request)
    assert (seen["state"], seen["refusal"]) == ("REFUSED", "OPEN_MATTERS")
    assert seen["elder"]["name"]
