"""Where a visit at home began is where the elder lives: the family needs a consent to see it."""

from typing import Any

import pytest

from domain.access import ConsentScope, Role
from domain.database import Database
from domain.visits.lifecycle import VisitState
from tests.api.plan.desk import Desk
from tests.makers.family import make_relative
from tests.makers.visits import CENTRE, make_visit, region_of
from tests.trail import trail
from tests.visiting import visit_id

PLACE = "checkInPosition { longitude latitude }"
VISIT = f"query ($id: ID!) {{ visitTask(id: $id) {{ {PLACE} elder {{ name fullAddress }} }} }}"
LIST = f"{{ visitTasks(first: 50) {{ nodes {{ id {PLACE} }} }} }}"
AROUND = f"""query ($id: ID!) {{ visitTask(id: $id) {{ elder {{
  visits(first: 50) {{ nodes {{ id {PLACE} }} }} }} }} }}"""


async def visited(database: Database, desk: Desk) -> str:
    """The id of a visit to the mother that has been made."""
    mother_id = desk.district.mother_id
    region = await region_of(database, mother_id)
    longitude, latitude = CENTRE
    made = {
        "claimed_by": desk.actor(Role.VOLUNTEER).id,
        "state": VisitState.DONE,
        "check_in_longitude": longitude,
        "check_in_latitude": latitude,
        "check_in_accuracy_m": 5.0,
    }
    return visit_id(await make_visit(database, mother_id, region, **made))


def place_in(data: Any, visit: str) -> Any:
    """The place of the visit, wherever in the answer it is."""
    if "visitTasks" in data:
        nodes = data["visitTasks"]["nodes"]
    elif "visits" in data["visitTask"]["elder"]:
        nodes = data["visitTask"]["elder"]["visits"]["nodes"]
    else:
        return data["visitTask"]["checkInPosition"]
    (place,) = (one["checkInPosition"] for one in nodes if one["id"] == visit)
    return place


@pytest.mark.parametrize("query", [VISIT, LIST, AROUND], ids=["one", "list", "around"])
@pytest.mark.parametrize("planned", [True, False], ids=["planned", "ordinary"])
async def test_the_family_sees_it_with_the_elders_consent(
    desk: Desk, database: Database, query: str, planned: bool
) -> None:
    visit = await visited(database, desk)
    variables = {"id": visit} if "$id" in query else {}
    seen: list[bool] = []
    for scopes in (set(ConsentScope) - {ConsentScope.LOCATION}, {ConsentScope.LOCATION}):
        relative = await make_relative(database, desk.district.mother_id, scopes)
        asked = await desk.ask(relative, query, variables, planned=planned)
        assert asked.answer.planned is planned, asked.context.unplanned
        assert "errors" not in asked.body
        place = place_in(asked.body["data"], visit)
        masks = asked.body.get("extensions", {}).get("masked", [])
        hidden = [one["reason"] for one in masks if one["path"][-1] == "checkInPosition"]
        told = {
            name
            for entry in await trail(database, actor_id=relative.id)
            for name in entry.fields
            if name == "VisitTask.checkInPosition"
        }
        assert (place is None) == bool(hidden) == (not told)
        assert set(hidden) <= {"NO_CONSENT"}
        seen.append(place is not None)
    assert seen == [False, True]
    station = await desk.ask(Role.STATION, query, variables, planned=planned)
    assert place_in(station.body["data"], visit)
