"""Volunteers over HTTP: what they can do and when, and how they stand."""

from typing import Any
from uuid import UUID

from domain.access import Actor, Role
from domain.ids import public_id
from tests.clients import Api
from tests.visiting import visit_id

FIELDS = """
fragment V on Volunteer { id skills weekly { weekday begins ends }
  exceptions { begins ends free } checkState certificateOn clearedUntil cleared
  suspended suspendedAt suspendedUntil version availableActions
  history { action account { id } note } }
"""
READ = FIELDS + "query ($id: ID!) { volunteer(id: $id) { ...V } }"
LIST = """query ($filter: VolunteerFilter) {
  volunteers(first: 200, filter: $filter) { nodes { id } } }"""
MINE = """query ($filter: VisitTaskFilter) {
  visitTasks(first: 200, filter: $filter) { nodes { id } } }"""


async def change(
    api: Api, who: Role | Actor, verb: str, volunteer: Actor, **more: Any
) -> dict[str, Any]:
    """What a mutation of a volunteer answers."""
    field = f"volunteer{verb}"
    document = f"""{FIELDS} mutation ($input: Volunteer{verb}Input!) {{ {field}(input: $input) {{
        volunteer {{ ...V }} userErrors {{ code field message }} }} }}"""
    sent = {"id": public_id("volunteer", volunteer.id), **more}
    return (await api.data(who, document, input=sent))[field]


async def changed(api: Api, who: Role | Actor, verb: str, volunteer: Actor, **more: Any) -> Any:
    answer = await change(api, who, verb, volunteer, **more)
    assert answer["userErrors"] == [], answer
    return answer["volunteer"]


async def errors(
    api: Api, who: Role | Actor, verb: str, volunteer: Actor, **more: Any
) -> tuple[str, str | None]:
    (error,) = (await change(api, who, verb, volunteer, **more))["userErrors"]
    return error["code"], error["field"]


async def seen(api: Api, who: Role | Actor, volunteer: Actor) -> Any:
    return (await api.data(who, READ, id=public_id("volunteer", volunteer.id)))["volunteer"]


async def listed(api: Api, who: Role | Actor, volunteers: list[Actor], **given: Any) -> list[Actor]:
    """Who of some volunteers a filter finds."""
    nodes = (await api.data(who, LIST, filter=given))["volunteers"]["nodes"]
    found = {node["id"] for node in nodes}
    return [one for one in volunteers if public_id("volunteer", one.id) in found]


async def fits(api: Api, who: Actor, key: UUID) -> bool:
    found = (await api.data(who, MINE, filter={"fitsMe": True}))["visitTasks"]["nodes"]
    without = (await api.data(who, MINE, filter={"fitsMe": False}))["visitTasks"]["nodes"]
    assert ({"id": visit_id(key)} in found) is not ({"id": visit_id(key)} in without)
    return {"id": visit_id(key)} in found
