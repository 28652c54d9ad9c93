"""Rules of who sees a row, said once more: slowly, row by row, in plain Python."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from domain.access import Actor, ConsentScope, Role
from domain.calendar import now, today
from tests.access.world import Row, World

Sees = Callable[[World, Actor, Row], bool]


def region(actor: Actor, code: str) -> bool:
    """Whether a division lies in the actor's region."""
    return bool(actor.region) and code[: len(actor.region or "")] == actor.region


def family(
    elder_id: Callable[[World, Row], Any], scope: ConsentScope | None = None
) -> dict[Role, Sees]:
    """What the elder, the guardian and the linked family see.

    Parameters:
        elder_id: whose a row is.
        scope: what the family sees only with the elder's consent.
    """

    def shown(world: World, actor: Actor, row: Row) -> bool:
        return elder_id(world, row) in (world.shown(actor, scope) if scope else world.linked(actor))

    def linked(world: World, actor: Actor, row: Row) -> bool:
        return elder_id(world, row) in world.linked(actor)

    def own(world: World, actor: Actor, row: Row) -> bool:
        mine = world.me(actor)["elder_id"]
        return mine is not None and elder_id(world, row) == mine

    return {Role.ELDER: own, Role.GUARDIAN: linked, Role.FAMILY: shown}


def elder_of(_: World, row: Row) -> Any:
    """Whose a row is that names its elder."""
    return row["elder_id"]


def its_region(_: World, actor: Actor, row: Row) -> bool:
    """By the row's own division."""
    return region(actor, row["region_code"])


def submitted_here(world: World, actor: Actor, row: Row) -> bool:
    """By the row's own division, once it is no draft any more."""
    return row["submitted_at"] is not None and its_region(world, actor, row)


def counts_in_region(_: World, actor: Actor, row: Row) -> bool:
    """What is set for the row's own division counts in the actor's region, or in part of it."""
    theirs = row["region_code"]
    return region(actor, theirs) or (actor.region or "").startswith(theirs)


def elders_region(world: World, actor: Actor, row: Row) -> bool:
    """By the division where its elder lives."""
    return region(actor, world.tables["elder"][row["elder_id"]]["region_code"])


def stands_there(world: World, actor: Actor, device: Row) -> bool:
    """By the division of the home or of the station where a device stands, if it does."""
    if device["elder_id"] is not None:
        return elders_region(world, actor, device)
    station = world.tables["station"].get(device["station_id"])
    return station is not None and its_region(world, actor, station)


def counts_there(world: World, actor: Actor, threshold: Row) -> bool:
    """By the division where its elder lives; a division's below the actor's, and above it."""
    if threshold["elder_id"] is not None:
        return elders_region(world, actor, threshold)
    code = threshold["region_code"]
    return its_region(world, actor, threshold) or bool(
        actor.region and actor.region.startswith(code)
    )


def everything(*_: Any) -> bool:
    """All rows."""
    return True


def desks(sees: Sees) -> dict[Role, Sees]:
    """The same for everyone who works for a region."""
    return {Role.DISPATCHER: sees, Role.STATION: sees, Role.OFFICIAL: sees}


def claims(world: World, actor: Actor, elder_id: Any) -> bool:
    """Whether the actor has claimed a visit to an elder, and its time is not long over."""
    return any(
        visit["elder_id"] == elder_id
        and visit["claimed_by"] == actor.id
        and visit["state"] in ("CLAIMED", "CHECKED_IN")
        and visit["scheduled_to"] > now() - timedelta(days=1)
        for visit in world.tables["visit_task"].values()
    )


def cares(world: World, actor: Actor, elder_id: Any) -> bool:
    """Whether an elder lies in a bed of the actor's own station."""
    return any(
        stay["elder_id"] == elder_id
        and stay["state"] in ("OCCUPIED", "ON_LEAVE")
        and same_station(world, actor, stay)
        for stay in world.tables["bed_stay"].values()
    )


def same_station(world: World, actor: Actor, stay: Row) -> bool:
    """Whether a stay is in the actor's own station."""
    return world.tables["bed"][stay["bed_id"]]["station_id"] == world.me(actor)["station_id"]


def advises(world: World, actor: Actor, elder_id: Any) -> bool:
    """Whether the actor advises on a case of an elder's, or answers for them today."""
    return any(
        case["elder_id"] == elder_id and case["advisor_id"] == actor.id
        for case in world.tables["assistance_case"].values()
    ) or any(
        case["elder_id"] == elder_id
        and case["account_id"] == actor.id
        and case["since"] <= today() < (case["until"] or date.max)
        for case in world.tables["caseload"].values()
    )


def own_make(world: World, actor: Actor, row: Row) -> bool:
    """Whether a device is of the actor's company."""
    return row["vendor_id"] == world.me(actor)["vendor_id"]


def on_own_make(world: World, actor: Actor, row: Row) -> bool:
    """Whether an alarm came from one."""
    device = world.tables["device"].get(row["device_id"])
    return device is not None and own_make(world, actor, device)


