"""A dry run says what would be refused, and leaves everything as it is."""

from typing import Any

import pytest
from sqlalchemy import select, text

from domain.access import Role
from domain.database import Database
from domain.ids import public_id
from domain.metadata import METADATA
from tests.api.assistance import mother
from tests.clients import Api
from tests.makers.assistance import clear_cases
from tests.makers.visits import make_scene, make_visit
from tests.signals import press
from tests.visiting import done, payload

SUBMIT = """mutation ($input: AssistanceCaseSubmitInput!) { assistanceCaseSubmit(input: $input) {
    assistanceCase { id state } userErrors { code field message blockers } clientMutationId } }"""
ACKNOWLEDGE = """mutation ($input: AlarmAcknowledgeInput!) { alarmAcknowledge(input: $input) {
    alarm { state version acknowledgedBy { id } } userErrors { code } } }"""


async def rows(database: Database) -> dict[str, Any]:
    """All that is stored, and the jobs that wait."""
    found: dict[str, Any] = {
        name: await database.fetch(select(table).order_by(*table.primary_key.columns))
        for name, table in METADATA.tables.items()
        # What clients have spent is written down after their answers.
        if name != "cost_bucket"
    }
    async with database.reading() as connection:
        found["jobs"] = (await connection.execute(text("SELECT id FROM pgqueuer"))).all()
    return found


async def submitted(api: Api, who: Role, **more: Any) -> dict[str, Any]:
    given = {"elderId": mother(api), "kind": "MINIMUM_LIVING", **more}
    return (await api.data(who, SUBMIT, input=given))["assistanceCaseSubmit"]


async def test_nothing_is_changed_and_the_object_is_shown_as_it_is(
    api: Api, database: Database
) -> None:
    scene = await make_scene(database, api.district)
    visit = await make_visit(database, scene.elder_id, scene.region_code)
    before = await rows(database)
    shown = await payload(api, scene.ann, "Claim", visit, dryRun=True, clientMutationId="try")
    assert shown["userErrors"] == []
    assert shown["clientMutationId"] == "try"
    assert shown["visitTask"]["state"] == "OPEN"
    assert shown["visitTask"]["elder"] is None, "whose visit it is, only a claim tells"
    assert await rows(database) == before
    assert (await done(api, scene.ann, "Claim", visit))["state"] == "CLAIMED"


async def test_what_would_be_new_is_null(api: Api, database: Database) -> None:
    await clear_cases(database)
    before = await rows(database)
    tried = await submitted(api, Role.FAMILY, dryRun=True)
    assert tried["assistanceCase"] is None
    assert tried["userErrors"] == []
    assert await rows(database) == before


@pytest.mark.parametrize(
    "more", [{"note": "x" * 2001}, {"elderId": "elder_1"}, {"note": "\u0000"}, {}]
)
async def test_refusals_are_those_of_the_call_itself(
    api: Api, database: Database, more: dict[str, Any]
) -> None:
    await clear_cases(database)
    if not more:
        assert (await submitted(api, Role.FAMILY))["userErrors"] == []
    tried = await submitted(api, Role.FAMILY, dryRun=True, **more)
    assert tried == await submitted(api, Role.FAMILY, **more)
    assert tried["userErrors"] != []


async def test_a_dry_run_is_no_call_of_its_key(api: Api, database: Database) -> None:
    await clear_cases(database)
    tried = await submitted(api, Role.FAMILY, dryRun=True, idempotencyKey="k")
    assert tried["assistanceCase"] is None
    made = await submitted(api, Role.FAMILY, idempotencyKey="k")
    assert made["assistanceCase"]["state"] == "SUBMITTED"
    before = await rows(database)
    # Of a call that has been made it says what the call would say: its first result.
    assert await submitted(api, Role.FAMILY, dryRun=True, idempotencyKey="k") == made
    other = await submitted(api, Role.FAMILY, dryRun=True, idempotencyKey="k", note="x")
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await rows(database) == before


async def test_nobody_who_subscribes_is_told(api: Api, database: Database) -> None:
    await press(database, api.district)
    async with api.socket(Role.FAMILY) as socket:
        await socket.subscribe("subscription { alarmChanged { change alarm { state } } }")
        alarm = METADATA.tables["alarm"]
        key = (await database.fetch(select(alarm.c.id).where(alarm.c.state == "RAISED")))[0][0]
        given = {"id": public_id("alarm", key), "dryRun": True}
        for _ in range(3):
            tried = (await api.data(Role.FAMILY, ACKNOWLEDGE, input=given))["alarmAcknowledge"]
            assert tried["userErrors"] == []
            assert tried["alarm"] == {"state": "RAISED", "version": 1, "acknowledgedBy": None}
        del given["dryRun"]
        await api.data(Role.FAMILY, ACKNOWLEDGE, input=given)
        assert (await socket.next())["data"]["alarmChanged"]["change"] == "ACKNOWLEDGED"
