"""Who should see what, said once more: by table and role."""

from typing import Any

from domain.access import Actor, ConsentScope, DataScope, Role
from tests.access.oracle_care import ASSESSMENTS, READS_STANDING
from tests.access.oracle_health import HEALTH
from tests.access.oracle_ledger import LEDGER
from tests.access.oracle_workers import WORKERS
from tests.access.rules import (
    Sees,
    advises,
    asked_for,
    cares,
    claims,
    counts_in_region,
    counts_there,
    desks,
    elder_of,
    elders_region,
    everything,
    family,
    for_family,
    in_an_incident,
    its_region,
    linked_family,
    linked_family_of_now,
    lives_or_visits_here,
    manages,
    no_test_call,
    of_my_person,
    on_own_make,
    only_me,
    open_or_own,
    own_family,
    own_make,
    real,
    regions_people,
    same_station,
    sent_to,
    staff_only,
    stands_there,
    submitted_here,
    visits_mine,
    was_sent,
)
from tests.access.world import Row, World

_ADMIN: dict[Role, Sees] = {Role.ADMIN: everything}
_ALL: dict[Role, Sees] = dict.fromkeys(Role, everything)
_PEOPLE = [role for role in Role if role is not Role.VENDOR]

_of_alarm = no_test_call(its_region)


def _alarm_of(world: World, row: Row) -> Row:
    return world.tables["alarm"][row["alarm_id"]]


def _with_a_member(sees: Sees) -> Sees:
    """A household of which a member is seen, of whatever time."""
    return lambda world, actor, row: any(
        member["household_id"] == row["id"] and sees(world, actor, member)
        for member in world.tables["household_member"].values()
    )


_MEMBERS: dict[Role, Sees] = {
    **family(elder_of),
    **desks(elders_region),
    Role.CAREGIVER: lambda world, actor, row: cares(world, actor, row["elder_id"]),
    Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["elder_id"]),
}


