"""The same for places of care, their areas and who belongs to them."""

from typing import Any

from domain.calendar import today
from domain.ids import public_id
from tests.access.prepared import station_here
from tests.access.scene import Scene
from tests.access.world import World


def here(world: World, key: Any) -> bool:
    """A place in the street where whoever plays works."""
    return world.tables["station"][key]["region_code"].startswith("330102001")


async def renamed(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("station", scene.key), "name": f"站点 {scene.actor.role}"}


async def another(scene: Scene) -> dict[str, Any]:
    """A community for which it does not answer yet."""
    taken = {row["region_code"] for row in scene.world.tables["station_area"].values()}
    regions = scene.world.tables["region"]
    free = min(code for code in set(regions) - taken if len(code) == 12 and code[:6] == "330102")
    return {"stationId": public_id("station", scene.key), "regionCode": free}


async def answering(scene: Scene) -> dict[str, Any]:
    """From today on, and nothing is said of another day."""
    await scene.sql.execute("DELETE FROM station_area WHERE id <> $1", scene.key)
    await scene.put("station_area", until=None, since=today())
    return {"id": public_id("station_area", scene.key)}


async def with_somebody_new(scene: Scene) -> dict[str, Any]:
    """Nobody who lives there belongs anywhere."""
    given = await answering(scene)
    await scene.sql.execute("DELETE FROM station_assignment")
    return given


async def belonging_nowhere(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute("DELETE FROM station_assignment WHERE elder_id = $1", scene.key)
    return {
        "elderId": public_id("elder", scene.key),
        "stationId": public_id("station", station_here(scene)),
    }


async def belonging(scene: Scene) -> dict[str, Any]:
    """Somebody, and never anywhere else."""
    await scene.sql.execute(
        "DELETE FROM station_assignment AS other USING station_assignment AS mine"
        " WHERE mine.id = $1 AND other.elder_id = mine.elder_id AND other.id <> mine.id",
        scene.key,
    )
    await scene.put("station_assignment", until=None, station_id=station_here(scene))
    return {"id": public_id("station_assignment", scene.key)}
