"""A filter tells no more than the fields do."""

from datetime import timedelta

import asyncpg

from domain.access import Actor, Role
from domain.calendar import now
from domain.ids import public_id
from tests.access.world import World
from tests.clients import Api


async def count(api: Api, who: Role | Actor, query: str) -> int:
    (found,) = (await api.data(who, f"{{ {query} {{ totalCount }} }}")).values()
    return found["totalCount"]


async def test_a_claimed_visit_does_not_tell_the_elders_tags(api: Api, database_url: str) -> None:
    world = await World.read(database_url)
    actor = api.actor(Role.VOLUNTEER)
    visit = next(row for row in world.tables["visit_task"].values() if row["state"] == "OPEN")
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "UPDATE visit_task SET state = 'CLAIMED', claimed_by = $2, elder_id = $3,"
        " scheduled_from = $4, scheduled_to = $5 WHERE id = $1",
        visit["id"],
        actor.id,
        api.district.mother_id,
        now() + timedelta(days=300),
        now() + timedelta(days=301),
    )
    await connection.close()
    mother = public_id("elder", api.district.mother_id)
    seen = await api.data(actor, "{ elders(first: 20) { nodes { id tags } } }")
    assert {"id": mother, "tags": []} in seen["elders"]["nodes"]
    tagged = "elders(first: 0, filter: {tag: LIVES_ALONE})"
    assert await count(api, Role.ELDER, tagged) == 1, "the mother lives alone"
    assert await count(api, actor, tagged) == 0


async def test_a_vendor_learns_no_elders_region(api: Api) -> None:
    assert await count(api, Role.VENDOR, "devices(first: 0)") > 0
    for region in ("330102", "33"):
        assert (
            await count(api, Role.VENDOR, f'devices(first: 0, filter: {{region: "{region}"}})') == 0
        )
    assert await count(api, Role.OFFICIAL, 'devices(first: 0, filter: {region: "330102"})') > 0


async def test_a_canteen_reads_no_reason_and_an_auditor_no_name(api: Api) -> None:
    query = "{ mealOrders(first: 50) { nodes { recipient subsidyReason elder { id } } } }"
    for role, hidden in ((Role.CANTEEN, "subsidyReason"), (Role.AUDITOR, "recipient")):
        answer = await api.post(role, query)
        orders = answer["data"]["mealOrders"]["nodes"]
        assert orders
        shown = ({"recipient", "subsidyReason"} - {hidden}).pop()
        assert all(order[hidden] is None and order["elder"] is None for order in orders)
        assert all(order[shown] for order in orders)
        reasons = {mask["reason"] for mask in answer["extensions"]["masked"]}
        assert reasons == {"NOT_PERMITTED", "NOT_VISIBLE"}
