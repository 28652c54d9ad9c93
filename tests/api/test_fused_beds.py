"""A fused bed: one who answers for each side, and the elder has consented to each."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.access import Role
from domain.accounts.models import Account
from domain.beds.models import BedKind
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id
from tests.bedside import Bedside, open_bedside, stay_of
from tests.clients import Api
from tests.makers.accounts import make_account
from tests.makers.beds import make_bed

SHOWN = "id role consentedAt consentedBy { id } endedAt"
MANAGERS = f"query ($id: ID!) {{ bedStay(id: $id) {{ managers {{ {SHOWN} }} }} }}"


@pytest.fixture
async def place(api: Api, database: Database) -> Bedside:
    return await open_bedside(api, database, beds=(BedKind.INSTITUTION,))


async def ask(place: Bedside, who: Any, verb: str, **given: Any) -> Any:
    query = f"""mutation ($i: BedStayManager{verb}Input!) {{
      done: bedStayManager{verb}(input: $i) {{
        bedStayManager {{ {SHOWN} }} userErrors {{ code field }} }} }}"""
    return (await place.api.data(who, query, i=given))["done"]


async def managers(place: Bedside, stay: str) -> Any:
    return (await place.api.data(place.staff, MANAGERS, id=stay))["bedStay"]["managers"]


async def test_each_role_once_each_with_its_consent(place: Bedside) -> None:
    mother = place.api.district.mother_id
    stay = stay_of(await place.admit(place.beds[0], mother))["id"]
    caregiver = public_id("account", place.api.actor(Role.CAREGIVER).id)
    named = {
        role: await ask(place, place.staff, "Name", stayId=stay, role=role, accountId=caregiver)
        for role in ("MEDICAL", "REHABILITATION", "CARE")
    }
    assert [one["userErrors"] for one in named.values()] == [[], [], []]
    twice = await ask(place, place.staff, "Name", stayId=stay, role="CARE", accountId=caregiver)
    assert twice["userErrors"][0]["code"] == "ALREADY_EXISTS"
    care = named["CARE"]["bedStayManager"]["id"]
    for who in (place.staff, Role.FAMILY):
        denied = await ask(place, who, "Consent", id=care)
        assert denied["userErrors"][0]["code"] == "PERMISSION_DENIED"
    assert [one["consentedAt"] for one in await managers(place, stay)] == [None] * 3
    agreed = (await ask(place, Role.ELDER, "Consent", id=care))["bedStayManager"]
    elder = public_id("account", place.api.actor(Role.ELDER).id)
    assert (agreed["consentedBy"]["id"], agreed["consentedAt"] is not None) == (elder, True)
    ended = await ask(place, place.staff, "End", id=care)
    assert ended["bedStayManager"]["endedAt"]
    again = await ask(place, place.staff, "Name", stayId=stay, role="CARE", accountId=caregiver)
    assert again["bedStayManager"]["consentedAt"] is None
    assert [one["role"] for one in await managers(place, stay)] == [
        *("MEDICAL", "REHABILITATION", "CARE")
    ]


async def test_only_who_works_in_care_and_only_for_a_stay_that_is_not_over(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.elders[0]))["id"]
    for who in (Role.FAMILY, Role.VOLUNTEER):
        account = public_id("account", place.api.actor(who).id)
        wrong = await ask(place, place.staff, "Name", stayId=stay, role="CARE", accountId=account)
        assert wrong["userErrors"] == [{"code": "INVALID_INPUT", "field": "accountId"}]
    over = await make_account(place.database, Role.CAREGIVER, since=now() - timedelta(days=2))
    async with place.database.transaction("test") as session:
        (await session.get_one(Account, over.id)).until = now() - timedelta(days=1)
    for key, code in ((over.id, "INVALID_INPUT"), (UUID(int=7), "NOT_FOUND")):
        named = {"stayId": stay, "role": "CARE", "accountId": public_id("account", key)}
        wrong = await ask(place, place.staff, "Name", **named)
        assert wrong["userErrors"] == [{"code": code, "field": "accountId"}]
    await place.end(stay)
    account = public_id("account", place.api.actor(Role.CAREGIVER).id)
    late = await ask(place, place.staff, "Name", stayId=stay, role="CARE", accountId=account)
    assert late["userErrors"] == [{"code": "INVALID_INPUT", "field": "stayId"}]
    assert await managers(place, stay) == []


async def test_nobody_agrees_to_a_stay_that_is_over_nor_ends_twice(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.api.district.mother_id))["id"]
    caregiver = public_id("account", place.api.actor(Role.CAREGIVER).id)
    care, medical = [
        (await ask(place, place.staff, "Name", stayId=stay, role=role, accountId=caregiver))[
            "bedStayManager"
        ]["id"]
        for role in ("CARE", "MEDICAL")
    ]
    assert (await ask(place, place.staff, "End", id=care))["userErrors"] == []
    twice = f"""mutation {{ done: bedStayManagerEnd(input: {{id: "{care}"}}) {{
      userErrors {{ field message }} }} }}"""
    (error,) = (await place.api.data(place.staff, twice))["done"]["userErrors"]
    assert error["field"] == "id"
    assert "应为尚未结束的记录" in error["message"]
    await place.end(stay)
    late = await ask(place, Role.ELDER, "Consent", id=medical)
    assert late["userErrors"] == [{"code": "INVALID_INPUT", "field": "id"}]


async def test_who_moves_to_another_bed_keeps_who_answers_and_what_was_agreed(
    place: Bedside,
) -> None:
    mother, other = (
        place.api.district.mother_id,
        await make_bed(place.database, place.station_id, label="另一张"),
    )
    stay = stay_of(await place.admit(place.beds[0], mother))["id"]
    caregiver = public_id("account", place.api.actor(Role.CAREGIVER).id)
    for role in ("CARE", "MEDICAL", "REHABILITATION"):
        named = await ask(place, place.staff, "Name", stayId=stay, role=role, accountId=caregiver)
        key = named["bedStayManager"]["id"]
        if role == "CARE":
            assert (await ask(place, Role.ELDER, "Consent", id=key))["userErrors"] == []
        if role == "REHABILITATION":
            assert (await ask(place, place.staff, "End", id=key))["userErrors"] == []
    before = {one["role"]: one["consentedAt"] for one in await managers(place, stay)}
    new = stay_of(await place.move(stay, other))["id"]
    after = {one["role"]: one["consentedAt"] for one in await managers(place, new)}
    assert after == {"CARE": before["CARE"], "MEDICAL": None}
    assert after["CARE"] is not None


async def test_of_many_named_for_one_role_at_once_one_has_it(place: Bedside) -> None:
    stay = stay_of(await place.admit(place.beds[0], place.api.district.mother_id))["id"]
    who = [Role.CAREGIVER, Role.ADVISOR, Role.STATION, Role.CAREGIVER] * 2
    wishes = [
        {"stayId": stay, "role": "CARE", "accountId": public_id("account", place.api.actor(one).id)}
        for one in who
    ]
    answers = await asyncio.gather(*(ask(place, place.staff, "Name", **one) for one in wishes))
    told = sorted(error["code"] for one in answers for error in one["userErrors"])
    assert told == ["ALREADY_EXISTS"] * 7
    assert [one["endedAt"] for one in await managers(place, stay)] == [None]


async def test_whoever_follows_another_at_once_no_role_is_held_twice(place: Bedside) -> None:
    """One ends, two others are named for the same role and one for another, all at once."""
    stay = stay_of(await place.admit(place.beds[0], place.api.district.mother_id))["id"]
    caregiver, advisor = (
        public_id("account", place.api.actor(one).id) for one in (Role.CAREGIVER, Role.ADVISOR)
    )
    care = {"stayId": stay, "role": "CARE"}
    for _ in range(4):
        first = await ask(place, place.staff, "Name", **care, accountId=caregiver)
        assert first["userErrors"] == []
        key = first["bedStayManager"]["id"]
        consent, ended, *named, medical = await asyncio.gather(
            ask(place, Role.ELDER, "Consent", id=key),
            ask(place, place.staff, "End", id=key),
            ask(place, place.staff, "Name", **care, accountId=advisor),
            ask(place, place.staff, "Name", **care, accountId=advisor),
            ask(place, place.staff, "Name", stayId=stay, role="MEDICAL", accountId=advisor),
        )
        assert (ended["userErrors"], medical["userErrors"]) == ([], [])
        assert {error["code"] for error in consent["userErrors"]} <= {"INVALID_INPUT"}
        told = [error["code"] for one in named for error in one["userErrors"]]
        assert told in (["ALREADY_EXISTS"], ["ALREADY_EXISTS"] * 2)
        live = await managers(place, stay)
        assert sorted(one["role"] for one in live) == ["CARE", "MEDICAL"][2 - len(live) :]
        for one in live:
            over = await ask(place, place.staff, "End", id=one["id"])
            assert over["userErrors"] == []
