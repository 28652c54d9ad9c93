"""What is kept of those who work in care is brought where an operation is possible."""

from datetime import timedelta
from itertools import count
from typing import Any

from domain.access import Role
from domain.calendar import today
from domain.ids import public_id
from tests.access.scene import Scene
from tests.access.world import World

_turns = count(1)


def _paper(since_days: int) -> dict[str, Any]:
    """Good for a day that nobody else has."""
    since = today() + timedelta(days=since_days + 2 * next(_turns))
    return {
        "number": "3301-2026-0007",
        "issuedBy": "人社厅",
        "since": since.isoformat(),
        "until": (since + timedelta(days=1)).isoformat(),
    }


def _caregiver(scene: Scene) -> Any:
    """One who is seen, and of the actor's region."""
    return scene.someone(Role.CAREGIVER)


async def certified(scene: Scene) -> dict[str, Any]:
    account = public_id("account", _caregiver(scene))
    return {"accountId": account, "kind": "FIRST_AID", **_paper(1000)}


async def renewed(scene: Scene) -> dict[str, Any]:
    await _believed(scene, "certificate")
    return {"id": public_id("certificate", scene.key), **_paper(5000)}


async def withdrawn(scene: Scene) -> dict[str, Any]:
    await _believed(scene, "certificate")
    return {"id": public_id("certificate", scene.key), "because": "注销"}


async def _believed(scene: Scene, table: str) -> None:
    because = {"withdrawn_because": None} if table == "certificate" else {}
    await scene.put(table, withdrawn_at=None, withdrawn_by=None, **because)


async def trained(scene: Scene) -> dict[str, Any]:
    account = public_id("account", _caregiver(scene))
    return {"accountId": account, "course": "急救", "hours": 2.5, "day": today().isoformat()}


async def wrongly_trained(scene: Scene) -> dict[str, Any]:
    await _believed(scene, "training_record")
    return {"id": public_id("training_record", scene.key)}


async def assigned(scene: Scene) -> dict[str, Any]:
    """For a day that nobody else has, by somebody with a clean bill of health."""
    caregiver = _caregiver(scene)
    await scene.sql.execute(
        "DELETE FROM certificate WHERE account_id = $1 AND kind = 'HEALTH'", caregiver
    )
    await scene.sql.execute("DELETE FROM care_assignment WHERE elder_id = $1", scene.key)
    since = today() + timedelta(days=1)
    await scene.sql.execute(
        "INSERT INTO certificate (region_code, account_id, kind, number_masked, number_cipher,"
        " issued_by, since, until, recorded_by)"
        " VALUES ('330102', $1, 'HEALTH', '', '', '', $2, 'infinity', $1)",
        *(caregiver, today()),
    )
    return {
        "elderId": public_id("elder", scene.key),
        "accountId": public_id("account", caregiver),
        "kind": "COMPANY",
        "since": since.isoformat(),
        "until": (since + timedelta(days=1)).isoformat(),
    }


async def looked_after(scene: Scene) -> dict[str, Any]:
    await scene.put("care_assignment", until=None, ended_at=None, ended_by=None)
    return {"id": public_id("care_assignment", scene.key)}


def in_force(world: World, key: Any) -> bool:
    return world.tables["care_assignment"][key]["until"] is None


def believed(world: World, key: Any) -> bool:
    return world.tables["certificate"][key]["withdrawn_at"] is None


async def answered_for(scene: Scene) -> dict[str, Any]:
    """An elder for whom nobody does."""
    await scene.sql.execute("DELETE FROM caseload WHERE elder_id = $1", scene.key)
    return {
        "elderId": public_id("elder", scene.key),
        "accountId": public_id("account", scene.someone(Role.ADVISOR)),
    }


async def of_an_advisor(scene: Scene) -> dict[str, Any]:
    """The only case of its elder's, which goes on."""
    elder_id = scene.world.tables["caseload"][scene.key]["elder_id"]
    await scene.sql.execute(
        "DELETE FROM caseload WHERE elder_id = $1 AND id <> $2", *(elder_id, scene.key)
    )
    await scene.put("caseload", until=None, ended_at=None, ended_by=None)
    return {"id": public_id("caseload", scene.key)}


async def handed_over(scene: Scene) -> dict[str, Any]:
    account = public_id("account", scene.someone(Role.ADVISOR))
    return {**await of_an_advisor(scene), "accountId": account}


async def in_need(scene: Scene) -> dict[str, Any]:
    """An elder who needs nothing of the kind yet."""
    await scene.sql.execute("DELETE FROM care_need WHERE elder_id = $1", scene.key)
    elder = public_id("elder", scene.key)
    return {"elderId": elder, "kind": "MEALS", "urgency": "SOON", "source": "ELDER"}


async def open_need(scene: Scene) -> dict[str, Any]:
    """The only one of its elder's."""
    elder_id = scene.world.tables["care_need"][scene.key]["elder_id"]
    await scene.sql.execute(
        "DELETE FROM care_need WHERE elder_id = $1 AND id <> $2", *(elder_id, scene.key)
    )
    await scene.put("care_need", state="OPEN", closed_at=None, closed_by=None)
    return {"id": public_id("care_need", scene.key)}


async def in_touch(scene: Scene) -> dict[str, Any]:
    return {"elderId": public_id("elder", scene.key), "channel": "PHONE"}


async def noted(scene: Scene) -> dict[str, Any]:
    """A note that counts."""
    await scene.put("contact_note", withdrawn_at=None, withdrawn_by=None)
    return {"id": public_id("contact_note", scene.key)}


async def suggested(scene: Scene) -> dict[str, Any]:
    return {"elderId": public_id("elder", scene.key), "kinds": ["MEALS", "COMPANY"]}


async def current_list(scene: Scene) -> dict[str, Any]:
    await scene.put("suggestion_list", withdrawn_at=None, withdrawn_by=None)
    return {"id": public_id("suggestion_list", scene.key)}


async def proposed(scene: Scene) -> dict[str, Any]:
    """Something of a list that was not taken back."""
    await scene.put("suggestion_item", state="PROPOSED", answered_at=None, answered_by=None)
    await scene.sql.execute("UPDATE suggestion_list SET withdrawn_at = NULL, withdrawn_by = NULL")
    return {"id": public_id("suggestion_item", scene.key)}