ORACLE: dict[str, dict[Role, Sees]] = {
    **ASSESSMENTS,
    **HEALTH,
    **LEDGER,
    **WORKERS,
    "station": _ALL,
    "station_area": _ALL,
    "vendor": _ALL,
    "person": {
        **dict.fromkeys(Role, lambda world, actor, row: row["id"] == world.me(actor)["person_id"]),
        **_ADMIN,
    },
    "bed": _ALL,
    "key_tag_set": _ALL,
    "canteen": _ALL,
    "menu_item": _ALL,
    "account": {
        Role.ELDER: own_family,
        Role.GUARDIAN: linked_family,
        Role.FAMILY: linked_family_of_now,
        **desks(regions_people),
        Role.ADVISOR: staff_only,
        Role.AUDITOR: staff_only,
        Role.CANTEEN: staff_only,
        Role.CAREGIVER: staff_only,
        Role.VOLUNTEER: only_me,
        Role.VENDOR: only_me,
        **_ADMIN,
    },
    "elder": {
        **family(lambda _, row: row["id"]),
        **desks(its_region),
        Role.VOLUNTEER: lambda world, actor, row: (
            claims(world, actor, row["id"]) or sent_to(world, actor, row["id"])
        ),
        Role.CAREGIVER: lambda world, actor, row: (
            cares(world, actor, row["id"]) or sent_to(world, actor, row["id"])
        ),
        Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["id"]),
        **_ADMIN,
    },
    "contact": {
        **family(elder_of),
        **desks(elders_region),
        Role.CAREGIVER: lambda world, actor, row: cares(world, actor, row["elder_id"]),
        **_ADMIN,
    },
    "household": {
        **{role: _with_a_member(sees) for role, sees in _MEMBERS.items()},
        **_ADMIN,
    },
    "family_link": {
        **family(elder_of),
        Role.GUARDIAN: lambda world, actor, row: (
            row["account_id"] == actor.id or row["elder_id"] in world.linked(actor)
        ),
        Role.FAMILY: lambda _, actor, row: row["account_id"] == actor.id,
        **desks(elders_region),
        **_ADMIN,
    },
    "device": {
        **family(elder_of, ConsentScope.ALARMS),
        **desks(stands_there),
        Role.VENDOR: own_make,
        **_ADMIN,
    },
    "alarm": {
        **{role: for_family(sees) for role, sees in family(elder_of, ConsentScope.ALARMS).items()},
        **desks(no_test_call(its_region)),
        Role.VOLUNTEER: was_sent,
        Role.CAREGIVER: was_sent,
        Role.VENDOR: on_own_make,
        **_ADMIN,
    },
    "incident": {
        **{role: real(sees) for role, sees in family(elder_of, ConsentScope.ALARMS).items()},
        **desks(its_region),
        **_ADMIN,
    },
    "station_assignment": {**_MEMBERS, **_ADMIN},
    "rule_threshold": {**desks(counts_there), **_ADMIN},
    "bed_stay": {
        **family(elder_of),
        **desks(its_region),
        Role.CAREGIVER: same_station,
        Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["elder_id"]),
        **_ADMIN,
    },
    "care_code": {
        **desks(its_region),
        Role.CAREGIVER: same_station,
        **_ADMIN,
    },
    "admission_application": {
        **family(elder_of, ConsentScope.HEALTH_RECORD),
        Role.STATION: submitted_here,
        Role.OFFICIAL: submitted_here,
        **_ADMIN,
    },
    "volunteer": {
        **{role: visits_mine(role) for role in (Role.ELDER, Role.GUARDIAN, Role.FAMILY)},
        **desks(lives_or_visits_here),
        Role.VOLUNTEER: lambda _, actor, row: row["id"] == actor.id,
        **_ADMIN,
    },
    "visit_window": {
        **desks(its_region),
        Role.VOLUNTEER: counts_in_region,
        **_ADMIN,
    },
    "visit_application": {
        **desks(its_region),
        Role.VOLUNTEER: lambda _, actor, row: row["volunteer_id"] == actor.id,
        **_ADMIN,
    },
    "visit_obligation": {**desks(its_region), **_ADMIN},
    "calendar_link": dict.fromkeys(
        (Role.VOLUNTEER, Role.CAREGIVER), lambda _, actor, row: row["account_id"] == actor.id
    ),
    "visit_task": {
        **family(elder_of),
        **desks(its_region),
        Role.VOLUNTEER: open_or_own,
        **_ADMIN,
    },
    "meal_order": {
        **family(elder_of, ConsentScope.MEALS_ORDERS),
        Role.STATION: its_region,
        Role.OFFICIAL: its_region,
        Role.AUDITOR: its_region,
        Role.CANTEEN: lambda world, actor, row: row["canteen_id"] == world.me(actor)["canteen_id"],
        Role.VENDOR: lambda world, actor, row: (
            world.tables["canteen"][row["canteen_id"]]["vendor_id"] == world.me(actor)["vendor_id"]
        ),
        **_ADMIN,
    },
    "data_request": {
        Role.ELDER: family(elder_of)[Role.ELDER],
        Role.GUARDIAN: family(elder_of)[Role.GUARDIAN],
        Role.STATION: its_region,
        Role.OFFICIAL: its_region,
        **_ADMIN,
    },
    "login_session": dict.fromkeys(_PEOPLE, of_my_person),
    "notification": {
        Role.GUARDIAN: of_my_person,
        Role.FAMILY: of_my_person,
        **desks(lambda world, actor, row: _of_alarm(world, actor, _alarm_of(world, row))),
        **_ADMIN,
    },
    "push_permission": dict.fromkeys(_PEOPLE, of_my_person),
    "notification_preference": dict.fromkeys(_PEOPLE, of_my_person),
    "export": dict.fromkeys((Role.OFFICIAL, Role.AUDITOR, Role.ADMIN), asked_for),
    "elder_merge": {Role.STATION: its_region, Role.OFFICIAL: its_region, **_ADMIN},
    "elder_import": dict.fromkeys((Role.STATION, Role.ADMIN), asked_for),
    "on_call_shift": {**desks(its_region), **_ADMIN},
    "escalation_policy": {**desks(counts_in_region), **_ADMIN},
    "webhook": {Role.VENDOR: manages, **_ADMIN},
    "webhook_delivery": {
        Role.VENDOR: lambda world, actor, row: manages(
            world, actor, world.tables["webhook"][row["webhook_id"]]
        ),
        **_ADMIN,
    },
    "assistance_case": {
        **family(elder_of, ConsentScope.FINANCE),
        Role.STATION: lambda _, actor, row: row["submitted_by"] == actor.id,
        Role.ADVISOR: lambda _, actor, row: row["advisor_id"] == actor.id,
        Role.OFFICIAL: its_region,
        Role.AUDITOR: its_region,
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


ORACLE["bed_stay_manager"] = _with("bed_stay", "stay_id")
ORACLE["bed_stay_package"] = _with("bed_stay", "stay_id")


RECORDS: dict[str, dict[Role, Sees]] = {
    "region": _ALL,
    "household_member": {**_MEMBERS, **_ADMIN},
    "station_log": {
        **desks(
            lambda world, actor, row: its_region(
                world, actor, world.tables["station"][row["station_id"]]
            )
        ),
        **_ADMIN,
    },
    "elder_tag": {
        **family(elder_of, ConsentScope.HEALTH_RECORD),
        **desks(elders_region),
        Role.CAREGIVER: lambda world, actor, row: cares(world, actor, row["elder_id"]),
        Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["elder_id"]),
        **_ADMIN,
    },
    "elder_log": {
        **{role: sees for role, sees in family(elder_of).items() if role is not Role.FAMILY},
        Role.STATION: elders_region,
        Role.OFFICIAL: elders_region,
        **_ADMIN,
    },
    "vital_sign": {
        **family(elder_of, ConsentScope.VITALS),
        Role.DISPATCHER: in_an_incident,
        Role.STATION: in_an_incident,
        Role.CAREGIVER: lambda world, actor, row: cares(world, actor, row["elder_id"]),
        **_ADMIN,
    },
    "alarm_log": {
        role: sees for role, sees in _with("alarm", "alarm_id").items() if role is not Role.VENDOR
    },
    "meal_order_item": _with("meal_order", "order_id"),
    "assistance_case_log": _with("assistance_case", "case_id"),
    "assessment_log": _with("assessment", "assessment_id"),
    "elder_import_fault": _with("elder_import", "import_id"),
    "consent_log": _with("family_link", "link_id"),
    "ledger_posting": _with("ledger_account", "account_id"),
    "admission_application_log": _with("admission_application", "application_id"),
    "bed_stay_log": _with("bed_stay", "stay_id"),
    "visit_task_log": {**_with("visit_task", "task_id"), Role.VOLUNTEER: _own_entry},
    "volunteer_log": {
        role: sees
        for role, sees in _with("volunteer", "volunteer_id").items()
        if role in READS_STANDING
    },
}
"""The same of rows that have no ids of their own."""


SCOPES = {
    "device": DataScope.DEVICES,
    "alarm": DataScope.ALARMS,
    "meal_order": DataScope.ORDERS,
    "meal_order_item": DataScope.ORDERS,
}
"""What an OAuth client must be allowed beside."""


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
