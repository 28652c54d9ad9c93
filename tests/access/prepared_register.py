"""Rows of the register are brought where an operation is possible on them."""

import json
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from stdnum.iso7064 import mod_11_2

from domain.calendar import today
from domain.crypto import Vault, place
from domain.ids import public_id
from tests.access.oracle import expected
from tests.access.scene import Prepare, Scene

_numbers = count(1)

_TAG = "CHILDLESS"
_VAULT = Vault({"test": bytes(32)}, "test", bytes(range(32)))


async def somebody_new(scene: Scene) -> dict[str, Any]:
    """In the district's first community, each time with another number."""
    region = scene.actor.region or "330102"
    codes = (row["region_code"] for row in scene.world.tables["elder"].values())
    number = f"33010219500101{next(_numbers):03}"
    return {
        "name": "王秀英",
        "gender": "FEMALE",
        "birthDate": "1950-01-01",
        "idNumber": number + mod_11_2.calc_check_digit(number),
        "regionCode": min(code for code in codes if code.startswith(region)),
        "address": "上城区清波街道清波门社区1号",
    }


async def with_a_phone(scene: Scene) -> dict[str, Any]:
    """Each time another one."""
    return {"id": public_id("elder", scene.key), "phone": f"1380000{next(_numbers):04}"}


async def _without_it(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(
        "DELETE FROM elder_tag WHERE elder_id = $1 AND tag = $2", scene.key, _TAG
    )
    return {"id": public_id("elder", scene.key), "tag": _TAG}


async def another_tag(scene: Scene) -> dict[str, Any]:
    """One that the elder does not carry."""
    return {**await _without_it(scene), "source": "社区走访"}


async def tagged(scene: Scene) -> dict[str, Any]:
    """One that the elder has carried for a month."""
    given = await _without_it(scene)
    await scene.sql.execute(
        "INSERT INTO elder_tag (elder_id, tag, since, source) VALUES ($1, $2, $3, '社区走访')",
        scene.key,
        _TAG,
        today() - timedelta(days=30),
    )
    return given


async def wrongly_tagged(scene: Scene) -> dict[str, Any]:
    return {**await tagged(scene), "since": (today() - timedelta(days=30)).isoformat()}


async def counted(scene: Scene) -> dict[str, Any]:
    """Each time from another day on, so that something changes."""
    since = today() + timedelta(days=next(_numbers))
    return {"regionCode": "330102", "tags": ["LIVES_ALONE"], "since": since.isoformat()}


async def somebody_to_call(scene: Scene) -> dict[str, Any]:
    """For an elder for whom nobody is called yet."""
    await scene.sql.execute("DELETE FROM contact WHERE elder_id = $1", scene.key)
    person = {"name": "王芳", "relation": "DAUGHTER", "phone": "13800001234"}
    return {"elderId": public_id("elder", scene.key), **person}


async def called_elsewhere(scene: Scene) -> dict[str, Any]:
    """Each time by another phone."""
    return {"id": public_id("contact", scene.key), "phone": f"1390000{next(_numbers):04}"}


async def called_no_more(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("contact", scene.key)}


async def called_in_turn(scene: Scene) -> dict[str, Any]:
    """Two, the last one first."""
    await scene.sql.execute("DELETE FROM contact WHERE elder_id = $1", scene.key)
    made = await scene.sql.fetch(
        "INSERT INTO contact (elder_id, calling_order, name, relation, phone_masked, phone_hash,"
        " phone_cipher) SELECT $1, place, '王芳', 'DAUGHTER', '', '', '' FROM"
        " generate_series(1, 2) AS place RETURNING id",
        scene.key,
    )
    ids = [public_id("contact", row["id"]) for row in reversed(made)]
    return {"id": public_id("elder", scene.key), "contactIds": ids}


async def alone(scene: Scene) -> dict[str, Any]:
    """Who lives with nobody yet, beside somebody whom the actor sees if they see two."""
    seen = expected(scene.world, scene.actor, "elder")
    others = [key for key in scene.world.tables["elder"] if key != scene.key]
    other = min(others, key=lambda key: (key not in seen, key))
    await scene.sql.execute(
        "DELETE FROM household_member WHERE elder_id = ANY($1)", [scene.key, other]
    )
    return {"id": public_id("elder", scene.key), "otherId": public_id("elder", other)}


async def together(scene: Scene) -> dict[str, Any]:
    """Who lives in a household."""
    await scene.sql.execute("DELETE FROM household_member WHERE elder_id = $1", scene.key)
    await scene.sql.execute(
        "WITH home AS (INSERT INTO household DEFAULT VALUES RETURNING id)"
        " INSERT INTO household_member (household_id, elder_id, since)"
        " SELECT id, $1, $2 FROM home",
        scene.key,
        today() - timedelta(days=30),
    )
    return {"id": public_id("elder", scene.key)}


def file_brought(state: str) -> Prepare:
    """An import of the actor's own, in a state."""

    async def prepare(scene: Scene) -> dict[str, Any]:
        own = {"account_id": scene.actor.id, "role": scene.actor.role}
        await scene.put("elder_import", **own, state=state, file_cipher=b"")
        return {"id": public_id("elder_import", scene.key)}

    return prepare


_TWIN = """
SELECT to_jsonb(elder) || jsonb_build_object('id', uuidv7(), 'id_number_hash', uuidv7()::text)
FROM elder WHERE id = $1
"""
_ENTERED = "INSERT INTO elder SELECT * FROM jsonb_populate_record(null::elder, $1)"


async def twice_entered(scene: Scene) -> dict[str, Any]:
    """An elder, and another entry of theirs."""
    twin = await scene.sql.fetchval(_TWIN, scene.key)
    await scene.sql.execute(_ENTERED, twin)
    duplicate = public_id("elder", UUID(json.loads(twin)["id"]))
    return {"keepId": public_id("elder", scene.key), "duplicateId": duplicate, "reason": "同一人"}


async def wrongly_merged(scene: Scene) -> dict[str, Any]:
    """Two entries that were made one, of which the duplicate had nothing else."""
    kept = scene.world.tables["elder_merge"][scene.key]["kept_id"]
    twin = json.loads(await scene.sql.fetchval(_TWIN, kept))
    aside = json.dumps({"elder": twin, "rows": {}, "level": None}).encode()
    duplicate = UUID(twin["id"])
    sealed = _VAULT.seal_bytes(aside, place("elder_merge.aside_cipher", duplicate))
    undone = {"undone_by": None, "undone_at": None}
    await scene.put("elder_merge", duplicate_id=duplicate, aside_cipher=sealed, **undone)
    return {"id": public_id("elder_merge", scene.key)}
