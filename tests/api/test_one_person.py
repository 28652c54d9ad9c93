"""What somebody may not do about their own doings they may not do in another of their roles."""

from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from api.requests import Request
from api.texts import Language
from domain.access import Actor, ConsentScope, Role
from domain.crypto import Vault
from domain.database import Database
from domain.family.lifecycle import LinkState
from domain.family.models import FamilyLink
from domain.ids import public_id
from domain.visits.lifecycle import VisitState
from tests.api.assistance import accept, reject, stored, submit
from tests.clients import Api
from tests.makers.accounts import make_account, make_person
from tests.makers.family import link_of, make_relative
from tests.makers.visits import everything as visits
from tests.makers.visits import make_scene, make_visit
from tests.plans.running import Runner
from tests.visiting import refused, visit_id


@pytest.fixture
def runner(database: Database, vault: Vault) -> Runner:
    """Asks with plans and without."""
    return Runner(database, vault)


PAPER = "/9j/4CBzaWduZWQgYnkgaGVy"
"""What begins as a JPEG does, in base64."""


async def at_work(api: Api, database: Database, of: Actor, role: Role = Role.STATION) -> Actor:
    """The same person's account at the desk of the mother's region."""
    person_id = await make_person(database, accounts=[of.id])
    region = api.actor(role).region
    return await make_account(database, role, person_id, region_code=region)


async def both(runner: Runner, actor: Actor, query: str, id: str) -> list[str]:
    """What is offered, by the plan and by ordinary execution."""
    asked = Request(query, {"id": id})
    planned = await runner.outcome(asked, actor, Language.EN, planned=True)
    ordinary = await runner.outcome(asked, actor, Language.EN, planned=False)
    assert (planned.unplanned, planned.body) == (None, ordinary.body)
    return planned.body["data"]["node"]["availableActions"]


@pytest.mark.parametrize(
    ("state", "name"),
    [(LinkState.REQUESTED, "familyLinkAccept"), (LinkState.ACTIVE, "consentGrant")],
    ids=["accept", "grant"],
)
async def test_nobody_shows_themselves_an_elder(
    api: Api, database: Database, state: LinkState, name: str
) -> None:
    mother_id = api.district.mother_id
    son = await make_relative(database, mother_id, ())
    link_id = await link_of(database, son.id, mother_id)
    linked_at = None if state is LinkState.REQUESTED else FamilyLink.linked_at
    as_it_was = {"state": state, "linked_at": linked_at}
    async with database.transaction("test") as session:
        link = update(FamilyLink).where(col(FamilyLink.id) == link_id)
        await session.execute(link.values(as_it_was))
    desk = await at_work(api, database, son)
    query = f"""mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{
      familyLink {{ state consents {{ scope }} }} userErrors {{ code }} }} }}"""
    given = {"id": public_id("family_link", link_id), "scopes": list(ConsentScope), "paper": PAPER}

    async def told(who: Role | Actor) -> dict[str, Any]:
        return (await api.data(who, query, input=given))[name]

    assert await told(desk) == {
        "familyLink": {"state": state, "consents": []},
        "userErrors": [{"code": "PERMISSION_DENIED"}],
    }
    done = await told(Role.STATION)
    assert (len(done["familyLink"]["consents"]), done["userErrors"]) == (len(ConsentScope), [])


async def test_nobody_decides_about_a_case_that_they_have_submitted(
    api: Api, database: Database, runner: Runner
) -> None:
    case = (await submit(api, Role.FAMILY))["assistanceCase"]["id"]
    query = "query ($id: ID!) { node(id: $id) { ... on AssistanceCase { availableActions } } }"
    desk = await at_work(api, database, api.actor(Role.FAMILY), Role.OFFICIAL)
    assert await both(runner, desk, query, case) == []
    assert await both(runner, api.actor(Role.OFFICIAL), query, case) == ["ACCEPT", "REJECT"]
    before = await stored(database, case)
    for answer in (await accept(api, desk, case), await reject(api, desk, case, "不符合条件")):
        assert [error["code"] for error in answer["userErrors"]] == ["CONFLICT_OF_INTEREST"]
    assert await stored(database, case) == before
    assert (await accept(api, Role.OFFICIAL, case))["userErrors"] == []


async def test_nobody_verifies_their_own_visit(
    api: Api, database: Database, runner: Runner
) -> None:
    scene = await make_scene(database, api.district)
    made = {"claimed_by": scene.ann.id, "state": VisitState.DONE}
    key = await make_visit(database, scene.elder_id, scene.region_code, **made)
    desk = await at_work(api, database, scene.ann)
    query = "query ($id: ID!) { node(id: $id) { ... on VisitTask { availableActions } } }"
    assert await both(runner, desk, query, visit_id(key)) == []
    assert await both(runner, scene.station, query, visit_id(key)) == ["VERIFY", "REJECT"]
    before = await visits(database)
    for accepted in (True, False):
        answer = await refused(api, desk, "Verify", key, accepted=accepted)
        assert answer == ("CONFLICT_OF_INTEREST", "id")
    assert await visits(database) == before
