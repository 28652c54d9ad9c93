"""Rights of the person: what is asked by one and decided by another, and what comes of it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, insert, select, text, update
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account, Person
from domain.beds.lifecycle import StayState
from domain.beds.models import Bed, BedStay
from domain.calendar import today
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Contact, Elder
from domain.ids import parse_public_id, public_id
from domain.metadata import METADATA
from domain.rights import service
from domain.rights.holdings import HOLDINGS, Deleted
from domain.rights.models import DataRequest, DataRequestPiece
from domain.rights.reach import rows_about
from tests.clients import Api
from tests.exporting import working
from tests.makers.colleagues import make_colleague
from tests.signals import press
from tests.trail import trail
from tests.waiting import until

WHOLE = """
fragment Whole on DataRequest {
  id kind state dueOn reason field wanted refusal note url byteCount decidedAt finishedAt
  elder { id name } askedBy { id } decidedBy { id }
}
"""
SHOWN = WHOLE + "query ($id: ID!) { dataRequest(id: $id) { ...Whole } }"
ID_NUMBER = "11010519491231002X"
"""The standard's own example, with a good check character."""


@dataclass(frozen=True)
class Desk:
    """What people do about data requests.

    Parameters:
        colleague: of the station's, who decides what the station asks for.
    """

    api: Api
    database: Database
    colleague: Actor

    @property
    def mother(self) -> UUID:
        """The elder whose data it is about."""
        return self.api.district.mother_id

    async def call(self, who: Role | Actor, name: str, **given: Any) -> dict[str, Any]:
        """A mutation's payload."""
        kind = name[0].upper() + name[1:]
        query = (
            f"{WHOLE} mutation ($input: {kind}Input!) {{ {name}(input: $input) {{"
            " dataRequest { ...Whole } userErrors { code field message } } }"
        )
        return (await self.api.data(who, query, input=given))[name]

    async def submit(self, who: Role | Actor = Role.ELDER, **given: Any) -> dict[str, Any]:
        """A request for a copy, if nothing else is said."""
        given = {"elderId": public_id("elder", self.mother), "kind": "ACCESS", **given}
        return await self.call(who, "dataRequestSubmit", **given)

    async def asked(self, who: Role | Actor = Role.ELDER, **given: Any) -> str:
        """The id of a request that must have been taken."""
        answer = await self.submit(who, **given)
        assert answer["userErrors"] == []
        return answer["dataRequest"]["id"]

    async def decided(self, request: str, who: Role | Actor = Role.STATION) -> dict[str, Any]:
        """What granting answers."""
        return await self.call(who, "dataRequestApprove", id=request)

    async def shown(self, who: Role | Actor, request: str) -> Any:
        """The request as somebody sees it."""
        return (await self.api.data(who, SHOWN, id=request))["dataRequest"]

    async def reached(self, request: str, state: str) -> Any:
        """The request, once it has come to a state."""

        async def has() -> bool:
            return (await self.shown(Role.STATION, request))["state"] == state

        await until(has)
        return await self.shown(Role.ELDER, request)

    async def fetched(self, who: Role | Actor, path: str) -> httpx.Response:
        """What a GET answers."""
        headers = {"Authorization": f"Bearer {self.api.token(who)}"}
        address = f"http://127.0.0.1:{self.api.port}{path}"
        return await self.api.http.get(address, headers=headers)

    async def everything(self) -> list[dict[str, Any]]:
        """All that a verb could have changed."""
        async with self.database.transaction("test") as session:
            requests = await session.scalars(select(DataRequest).order_by(col(DataRequest.id)))
            elders = await session.scalars(select(Elder).order_by(col(Elder.id)))
            return [row.model_dump() for row in (*requests.all(), *elders.all())]


@pytest.fixture
async def desk(api: Api, database: Database) -> Desk:
    return Desk(api, database, await make_colleague(database, api.actor(Role.STATION)))


