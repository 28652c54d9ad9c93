"""Rows are brought where an operation is possible on them; each gives the operation's input."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from domain.access import ConsentScope, Role
from domain.calendar import now, today
from domain.crypto import Vault
from domain.family.models import WITHOUT_END
from domain.ids import public_id
from tests.access.oracle import expected
from tests.access.scene import Prepare, Scene
from tests.access.world import World
from tests.clients import PUSH_TEMPLATE


def stay(state: str) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        await scene.put("bed_stay", state=state, ends_on=today() if state == "CLEANING" else None)
        return {"id": public_id("bed_stay", scene.key)}

    return prepare


def at_home(world: World, key: Any) -> bool:
    device = world.tables["device"][key]
    return device["elder_id"] is not None and device["revoked_at"] is None


async def installed(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("device", scene.key)}


async def reassigned(scene: Scene) -> dict[str, Any]:
    """To somebody else, whom the actor sees if they see more than one."""
    hers = scene.world.tables["device"][scene.key]["elder_id"]
    seen = expected(scene.world, scene.actor, "elder")
    others = [key for key in scene.world.tables["elder"] if key != hers]
    elder_id = min(others, key=lambda key: (key not in seen, key))
    return {"id": public_id("device", scene.key), "elderId": public_id("elder", elder_id)}


def alone_in_bed(world: World, key: Any) -> bool:
    stays = world.tables["bed_stay"]
    if stays[key]["state"] not in ("OCCUPIED", "CLEANING"):
        return False
    same = [row for row in stays.values() if row["bed_id"] == stays[key]["bed_id"]]
    same += [row for row in stays.values() if row["elder_id"] == stays[key]["elder_id"]]
    return all(row["id"] == key or row["state"] == "CLOSED" for row in same)


def without(table: str) -> Callable[[World, Any], bool]:
    return lambda world, key: all(row["elder_id"] != key for row in world.tables[table].values())


async def admit(scene: Scene) -> dict[str, Any]:
    return {"bedId": await new_bed(scene), "elderId": public_id("elder", scene.key)}


def station_here(scene: Scene) -> Any:
    """A place of care in the actor's region, or anywhere for who has none."""
    stations: Iterable[Any] = scene.world.tables["station"].values()
    region = scene.actor.region or ""
    return min(row["id"] for row in stations if row["region_code"].startswith(region))


async def new_bed(scene: Scene, station: Any = None) -> str:
    """Its id; of a place of care in the actor's region if none is given."""
    bed_id = await scene.sql.fetchval(
        "INSERT INTO bed (station_id, kind, nursing, label)"
        " VALUES ($1, 'INSTITUTION', true, uuidv7()::text) RETURNING id",
        station or station_here(scene),
    )
    return public_id("bed", bed_id)


_days = count(300)


def _time_of_its_own() -> tuple[datetime, datetime]:
    """An hour of a day that no other visit has."""
    begins = now() + timedelta(days=next(_days))
    return begins, begins + timedelta(hours=1)


def _long_ago() -> tuple[datetime, datetime]:
    """The same of the past."""
    begins = now() - timedelta(days=next(_days))
    return begins, begins + timedelta(hours=1)


