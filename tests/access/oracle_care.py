"""Who should see what of assessments, said once more: by table and role."""

from domain.access import ConsentScope, Role
from tests.access.rules import (
    Sees,
    advises,
    cares,
    counts_in_region,
    desks,
    elder_of,
    elders_region,
    everything,
    family,
    its_region,
)

ASSESSMENTS: dict[str, dict[Role, Sees]] = {
    "assessment": {
        **family(elder_of, ConsentScope.HEALTH_RECORD),
        **desks(elders_region),
        Role.CAREGIVER: lambda world, actor, row: cares(world, actor, row["elder_id"]),
        Role.ADVISOR: lambda world, actor, row: advises(world, actor, row["elder_id"]),
        Role.ADMIN: everything,
    },
    "assessor": {
        **desks(its_region),
        Role.CAREGIVER: lambda _, actor, row: row["account_id"] == actor.id,
        Role.ADMIN: everything,
    },
    "assessment_policy": {**desks(counts_in_region), Role.ADMIN: everything},
}
"""Table -> role -> whether a row is seen; a role that is not named sees none."""

READS_ANSWERS = {
    *(Role.ELDER, Role.GUARDIAN, Role.FAMILY),
    *(Role.CAREGIVER, Role.DISPATCHER, Role.STATION, Role.ADVISOR, Role.ADMIN),
}
"""Who reads what was found in detail of an assessment that they see."""

READS_STANDING = {Role.VOLUNTEER, Role.DISPATCHER, Role.STATION, Role.OFFICIAL, Role.ADMIN}
"""Who reads of a volunteer whom they see when they have time, and whether they may visit."""
