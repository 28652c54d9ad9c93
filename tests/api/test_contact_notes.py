"""Advisors note when they were in touch with an elder; a caseload says with whom nobody was."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, ConsentScope, Role
from domain.advising.contact_notes import NOTE
from domain.advising.models import ContactNote
from domain.audit.models import Outcome
from domain.calendar import now
from domain.crypto import Vault, place
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.makers.advising import make_caseload, make_contact_note, nobody_is_advised
from tests.makers.family import link_of, set_scopes
from tests.trail import trail

SHOWN = """id channel contactedAt note notedAt notedBy { id } elder { id }
  withdrawnAt withdrawnBy { id }"""
NOTES = f"""query ($filter: ContactNoteFilter) {{ contactNotes(first: 9, filter: $filter) {{
  nodes {{ {SHOWN} }} }} }}"""
OF_ELDER = """query ($id: ID!) { elder(id: $id) {
  contactNotes(first: 9) { nodes { channel note } } } }"""
CASES = """query ($filter: CaseloadFilter) { caseloads(first: 9, filter: $filter) {
  nodes { elder { id } } } }"""


@pytest.fixture
async def advisor(api: Api, database: Database) -> Actor:
    """The district's, who answers for the mother and the ward."""
    await nobody_is_advised(database)
    actor = api.actor(Role.ADVISOR)
    for elder_id in (api.district.mother_id, api.district.ward_id):
        await make_caseload(database, elder_id, actor.id)
    return actor


async def ask(api: Api, who: Role | Actor, verb: str, **given: Any) -> Any:
    """The note and the errors of a mutation."""
    query = f"""mutation ($i: ContactNote{verb}Input!) {{ done: contactNote{verb}(input: $i) {{
      contactNote {{ {SHOWN} }} userErrors {{ code field }} }} }}"""
    answer = (await api.data(who, query, i=given))["done"]
    return answer["contactNote"], [(one["code"], one["field"]) for one in answer["userErrors"]]


async def add(api: Api, who: Role | Actor, **different: Any) -> Any:
    mother = public_id("elder", api.district.mother_id)
    return await ask(api, who, "Add", **{"elderId": mother, "channel": "PHONE", **different})


async def notes(api: Api, who: Role | Actor, **filter: Any) -> list[Any]:
    return (await api.data(who, NOTES, filter=filter))["contactNotes"]["nodes"]


async def out_of_touch(api: Api, who: Role | Actor, **no_contact: int) -> set[str]:
    """The elders with whom nobody was in touch."""
    found = await api.data(who, CASES, filter={"noContact": no_contact})
    return {one["elder"]["id"] for one in found["caseloads"]["nodes"]}


def ids(*keys: Any) -> set[str]:
    return {public_id("elder", key) for key in keys}


def ago(**time: float) -> str:
    return (now() - timedelta(**time)).isoformat()


async def test_a_contact_is_noted_and_read_by_who_cares(
    api: Api, database: Database, vault: Vault, advisor: Actor
) -> None:
    yesterday = ago(days=1)
    made, errors = await add(
        api, advisor, channel="HOME", contactedAt=yesterday, note="想学用手机点餐"
    )
    assert (errors, made["channel"], made["note"]) == ([], "HOME", "想学用手机点餐")
    assert made["notedBy"]["id"] == public_id("account", advisor.id)
    assert made["withdrawnAt"] is None
    ((key, cipher),) = await database.fetch(
        select(col(ContactNote.elder_id), col(ContactNote.note_cipher))
    )
    assert vault.open(cipher, place(NOTE, key)) == "想学用手机点餐"
    mother = public_id("elder", api.district.mother_id)
    for who in (Role.ELDER, Role.FAMILY, Role.STATION, Role.ADMIN, advisor):
        (shown,) = await notes(api, who)
        assert (shown["id"], shown["note"]) == (made["id"], "想学用手机点餐")
        found = (await api.data(who, OF_ELDER, id=mother))["elder"]["contactNotes"]["nodes"]
        assert found == [{"channel": "HOME", "note": "想学用手机点餐"}]
    for who in (Role.OFFICIAL, Role.DISPATCHER, Role.CAREGIVER, Role.VOLUNTEER):
        assert await notes(api, who) == []
    read = [row for row in await trail(database) if "ContactNote.note" in (row.fields or [])]
    assert {row.role for row in read} >= {Role.FAMILY, Role.STATION, Role.ADVISOR}
    assert {row.elder_id for row in read} == {api.district.mother_id}


async def test_the_family_reads_them_with_the_elders_consent(
    api: Api, database: Database, vault: Vault, advisor: Actor
) -> None:
    mother, daughter = api.district.mother_id, api.actor(Role.FAMILY)
    await make_contact_note(database, mother, advisor.id, vault=vault)
    link = await link_of(database, daughter.id, mother)
    await set_scopes(database, link, [ConsentScope.ALARMS])
    assert await notes(api, daughter) == []
    answer = await api.post(daughter, OF_ELDER, {"id": public_id("elder", mother)})
    assert answer["data"]["elder"]["contactNotes"] is None
    assert [one["reason"] for one in answer["extensions"]["masked"]] == ["NO_CONSENT"]


