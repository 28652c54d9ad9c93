"""An advisor suggests services; the elder or the family answers to each, once."""

import asyncio
from typing import Any

import pytest

from domain.access import Actor, ConsentScope, Role
from domain.database import Database
from domain.ids import public_id
from tests.clients import Api
from tests.makers.advising import make_caseload, nobody_is_advised
from tests.makers.family import link_of, set_scopes

ITEM = "id kind state availableActions answeredAt answeredBy { id }"
SHOWN = f"id withdrawnAt items {{ {ITEM} }}"
LISTS = f"""query ($filter: SuggestionListFilter) {{ suggestionLists(first: 9, filter: $filter) {{
  nodes {{ {SHOWN} }} }} }}"""


@pytest.fixture
async def advisor(api: Api, database: Database) -> Actor:
    """The district's, who answers for the mother."""
    await nobody_is_advised(database)
    actor = api.actor(Role.ADVISOR)
    await make_caseload(database, api.district.mother_id, actor.id)
    return actor


async def ask(api: Api, who: Role | Actor, verb: str, shown: str, **given: Any) -> Any:
    node = "suggestionList" if verb.startswith("SuggestionList") else "suggestionItem"
    query = f"""mutation ($i: {verb}Input!) {{ done: {verb[0].lower()}{verb[1:]}(input: $i) {{
      thing: {node} {{ {shown} }} userErrors {{ code field }} }} }}"""
    answer = (await api.data(who, query, i=given))["done"]
    return answer["thing"], [(one["code"], one["field"]) for one in answer["userErrors"]]


async def suggest(api: Api, who: Role | Actor, *kinds: str) -> Any:
    mother = public_id("elder", api.district.mother_id)
    return await ask(api, who, "SuggestionListCreate", SHOWN, elderId=mother, kinds=kinds)


async def say(api: Api, who: Role | Actor, word: str, item: Any) -> Any:
    return await ask(api, who, f"SuggestionItem{word}", ITEM, id=item["id"])


async def test_each_suggestion_is_answered_to_once(api: Api, advisor: Actor) -> None:
    made, errors = await suggest(api, advisor, "COMPANY", "MEALS", "BATHING")
    assert errors == []
    assert [one["kind"] for one in made["items"]] == ["COMPANY", "MEALS", "BATHING"]
    company, meals, bathing = made["items"]
    assert company["availableActions"] == []
    (shown,) = (await api.data(Role.FAMILY, LISTS))["suggestionLists"]["nodes"]
    assert shown["items"][0]["availableActions"] == ["ACCEPT", "DECLINE"]
    accepted, errors = await say(api, Role.FAMILY, "Accept", company)
    assert (errors, accepted["state"], accepted["availableActions"]) == ([], "ACCEPTED", [])
    daughter = public_id("account", api.actor(Role.FAMILY).id)
    assert (accepted["answeredBy"]["id"], accepted["answeredAt"] is None) == (daughter, False)
    for word in ("Accept", "Decline"):
        assert (await say(api, Role.ELDER, word, company))[1] == [("ILLEGAL_TRANSITION", None)]
    declined, errors = await say(api, Role.ELDER, "Decline", meals)
    assert (errors, declined["state"]) == ([], "DECLINED")
    assert (await say(api, advisor, "Accept", bathing))[1] == [("PERMISSION_DENIED", None)]
    gone, errors = await ask(api, advisor, "SuggestionListWithdraw", SHOWN, id=made["id"])
    assert (errors, gone["withdrawnAt"] is None) == ([], False)
    (shown,) = (await api.data(Role.FAMILY, LISTS))["suggestionLists"]["nodes"]
    assert [one["state"] for one in shown["items"]] == ["ACCEPTED", "DECLINED", "PROPOSED"]
    assert [one["availableActions"] for one in shown["items"]] == [[], [], []]
    assert (await say(api, Role.ELDER, "Accept", bathing))[1] == [("INVALID_INPUT", "id")]
    again = await ask(api, advisor, "SuggestionListWithdraw", SHOWN, id=made["id"])
    assert again[1] == [("INVALID_INPUT", "id")]
    current = (await api.data(Role.FAMILY, LISTS, filter={"current": True}))["suggestionLists"]
    assert current["nodes"] == []


@pytest.mark.parametrize("kinds", [(), ("MEALS", "MEALS")])
async def test_what_is_no_list(api: Api, advisor: Actor, kinds: tuple[str, ...]) -> None:
    assert (await suggest(api, advisor, *kinds))[1] == [("INVALID_INPUT", "kinds")]
    assert (await api.data(Role.ADMIN, LISTS))["suggestionLists"]["nodes"] == []


async def test_the_family_answers_with_the_elders_consent_alone(
    api: Api, database: Database, advisor: Actor
) -> None:
    made, _ = await suggest(api, advisor, "MEALS")
    link = await link_of(database, api.district.daughter_id, api.district.mother_id)
    await set_scopes(database, link, (ConsentScope.ALARMS,))
    assert (await api.data(Role.FAMILY, LISTS))["suggestionLists"]["nodes"] == []
    assert (await say(api, Role.FAMILY, "Accept", made["items"][0]))[1] == [("NOT_FOUND", "id")]
    assert (await suggest(api, Role.FAMILY, "MEALS"))[1] == [("PERMISSION_DENIED", None)]
    assert (await suggest(api, Role.OFFICIAL, "MEALS"))[1] == [("PERMISSION_DENIED", None)]


async def test_of_two_who_answer_at_once_one_is_heard(api: Api, advisor: Actor) -> None:
    """And of an answer and a withdrawal, either comes first."""
    for _ in range(4):
        made, _ = await suggest(api, advisor, "MEALS", "BATHING")
        meals, bathing = made["items"]
        yes, no = await asyncio.gather(
            say(api, Role.ELDER, "Accept", meals), say(api, Role.FAMILY, "Decline", meals)
        )
        assert sorted([yes[1], no[1]]) == [[], [("ILLEGAL_TRANSITION", None)]]
        answered, gone = await asyncio.gather(
            say(api, Role.ELDER, "Accept", bathing),
            ask(api, advisor, "SuggestionListWithdraw", SHOWN, id=made["id"]),
        )
        assert gone[1] == []
        assert answered[1] in ([], [("INVALID_INPUT", "id")])
        assert gone[0]["items"][1]["state"] == ("PROPOSED" if answered[1] else "ACCEPTED")
