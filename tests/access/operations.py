"""Every operation that asks for a permission: the document, and a row put where it may be done."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg

from domain.access import Actor, ConsentScope, Role
from domain.calendar import now, today
from domain.crypto import Vault
from domain.family.models import WITHOUT_END
from domain.ids import public_id
from tests.access.oracle import expected
from tests.access.world import World

DESKS = {Role.DISPATCHER, Role.STATION, Role.ADMIN}
RELATIVES = {Role.GUARDIAN, Role.FAMILY}
EATERS = {Role.ELDER, Role.STATION, Role.ADMIN, *RELATIVES}
APPLICANTS = {Role.ELDER, Role.STATION, Role.ADVISOR, Role.OFFICIAL, *RELATIVES}
KEEPERS = {Role.STATION, Role.ADMIN}
CONSENTING = {Role.ELDER, Role.GUARDIAN, Role.STATION}
ASKERS = {Role.ELDER, Role.GUARDIAN, Role.STATION}
EXPORTERS = {Role.OFFICIAL, Role.AUDITOR, Role.ADMIN}

WEBHOOKS = (
    "webhookCreate",
    "webhookUpdate",
    "webhookPause",
    "webhookResume",
    "webhookDelete",
    "webhookRotateSecret",
    "webhookTest",
    "webhookReplay",
)


GRANTERS = {Role.STATION, Role.OFFICIAL, Role.ADMIN}

MAY: dict[str, set[Role]] = {
    "roleGrant": GRANTERS,
    "roleEnd": GRANTERS,
    "alarmAcknowledge": DESKS | RELATIVES,
    "alarmDispatch": DESKS,
    "alarmArrive": DESKS,
    "alarmResolve": DESKS,
    "bedStayAdmit": KEEPERS,
    "bedStayEnd": KEEPERS,
    "bedStayClose": KEEPERS,
    "visitClaim": {Role.VOLUNTEER},
    "visitRelease": {Role.VOLUNTEER},
    "visitCheckIn": {Role.VOLUNTEER},
    "visitCheckOut": {Role.VOLUNTEER},
    "visitVerify": DESKS | {Role.OFFICIAL},
    "mealQuote": EATERS,
    "mealOrderPlace": EATERS,
    "mealOrderCancel": EATERS,
    "assistanceCaseSubmit": APPLICANTS,
    "assistanceCaseAccept": {Role.OFFICIAL},
    "assistanceCaseReject": {Role.OFFICIAL},
    "familyLinkRequest": {Role.FAMILY},
    "familyLinkAccept": CONSENTING,
    "familyLinkRefuse": CONSENTING,
    "familyLinkEnd": CONSENTING | {Role.FAMILY},
    "consentGrant": CONSENTING,
    "consentWithdraw": CONSENTING | {Role.FAMILY},
    "dataRequestSubmit": ASKERS,
    "dataRequestApprove": KEEPERS,
    "dataRequestRefuse": KEEPERS,
    "dataRequestWithdraw": ASKERS,
    "exportStart": EXPORTERS,
    "exportCancel": EXPORTERS,
    "loginSessionEnd": set(Role) - {Role.VENDOR},
    **{name: {Role.VENDOR} for name in WEBHOOKS},
}
"""Who may do what, said once more."""


@dataclass
class Scene:
    """Where an operation is tried.

    Parameters:
        world: the rows before anything was prepared.
        key: the row that it is tried on.
    """

    sql: asyncpg.Connection
    world: World
    actor: Actor
    key: UUID

    async def put(self, table: str, **values: Any) -> None:
        """Change the row."""
        settings = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 2))
        await self.sql.execute(
            f"UPDATE {table} SET {settings} WHERE id = $1", self.key, *values.values()
        )

    def someone(self, role: Role) -> UUID:
        """An account of a role, the actor's own where it has it."""
        if self.actor.role is role:
            return self.actor.id
        accounts = self.world.tables["account"].values()
        return min(row["id"] for row in accounts if row["role"] == role.value)


