"""The health record is brought where an operation is possible on it."""

from datetime import timedelta
from typing import Any

from domain.calendar import now, today
from domain.ids import public_id
from tests.access.scene import Prepare, Scene
from tests.api.health import AMLODIPINE, HYPERTENSION, PENICILLIN

TAKEN = {name: value for name, value in AMLODIPINE.items() if name != "name"}
"""How something is taken."""


def nothing_known(table: str, given: dict[str, Any]) -> Prepare:
    """An elder of whom a table says nothing."""

    async def prepare(scene: Scene) -> dict[str, Any]:
        await scene.sql.execute(f"DELETE FROM {table} WHERE elder_id = $1", scene.key)
        return {"elderId": public_id("elder", scene.key), **given}

    return prepare


diagnosed = nothing_known("elder_condition", HYPERTENSION)
allergic = nothing_known("allergy", PENICILLIN)
treated = nothing_known("medication", AMLODIPINE)


async def measured(scene: Scene) -> dict[str, Any]:
    """A weight of just now."""
    weight = {"kind": "WEIGHT", "value": 55, "takenAt": now().isoformat()}
    return {"elderId": public_id("elder", scene.key), "measurements": [weight]}


def entry(table: str, **more: Any) -> Prepare:
    """The elder's only entry there, which holds."""

    async def prepare(scene: Scene) -> dict[str, Any]:
        elder_id = scene.world.tables[table][scene.key]["elder_id"]
        others = f"DELETE FROM {table} WHERE elder_id = $1 AND id <> $2"
        await scene.sql.execute(others, elder_id, scene.key)
        held = {"since": today() - timedelta(days=30), "until": None}
        await scene.put(table, **held, withdrawn_at=None, withdrawn_by=None)
        return {"id": public_id(table, scene.key), **more}

    return prepare


async def entered_by_oneself(scene: Scene) -> dict[str, Any]:
    """A value that is believed."""
    await scene.put("measurement", entered_by=scene.actor.id, withdrawn_at=None, withdrawn_by=None)
    return {"id": public_id("measurement", scene.key)}
