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
    """What may be done, as ``resource:action``; the resource is a table, or ``operation`` for what
    is sent to us."""

    ROLE_GRANT = "account:grant"
    ROLE_END = "account:end"
    ALARM_ACKNOWLEDGE = "alarm:acknowledge"
    ALARM_DISPATCH = "alarm:dispatch"
    ALARM_ARRIVE = "alarm:arrive"
    ALARM_RESOLVE = "alarm:resolve"
    ADDRESS_READ = "elder:read_address"
    ELDER_REVEAL = "elder:reveal"
    BED_STAY_ADMIT = "bed_stay:admit"
    BED_STAY_END = "bed_stay:end"
    BED_STAY_CLOSE = "bed_stay:close"
    VISIT_CLAIM = "visit_task:claim"
    VISIT_RELEASE = "visit_task:release"
    VISIT_CHECK_IN = "visit_task:check_in"
    VISIT_CHECK_OUT = "visit_task:check_out"
    VISIT_VERIFY = "visit_task:verify"
    MEAL_QUOTE = "meal_order:quote"
    MEAL_ORDER_PLACE = "meal_order:place"
    MEAL_ORDER_CANCEL = "meal_order:cancel"
    MEAL_RECIPIENT_READ = "meal_order:read_recipient"
    SUBSIDY_REASON_READ = "meal_order:read_subsidy_reason"
    ASSISTANCE_CASE_SUBMIT = "assistance_case:submit"
    ASSISTANCE_CASE_ACCEPT = "assistance_case:accept"
    ASSISTANCE_CASE_REJECT = "assistance_case:reject"
    DATA_REQUEST_SUBMIT = "data_request:submit"
    DATA_REQUEST_DECIDE = "data_request:decide"
    DATA_REQUEST_READ = "data_request:read_values"
    FAMILY_LINK_REQUEST = "family_link:request"
    FAMILY_LINK_DECIDE = "family_link:decide"
    FAMILY_LINK_END = "family_link:end"
    CONSENT_GRANT = "family_link:grant_consent"
    CONSENT_WITHDRAW = "family_link:withdraw_consent"
    ACCESS_LIST_READ = "elder:read_access_list"
    AUDIT_SOURCE_READ = "audit_entry:read_source"
    EXPORT = "export:write"
    WEBHOOK_MANAGE = "webhook:manage"
    LOGIN_SESSION_END = "login_session:end"
    EXPLAIN = "operation:explain"
    INTROSPECT = "operation:introspect"


_RESPONDER = frozenset(
    {
        Permission.ALARM_ACKNOWLEDGE,
        Permission.ALARM_DISPATCH,
        Permission.ALARM_ARRIVE,
        Permission.ALARM_RESOLVE,
        Permission.ADDRESS_READ,
    }
)

# Not who administers the system: they call nobody, and check nobody's identity.
_REVEALS = frozenset({Permission.ELDER_REVEAL})

_STAYS = frozenset({Permission.BED_STAY_ADMIT, Permission.BED_STAY_END, Permission.BED_STAY_CLOSE})

_ROLES = frozenset({Permission.ROLE_GRANT, Permission.ROLE_END})
"""Which roles, and where, is in ``accounts.hierarchy``."""

_MEALS_READ = frozenset({Permission.MEAL_RECIPIENT_READ, Permission.SUBSIDY_REASON_READ})

_MEALS = _MEALS_READ | {
    Permission.MEAL_QUOTE,
    Permission.MEAL_ORDER_PLACE,
    Permission.MEAL_ORDER_CANCEL,
}

_ASKS_ABOUT_DATA = frozenset({Permission.DATA_REQUEST_SUBMIT, Permission.DATA_REQUEST_READ})

_DECIDES_ABOUT_DATA = frozenset({Permission.DATA_REQUEST_DECIDE, Permission.DATA_REQUEST_READ})

_GIVE_UP = frozenset({Permission.FAMILY_LINK_END, Permission.CONSENT_WITHDRAW})

