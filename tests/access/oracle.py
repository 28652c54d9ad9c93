"""Who should see what, said once more: slowly, row by row, in plain Python over whole tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from domain.access import Actor, ConsentScope, DataScope, Role
from domain.calendar import now

Row = Mapping[str, Any]
Sees = Callable[["World", Actor, Row], bool]

TABLES = (
    "account",
    "alarm",
    "assistance_case",
    "assistance_case_log",
    "bed",
    "bed_stay",
    "canteen",
    "consent_log",
    "contact",
    "data_request",
    "device",
    "elder",
    "elder_condition",
    "elder_tag",
    "export",
    "family_link",
    "login_session",
    "meal_order",
    "meal_order_item",
    "menu_item",
    "person",
    "region",
    "station",
    "vendor",
    "visit_task",
    "visit_task_log",
    "volunteer",
    "webhook",
    "webhook_delivery",
)


@dataclass(frozen=True)
class World:
    """Every row of the tables that decide who sees what, by table and key."""

    tables: Mapping[str, Mapping[Any, Row]]

    @classmethod
    async def read(cls, url: str) -> "World":
        """All of a database."""
        connection = await asyncpg.connect(url)
        world = await cls.read_by(connection)
        await connection.close()
        return world

    @classmethod
    async def read_by(cls, connection: asyncpg.Connection) -> "World":
        """The same on a connection that is there."""
        tables: dict[str, dict[Any, Row]] = {}
        for name in TABLES:
            rows = [dict(row.items()) for row in await connection.fetch(f"SELECT * FROM {name}")]
            # A division is known by its code; what has no key of its own by its place.
            tables[name] = {
                row.get("id", row.get("code", place)): row for place, row in enumerate(rows)
            }
        return cls(tables)

    def me(self, actor: Actor) -> Row:
        """The actor's account."""
        return self.tables["account"][actor.id]

    def linked(self, actor: Actor) -> set[Any]:
        """Elders to whom an account is linked."""
        links = self.tables["family_link"].values()
        return {
            link["elder_id"]
            for link in links
            if link["account_id"] == actor.id and link["state"] == "ACTIVE"
        }

    def shown(self, actor: Actor, scope: ConsentScope) -> set[Any]:
        """Elders who consent to show an account something."""
        links, until = self.tables["family_link"].values(), f"{scope.value.lower()}_until"
        return {
            link["elder_id"]
            for link in links
            if link["account_id"] == actor.id and _is_to_come(link[until])
        }


def _is_to_come(until: datetime | None) -> bool:
    # asyncpg's infinity has no zone.
    return until is not None and (until.tzinfo is None or until > now())


def _region(actor: Actor, code: str) -> bool:
    return bool(actor.region) and code[: len(actor.region or "")] == actor.region


def _family(
    elder_id: Callable[[World, Row], Any], scope: ConsentScope | None = None
) -> dict[Role, Sees]:
    def shown(world: World, actor: Actor, row: Row) -> bool:
        return elder_id(world, row) in (world.shown(actor, scope) if scope else world.linked(actor))

    def linked(world: World, actor: Actor, row: Row) -> bool:
        return elder_id(world, row) in world.linked(actor)

    def own(world: World, actor: Actor, row: Row) -> bool:
        return elder_id(world, row) == world.me(actor)["elder_id"]

    return {Role.ELDER: own, Role.GUARDIAN: linked, Role.FAMILY: shown}


def _elders(_: World, row: Row) -> Any:
    return row["elder_id"]


def _its_region(_: World, actor: Actor, row: Row) -> bool:
    return _region(actor, row["region_code"])


def _elders_region(world: World, actor: Actor, row: Row) -> bool:
    return _region(actor, world.tables["elder"][row["elder_id"]]["region_code"])


def _everything(*_: Any) -> bool:
    return True


def _desks(sees: Sees) -> dict[Role, Sees]:
    return {Role.DISPATCHER: sees, Role.STATION: sees, Role.OFFICIAL: sees}


def _claims(world: World, actor: Actor, elder_id: Any) -> bool:
    return any(
        visit["elder_id"] == elder_id
        and visit["claimed_by"] == actor.id
        and visit["state"] in ("CLAIMED", "CHECKED_IN")
        and visit["scheduled_to"] > now() - timedelta(days=1)
        for visit in world.tables["visit_task"].values()
    )


