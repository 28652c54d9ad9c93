"""Volunteers are brought where something can be done about them; each gives the input for it."""

from datetime import timedelta
from typing import Any

from domain.access import Role
from domain.calendar import now, today
from domain.ids import public_id
from tests.access import prepared
from tests.access.scene import Prepare, Scene


def volunteer(**more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        return {"id": public_id("volunteer", scene.key), **more}

    return prepare


async def certified(scene: Scene) -> dict[str, Any]:
    await scene.put("volunteer", check_state="REJECTED", cleared_until=None)
    return {**await volunteer()(scene), "certificateOn": today().isoformat()}


async def submitted(scene: Scene) -> dict[str, Any]:
    await scene.put("volunteer", check_state="SUBMITTED")
    until = today() + timedelta(days=300)
    return {**await volunteer()(scene), "clearedUntil": until.isoformat()}


async def suspended(scene: Scene) -> dict[str, Any]:
    by = min(scene.world.tables["account"])
    await scene.put("volunteer", suspended_at=now(), suspended_by=by, suspended_until=None)
    return await volunteer()(scene)


_OPEN_WINDOW = (
    "UPDATE visit_window SET state = 'OPEN', ended_at = NULL, closes_at = now() + interval '1 day'"
)


async def unasked(scene: Scene) -> dict[str, Any]:
    given = await prepared.visit("OPEN")(scene)
    await scene.put("visit_task", allocation="FIRST_COME")
    closes_at = now() + timedelta(hours=1)
    return {"visits": [given["id"]], "closesAt": closes_at.isoformat()}


async def still_open(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(_OPEN_WINDOW)
    return {"id": public_id("visit_window", scene.key)}


async def asked_for(scene: Scene) -> dict[str, Any]:
    given = await prepared.visit("OPEN")(scene)
    await scene.sql.execute(_OPEN_WINDOW)
    await scene.sql.execute("DELETE FROM visit_application WHERE task_id = $1", scene.key)
    window_id = min(scene.world.tables["visit_window"])
    await scene.put("visit_task", allocation="FAIR", window_id=window_id)
    return {"visit": given["id"]}


async def applied(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(_OPEN_WINDOW)
    who = scene.someone(Role.VOLUNTEER)
    others = "DELETE FROM visit_application WHERE volunteer_id = $1 AND id <> $2"
    await scene.sql.execute(others, who, scene.key)
    undecided = {"state": "APPLIED", "ended_at": None, "because": None}
    await scene.put("visit_application", volunteer_id=who, **undecided)
    return {"id": public_id("visit_application", scene.key)}
