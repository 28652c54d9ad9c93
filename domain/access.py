"""Who acts, and what for. Row access is in each feature's ``visibility.py``."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.role_permissions import ROLE_PERMISSIONS as ROLE_PERMISSIONS
from domain.roles import Permission as Permission
from domain.roles import Role as Role

REGION_ROLES = frozenset({Role.DISPATCHER, Role.STATION, Role.OFFICIAL})
"""Roles of those who work for a region and its subtree."""

FIGURE_READERS = REGION_ROLES | {Role.AUDITOR, Role.ADMIN}
"""Who sees all rows of a region, of some tables at least; so a figure is the region's own."""


class ConsentScope(StrEnum):
    """What an elder consents to that one of the family sees."""

    ALARMS = "ALARMS"
    VITALS = "VITALS"
    LOCATION = "LOCATION"
    MEALS_ORDERS = "MEALS_ORDERS"
    HEALTH_RECORD = "HEALTH_RECORD"
    FINANCE = "FINANCE"


class DataScope(StrEnum):
    """What a vendor's client may read, as ``tables:action``; its role alone shows it nothing."""

    DEVICES = "devices:read"
    ALARMS = "alarms:read"
    ORDERS = "orders:read"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one on whose behalf a read or a write happens.

    Parameters:
        id: the account's key.
        role: the role that this token speaks for.
        region: code of the region whose subtree the role covers; None covers nothing
            (and for ADMIN everything).
        scopes: of the OAuth client that acts; None for a person, whose role alone decides.
    """

    id: UUID
    role: Role
    region: str | None = None
    scopes: frozenset[DataScope] | None = None

    def reads(self, scope: DataScope | None) -> bool:
        """Whether rows that ask for a scope are shown; None asks for none."""
        return scope is None or self.scopes is None or scope in self.scopes

    def governs(self, region_code: str) -> bool:
        """Whether a division is the actor's, or below it; to an administrator all are."""
        theirs = self.region is not None and region_code.startswith(self.region)
        return theirs or self.role is Role.ADMIN

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role carries the permission."""
        return permission in ROLE_PERMISSIONS.get(self.role, frozenset())