def key_of(request: str) -> UUID:
    parsed = parse_public_id(request)
    assert parsed is not None
    return parsed[1]


async def test_a_copy_holds_all_that_is_known_and_is_the_askers_alone(
    desk: Desk, database_url: str, vault: Vault
) -> None:
    request = await desk.asked(reason="我想看看")
    assert (await desk.shown(Role.ELDER, request))["reason"] == "我想看看"
    async with working(database_url, vault):
        assert (await desk.decided(request))["userErrors"] == []
        done = await desk.reached(request, "DONE")
    path = done["url"]
    assert (await desk.shown(Role.STATION, request))["url"] is None
    answer = await desk.fetched(Role.ELDER, path)
    assert answer.headers["cache-control"] == "private, no-store"
    assert len(answer.content) == done["byteCount"]
    copy = json.loads(answer.content)
    assert copy.keys() - {"made_at"} == HOLDINGS.keys()
    (elder,) = copy["elder"]
    async with desk.database.transaction("test") as session:
        stored = await session.get_one(Elder, desk.mother)
        phones = (
            await session.scalars(
                select(col(Contact.phone_cipher)).where(col(Contact.elder_id) == desk.mother)
            )
        ).all()
    assert elder["id_number"] == vault.open(stored.id_number_cipher, "elder.id_number_cipher")
    assert elder["address"] == vault.open(stored.address_cipher, "elder.address_cipher")
    assert not [name for name in elder if name.endswith(("_hash", "_masked", "_cipher"))]
    assert sorted(one["phone"] for one in copy["contact"]) == sorted(
        vault.open(phone, "contact.phone_cipher") for phone in phones
    )
    (seen,) = await trail(desk.database, action="data_request_download")
    assert (seen.actor_id, seen.elder_id) == (desk.api.actor(Role.ELDER).id, desk.mother)
    for stranger in (Role.STATION, Role.FAMILY, Role.OFFICIAL, Role.ADMIN):
        assert (await desk.fetched(stranger, path)).status_code == 404
    assert len(await trail(desk.database, action="data_request_download")) == 1


async def test_a_copy_is_gone_after_its_time(desk: Desk, vault: Vault) -> None:
    request = await desk.asked()
    await desk.decided(request)
    async with desk.database.transaction("worker") as session:
        await service.perform(session, vault, key_of(request))
    path = (await desk.shown(Role.ELDER, request))["url"]
    over = update(DataRequest).values(expires_at=func.now() - timedelta(seconds=1))
    async with desk.database.transaction("test") as session:
        await session.execute(over)
    assert (await desk.fetched(Role.ELDER, path)).status_code == 404
    async with desk.database.transaction("worker") as session:
        assert await service.expire(session) == 1
        assert await service.expire(session) == 0
    assert (await desk.shown(Role.ELDER, request))["state"] == "EXPIRED"
    assert await desk.database.fetch(select(col(DataRequestPiece.request_id))) == []


