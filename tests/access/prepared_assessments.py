"""Assessments, assessors and divisions' wishes are brought where an operation is possible."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import count
from typing import Any

from domain.access import Role
from domain.assessments.scale import NEWEST
from domain.calendar import today
from domain.ids import public_id
from tests.access.scene import Scene
from tests.access.world import World

FOUND = [{"code": item.code, "points": item.most - 1} for item in NEWEST.items()]
"""Somebody who can do everything, but nothing quite well."""


async def past_the_trigger(scene: Scene, change: Callable[[], Awaitable[Any]]) -> None:
    """Change what never changes."""
    await scene.sql.execute("ALTER TABLE assessment DISABLE TRIGGER assessment_stays")
    await change()
    await scene.sql.execute("ALTER TABLE assessment ENABLE TRIGGER assessment_stays")


async def _certify(scene: Scene) -> None:
    """The actor has a certificate, whatever their role."""
    await scene.sql.execute("DELETE FROM assessor WHERE account_id = $1", scene.actor.id)
    await scene.sql.execute(
        "INSERT INTO assessor (region_code, account_id, clinical, certificate, since, until,"
        " set_by) VALUES ($2, $1, true, '1', $3, $4, $1)",
        *(scene.actor.id, "330102", today(), today() + timedelta(days=1)),
    )


async def found(scene: Scene) -> dict[str, Any]:
    """Of an elder of whom no assessment waits."""
    await _certify(scene)
    await past_the_trigger(
        scene,
        lambda: scene.sql.execute(
            "UPDATE assessment SET state = 'WITHDRAWN' WHERE elder_id = $1 AND state = 'SUBMITTED'",
            scene.key,
        ),
    )
    return {
        "elderId": public_id("elder", scene.key),
        "assessedOn": today().isoformat(),
        "items": FOUND,
    }


async def waiting(scene: Scene) -> dict[str, Any]:
    """The only assessment of its elder that waits, signed by somebody else than the actor."""
    await _certify(scene)
    elder_id = scene.world.tables["assessment"][scene.key]["elder_id"]
    other = scene.someone(Role.DISPATCHER if scene.actor.role is Role.STATION else Role.STATION)

    async def change() -> None:
        await scene.sql.execute(
            "UPDATE assessment SET state = 'WITHDRAWN'"
            " WHERE elder_id = $1 AND state = 'SUBMITTED' AND id <> $2",
            *(elder_id, scene.key),
        )
        await scene.put("assessment", state="SUBMITTED", confirmed_at=None, submitted_by=other)

    await past_the_trigger(scene, change)
    log = "assessment_log WHERE assessment_id = $1"
    await scene.sql.execute(f"DELETE FROM {log}", scene.key)
    await scene.sql.execute(
        "INSERT INTO assessment_log (assessment_id, action, state, account_id, clinical)"
        " VALUES ($1, 'SUBMIT', 'SUBMITTED', $2, false)",
        *(scene.key, other),
    )
    return {"id": public_id("assessment", scene.key)}


_numbers = count(1)


async def appointed(scene: Scene) -> dict[str, Any]:
    """A caregiver, for some days that nobody else has."""
    since = today() + timedelta(days=1000 + 2 * next(_numbers))
    return {
        "accountId": public_id("account", scene.someone(Role.CAREGIVER)),
        "clinical": True,
        "certificate": "330100-2026-0002",
        "since": since.isoformat(),
        "until": (since + timedelta(days=1)).isoformat(),
    }


async def certificate(scene: Scene) -> dict[str, Any]:
    """One that is good today."""
    await scene.put("assessor", until=today() + timedelta(days=1))
    return {"id": public_id("assessor", scene.key)}


async def wishes(scene: Scene) -> dict[str, Any]:
    """Each time another validity, so that something changes."""
    return {"regionCode": "330102", "validMonths": 1 + next(_numbers) % 24}


async def set_wishes(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("assessment_policy", scene.key)}


def of_the_district(world: World, key: Any) -> bool:
    return world.tables["assessment_policy"][key]["region_code"].startswith("330102")