@pytest.mark.parametrize(
    ("who", "different", "error"),
    [
        (Role.ADVISOR, {"elderId": "elder_" + "0" * 32}, ("NOT_FOUND", "elderId")),
        (Role.OFFICIAL, {}, ("PERMISSION_DENIED", None)),
        (Role.FAMILY, {}, ("PERMISSION_DENIED", None)),
        (Role.ADVISOR, {"contactedAt": ago(days=-1)}, ("INVALID_INPUT", "contactedAt")),
        (Role.ADVISOR, {"contactedAt": ago(days=32)}, ("INVALID_INPUT", "contactedAt")),
        (Role.ADVISOR, {"note": "长" * 501}, ("INVALID_INPUT", "note")),
    ],
    ids=["nobody", "official", "family", "to come", "long ago", "long"],
)
async def test_what_is_no_contact(
    api: Api,
    database: Database,
    advisor: Actor,
    who: Role,
    different: dict[str, Any],
    error: tuple[str, str | None],
) -> None:
    assert advisor.role is Role.ADVISOR
    assert (await add(api, who, **different))[1] == [error]
    assert list(await database.fetch(select(col(ContactNote.id)))) == []


async def test_an_advisor_notes_nothing_of_others_elders(
    api: Api, database: Database, advisor: Actor
) -> None:
    neighbour = public_id("elder", api.district.neighbour_id)
    await nobody_is_advised(database)
    stranger = Actor(advisor.id, Role.ADVISOR, advisor.region)
    visible = await api.data(stranger, OF_ELDER, id=public_id("elder", api.district.mother_id))
    assert visible["elder"] is None
    assert (await add(api, stranger))[1] == [("NOT_FOUND", "elderId")]
    assert (await add(api, Role.STATION, elderId=neighbour))[1] == []


async def test_what_was_noted_wrongly_is_taken_back_once(
    api: Api, database: Database, advisor: Actor
) -> None:
    key = await make_contact_note(database, api.district.mother_id, advisor.id)
    given = {"id": public_id("contact_note", key)}
    assert (await ask(api, Role.FAMILY, "Withdraw", **given))[1] == [("PERMISSION_DENIED", None)]
    assert (await ask(api, Role.OFFICIAL, "Withdraw", **given))[1] == [("NOT_FOUND", "id")]
    gone, errors = await ask(api, Role.STATION, "Withdraw", **given)
    assert (errors, gone["withdrawnAt"] is None) == ([], False)
    assert gone["withdrawnBy"]["id"] == public_id("account", api.actor(Role.STATION).id)
    assert (await ask(api, advisor, "Withdraw", **given))[1] == [("INVALID_INPUT", "id")]
    assert len(await notes(api, advisor)) == 1, "it stays to be read"
    assert await notes(api, advisor, withdrawn=False) == []


async def test_of_many_who_take_a_note_back_at_once_one_does(
    api: Api, database: Database, advisor: Actor
) -> None:
    key = await make_contact_note(database, api.district.mother_id, advisor.id)
    given = {"id": public_id("contact_note", key)}
    answers = await asyncio.gather(*(ask(api, advisor, "Withdraw", **given) for _ in range(6)))
    assert sorted(errors for _, errors in answers) == [[], *[[("INVALID_INPUT", "id")]] * 5]
    done = await trail(database, object_id=key, outcome=Outcome.DONE)
    assert [row.elder_id for row in done] == [api.district.mother_id]


async def test_a_caseload_says_with_whom_nobody_was_in_touch(
    api: Api, database: Database, advisor: Actor
) -> None:
    mother, ward = api.district.mother_id, api.district.ward_id
    assert await out_of_touch(api, advisor) == ids(mother, ward)
    await make_contact_note(database, mother, advisor.id, days_ago=29.9)
    assert await out_of_touch(api, advisor) == ids(ward)
    assert await out_of_touch(api, advisor, days=29) == ids(mother, ward)
    await make_contact_note(database, ward, advisor.id, days_ago=30.1)
    assert await out_of_touch(api, advisor) == ids(ward)
    assert await out_of_touch(api, advisor, days=31) == set()
    taken_back = {"withdrawn_at": now(), "withdrawn_by": advisor.id}
    await make_contact_note(database, ward, advisor.id, **taken_back)
    assert await out_of_touch(api, advisor) == ids(ward), "it counts as none"
    assert await out_of_touch(api, Role.STATION) == ids(ward)
    made, errors = await add(api, advisor, elderId=public_id("elder", ward))
    assert (errors, made["elder"]) == ([], {"id": public_id("elder", ward)})
    assert await out_of_touch(api, advisor) == set()
    assert await out_of_touch(api, Role.OFFICIAL, days=1) == set(), "who sees no notes"


@pytest.mark.parametrize("days", [0, -1, 3661])
async def test_days_that_are_none(api: Api, advisor: Actor, days: int) -> None:
    answer = await api.post(advisor, CASES, {"filter": {"noContact": {"days": days}}})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert "1" in error["message"]


async def test_notes_are_found_by_whom_how_and_when(
    api: Api, database: Database, advisor: Actor
) -> None:
    mother, ward = api.district.mother_id, api.district.ward_id
    station = api.actor(Role.STATION).id
    rows: Sequence[tuple[Any, Any, float, str]] = (
        (mother, advisor.id, 1, "PHONE"),
        (ward, advisor.id, 3, "HOME"),
        (mother, station, 5, "VIDEO"),
    )
    first, second, third = [
        public_id(
            "contact_note",
            await make_contact_note(database, elder, by, days_ago=days, channel=channel),
        )
        for elder, by, days, channel in rows
    ]
    for wanted, filter in (
        ([first, second, third], {}),
        ([first, third], {"elder": public_id("elder", mother)}),
        ([first, second], {"account": public_id("account", advisor.id)}),
        ([second, third], {"channel": ["HOME", "VIDEO"]}),
        ([second], {"since": ago(days=4), "until": ago(days=2)}),
    ):
        assert [one["id"] for one in await notes(api, Role.STATION, **filter)] == wanted