def _cares(world: World, actor: Actor, elder_id: Any) -> bool:
    return any(
        stay["elder_id"] == elder_id
        and stay["state"] in ("OCCUPIED", "ON_LEAVE")
        and _same_station(world, actor, stay)
        for stay in world.tables["bed_stay"].values()
    )


def _same_station(world: World, actor: Actor, stay: Row) -> bool:
    return world.tables["bed"][stay["bed_id"]]["station_id"] == world.me(actor)["station_id"]


def _advises(world: World, actor: Actor, elder_id: Any) -> bool:
    return any(
        case["elder_id"] == elder_id and case["advisor_id"] == actor.id
        for case in world.tables["assistance_case"].values()
    )


def _own_make(world: World, actor: Actor, row: Row) -> bool:
    return row["vendor_id"] == world.me(actor)["vendor_id"]


def _on_own_make(world: World, actor: Actor, row: Row) -> bool:
    return _own_make(world, actor, world.tables["device"][row["device_id"]])


def _open_or_own(_: World, actor: Actor, row: Row) -> bool:
    if row["claimed_by"] == actor.id:
        return True
    to_come = row["state"] == "OPEN" and row["scheduled_to"] > now()
    return to_come and _region(actor, row["region_code"])


def _visits_mine(role: Role) -> Sees:
    rule = _family(_elders)[role]

    def sees(world: World, actor: Actor, row: Row) -> bool:
        visits = world.tables["visit_task"].values()
        return any(v["claimed_by"] == row["id"] and rule(world, actor, v) for v in visits)

    return sees


def _lives_or_visits_here(world: World, actor: Actor, row: Row) -> bool:
    visits = world.tables["visit_task"].values()
    return _its_region(world, actor, row) or any(
        visit["claimed_by"] == row["id"] and _its_region(world, actor, visit) for visit in visits
    )


def _of_own_company(world: World, actor: Actor, row: Row) -> bool:
    owner, company = world.tables["account"][row["account_id"]], world.me(actor)["vendor_id"]
    return owner["id"] == actor.id or (company is not None and owner["vendor_id"] == company)


def _manages(world: World, actor: Actor, row: Row) -> bool:
    theirs = actor.scopes is None or (
        row["scopes"] is not None and actor.scopes.issuperset(row["scopes"])
    )
    return theirs and _of_own_company(world, actor, row)


def _asked_for(_: World, actor: Actor, row: Row) -> bool:
    return row["account_id"] == actor.id and row["role"] == actor.role.value


_WORKS_HERE = ("DISPATCHER", "STATION", "ADVISOR", "CAREGIVER", "CANTEEN", "OFFICIAL")


def _account(
    around: Callable[[World, Actor], set[Any]] | None, *, staff: bool, active: bool = False
) -> Sees:
    """Oneself; perhaps who works here; perhaps the people around some elders, those of now or
    all who ever asked."""

    def sees(world: World, actor: Actor, row: Row) -> bool:
        me = world.me(actor)
        if row["id"] == actor.id or (me["person_id"] and row["person_id"] == me["person_id"]):
            return True
        if staff and row["role"] in _WORKS_HERE:
            return True
        elders = around(world, actor) if around else set[Any]()
        links = world.tables["family_link"].values()
        linked = {
            link["account_id"]
            for link in links
            if link["elder_id"] in elders and (link["state"] == "ACTIVE" or not active)
        }
        return row["id"] in linked or row["elder_id"] in elders

    return sees


def _in_my_region(world: World, actor: Actor) -> set[Any]:
    elders = world.tables["elder"].values()
    return {elder["id"] for elder in elders if _region(actor, elder["region_code"])}


_linked_family = _account(World.linked, staff=True)
_linked_family_of_now = _account(World.linked, staff=True, active=True)
_own_family = _account(lambda world, actor: {world.me(actor)["elder_id"]}, staff=True)
_regions_families = _account(_in_my_region, staff=True)


def _regions_people(world: World, actor: Actor, row: Row) -> bool:
    volunteer = world.tables["volunteer"].get(row["id"])
    if volunteer is not None and _lives_or_visits_here(world, actor, volunteer):
        return True
    if row["role"] == "VOLUNTEER" and _region(actor, row["region_code"] or ""):
        return True
    return _regions_families(world, actor, row)


_staff_only = _account(None, staff=True)
_only_me = _account(None, staff=False)

