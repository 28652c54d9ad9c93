"""As ``prepared``: rows of alarms, and of how and by whom they are answered."""

from datetime import timedelta
from itertools import count
from typing import Any

from domain.access import Role
from domain.calendar import now
from domain.ids import public_id
from tests.access.scene import Prepare, Scene
from tests.access.world import World

_GO = (Role.CAREGIVER, Role.VOLUNTEER)


def alarm(state: str, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        sent = scene.actor.id if scene.actor.role in _GO else None
        await scene.put(
            "alarm", state=state, resolve_reason=None, resolved_at=None, dispatched_to=sent
        )
        return {"id": public_id("alarm", scene.key), **more}

    return prepare


async def assigned(scene: Scene) -> dict[str, Any]:
    """A dispatcher is there for every place of the district."""
    given = await alarm("RAISED")(scene)
    return {**given, "accountId": public_id("account", scene.someone(Role.DISPATCHER))}


async def practised(scene: Scene) -> dict[str, Any]:
    """No drill is open for the elder."""
    await scene.sql.execute(
        "UPDATE alarm SET state = 'RESOLVED', resolved_at = now(), resolve_reason = 'DRILL'"
        " WHERE purpose = 'DRILL' AND state <> 'RESOLVED'"
    )
    return {"elderId": public_id("elder", scene.key)}


def incident(state: str, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        """Its alarms are in the same state."""
        await scene.put("incident", state=state, resolved_at=None)
        await scene.sql.execute(
            "UPDATE alarm SET state = $2, resolve_reason = NULL, resolved_at = NULL"
            " WHERE incident_id = $1",
            scene.key,
            state,
        )
        return {"id": public_id("incident", scene.key), **more}

    return prepare


async def fallen(scene: Scene) -> dict[str, Any]:
    """The elder may still take it back."""
    given = await alarm("RAISED")(scene)
    await scene.put("alarm", level=0, escalate_at=now() + timedelta(minutes=1))
    return given


_numbers = count(1)

_TIMES = {"streetAfterSeconds": 30, "districtAfterSeconds": 90}


async def times(scene: Scene) -> dict[str, Any]:
    """How soon alarms pass on; each time other ones, so that something changes."""
    others = {name: seconds + next(_numbers) for name, seconds in _TIMES.items()}
    return {"regionCode": "330102", "severity": "WARNING", **others}


def of_the_district(world: World, key: Any) -> bool:
    return world.tables["escalation_policy"][key]["region_code"].startswith("330102")


async def set_times(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("escalation_policy", scene.key)}


def _on_call(scene: Scene) -> Any:
    """Who is on call: a station puts its own people there, all others a dispatcher."""
    mine = scene.actor.role is Role.STATION
    account = scene.actor.id if mine else scene.someone(Role.DISPATCHER)
    return scene.world.tables["account"][account]


async def another_shift(scene: Scene) -> dict[str, Any]:
    one, begins = _on_call(scene), now() + timedelta(days=next(_numbers))
    place = (
        {"stationId": public_id("station", one["station_id"])}
        if one["station_id"]
        else {"regionCode": one["region_code"]}
    )
    span = {"since": begins.isoformat(), "until": (begins + timedelta(hours=8)).isoformat()}
    return {**place, **span, "accountId": public_id("account", one["id"])}


async def shift(scene: Scene) -> dict[str, Any]:
    """A shift of this hour, the only one there is."""
    await scene.sql.execute("DELETE FROM on_call_shift WHERE id <> $1", scene.key)
    one = _on_call(scene)
    await scene.put(
        "on_call_shift",
        account_id=one["id"],
        station_id=one["station_id"],
        region_code=one["region_code"],
        since=now() - timedelta(minutes=30),
        until=now() + timedelta(minutes=30),
    )
    return {"id": public_id("on_call_shift", scene.key)}


async def handed_over(scene: Scene) -> dict[str, Any]:
    """Whoever has it may have it anew."""
    return {
        **await shift(scene),
        "accountId": public_id("account", _on_call(scene)["id"]),
    }