Prepare = Callable[[Scene], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Operation:
    """How an operation is tried.

    Parameters:
        table: what it acts on; who does not see the row is told NOT_FOUND.
        prepare: brings the row where the operation is possible; returns the input.
        suits: which rows can be brought there.
    """

    table: str
    prepare: Prepare
    suits: Callable[[World, Any], bool] = lambda world, key: True

    def row_for(self, world: World, actor: Actor) -> UUID:
        """A row that the actor sees, if there is one; else another."""
        suiting = [key for key in world.tables[self.table] if self.suits(world, key)]
        seen = expected(world, actor, self.table)
        return min(suiting, key=lambda key: (key not in seen, key))


def _alarm(state: str, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        await scene.put("alarm", state=state, resolve_reason=None, resolved_at=None)
        return {"id": public_id("alarm", scene.key), **more}

    return prepare


def _stay(state: str) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        await scene.put("bed_stay", state=state, ends_on=today() if state == "CLEANING" else None)
        return {"id": public_id("bed_stay", scene.key)}

    return prepare


def _alone_in_bed(world: World, key: Any) -> bool:
    stays = world.tables["bed_stay"]
    if stays[key]["state"] not in ("OCCUPIED", "CLEANING"):
        return False
    same = [row for row in stays.values() if row["bed_id"] == stays[key]["bed_id"]]
    same += [row for row in stays.values() if row["elder_id"] == stays[key]["elder_id"]]
    return all(row["id"] == key or row["state"] == "CLOSED" for row in same)


def _without(table: str) -> Callable[[World, Any], bool]:
    return lambda world, key: all(row["elder_id"] != key for row in world.tables[table].values())


async def _admit(scene: Scene) -> dict[str, Any]:
    """A new bed in the actor's region, or anywhere for who has none."""
    stations: Iterable[Any] = scene.world.tables["station"].values()
    region = scene.actor.region or ""
    station = min(row["id"] for row in stations if row["region_code"].startswith(region))
    bed_id = await scene.sql.fetchval(
        "INSERT INTO bed (station_id, kind, nursing, label)"
        " VALUES ($1, 'INSTITUTION', true, uuidv7()::text) RETURNING id",
        station,
    )
    return {"bedId": public_id("bed", bed_id), "elderId": public_id("elder", scene.key)}


_days = count(300)


def _time_of_its_own() -> tuple[datetime, datetime]:
    """An hour of a day that no other visit has."""
    begins = now() + timedelta(days=next(_days))
    return begins, begins + timedelta(hours=1)


def _visit(state: str, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        claimed_by = None if state == "OPEN" else scene.someone(Role.VOLUNTEER)
        await scene.sql.execute(
            "UPDATE visit_task SET state = $2, claimed_by = $3, kind = 'HOME', verified_by = NULL,"
            " scheduled_from = $4, scheduled_to = $5 WHERE id = $1",
            scene.key,
            state,
            claimed_by,
            *_time_of_its_own(),
        )
        return {"id": public_id("visit_task", scene.key), **more}

    return prepare


async def _wish(scene: Scene) -> dict[str, Any]:
    item_id = await scene.sql.fetchval(
        "INSERT INTO menu_item (canteen_id, day, meal, name, price)"
        " VALUES ((SELECT min(id::text)::uuid FROM canteen), $1, 'LUNCH', uuidv7()::text, 20)"
        " RETURNING id",
        today() + timedelta(days=1),
    )
    line = {"menuItemId": public_id("menu_item", item_id), "quantity": 1}
    return {"elderId": public_id("elder", scene.key), "items": [line]}


async def _placed(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(
        "UPDATE meal_order SET state = 'PLACED', day = $2, subsidy = 0, own_share = price"
        " WHERE id = $1",
        scene.key,
        today() + timedelta(days=1),
    )
    return {"id": public_id("meal_order", scene.key)}


async def _apply(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(
        "UPDATE assistance_case SET state = 'WITHDRAWN' WHERE elder_id = $1", scene.key
    )
    return {"elderId": public_id("elder", scene.key), "kind": "MINIMUM_LIVING"}


def _submitted(**more: Any) -> Prepare:
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


def _only_case(world: World, key: Any) -> bool:
    cases = world.tables["assistance_case"]
    return all(
        row["id"] == key or row["elder_id"] != cases[key]["elder_id"] for row in cases.values()
    )


_VAULT = Vault({}, "", hash_key=bytes(range(32)))
"""As the tests' fixture digests."""

_numbers = count(1000)

NAME = "王待认"
"""Of whom a relative asks to look after."""

PHOTO = b64encode(b"\xff\xd8\xff\xe0 of a signed paper").decode()

UNTIL = tuple(f"{scope.value.lower()}_until" for scope in ConsentScope)


async def _named(scene: Scene) -> dict[str, Any]:
    """An elder whom nobody looks after yet."""
    number = f"33010219400101{next(_numbers)}"
    linked = {row["elder_id"] for row in scene.world.tables["family_link"].values()}
    await scene.sql.execute(
        "UPDATE elder SET name = $2, id_number_hash = $3 WHERE id = $1",
        min(scene.world.tables["elder"].keys() - linked),
        NAME,
        _VAULT.digest(number, "elder.id_number_hash"),
    )
    return {"name": NAME, "idNumber": number, "relation": "OTHER"}


def _link(state: str, *, signed: bool = True, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        active = state == "ACTIVE"
        consents = dict.fromkeys(UNTIL, WITHOUT_END if active else None)
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


def _of_family(world: World, key: Any) -> bool:
    """Not a guardian's own."""
    account_id = world.tables["family_link"][key]["account_id"]
    return world.tables["account"][account_id]["role"] == "FAMILY"


async def _list(scene: Scene) -> dict[str, Any]:
    return {"query": "{ regions { nodes { code } } }"}


async def _asked_for(scene: Scene) -> dict[str, Any]:
    await scene.put("export", account_id=scene.actor.id, role=scene.actor.role, state="WAITING")
    return {"id": public_id("export", scene.key)}


async def _follow(scene: Scene) -> dict[str, Any]:
    query = "subscription { alarmChanged { cursor } }"
    return {"url": "https://vendor.example/", "query": query}


async def _signed_in(scene: Scene) -> dict[str, Any]:
    await scene.put("login_session", ended_at=None, ended_why=None)
    return {"id": public_id("login_session", scene.key)}


def _webhook(state: str = "ACTIVE", **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        stop = None if state == "ACTIVE" else "OWNER"
        await scene.put("webhook", state=state, stop=stop)
        return {"id": public_id("webhook", scene.key), **more}

    return prepare


async def _about(scene: Scene) -> dict[str, Any]:
    await scene.sql.execute(
        "UPDATE data_request SET state = 'WITHDRAWN' WHERE elder_id = $1", scene.key
    )
    return {"elderId": public_id("elder", scene.key), "kind": "ACCESS"}


def _requested(*, own: bool, **more: Any) -> Prepare:
    async def prepare(scene: Scene) -> dict[str, Any]:
        # Who has asked does not decide; who has not does not take it back.
        by = scene.actor.id if own else scene.someone(Role.FAMILY)
        undecided = {"decided_by": None, "decided_at": None, "refusal": None}
        await scene.put("data_request", state="REQUESTED", asked_by=by, **undecided)
        return {"id": public_id("data_request", scene.key), **more}

    return prepare


_numbers = count(13900000000)


async def _somebody_new(scene: Scene) -> dict[str, Any]:
    region = scene.actor.region or "330102"
    return {"role": "VOLUNTEER", "regionCode": region, "phone": str(next(_numbers)), "name": "何方"}


async def _a_volunteer(scene: Scene) -> dict[str, Any]:
    await scene.put("account", until=None, region_code=scene.actor.region)
    return {"id": public_id("account", scene.key)}


def _volunteers(world: World, key: Any) -> bool:
    return world.tables["account"][key]["role"] == "VOLUNTEER"


OPERATIONS: dict[str, Operation] = {
    "roleGrant": Operation("account", _somebody_new),
    "roleEnd": Operation("account", _a_volunteer, _volunteers),
    "alarmAcknowledge": Operation("alarm", _alarm("RAISED")),
    "alarmDispatch": Operation("alarm", _alarm("ACKNOWLEDGED")),
    "alarmArrive": Operation("alarm", _alarm("DISPATCHED")),
    "alarmResolve": Operation("alarm", _alarm("ARRIVED", reason="TRUE_ALARM")),
    "bedStayAdmit": Operation("elder", _admit, _without("bed_stay")),
    "bedStayEnd": Operation("bed_stay", _stay("OCCUPIED"), _alone_in_bed),
    "bedStayClose": Operation("bed_stay", _stay("CLEANING"), _alone_in_bed),
    "visitClaim": Operation("visit_task", _visit("OPEN")),
    "visitRelease": Operation("visit_task", _visit("CLAIMED", reason="生病")),
    "visitCheckIn": Operation(
        "visit_task", _visit("CLAIMED", longitude=120.17, latitude=30.24, accuracyM=20)
    ),
    "visitCheckOut": Operation("visit_task", _visit("CHECKED_IN")),
    "visitVerify": Operation("visit_task", _visit("DONE", accepted=True)),
    "mealQuote": Operation("elder", _wish),
    "mealOrderPlace": Operation("elder", _wish),
    "mealOrderCancel": Operation("meal_order", _placed),
    "assistanceCaseSubmit": Operation("elder", _apply),
    "assistanceCaseAccept": Operation("assistance_case", _submitted(), _only_case),
    "assistanceCaseReject": Operation(
        "assistance_case", _submitted(reason="收入超过标准"), _only_case
    ),
    "familyLinkRequest": Operation("account", _named),
    "familyLinkAccept": Operation("family_link", _link("REQUESTED"), _of_family),
    "familyLinkRefuse": Operation("family_link", _link("REQUESTED", signed=False), _of_family),
    "familyLinkEnd": Operation("family_link", _link("ACTIVE"), _of_family),
    "consentGrant": Operation("family_link", _link("ACTIVE", scopes=["VITALS"]), _of_family),
    "consentWithdraw": Operation("family_link", _link("ACTIVE", scopes=["ALARMS"]), _of_family),
    "dataRequestSubmit": Operation("elder", _about),
    "dataRequestApprove": Operation("data_request", _requested(own=False)),
    "dataRequestRefuse": Operation("data_request", _requested(own=False, refusal="NOT_IDENTIFIED")),
    "dataRequestWithdraw": Operation("data_request", _requested(own=True)),
    "exportStart": Operation("account", _list),
    "exportCancel": Operation("export", _asked_for),
    "loginSessionEnd": Operation("login_session", _signed_in),
    "webhookCreate": Operation("account", _follow),
    "webhookUpdate": Operation("webhook", _webhook(url="https://other.example/")),
    "webhookPause": Operation("webhook", _webhook()),
    "webhookResume": Operation("webhook", _webhook("PAUSED")),
    "webhookDelete": Operation("webhook", _webhook()),
    "webhookRotateSecret": Operation("webhook", _webhook()),
    "webhookTest": Operation("webhook", _webhook()),
    "webhookReplay": Operation("webhook", _webhook(dead=True)),
}
