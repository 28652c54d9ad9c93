"""Personal data in full: by permission, for a purpose, and never without a row in the trail."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from domain.access import Role
from domain.audit.models import Outcome
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.trail import object_of, trail

REVEAL = """query ($id: ID!, $field: ElderRevealedField!, $purpose: ElderRevealPurpose!,
  $note: String) {
  elder(id: $id) { phone idNumber address
    reveal(field: $field, purpose: $purpose, note: $note) } }"""
MAY = {Role.ELDER, Role.DISPATCHER, Role.STATION, Role.OFFICIAL}


async def asked(api: Api, who: Role, **given: Any) -> dict[str, Any]:
    mother = public_id("elder", api.district.mother_id)
    given = {"id": mother, "field": "PHONE", "purpose": "CARE", **given}
    return await api.post(who, REVEAL, given)


@pytest.mark.parametrize(
    ("field", "masked", "name"),
    [
        ("PHONE", "phone", "Elder.phone"),
        ("ID_NUMBER", "idNumber", "Elder.idNumber"),
        ("ADDRESS", "address", "Elder.fullAddress"),
    ],
    ids=["phone", "id-number", "address"],
)
async def test_the_value_in_full_stands_in_the_trail_with_its_purpose(
    api: Api, database: Database, field: str, masked: str, name: str
) -> None:
    answer = await asked(api, Role.STATION, field=field, note="上门前联系")
    elder = answer["data"]["elder"]
    before, _, after = elder[masked].partition("****")
    assert "*" in elder[masked]
    assert "*" not in elder["reveal"]
    assert elder["reveal"].startswith(before)
    assert elder["reveal"].endswith(after.strip("*"))
    (entry,) = await trail(database, action="read")
    assert (entry.outcome, entry.fields, entry.purpose) == (
        Outcome.DONE,
        [name],
        "CARE: 上门前联系",
    )
    assert entry.elder_id == entry.object_id == api.district.mother_id
    assert (entry.actor_id, entry.role) == (api.actor(Role.STATION).id, Role.STATION)
    assert entry.address == "127.0.0.1"


@pytest.mark.parametrize("role", list(Role))
async def test_who_may_and_who_is_refused(api: Api, database: Database, role: Role) -> None:
    answer = await asked(api, role)
    elder, (entry,) = answer["data"]["elder"], await trail(database, action="read")
    assert "errors" not in answer
    assert (entry.fields, entry.purpose) == (["Elder.phone"], "CARE")
    assert object_of(entry) == public_id("elder", api.district.mother_id)
    if role in MAY:
        assert len(elder["reveal"]) == 11
        assert entry.outcome is Outcome.DONE
        return
    assert entry.outcome is Outcome.DENIED
    assert entry.elder_id is None
    if elder is not None:
        assert elder["reveal"] is None
        reasons = {tuple(one["path"]): one["reason"] for one in answer["extensions"]["masked"]}
        assert reasons["elder", "reveal"] == "NOT_PERMITTED"


async def test_an_elder_who_is_not_there_is_refused_alike(api: Api, database: Database) -> None:
    told: list[Any] = []
    for key in (api.district.mother_id, uuid4()):
        answer = await asked(api, Role.GUARDIAN, id=public_id("elder", key))
        answer.pop("extensions", None)
        told.append(answer)
    assert told[0] == told[1] == {"data": {"elder": None}}
    entries = await trail(database, action="read")
    assert [entry.outcome for entry in entries] == [Outcome.DENIED] * 2


async def test_through_node_and_fragments_and_not_where_it_is_skipped(
    api: Api, database: Database
) -> None:
    query = """query ($ids: [ID!]!, $no: Boolean!) { nodes(ids: $ids) { ...F } }
      fragment F on Node { ... on Elder { reveal(field: PHONE, purpose: ALARM)
        other: reveal(field: ID_NUMBER, purpose: ALARM) @include(if: $no)
        another: reveal(field: ADDRESS, purpose: ALARM) @skip(if: true) } }"""
    ids = [public_id("elder", key) for key in (api.district.mother_id, uuid4())]
    await api.data(Role.VENDOR, query, ids=ids, no=False)
    entries = await trail(database, action="read")
    assert sorted(object_of(entry) for entry in entries) == sorted(ids)
    assert {tuple(entry.fields) for entry in entries} == {("Elder.phone",)}


@pytest.mark.parametrize(
    "given",
    [
        {"purpose": "OTHER"},
        {"note": " "},
        {"note": "长" * 201},
        {"note": "a\x00b"},
    ],
    ids=["other", "blank", "long", "nul"],
)
async def test_a_note_makes_sense(api: Api, database: Database, given: dict[str, str]) -> None:
    answer = await asked(api, Role.STATION, **given)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert answer["data"]["elder"]["reveal"] is None
    assert await trail(database, action="read") == []


async def test_what_the_trail_cannot_hold_is_not_shown(api: Api, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("ALTER TABLE audit_entry RENAME TO audit_entry_away")
    refused = await asked(api, Role.STATION)
    assert "data" not in refused
    assert refused["errors"][0]["extensions"]["code"] == "INTERNAL"
    await connection.close()


async def test_a_contacts_phone_is_the_elders_matter(api: Api, database: Database) -> None:
    query = """query ($id: ID!) { elder(id: $id) { contacts { phone reveal(purpose: ALARM) } } }"""
    mother = public_id("elder", api.district.mother_id)
    for role in (Role.DISPATCHER, Role.FAMILY):
        contacts = (await api.data(role, query, id=mother))["elder"]["contacts"]
        for one in contacts:
            full = one["reveal"]
            shown = full and f"{full[:3]}****{full[-4:]}"
            assert shown == (one["phone"] if role is Role.DISPATCHER else None)
    done, denied = await trail(database, action="read")
    assert (done.outcome, denied.outcome) == (Outcome.DONE, Outcome.DENIED)
    assert done.object_id == denied.object_id == api.district.mother_id
    assert (done.fields, done.purpose) == (["Contact.phone"], "ALARM")