@pytest.mark.parametrize(
    ("field", "wanted", "shown"),
    [
        ("NAME", "沈桂香", {"name": "沈桂香"}),
        ("BIRTH_DATE", "1938-02-28", {"birthDate": "1938-02-28"}),
        ("ADDRESS", "上城区清波街道清波门社区7号", {"address": "上城区清波街道清波门社区****"}),
        ("ID_NUMBER", ID_NUMBER, {}),
        ("PHONE", "+86 138-1234-5678", {"phone": "138****5678"}),
    ],
)
async def test_a_correction_is_made_when_it_is_granted(
    desk: Desk, vault: Vault, field: str, wanted: str, shown: dict[str, str]
) -> None:
    request = await desk.asked(kind="CORRECTION", field=field, wanted=wanted)
    (row,) = await desk.database.fetch(select(col(DataRequest.wanted_cipher)))
    assert wanted.encode() not in row[0]
    answer = await desk.decided(request)
    assert answer["dataRequest"]["state"] == "DONE"
    query = "query ($id: ID!) { elder(id: $id) { name birthDate address phone } }"
    elder = (await desk.api.data(Role.ELDER, query, id=public_id("elder", desk.mother)))["elder"]
    assert shown.items() <= elder.items()
    if field == "ID_NUMBER":
        async with desk.database.transaction("test") as session:
            stored = await session.get_one(Elder, desk.mother)
        assert stored.id_number_masked == "110105**********2X"
        assert stored.id_number_hash == vault.digest(wanted, "elder.id_number_hash")
        assert vault.open(stored.id_number_cipher, "elder.id_number_cipher") == wanted


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "CORRECTION"}, "field"),
        ({"kind": "CORRECTION", "field": "NAME"}, "wanted"),
        ({"kind": "CORRECTION", "field": "NAME", "wanted": "  "}, "wanted"),
        ({"kind": "CORRECTION", "field": "NAME", "wanted": "长" * 201}, "wanted"),
        ({"kind": "CORRECTION", "field": "BIRTH_DATE", "wanted": "1938-02-30"}, "wanted"),
        ({"kind": "CORRECTION", "field": "BIRTH_DATE", "wanted": "2999-01-01"}, "wanted"),
        ({"kind": "CORRECTION", "field": "ID_NUMBER", "wanted": "110105194912310021"}, "wanted"),
        ({"kind": "CORRECTION", "field": "PHONE", "wanted": "12012345678"}, "wanted"),
        ({"kind": "ERASURE", "wanted": "x"}, "wanted"),
        ({"reason": "长" * 2001}, "reason"),
    ],
    ids=lambda given: "-".join(map(str, given.values()))[:40] if isinstance(given, dict) else given,
)
async def test_a_request_makes_sense(desk: Desk, given: dict[str, Any], field: str) -> None:
    before = await desk.everything()
    (error,) = (await desk.submit(**given))["userErrors"]
    assert (error["code"], error["field"]) == ("INVALID_INPUT", field)
    assert await desk.everything() == before


async def test_an_id_number_of_somebody_else_is_none(desk: Desk, vault: Vault) -> None:
    taken = {"id_number_hash": vault.digest(ID_NUMBER, "elder.id_number_hash")}
    other = update(Elder).where(col(Elder.id) == desk.api.district.neighbour_id).values(taken)
    async with desk.database.transaction("test") as session:
        await session.execute(other)
    request = await desk.asked(kind="CORRECTION", field="ID_NUMBER", wanted=ID_NUMBER)
    before = await desk.everything()
    (error,) = (await desk.decided(request))["userErrors"]
    assert error["code"] == "ALREADY_EXISTS"
    assert ID_NUMBER not in error["message"]
    assert await desk.everything() == before


async def test_who_may_ask_and_who_may_decide(desk: Desk) -> None:
    before = await desk.everything()
    for who, code in ((Role.FAMILY, "PERMISSION_DENIED"), (Role.VENDOR, "NOT_FOUND")):
        (error,) = (await desk.submit(who))["userErrors"]
        assert error["code"] == code
    stranger = (await desk.submit(Role.GUARDIAN))["userErrors"]
    assert [error["code"] for error in stranger] == ["NOT_FOUND"]
    assert await desk.everything() == before
    request = await desk.asked()
    (error,) = (await desk.submit(Role.STATION))["userErrors"]
    assert error["code"] == "ALREADY_EXISTS"
    before = await desk.everything()
    for who, code in (
        (Role.ELDER, "PERMISSION_DENIED"),
        (Role.OFFICIAL, "PERMISSION_DENIED"),
        (Role.FAMILY, "NOT_FOUND"),
    ):
        for name, more in (("Approve", {}), ("Refuse", {"refusal": "NOT_PROVED"})):
            answer = await desk.call(who, f"dataRequest{name}", id=request, **more)
            assert [error["code"] for error in answer["userErrors"]] == [code]
    assert await desk.everything() == before