def in_an_incident(world: World, actor: Actor, row: Row) -> bool:
    """By the division where its elder lives, while an alarm is open that tells of the elder, and is
    no drill."""
    return elders_region(world, actor, row) and any(
        alarm["elder_id"] == row["elder_id"]
        and alarm["state"] != "RESOLVED"
        and alarm["type"] not in ("DEVICE_OFFLINE", "UNCOVERED", "CHAIN_BROKEN")
        and alarm["purpose"] == "REAL"
        for alarm in world.tables["alarm"].values()
    )


def was_sent(_: World, actor: Actor, row: Row) -> bool:
    """Alarms that the actor was sent to, until a day after."""
    over = row["resolved_at"] if row["state"] == "RESOLVED" else None
    recent = over is None or over > now() - timedelta(days=1)
    return row["dispatched_to"] == actor.id and recent


def sent_to(world: World, actor: Actor, elder_id: Any) -> bool:
    """Whether the actor was sent to an elder, and the alarm is not over."""
    return any(
        alarm["elder_id"] == elder_id
        and alarm["dispatched_to"] == actor.id
        and alarm["state"] != "RESOLVED"
        for alarm in world.tables["alarm"].values()
    )


def for_family(sees: Sees) -> Sees:
    """Of alarms those that are no drill, or one for the family."""
    return lambda world, actor, row: (
        (row["purpose"] == "REAL" or row["family_too"]) and sees(world, actor, row)
    )


def real(sees: Sees) -> Sees:
    """Of incidents those that are no drill."""
    return lambda world, actor, row: row["purpose"] == "REAL" and sees(world, actor, row)


def no_test_call(sees: Sees) -> Sees:
    """Of alarms those that test no chain."""
    return lambda world, actor, row: row["purpose"] != "CANARY" and sees(world, actor, row)


def open_or_own(_: World, actor: Actor, row: Row) -> bool:
    """Visits to be claimed here, and those that one has claimed."""
    if row["claimed_by"] == actor.id:
        return True
    to_come = row["state"] == "OPEN" and row["scheduled_to"] > now()
    return to_come and region(actor, row["region_code"])


def visits_mine(role: Role) -> Sees:
    """Volunteers who have claimed a visit to an elder of the actor's."""
    rule = family(elder_of)[role]

    def sees(world: World, actor: Actor, row: Row) -> bool:
        visits = world.tables["visit_task"].values()
        return any(v["claimed_by"] == row["id"] and rule(world, actor, v) for v in visits)

    return sees


def lives_or_visits_here(world: World, actor: Actor, row: Row) -> bool:
    """Volunteers of the actor's region, and whoever has claimed a visit there."""
    visits = world.tables["visit_task"].values()
    return its_region(world, actor, row) or any(
        visit["claimed_by"] == row["id"] and its_region(world, actor, visit) for visit in visits
    )


def _of_own_company(world: World, actor: Actor, row: Row) -> bool:
    owner, company = world.tables["account"][row["account_id"]], world.me(actor)["vendor_id"]
    return owner["id"] == actor.id or (company is not None and owner["vendor_id"] == company)


def manages(world: World, actor: Actor, row: Row) -> bool:
    """Webhooks that are the actor's own, or a colleague's, with no more scopes than one has."""
    theirs = actor.scopes is None or (
        row["scopes"] is not None and actor.scopes.issuperset(row["scopes"])
    )
    return theirs and _of_own_company(world, actor, row)


def of_my_person(world: World, actor: Actor, row: Row) -> bool:
    """Rows of the actor's person, in whichever account."""
    return row["person_id"] == world.me(actor)["person_id"]


def asked_for(_: World, actor: Actor, row: Row) -> bool:
    """Exports that one has asked for oneself, in the role of now."""
    return row["account_id"] == actor.id and row["role"] == actor.role.value


_WORKS_HERE = ("DISPATCHER", "STATION", "ADVISOR", "CAREGIVER", "CANTEEN", "OFFICIAL")


def account(
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
    """Elders who live in the actor's region."""
    elders = world.tables["elder"].values()
    return {elder["id"] for elder in elders if region(actor, elder["region_code"])}


linked_family = account(World.linked, staff=True)
linked_family_of_now = account(World.linked, staff=True, active=True)
own_family = account(lambda world, actor: {world.me(actor)["elder_id"]}, staff=True)
staff_only = account(None, staff=True)
only_me = account(None, staff=False)
_regions_families = account(_in_my_region, staff=True)


def regions_people(world: World, actor: Actor, row: Row) -> bool:
    """Accounts that a desk sees."""
    volunteer = world.tables["volunteer"].get(row["id"])
    if volunteer is not None and lives_or_visits_here(world, actor, volunteer):
        return True
    if row["role"] == "VOLUNTEER" and region(actor, row["region_code"] or ""):
        return True
    return _regions_families(world, actor, row)
