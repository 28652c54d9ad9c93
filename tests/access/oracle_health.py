"""Who should see what of the health record, said once more: by table and role."""

from domain.access import ConsentScope, Role
from tests.access.rules import (
    Sees,
    advises,
    cares,
    elder_of,
    elders_region,
    everything,
    family,
    in_an_incident,
)

_CARING: dict[Role, Sees] = {
    Role.STATION: elders_region,
    Role.CAREGIVER: lambda world, actor, row: cares(world, actor, row["elder_id"]),
    Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["elder_id"]),
    Role.ADMIN: everything,
}

_RECORD: dict[Role, Sees] = {
    **family(elder_of, ConsentScope.HEALTH_RECORD),
    **_CARING,
    Role.DISPATCHER: elders_region,
}

HEALTH: dict[str, dict[Role, Sees]] = {
    "elder_condition": _RECORD,
    "allergy": _RECORD,
    "medication": _RECORD,
    "measurement": {
        **family(elder_of, ConsentScope.VITALS),
        **_CARING,
        Role.DISPATCHER: in_an_incident,
    },
}
"""Table -> role -> whether a row is seen; a role that is not named sees none."""