async def test_nobody_decides_what_they_have_asked_for(desk: Desk) -> None:
    """Neither in the same account nor in another of the same person."""
    request = await desk.asked(Role.STATION)
    station = desk.api.actor(Role.STATION)
    async with desk.database.transaction("test") as session:
        person = Person(name="同一人")
        session.add(person)
        await session.flush()
        mine = update(Account).where(col(Account.id) == station.id).values(person_id=person.id)
        await session.execute(mine)
    second = await make_colleague(desk.database, station, person.id)
    before = await desk.everything()
    for who in (Role.STATION, second):
        (error,) = (await desk.decided(request, who))["userErrors"]
        assert error["code"] == "CONFLICT_OF_INTEREST"
    assert await desk.everything() == before
    assert (await desk.decided(request, desk.colleague))["userErrors"] == []


async def test_refused_with_a_reason_and_withdrawn_before(desk: Desk) -> None:
    first = await desk.asked()
    refused = await desk.call(
        Role.STATION, "dataRequestRefuse", id=first, refusal="NOT_IDENTIFIED", note="请本人来"
    )
    assert refused["userErrors"] == []
    seen = await desk.shown(Role.ELDER, first)
    assert (seen["state"], seen["refusal"], seen["note"]) == (
        "REFUSED",
        "NOT_IDENTIFIED",
        "请本人来",
    )
    assert (await desk.shown(Role.OFFICIAL, first))["note"] is None
    second = await desk.asked()
    taken_back = await desk.call(Role.ELDER, "dataRequestWithdraw", id=second)
    assert taken_back["dataRequest"]["state"] == "WITHDRAWN"
    before = await desk.everything()
    for request in (first, second):
        (error,) = (await desk.decided(request))["userErrors"]
        assert error["code"] == "ILLEGAL_TRANSITION"
        (error,) = (await desk.call(Role.ELDER, "dataRequestWithdraw", id=request))["userErrors"]
        assert error["code"] == "ILLEGAL_TRANSITION"
    assert await desk.everything() == before


SETTLE = """
UPDATE alarm SET state = 'RESOLVED', resolved_at = now(), resolve_reason = 'TEST'
    WHERE elder_id = $1 AND state <> 'RESOLVED';
DELETE FROM visit_task_log WHERE task_id IN (SELECT id FROM visit_task WHERE elder_id = $1);
DELETE FROM visit_task WHERE elder_id = $1;
DELETE FROM meal_order_item WHERE order_id IN
    (SELECT id FROM meal_order WHERE elder_id = $1 AND day >= current_date - 1);
DELETE FROM meal_order WHERE elder_id = $1 AND day >= current_date - 1;
UPDATE assistance_case SET state = 'WITHDRAWN' WHERE elder_id = $1
    AND state NOT IN ('REJECTED', 'CLOSED', 'TERMINATED', 'WITHDRAWN')
"""


async def settle(database: Database, elder_id: UUID) -> None:
    """Nothing is going on any more."""
    async with database.transaction("test") as session:
        for statement in SETTLE.replace("$1", ":elder").split(";"):
            await session.execute(text(statement), {"elder": elder_id})


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
    async with desk.database.transaction("test") as session:
        name = (await session.get_one(Elder, desk.mother)).name
    request = await desk.asked(kind="ERASURE", reason="不再需要")
    async with working(database_url, vault):
        assert (await desk.decided(request))["userErrors"] == []

        async def done() -> bool:
            return (await desk.shown(Role.STATION, request))["state"] == "DONE"

        await until(done)
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
        await service.perform(session, vault, key_of(request))
    seen = await desk.shown(Role.ELDER, request)
    assert (seen["state"], seen["refusal"]) == ("REFUSED", "OPEN_MATTERS")
    assert seen["elder"]["name"]
