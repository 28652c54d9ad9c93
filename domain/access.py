"""Who acts, and what a role may do. Row access is in each feature's ``visibility.py``."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person or a client is, for the length of one token."""

    ELDER = "ELDER"
    GUARDIAN = "GUARDIAN"
    FAMILY = "FAMILY"
    VOLUNTEER = "VOLUNTEER"
    CAREGIVER = "CAREGIVER"
    DISPATCHER = "DISPATCHER"
    STATION = "STATION"
    ADVISOR = "ADVISOR"
    CANTEEN = "CANTEEN"
    OFFICIAL = "OFFICIAL"
    AUDITOR = "AUDITOR"
    VENDOR = "VENDOR"
    ADMIN = "ADMIN"


class Permission(StrEnum):
    """What may be done, as ``resource:action``."""

    ALARM_ACKNOWLEDGE = "alarm:acknowledge"
    ALARM_DISPATCH = "alarm:dispatch"
    ALARM_ARRIVE = "alarm:arrive"
    ALARM_RESOLVE = "alarm:resolve"


_RESPONDER = frozenset(
    {
        Permission.ALARM_ACKNOWLEDGE,
        Permission.ALARM_DISPATCH,
        Permission.ALARM_ARRIVE,
        Permission.ALARM_RESOLVE,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.GUARDIAN: frozenset({Permission.ALARM_ACKNOWLEDGE}),
    Role.FAMILY: frozenset({Permission.ALARM_ACKNOWLEDGE}),
    Role.DISPATCHER: _RESPONDER,
    Role.STATION: _RESPONDER,
    Role.ADMIN: _RESPONDER,
}
"""A role that is not named here may do nothing; reading is a matter of row visibility."""

REGION_ROLES = frozenset({Role.DISPATCHER, Role.STATION, Role.OFFICIAL})
"""Roles that see the rows of their region's subtree."""

FAMILY_ROLES = frozenset({Role.GUARDIAN, Role.FAMILY})
"""Roles that see the elders they are linked to."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a read or a write happens.

    Parameters:
        id: the account's key.
        role: the role that this token speaks for.
        region: code of the region whose subtree the role covers; None covers nothing
            (and for ADMIN everything).
    """

    id: UUID
    role: Role
    region: str | None = None

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role carries the permission."""
        return permission in ROLE_PERMISSIONS.get(self.role, frozenset())
