"""Windows for which volunteers apply, over HTTP, and what was decided."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.access import Actor, Role
from domain.allotment.models import VisitWindow
from domain.calendar import now
from domain.database import Database
from domain.ids import parse_public_id, public_id
from domain.visits.lifecycle import VisitState
from tests.clients import Api
from tests.makers.visits import (
    Scene,
    make_visit,
)
from tests.visiting import visit_id
from yiyang.dues import WINDOWS, settle_all

OPEN = """mutation ($input: VisitWindowOpenInput!) { visitWindowOpen(input: $input) {
  visitWindow { id state closesAt seed seedDigest region { code } availableActions
    visits(first: 9) { nodes { id } } } userErrors { code field } } }"""
CANCEL = """mutation ($input: VisitWindowCancelInput!) { visitWindowCancel(input: $input) {
  visitWindow { state } userErrors { code field } } }"""
APPLY = """mutation ($input: VisitApplyInput!) { visitApply(input: $input) {
  visitApplication { id state availableActions } userErrors { code field } } }"""
WITHDRAW = """mutation ($input: VisitApplyWithdrawInput!) { visitApplyWithdraw(input: $input) {
  visitApplication { id state } userErrors { code field } } }"""
OUTCOME = """query ($id: ID!) { visitWindow(id: $id) { state seed seedDigest endedAt
  visits(first: 50) { nodes { id state allocation volunteer { id } } }
  applications(first: 200) { nodes { state because visitsBefore hasTime stepsAway lot
    volunteer { id } visitTask { id } } } } }"""


async def asked(
    api: Api, who: Role | Actor, document: str, **given: Any
) -> tuple[dict[str, Any], list[tuple[str, str | None]]]:
    """The payload of a mutation, and its errors."""
    (payload,) = (await api.data(who, document, input=given)).values()
    return payload, [(error["code"], error["field"]) for error in payload["userErrors"]]


async def opened(api: Api, scene: Scene, *visits: UUID) -> UUID:
    closes_at = (now() + timedelta(hours=1)).isoformat()
    given = {"visits": [visit_id(key) for key in visits], "closesAt": closes_at}
    payload, errors = await asked(api, scene.station, OPEN, **given)
    assert errors == []
    found = parse_public_id(payload["visitWindow"]["id"])
    assert found
    return found[1]


async def apply(api: Api, who: Actor, key: UUID) -> dict[str, Any]:
    payload, errors = await asked(api, who, APPLY, visit=visit_id(key))
    assert errors == []
    return payload["visitApplication"]


async def its_time_comes(database: Database, window_id: UUID) -> None:
    """The window closes now; whichever worker looks first decides, and the second finds nothing."""
    async with database.transaction("test") as session:
        window = await session.get(VisitWindow, window_id)
        assert window is not None
        window.opened_at, window.closes_at = now() - timedelta(hours=2), now()
    await asyncio.gather(*(settle_all(database, WINDOWS, set()) for _ in range(2)))


async def outcome(api: Api, who: Role | Actor, window_id: UUID) -> Any:
    return (await api.data(who, OUTCOME, id=public_id("visit_window", window_id)))["visitWindow"]


def who_got(window: Any) -> dict[str, str | None]:
    return {
        visit["id"]: visit["volunteer"] and visit["volunteer"]["id"]
        for visit in window["visits"]["nodes"]
    }


def reasons(window: Any, key: UUID) -> dict[str, tuple[str, str]]:
    """Volunteer -> what came of the application for a visit, and why."""
    return {
        one["volunteer"]["id"]: (one["state"], one["because"])
        for one in window["applications"]["nodes"]
        if one["visitTask"]["id"] == visit_id(key)
    }


def named(who: Actor) -> str:
    return public_id("volunteer", who.id)


async def busy_before(database: Database, scene: Scene, who: Actor, number: int) -> None:
    """Somebody has taken on visits of last week."""
    for day in range(1, number + 1):
        starts = now() - timedelta(days=day)
        more = {"state": VisitState.DONE, "claimed_by": who.id, "claimed_at": starts}
        place = (scene.elder_id, scene.region_code)
        await make_visit(database, *place, starts=starts, **more)


async def stored_window(database: Database, window_id: UUID) -> VisitWindow:
    async with database.transaction("test") as session:
        window = await session.get(VisitWindow, window_id)
    assert window is not None
    return window
