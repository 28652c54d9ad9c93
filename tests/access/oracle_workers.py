"""Who should see what of those who work in care, said once more: by table and role."""

from domain.access import Actor, ConsentScope, Role
from tests.access.rules import (
    Sees,
    advises,
    cares,
    desks,
    elder_of,
    elders_region,
    everything,
    family,
    its_region,
)
from tests.access.world import Row, World


def _theirs(_: World, actor: Actor, row: Row) -> bool:
    return row["account_id"] == actor.id


_PAPERS: dict[Role, Sees] = {
    **desks(its_region),
    Role.CAREGIVER: _theirs,
    Role.ADVISOR: _theirs,
    Role.ADMIN: everything,
}

_BETWEEN: dict[Role, Sees] = {
    **family(elder_of, ConsentScope.HEALTH_RECORD),
    Role.STATION: elders_region,
    Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["elder_id"]),
    Role.ADMIN: everything,
}


def _with_its_list(sees: Sees) -> Sees:
    return lambda world, actor, row: sees(
        world, actor, world.tables["suggestion_list"][row["list_id"]]
    )


WORKERS: dict[str, dict[Role, Sees]] = {
    "certificate": _PAPERS,
    "training_record": _PAPERS,
    "caseload": {
        **family(elder_of),
        **desks(elders_region),
        Role.ADVISOR: _theirs,
        Role.ADMIN: everything,
    },
    "care_need": {
        **family(elder_of, ConsentScope.HEALTH_RECORD),
        Role.STATION: elders_region,
        Role.CAREGIVER: lambda world, actor, row: cares(world, actor, row["elder_id"]),
        Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["elder_id"]),
        Role.ADMIN: everything,
    },
    "contact_note": _BETWEEN,
    "suggestion_list": _BETWEEN,
    "suggestion_item": {role: _with_its_list(sees) for role, sees in _BETWEEN.items()},
    "care_assignment": {
        **family(elder_of),
        **desks(its_region),
        Role.CAREGIVER: _theirs,
        Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["elder_id"]),
        Role.ADMIN: everything,
    },
}
"""Table -> role -> whether a row is seen; a role that is not named sees none."""