def visit(state: str, *, over: bool = False, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        claimed_by = None if state == "OPEN" else scene.someone(Role.VOLUNTEER)
        await scene.sql.execute(
            "UPDATE visit_task SET state = $2, claimed_by = $3, kind = 'HOME', verified_by = NULL,"
            " checked_in_at = NULL, scheduled_from = $4, scheduled_to = $5,"
            " allocation = 'FIRST_COME' WHERE id = $1",
            scene.key,
            state,
            claimed_by,
            *(_long_ago() if over else _time_of_its_own()),
        )
        # Such a time may lie years ahead.
        await scene.sql.execute(
            "UPDATE volunteer SET cleared_until = '9000-01-01' WHERE cleared_until IS NOT NULL"
        )
        return {"id": public_id("visit_task", scene.key), **more}

    return prepare


async def planned(scene: Scene) -> dict[str, Any]:
    begins = now() + timedelta(days=1)
    ends = begins + timedelta(hours=1)
    times = {"scheduledFrom": begins.isoformat(), "scheduledTo": ends.isoformat()}
    return {"elderId": public_id("elder", scene.key), "kind": "PHONE", **times}


async def still_due(scene: Scene) -> dict[str, Any]:
    await scene.put("visit_obligation", waiver=None, waived_at=None, waived_by=None)
    return {"id": public_id("visit_obligation", scene.key), "reason": "MOVED_AWAY"}


async def no_address(_: Scene) -> dict[str, Any]:
    return {}


async def address(scene: Scene) -> dict[str, Any]:
    return {"id": public_id("calendar_link", scene.key)}


async def wish(scene: Scene) -> dict[str, Any]:
    item_id = await scene.sql.fetchval(
        "INSERT INTO menu_item (canteen_id, day, meal, name, price)"
        " VALUES ((SELECT min(id::text)::uuid FROM canteen), $1, 'LUNCH', uuidv7()::text, 20)"
        " RETURNING id",
        today() + timedelta(days=1),
    )
    line = {"menuItemId": public_id("menu_item", item_id), "quantity": 1}
    return {"elderId": public_id("elder", scene.key), "items": [line]}


async def placed(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(
        "UPDATE meal_order SET state = 'PLACED', day = $2, subsidy = 0, own_share = price"
        " WHERE id = $1",
        scene.key,
        today() + timedelta(days=1),
    )
    return {"id": public_id("meal_order", scene.key)}


async def applied_for(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(
        "UPDATE assistance_case SET state = 'WITHDRAWN' WHERE elder_id = $1", scene.key
    )
    return {"elderId": public_id("elder", scene.key), "kind": "MINIMUM_LIVING"}


def submitted(**more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        # By somebody else, so that only the role decides; a station sees none but its own.
        by = scene.someone(Role.STATION if scene.actor.role is Role.STATION else Role.FAMILY)
        await scene.sql.execute(
            "UPDATE assistance_case SET state = 'SUBMITTED', submitted_by = $2,"
            " accepted_by = NULL, accepted_on = NULL, rejected_by = NULL, reject_reason = NULL,"
            " policy_pack = NULL, clock_working_days = NULL, clock_source = NULL, due_on = NULL,"
            " due_provisional = NULL WHERE id = $1",
            scene.key,
            by,
        )
        return {"id": public_id("assistance_case", scene.key), **more}

    return prepare


def only_case(world: World, key: Any) -> bool:
    cases = world.tables["assistance_case"]
    return all(
        row["id"] == key or row["elder_id"] != cases[key]["elder_id"] for row in cases.values()
    )


_VAULT = Vault({}, "", hash_key=bytes(range(32)))
"""As the tests' fixture digests."""

_id_numbers = count(1000)

_NAME = "王待认"
"""Of whom a relative asks to look after."""

PHOTO = b64encode(b"\xff\xd8\xff\xe0 of a signed paper").decode()

_UNTIL = tuple(f"{scope.value.lower()}_until" for scope in ConsentScope)


async def named(scene: Scene) -> dict[str, Any]:
    """An elder whom nobody looks after yet."""
    number = f"33010219400101{next(_id_numbers)}"
    linked = {row["elder_id"] for row in scene.world.tables["family_link"].values()}
    await scene.sql.execute(
        "UPDATE elder SET name = $2, id_number_hash = $3 WHERE id = $1",
        min(scene.world.tables["elder"].keys() - linked),
        _NAME,
        _VAULT.digest(number, "elder.id_number_hash"),
    )
    return {"name": _NAME, "idNumber": number, "relation": "OTHER"}


def link(state: str, *, signed: bool = True, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        active = state == "ACTIVE"
        consents = dict.fromkeys(_UNTIL, WITHOUT_END if active else None)
        await scene.put(
            "family_link",
            state=state,
            linked_at=now() if active else None,
            ended_at=None,
            **consents,
        )
        # Whoever works for the elder has it in writing.
        paper = {"paper": PHOTO} if signed and scene.actor.role is Role.STATION else {}
        return {"id": public_id("family_link", scene.key), **more, **paper}

    return prepare


def of_family(world: World, key: Any) -> bool:
    """Not a guardian's own."""
    account_id = world.tables["family_link"][key]["account_id"]
    return world.tables["account"][account_id]["role"] == "FAMILY"


async def other_threshold(scene: Scene) -> dict[str, Any]:
    elder_id = public_id("elder", scene.key)
    return {"elderId": elder_id, "kind": "SLEEP_BAND", "rule": "tachycardia", "raiseAt": 130}


async def counting_threshold(scene: Scene) -> dict[str, Any]:
    await scene.put("rule_threshold", ended_at=None, ended_by=None)
    return {"id": public_id("rule_threshold", scene.key)}


def an_elders_own(world: World, key: Any) -> bool:
    return world.tables["rule_threshold"][key]["elder_id"] is not None


async def rules_of_a_day(scene: Scene) -> dict[str, Any]:
    return {"kind": "SLEEP_BAND", "days": 1}


async def list_asked_for(scene: Scene) -> dict[str, Any]:
    return {"query": "{ regions { nodes { code } } }"}


async def export_waiting(scene: Scene) -> dict[str, Any]:
    await scene.put("export", account_id=scene.actor.id, role=scene.actor.role, state="WAITING")
    return {"id": public_id("export", scene.key)}


async def followed(scene: Scene) -> dict[str, Any]:
    query = "subscription { alarmChanged { cursor } }"
    return {"url": "https://vendor.example/", "query": query}


async def signed_in(scene: Scene) -> dict[str, Any]:
    await scene.put("login_session", ended_at=None, ended_why=None)
    return {"id": public_id("login_session", scene.key)}


async def consented_to_a_message(_: Scene) -> dict[str, Any]:
    return {"template": PUSH_TEMPLATE.template_id}


async def wishing_to_sleep(_: Scene) -> dict[str, Any]:
    return {"quietFrom": "22:00", "quietUntil": "06:30", "muted": ["VOICE"]}


def webhook(state: str = "ACTIVE", **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        stop = None if state == "ACTIVE" else "OWNER"
        await scene.put("webhook", state=state, stop=stop)
        return {"id": public_id("webhook", scene.key), **more}

    return prepare


async def nothing_asked(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(
        "UPDATE data_request SET state = 'WITHDRAWN' WHERE elder_id = $1", scene.key
    )
    return {"elderId": public_id("elder", scene.key), "kind": "ACCESS"}


def requested(*, own: bool, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        # Who has asked does not decide; who has not does not take it back.
        by = scene.actor.id if own else scene.someone(Role.FAMILY)
        undecided = {"decided_by": None, "decided_at": None, "refusal": None}
        await scene.put("data_request", state="REQUESTED", asked_by=by, **undecided)
        return {"id": public_id("data_request", scene.key), **more}

    return prepare


_phones = count(13900000000)


async def somebody_new(scene: Scene) -> dict[str, Any]:
    region = scene.actor.region or "330102"
    return {"role": "VOLUNTEER", "regionCode": region, "phone": str(next(_phones)), "name": "何方"}


async def a_volunteer(scene: Scene) -> dict[str, Any]:
    await scene.put("account", until=None, region_code=scene.actor.region)
    return {"id": public_id("account", scene.key)}


def volunteers(world: World, key: Any) -> bool:
    return world.tables["account"][key]["role"] == "VOLUNTEER"
