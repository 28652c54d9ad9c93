"""The same for beds, stays and admissions."""

from datetime import timedelta
from typing import Any

from domain.access import Role
from domain.calendar import now, today
from domain.ids import parse_public_id, public_id
from tests.access.prepared import new_bed, station_here
from tests.access.scene import Prepare, Scene
from tests.access.world import World


def alone(world: World, key: Any) -> bool:
    """A stay that has begun, beside which neither its bed nor its elder has another."""
    stays = world.tables["bed_stay"]
    mine = stays[key]
    if mine["state"] == "CLOSED" or mine["starts_on"] > today():
        return False
    same = [row for row in stays.values() if row["bed_id"] == mine["bed_id"]]
    same += [row for row in stays.values() if row["elder_id"] == mine["elder_id"]]
    return all(row["id"] == key or row["state"] == "CLOSED" for row in same)


async def another(scene: Scene) -> dict[str, Any]:
    station = public_id("station", station_here(scene))
    label = f"新-{scene.actor.role}"
    return {"stationId": station, "kind": "INSTITUTION", "nursing": True, "label": label}


async def empty(scene: Scene) -> dict[str, Any]:
    return {"id": await new_bed(scene)}


async def held(scene: Scene) -> dict[str, Any]:
    until = (now() + timedelta(days=1)).isoformat()
    elder = public_id("elder", scene.key)
    return {"bedId": await new_bed(scene), "elderId": elder, "heldUntil": until}


async def moved(scene: Scene) -> dict[str, Any]:
    """Into a new bed of the same place."""
    await scene.put("bed_stay", state="OCCUPIED", ends_on=None)
    old = scene.world.tables["bed_stay"][scene.key]["bed_id"]
    bed = await new_bed(scene, scene.world.tables["bed"][old]["station_id"])
    return {"id": public_id("bed_stay", scene.key), "bedId": bed}


async def applied(scene: Scene) -> dict[str, Any]:
    """At a home with such a bed; nothing of the elder's is under way."""
    await scene.sql.execute(
        "UPDATE admission_application SET state = 'WITHDRAWN' WHERE elder_id = $1", scene.key
    )
    await new_bed(scene)
    return {
        "elderId": public_id("elder", scene.key),
        "stationId": public_id("station", station_here(scene)),
        "kind": "INSTITUTION",
    }


def application(state: str, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        await scene.put("admission_application", state=state, submitted_at=now(), stay_id=None)
        return {"id": public_id("admission_application", scene.key), **more}

    return prepare


def with_bed(state: str, stay: str) -> Prepare:
    """A bed that keeps the elder out of no other."""

    async def prepare(scene: Scene) -> dict[str, Any]:
        row = scene.world.tables["admission_application"][scene.key]
        bed = parse_public_id(await new_bed(scene, row["station_id"]))
        assert bed
        stay_id = await scene.sql.fetchval(
            "INSERT INTO bed_stay (bed_id, elder_id, region_code, state, full_time, starts_on)"
            " VALUES ($1, $2, $3, $4, false, $5) RETURNING id",
            *(bed[1], row["elder_id"], row["region_code"], stay, today()),
        )
        await scene.put("admission_application", state=state, submitted_at=now(), stay_id=stay_id)
        return {"id": public_id("admission_application", scene.key)}

    return prepare


async def offered(scene: Scene) -> dict[str, Any]:
    given = await application("ASSESSING")(scene)
    row = scene.world.tables["admission_application"][scene.key]
    until = (now() + timedelta(days=1)).isoformat()
    # Another may wait there.
    return {
        **given,
        "bedId": await new_bed(scene, row["station_id"]),
        "heldUntil": until,
        "outOfTurn": "急需",
    }


async def offered_next(scene: Scene) -> dict[str, Any]:
    """Somebody waits at a home of the actor's region."""
    rows = scene.world.tables["admission_application"].values()
    here = [row for row in rows if row["region_code"].startswith(scene.actor.region or "")]
    key, station = min((row["id"], row["station_id"]) for row in here or rows)
    await scene.sql.execute(
        "UPDATE admission_application SET state = 'WAITLISTED', submitted_at = now(),"
        " stay_id = NULL WHERE id = $1",
        key,
    )
    until = (now() + timedelta(days=1)).isoformat()
    return {"bedId": await new_bed(scene, station), "heldUntil": until}


async def unfused(scene: Scene) -> dict[str, Any]:
    """A stay for whose care nobody answers yet."""
    await scene.put("bed_stay", state="OCCUPIED", ends_on=None)
    await scene.sql.execute("DELETE FROM bed_stay_manager WHERE stay_id = $1", scene.key)
    return {
        "stayId": public_id("bed_stay", scene.key),
        "role": "CARE",
        "accountId": public_id("account", scene.someone(Role.CAREGIVER)),
    }


async def at_home(scene: Scene) -> dict[str, Any]:
    """A stay in a home care bed."""
    await scene.put("bed_stay", state="OCCUPIED", ends_on=None)
    await scene.sql.execute(
        "UPDATE bed SET kind = 'HOME' WHERE id = (SELECT bed_id FROM bed_stay WHERE id = $1)",
        scene.key,
    )
    items = [{"item": "CARE_VISIT", "amount": 4}]
    return {"stayId": public_id("bed_stay", scene.key), "items": items}


async def named(scene: Scene) -> dict[str, Any]:
    await scene.put("bed_stay_manager", ended_at=None, consented_at=None, consented_by=None)
    return {"id": public_id("bed_stay_manager", scene.key)}


async def without_code(scene: Scene) -> dict[str, Any]:
    return {"bedId": await new_bed(scene)}


def current_code(world: World, key: Any) -> bool:
    """A code that is good."""
    return world.tables["care_code"][key]["ended_at"] is None


async def good_code(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("care_code", scene.key)}