_CONSENTS = _GIVE_UP | {
    Permission.FAMILY_LINK_DECIDE,
    Permission.CONSENT_GRANT,
    Permission.ACCESS_LIST_READ,
}

_AT_HOME = _MEALS | {Permission.ASSISTANCE_CASE_SUBMIT, Permission.ADDRESS_READ}

_OF_ROLES: dict[Role, frozenset[Permission]] = {
    Role.ELDER: _AT_HOME | _CONSENTS | _ASKS_ABOUT_DATA | _REVEALS,
    Role.GUARDIAN: _AT_HOME
    | _CONSENTS
    | _ASKS_ABOUT_DATA
    | _REVEALS
    | {Permission.ALARM_ACKNOWLEDGE},
    Role.FAMILY: _AT_HOME
    | _GIVE_UP
    | {Permission.ALARM_ACKNOWLEDGE, Permission.FAMILY_LINK_REQUEST},
    Role.VOLUNTEER: frozenset(
        {
            Permission.VISIT_CLAIM,
            Permission.VISIT_RELEASE,
            Permission.VISIT_CHECK_IN,
            Permission.VISIT_CHECK_OUT,
            # A volunteer sees an elder only while a visit is claimed, and with it the address.
            Permission.ADDRESS_READ,
        }
    ),
    Role.DISPATCHER: _RESPONDER | _REVEALS | {Permission.VISIT_VERIFY},
    Role.STATION: _RESPONDER
    | _REVEALS
    | _STAYS
    | _MEALS
    | _ASKS_ABOUT_DATA
    | _DECIDES_ABOUT_DATA
    | _CONSENTS
    | _ROLES
    | {Permission.VISIT_VERIFY, Permission.ASSISTANCE_CASE_SUBMIT},
    Role.ADVISOR: frozenset({Permission.ASSISTANCE_CASE_SUBMIT}),
    Role.CANTEEN: frozenset({Permission.MEAL_RECIPIENT_READ}),
    Role.OFFICIAL: _MEALS_READ
    | _REVEALS
    | _ROLES
    | {
        Permission.VISIT_VERIFY,
        Permission.ASSISTANCE_CASE_SUBMIT,
        Permission.ASSISTANCE_CASE_ACCEPT,
        Permission.ASSISTANCE_CASE_REJECT,
        Permission.EXPORT,
    },
    # Follows the money, not the elder.
    Role.AUDITOR: frozenset(
        {Permission.SUBSIDY_REASON_READ, Permission.EXPORT, Permission.AUDIT_SOURCE_READ}
    ),
    Role.VENDOR: frozenset({Permission.WEBHOOK_MANAGE, Permission.MEAL_RECIPIENT_READ}),
    # Who administers the system decides about nobody's assistance.
    Role.ADMIN: _RESPONDER
    | _STAYS
    | _MEALS
    | _DECIDES_ABOUT_DATA
    | _ROLES
    | {
        Permission.VISIT_VERIFY,
        Permission.ACCESS_LIST_READ,
        Permission.EXPORT,
        Permission.AUDIT_SOURCE_READ,
        Permission.EXPLAIN,
        Permission.INTROSPECT,
    },
}

_NOTHING: frozenset[Permission] = frozenset()

_PERSON = frozenset({Permission.LOGIN_SESSION_END})

ROLE_PERMISSIONS = {
    role: _OF_ROLES.get(role, _NOTHING) | (_NOTHING if role is Role.VENDOR else _PERSON)
    for role in Role
}
"""What a role may do; reading is a matter of row visibility."""

REGION_ROLES = frozenset({Role.DISPATCHER, Role.STATION, Role.OFFICIAL})
"""Roles of those who work for a region and its subtree."""


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

    def may(self, permission: Permission) -> bool:
        """Whether the actor's role carries the permission."""
        return permission in ROLE_PERMISSIONS.get(self.role, frozenset())
