"""A fused bed: one who answers for each side, and the elder has consented to each."""

from typing import Any

import pytest

from domain.access import Role
from domain.beds.models import BedKind
from domain.database import Database
from domain.ids import public_id
from tests.bedside import Bedside, open_bedside, stay_of
from tests.clients import Api

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
    await place.end(stay)
    account = public_id("account", place.api.actor(Role.CAREGIVER).id)
    late = await ask(place, place.staff, "Name", stayId=stay, role="CARE", accountId=account)
    assert late["userErrors"] == [{"code": "INVALID_INPUT", "field": "stayId"}]
    assert await managers(place, stay) == []