_ADMIN: dict[Role, Sees] = {Role.ADMIN: _everything}
_ALL: dict[Role, Sees] = dict.fromkeys(Role, _everything)

ORACLE: dict[str, dict[Role, Sees]] = {
    "station": _ALL,
    "vendor": _ALL,
    "person": {
        **dict.fromkeys(Role, lambda world, actor, row: row["id"] == world.me(actor)["person_id"]),
        **_ADMIN,
    },
    "bed": _ALL,
    "canteen": _ALL,
    "menu_item": _ALL,
    "account": {
        Role.ELDER: _own_family,
        Role.GUARDIAN: _linked_family,
        Role.FAMILY: _linked_family_of_now,
        **_desks(_regions_people),
        Role.ADVISOR: _staff_only,
        Role.AUDITOR: _staff_only,
        Role.CANTEEN: _staff_only,
        Role.CAREGIVER: _staff_only,
        Role.VOLUNTEER: _only_me,
        Role.VENDOR: _only_me,
        **_ADMIN,
    },
    "elder": {
        **_family(lambda _, row: row["id"]),
        **_desks(_its_region),
        Role.VOLUNTEER: lambda world, actor, row: _claims(world, actor, row["id"]),
        Role.CAREGIVER: lambda world, actor, row: _cares(world, actor, row["id"]),
        Role.ADVISOR: lambda world, actor, row: _advises(world, actor, row["id"]),
        **_ADMIN,
    },
    "elder_condition": {
        **_family(_elders, ConsentScope.HEALTH_RECORD),
        Role.DISPATCHER: _elders_region,
        Role.STATION: _elders_region,
        Role.CAREGIVER: lambda world, actor, row: _cares(world, actor, row["elder_id"]),
        Role.ADVISOR: lambda world, actor, row: _advises(world, actor, row["elder_id"]),
        **_ADMIN,
    },
    "family_link": {
        **_family(_elders),
        Role.GUARDIAN: lambda world, actor, row: (
            row["account_id"] == actor.id or row["elder_id"] in world.linked(actor)
        ),
        Role.FAMILY: lambda _, actor, row: row["account_id"] == actor.id,
        **_desks(_elders_region),
        **_ADMIN,
    },
    "device": {
        **_family(_elders, ConsentScope.ALARMS),
        **_desks(_elders_region),
        Role.VENDOR: _own_make,
        **_ADMIN,
    },
    "alarm": {
        **_family(_elders, ConsentScope.ALARMS),
        **_desks(_its_region),
        Role.VENDOR: _on_own_make,
        **_ADMIN,
    },
    "bed_stay": {
        **_family(_elders),
        **_desks(_its_region),
        Role.CAREGIVER: _same_station,
        Role.ADVISOR: lambda world, actor, row: _advises(world, actor, row["elder_id"]),
        **_ADMIN,
    },
    "volunteer": {
        **{role: _visits_mine(role) for role in (Role.ELDER, Role.GUARDIAN, Role.FAMILY)},
        **_desks(_lives_or_visits_here),
        Role.VOLUNTEER: lambda _, actor, row: row["id"] == actor.id,
        **_ADMIN,
    },
    "visit_task": {
        **_family(_elders),
        **_desks(_its_region),
        Role.VOLUNTEER: _open_or_own,
        **_ADMIN,
    },
    "meal_order": {
        **_family(_elders, ConsentScope.MEALS_ORDERS),
        Role.STATION: _its_region,
        Role.OFFICIAL: _its_region,
        Role.AUDITOR: _its_region,
        Role.CANTEEN: lambda world, actor, row: row["canteen_id"] == world.me(actor)["canteen_id"],
        Role.VENDOR: lambda world, actor, row: (
            world.tables["canteen"][row["canteen_id"]]["vendor_id"] == world.me(actor)["vendor_id"]
        ),
        **_ADMIN,
    },
    "data_request": {
        Role.ELDER: _family(_elders)[Role.ELDER],
        Role.GUARDIAN: _family(_elders)[Role.GUARDIAN],
        Role.STATION: _its_region,
        Role.OFFICIAL: _its_region,
        **_ADMIN,
    },
    "login_session": {
        role: lambda world, actor, row: row["person_id"] == world.me(actor)["person_id"]
        for role in Role
        if role is not Role.VENDOR
    },
    "export": dict.fromkeys((Role.OFFICIAL, Role.AUDITOR, Role.ADMIN), _asked_for),
    "webhook": {Role.VENDOR: _manages, **_ADMIN},
    "webhook_delivery": {
        Role.VENDOR: lambda world, actor, row: _manages(
            world, actor, world.tables["webhook"][row["webhook_id"]]
        ),
        **_ADMIN,
    },
    "assistance_case": {
        **_family(_elders, ConsentScope.FINANCE),
        Role.STATION: lambda _, actor, row: row["submitted_by"] == actor.id,
        Role.ADVISOR: lambda _, actor, row: row["advisor_id"] == actor.id,
        Role.OFFICIAL: _its_region,
        Role.AUDITOR: _its_region,
        **_ADMIN,
    },
}
"""Table -> role -> whether a row is seen; a role that is not named sees none."""


