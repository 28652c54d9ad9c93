"""Minutes and points are brought where an operation is possible; each gives the input."""

from typing import Any

from domain.ids import public_id
from tests.access.scene import Scene
from tests.access.world import World


async def minutes(_: Scene) -> dict[str, Any]:
    """Of the volunteer's own, who has some."""
    return {"minutes": 1}


async def held(scene: Scene) -> dict[str, Any]:
    """One more beside the hold that was there: this one will be over."""
    hold_id = await scene.sql.fetchval(
        "INSERT INTO ledger_hold (account_id, region_code, currency, amount, state, made_by)"
        " SELECT account_id, region_code, currency, 1, 'HELD', made_by FROM ledger_hold"
        " WHERE id = $1 RETURNING id",
        scene.key,
    )
    return {"id": public_id("ledger_hold", hold_id)}


async def granted(scene: Scene) -> dict[str, Any]:
    return {"elderId": public_id("elder", scene.key), "points": 1, "reason": "参加社区活动"}


def somebodys_points(world: World, key: Any) -> bool:
    account = world.tables["ledger_account"][key]
    return account["currency"] == "POINTS" and account["holder"] in ("ELDER", "VOLUNTEER")


async def spent(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("ledger_account", scene.key), "points": 1, "reason": "兑换理发"}


def is_grant(world: World, key: Any) -> bool:
    return world.tables["ledger_transfer"][key]["kind"] == "POINTS_GRANT"


async def mistaken(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("ledger_transfer", scene.key), "reason": "录入错误"}
