"""Each change has its row in the audit trail, in its own transaction; so has each refusal."""

import asyncio

import httpx
import pytest

from domain.access import Role
from domain.audit.models import Outcome
from domain.crypto import Vault
from domain.database import Database
from tests.clients import Api
from tests.exporting import ELDERS
from tests.makers.exports import make_file
from tests.makers.visits import make_scene, make_visit, stored
from tests.signals import press
from tests.trail import object_of, trail
from tests.visiting import done, payload, refused

ACKNOWLEDGE = """mutation ($input: AlarmAcknowledgeInput!) {
  alarmAcknowledge(input: $input) { alarm { id state } userErrors { code } } }"""
ALARM = "{ alarms(first: 1) { nodes { id } } }"


async def test_a_change_says_who_did_what_to_whom_and_never_the_values(
    api: Api, database: Database
) -> None:
    await press(database, api.district)
    key = (await api.data(Role.STATION, ALARM))["alarms"]["nodes"][0]["id"]
    given = {"id": key, "note": "我马上去", "clientMutationId": "7"}
    await api.data(Role.STATION, ACKNOWLEDGE, input=given)
    (entry,) = await trail(database)
    assert (entry.action, entry.outcome) == ("alarm_acknowledge", Outcome.DONE)
    assert (entry.actor_id, entry.role) == (api.actor(Role.STATION).id, Role.STATION)
    assert object_of(entry) == key
    assert (entry.object_type, entry.elder_id) == ("alarm", api.district.mother_id)
    assert (entry.fields, entry.address) == (["note"], "127.0.0.1")
    assert entry.request_id
    assert "马上" not in str(entry)


async def test_a_call_that_is_made_again_is_not_done_again(api: Api, database: Database) -> None:
    await press(database, api.district)
    key = (await api.data(Role.STATION, ALARM))["alarms"]["nodes"][0]["id"]
    for _ in range(3):
        given = {"id": key, "idempotencyKey": "once"}
        await api.data(Role.STATION, ACKNOWLEDGE, input=given)
    assert len(await trail(database, action="alarm_acknowledge")) == 1


async def test_a_try_changes_nothing_not_even_the_trail(api: Api, database: Database) -> None:
    await press(database, api.district)
    key = (await api.data(Role.STATION, ALARM))["alarms"]["nodes"][0]["id"]
    await api.data(Role.STATION, ACKNOWLEDGE, input={"id": key, "dryRun": True})
    guessed = {"id": "alarm_" + "0" * 32, "dryRun": True}
    await api.data(Role.STATION, ACKNOWLEDGE, input=guessed)
    assert await trail(database) == []


async def test_who_is_refused_is_in_the_trail_whether_or_not_there_is_such_a_thing(
    api: Api, database: Database
) -> None:
    await press(database, api.district)
    real = (await api.data(Role.STATION, ALARM))["alarms"]["nodes"][0]["id"]
    for key in (real, "alarm_" + "0" * 32):
        answer = await api.data(Role.VOLUNTEER, ACKNOWLEDGE, input={"id": key})
        assert answer["alarmAcknowledge"]["userErrors"][0]["code"] == "NOT_FOUND"
    entries = await trail(database)
    assert [entry.outcome for entry in entries] == [Outcome.DENIED] * 2
    assert [object_of(entry) for entry in entries] == [real, "alarm_" + "0" * 32]
    assert {entry.elder_id for entry in entries} == {None}, "nobody's name is told by a guess"


async def test_of_many_who_claim_at_once_one_has_done_it(api: Api, database: Database) -> None:
    scene = await make_scene(database, api.district)
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await asyncio.gather(*(payload(api, who, "Claim", key) for who in (scene.ann, scene.bob)))
    (entry,) = await trail(database, action="visit_claim")
    assert (entry.object_type, entry.elder_id) == ("visit_task", scene.elder_id)
    assert entry.actor_id == (await stored(database, key)).claimed_by


async def test_what_fails_for_another_reason_is_no_refusal(api: Api, database: Database) -> None:
    scene = await make_scene(database, api.district)
    key = await make_visit(database, scene.elder_id, scene.region_code)
    await done(api, scene.ann, "Claim", key)
    code, _ = await refused(api, scene.ann, "CheckOut", key)
    assert code == "ILLEGAL_TRANSITION"
    assert {entry.action for entry in await trail(database)} == {"visit_claim", "read"}
    assert {entry.outcome for entry in await trail(database)} == {Outcome.DONE}


async def test_who_takes_a_list_home_is_known_with_what_is_in_it(
    api: Api, database: Database
) -> None:
    query = """mutation ($q: String!) { exportStart(input: {query: $q}) {
      export { id } userErrors { code } } }"""
    await api.data(Role.ADMIN, query, q=ELDERS)
    (entry,) = await trail(database, action="export_start")
    assert (entry.object_type, entry.elder_id) == ("export", None)
    assert {"elders", "fullAddress", "name", "region"} <= set(entry.fields)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_who_fetches_the_file_is_in_the_trail(
    api: Api, database: Database, vault: Vault, method: str
) -> None:
    actor = api.actor(Role.ADMIN)
    export = await make_file(database, vault, actor, [b"{}\n"])
    response: httpx.Response = await api.http.request(
        method,
        f"http://127.0.0.1:{api.port}/exports/{export}",
        headers={"Authorization": f"Bearer {api.token(actor)}"},
    )
    assert response.status_code == 200
    entries = await trail(database, action="export_download")
    assert [object_of(entry) for entry in entries] == ([export] if method == "GET" else [])
