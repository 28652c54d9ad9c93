"""As ``operations``, of elders' health records."""

from domain.access import Role
from tests.access import prepared_health
from tests.access.scene import Operation

_KEEPING = {Role.CAREGIVER, Role.STATION, Role.ADVISOR, Role.GUARDIAN}

HEALTH_MAY: dict[str, set[Role]] = {
    **{
        f"{thing}{act}": _KEEPING
        for thing in ("condition", "allergy", "medication")
        for act in ("Add", "End", "Withdraw")
    },
    "medicationChange": _KEEPING,
    "measurementAdd": _KEEPING | {Role.ELDER},
    "measurementWithdraw": _KEEPING | {Role.ELDER},
}
"""Who may do what, said once more."""

HEALTH: dict[str, Operation] = {
    "conditionAdd": Operation("elder", prepared_health.diagnosed),
    "conditionEnd": Operation("elder_condition", prepared_health.entry("elder_condition")),
    "conditionWithdraw": Operation("elder_condition", prepared_health.entry("elder_condition")),
    "allergyAdd": Operation("elder", prepared_health.allergic),
    "allergyEnd": Operation("allergy", prepared_health.entry("allergy")),
    "allergyWithdraw": Operation("allergy", prepared_health.entry("allergy")),
    "medicationAdd": Operation("elder", prepared_health.treated),
    "medicationChange": Operation(
        "medication", prepared_health.entry("medication", **prepared_health.TAKEN)
    ),
    "medicationEnd": Operation("medication", prepared_health.entry("medication")),
    "medicationWithdraw": Operation("medication", prepared_health.entry("medication")),
    "measurementAdd": Operation("elder", prepared_health.measured),
    "measurementWithdraw": Operation("measurement", prepared_health.entered_by_oneself),
}
"""How each is tried."""
