"""Volunteers are brought where something can be done about them; each gives the input for it."""

from datetime import timedelta
from typing import Any

from domain.calendar import now, today
from domain.ids import public_id
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
