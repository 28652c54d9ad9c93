"""Two daughters and a neighbour look after one mother, each as far as she consents."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from api.relay import key_of
from domain.access import Actor, ConsentScope, Role
from domain.crypto import Vault
from domain.database import Database
from domain.elders.models import Elder
from domain.ids import public_id
from tests.clients import BEGINNING, Api
from tests.makers.family import make_relative
from tests.signals import press

CHANGED = f"""subscription {{ alarmChanged(after: "{BEGINNING}") {{ alarm {{ id
  elder {{ fullAddress conditions {{ name }} }} }} }} }}"""
SEEN = """query ($elder: ID!) { whoHasSeen(elder: $elder, first: 50) {
  nodes { role account { id } outcome fields at } } }"""
PAGE = """{ elders(first: 5) { nodes {
  name tags fullAddress alarms(first: 3) { nodes { id } } contacts { name } } } }"""
ID_NUMBER, NAME = "33010219470312002X", "王桂芬"


def mutation(name: str) -> str:
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"""mutation ($input: {kind}!) {{ {name}(input: $input) {{
      familyLink {{ id state consents {{ scope until }} elder {{ name }} }}
      userErrors {{ code field }} }} }}"""


async def told(api: Api, who: Role | Actor, operation: str, /, **given: Any) -> dict[str, Any]:
    return (await api.data(who, mutation(operation), input=given))[operation]


async def done(api: Api, who: Role | Actor, operation: str, /, **given: Any) -> dict[str, Any]:
    payload = await told(api, who, operation, **given)
    assert payload["userErrors"] == []
    return payload["familyLink"]


@pytest.fixture
async def mother(api: Api, database: Database, vault: Vault) -> UUID:
    """She has an id that the family knows."""
    values = {"name": NAME, "id_number_hash": vault.digest(ID_NUMBER, "elder.id_number_hash")}
    async with database.transaction("test") as session:
        mother_id = api.district.mother_id
        await session.execute(update(Elder).where(col(Elder.id) == mother_id).values(values))
    return mother_id


async def relative(database: Database, mother_id: UUID) -> Actor:
    """Somebody who is linked to another elder only, so far."""
    return await make_relative(database, mother_id, ())


async def asked(api: Api, who: Actor, relation: str = "DAUGHTER") -> str:
    link = await done(
        api, who, "familyLinkRequest", name=NAME, idNumber=ID_NUMBER, relation=relation
    )
    assert (link["state"], link["consents"], link["elder"]) == ("REQUESTED", [], None)
    return link["id"]


async def seen(api: Api, who: Actor) -> tuple[set[str], set[str]]:
    """What of the mother is shown, and what is masked."""
    answer = await api.post(who, PAGE)
    assert "errors" not in answer
    (elder,) = (one for one in answer["data"]["elders"]["nodes"] if one["name"] == NAME)
    assert elder["contacts"]
    place = answer["data"]["elders"]["nodes"].index(elder)
    masks = answer.get("extensions", {}).get("masked", [])
    hidden = {one["path"][-1] for one in masks if one["path"][2] == place}
    return {name for name, value in elder.items() if value is not None}, hidden


def sickness(event: Any) -> Any:
    """What an alarm's frame says of the mother's health, beside her door."""
    elder = event["data"]["alarmChanged"]["alarm"]["elder"]
    assert elder["fullAddress"]
    return elder["conditions"]


async def by_whom_seen(api: Api, who: Role | Actor) -> dict[str | None, list[list[str]]]:
    """What `whoHasSeen` lists, the oldest first, by the accounts that are shown beside it."""
    mother = public_id("elder", api.district.mother_id)
    rows = (await api.data(who, SEEN, elder=mother))["whoHasSeen"]["nodes"]
    assert {row["outcome"] for row in rows} == {"DONE"}
    found: dict[str | None, list[list[str]]] = {}
    for row in reversed(rows):
        found.setdefault(row["account"] and row["account"]["id"], []).append(row["fields"])
    return found


async def test_each_sees_exactly_hers_and_a_withdrawal_holds_at_the_next_event(
    api: Api, database: Database, mother: UUID
) -> None:
    other = api.district.neighbour_id
    elder_daughter, younger_daughter, neighbour = [
        await relative(database, other) for _ in range(3)
    ]
    links = [await asked(api, who) for who in (elder_daughter, younger_daughter, neighbour)]
    wanted = (["ALARMS", "HEALTH_RECORD", "LOCATION"], ["ALARMS", "LOCATION"], ["LOCATION"])
    for link, scopes in zip(links, wanted, strict=True):
        accepted = await done(api, Role.ELDER, "familyLinkAccept", id=link, scopes=scopes)
        assert {one["scope"] for one in accepted["consents"]} == set(scopes)

    always = {"name", "contacts"}
    everything = {"tags", "fullAddress", "alarms"}
    for who, shown in (
        (elder_daughter, everything),
        (younger_daughter, {"alarms", "fullAddress"}),
        (neighbour, {"fullAddress"}),
    ):
        assert await seen(api, who) == (always | shown, everything - shown)

    async with (
        api.socket(elder_daughter) as one,
        api.socket(younger_daughter) as two,
        api.socket(neighbour) as three,
    ):
        for socket in (one, two, three):
            await socket.subscribe(CHANGED)
        await press(database, api.district)
        assert sickness(await one.next())
        assert sickness(await two.next()) is None
        left = await done(api, Role.ELDER, "consentWithdraw", id=links[1], scopes=["ALARMS"])
        assert [consent["scope"] for consent in left["consents"]] == ["LOCATION"]
        listed = await by_whom_seen(api, Role.ELDER)
        await press(database, api.district)
        await one.next()
        assert await two.silent(0.3)
        assert await three.silent(0.1)
        # What she saw before stands there, for her mother and for the family; nothing came since.
        ids = [public_id("account", who.id) for who in (elder_daughter, younger_daughter)]
        door, ill = "Elder.fullAddress", "ElderCondition.name"
        page = [door]
        assert listed[ids[0]] == [page, [door, ill]]
        assert listed[ids[1]] == [page, page]
        for reader in (Role.ELDER, elder_daughter):
            after = await by_whom_seen(api, reader)
            assert after[ids[0]] == [page, [door, ill], [door, ill]]
        assert (await by_whom_seen(api, younger_daughter))[ids[1]] == [page, page]
        # The rest of her page, and the connection, go on.
        assert await seen(api, younger_daughter) == (
            always | {"fullAddress"},
            everything - {"fullAddress"},
        )
        await done(api, Role.ELDER, "consentGrant", id=links[1], scopes=["ALARMS"])
        await press(database, api.district)
        await two.next()


async def test_who_is_unknown_and_who_is_misnamed_look_the_same_and_tries_end(
    api: Api, database: Database, mother: UUID
) -> None:
    stranger = await relative(database, api.district.neighbour_id)
    refusals: list[Any] = []
    for name, number in ((NAME, "330102194703120001"), ("王桂芳", ID_NUMBER)):
        payload = await told(
            api, stranger, "familyLinkRequest", name=name, idNumber=number, relation="OTHER"
        )
        assert payload["familyLink"] is None
        refusals.append(payload["userErrors"])
    assert refusals[0] == refusals[1] == [{"code": "NOT_FOUND", "field": "idNumber"}]
    wrong = {"name": "王桂芳", "idNumber": ID_NUMBER, "relation": "OTHER"}
    codes = [
        (await told(api, stranger, "familyLinkRequest", **wrong))["userErrors"][0]["code"]
        for _ in range(9)
    ]
    assert codes == ["NOT_FOUND"] * 8 + ["TOO_MANY_ATTEMPTS"]


async def test_a_second_request_waits_for_the_first_and_a_refusal_allows_another(
    api: Api, database: Database, mother: UUID
) -> None:
    son = await relative(database, api.district.neighbour_id)
    link = await asked(api, son)
    again = await told(api, son, "familyLinkRequest", name=NAME, idNumber=ID_NUMBER, relation="SON")
    assert [one["code"] for one in again["userErrors"]] == ["ALREADY_EXISTS"]
    assert (await told(api, son, "familyLinkAccept", id=link))["userErrors"] == [
        {"code": "PERMISSION_DENIED", "field": None}
    ]
    assert (await done(api, Role.ELDER, "familyLinkRefuse", id=link))["state"] == "REFUSED"
    assert await asked(api, son) != link


async def test_of_requests_at_once_one_becomes_a_link(
    api: Api, database: Database, mother: UUID
) -> None:
    son = await relative(database, api.district.neighbour_id)
    claim = {"name": NAME, "idNumber": ID_NUMBER, "relation": "SON"}
    payloads = await asyncio.gather(
        *(told(api, son, "familyLinkRequest", **claim) for _ in range(4))
    )
    codes = [[error["code"] for error in payload["userErrors"]] for payload in payloads]
    assert sorted(codes) == [[], *[["ALREADY_EXISTS"]] * 3]
    ours = "SELECT state FROM family_link WHERE account_id = $1 AND elder_id = $2"
    rows = await database.rows(ours, (son.id, mother), once=False, primary=True)
    assert [row[0] for row in rows] == ["REQUESTED"]


async def test_station_staff_need_a_signed_paper_and_the_history_says_so(
    api: Api, database: Database, vault: Vault, mother: UUID
) -> None:
    son = await relative(database, api.district.neighbour_id)
    link = await asked(api, son)
    for paper in (None, "bm8gcGhvdG8=", "%"):
        refused = await told(api, Role.STATION, "familyLinkAccept", id=link, paper=paper)
        assert refused["userErrors"] == [{"code": "INVALID_INPUT", "field": "paper"}]
        assert refused["familyLink"]["state"] == "REQUESTED"
    photo = b"\xff\xd8\xff\xe0 signed by her"
    await done(
        api,
        Role.STATION,
        "familyLinkAccept",
        id=link,
        scopes=["VITALS"],
        until="2099-01-01T00:00:00Z",
        paper="/9j/4CBzaWduZWQgYnkgaGVy",
    )
    await done(api, son, "consentWithdraw", id=link, scopes=["VITALS", "FINANCE"])
    query = """query ($id: ID!) { node(id: $id) { ... on FamilyLink {
      history(first: 5) { nodes { scope change basis until } } } } }"""
    history = (await api.data(Role.ELDER, query, id=link))["node"]["history"]["nodes"]
    until = "2099-01-01T00:00:00+00:00"
    assert history == [
        {"scope": "VITALS", "change": "WITHDRAWN", "basis": "FAMILY", "until": None},
        {"scope": "VITALS", "change": "GRANTED", "basis": "SIGNED_PAPER", "until": until},
    ]
    ((sealed, elder_id),) = await database.rows(
        "SELECT photo_cipher, elder_id FROM consent_paper", (), once=False
    )
    assert UUID(elder_id) == mother
    place = f"consent_paper.photo_cipher:{mother.hex}"
    assert vault.open_bytes(bytes(sealed), place) == photo


async def test_a_consent_ends_by_itself_and_with_its_link(
    api: Api, database: Database, mother: UUID
) -> None:
    son = await relative(database, api.district.neighbour_id)
    link = await asked(api, son)
    await done(api, Role.ELDER, "familyLinkAccept", id=link, scopes=["LOCATION", "ALARMS"])
    past = await told(
        api, Role.ELDER, "consentGrant", id=link, scopes=["LOCATION"], until="2020-01-01T00:00:00Z"
    )
    assert past["userErrors"] == [{"code": "INVALID_INPUT", "field": "until"}]
    await database.rows(
        "UPDATE family_link SET location_until = now() WHERE id = $1 RETURNING 1",
        (key_of(link, "family_link"),),
        once=False,
        primary=True,
    )
    shown, hidden = await seen(api, son)
    assert "fullAddress" in hidden
    assert "alarms" in shown
    ended = await done(api, Role.ELDER, "familyLinkEnd", id=link)
    assert (ended["state"], ended["consents"]) == ("ENDED", [])
    page = await api.data(son, PAGE)
    assert NAME not in {one["name"] for one in page["elders"]["nodes"]}
    mothers = public_id("elder", mother)
    assert (await api.data(son, "query ($id: ID!) { node(id: $id) { id } }", id=mothers)) == {
        "node": None
    }


async def test_an_order_and_an_application_ask_for_their_consents(
    api: Api, database: Database, mother: UUID
) -> None:
    son = await make_relative(database, mother, set(ConsentScope) - {ConsentScope.FINANCE})
    applying = """mutation ($input: AssistanceCaseSubmitInput!) {
      assistanceCaseSubmit(input: $input) { userErrors { code field } } }"""
    given = {"elderId": public_id("elder", mother), "kind": "EXTREME_HARDSHIP"}
    refused = await api.data(son, applying, input=given)
    assert refused["assistanceCaseSubmit"]["userErrors"] == [
        {"code": "NOT_FOUND", "field": "elderId"}
    ]