def _with(table: str, column: str) -> dict[Role, Sees]:
    """Rows that are seen with the row that they belong to."""

    def through(sees: Sees) -> Sees:
        return lambda world, actor, row: sees(world, actor, world.tables[table][row[column]])

    return {role: through(sees) for role, sees in ORACLE[table].items()}


def _own_entry(world: World, actor: Actor, row: Row) -> bool:
    visit = world.tables["visit_task"][row["task_id"]]
    return row["account_id"] == actor.id == visit["claimed_by"]


RECORDS: dict[str, dict[Role, Sees]] = {
    "region": _ALL,
    "contact": {
        **_family(_elders),
        **_desks(_elders_region),
        Role.CAREGIVER: lambda world, actor, row: _cares(world, actor, row["elder_id"]),
        **_ADMIN,
    },
    "elder_tag": {
        **_family(_elders, ConsentScope.HEALTH_RECORD),
        **_desks(_elders_region),
        Role.CAREGIVER: lambda world, actor, row: _cares(world, actor, row["elder_id"]),
        Role.ADVISOR: lambda world, actor, row: _advises(world, actor, row["elder_id"]),
        **_ADMIN,
    },
    "meal_order_item": _with("meal_order", "order_id"),
    "assistance_case_log": _with("assistance_case", "case_id"),
    "consent_log": _with("family_link", "link_id"),
    "visit_task_log": {**_with("visit_task", "task_id"), Role.VOLUNTEER: _own_entry},
}
"""The same of rows that have no ids of their own."""

SCOPES = {
    "device": DataScope.DEVICES,
    "alarm": DataScope.ALARMS,
    "meal_order": DataScope.ORDERS,
    "meal_order_item": DataScope.ORDERS,
}
"""What an OAuth client must be allowed beside."""

_AT_TABLE = {Role.ELDER, Role.GUARDIAN, Role.FAMILY, Role.STATION, Role.ADMIN, Role.OFFICIAL}
_DECIDING = {Role.ELDER, Role.GUARDIAN, Role.STATION, Role.ADMIN}

READERS: dict[tuple[str, str], set[Role]] = {
    ("Elder", "full_address"): {
        *(Role.ELDER, Role.GUARDIAN, Role.FAMILY, Role.VOLUNTEER),
        *(Role.DISPATCHER, Role.STATION, Role.ADMIN),
    },
    ("Elder", "access_list"): _DECIDING,
    ("MealOrder", "recipient"): _AT_TABLE | {Role.CANTEEN, Role.VENDOR},
    ("MealOrder", "subsidy_reason"): _AT_TABLE | {Role.AUDITOR},
    ("DataRequest", "reason"): _DECIDING,
    ("DataRequest", "wanted"): _DECIDING,
    ("DataRequest", "note"): _DECIDING,
}
"""Type and field -> who reads it of a row that they see; for others it is null."""


def _rule(actor: Actor, table: str) -> Sees | None:
    scope = SCOPES.get(table)
    if actor.scopes is not None and scope is not None and scope not in actor.scopes:
        return None
    return {**ORACLE, **RECORDS}[table].get(actor.role)


def expected(world: World, actor: Actor, table: str) -> set[Any]:
    """Keys of the rows that an actor should see."""
    sees = _rule(actor, table)
    if sees is None:
        return set()
    return {key for key, row in world.tables[table].items() if sees(world, actor, row)}


def is_expected(world: World, actor: Actor, table: str, key: Any) -> bool:
    """Whether an actor should see one row."""
    sees = _rule(actor, table)
    return sees is not None and sees(world, actor, world.tables[table][key])
