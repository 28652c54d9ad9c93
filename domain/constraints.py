"""What a violated constraint means: each name that a client can run into, and its error."""

from sqlalchemy.exc import DBAPIError

from domain.errors import (
    AlarmAlreadyOpen,
    AlreadyExists,
    DomainError,
    InvalidInput,
    StillReferenced,
)

UNIQUE: dict[str, type[DomainError]] = {
    "alarm_open_once": AlarmAlreadyOpen,
    "contact_calling_order_once": AlreadyExists,
    "elder_id_number_once": AlreadyExists,
    "vendor_name_once": AlreadyExists,
}
"""Unique indexes and constraints that carry a rule."""

CHECKS: dict[str, str] = {
    "account_role_known": "role",
    "alarm_level_known": "level",
    "alarm_log_change_known": "change",
    "alarm_repeat_count_not_negative": "repeat_count",
    "alarm_resolve_reason_known": "resolve_reason",
    "alarm_resolved_with_reason": "resolve_reason",
    "alarm_severity_known": "severity",
    "alarm_state_known": "state",
    "alarm_type_known": "type",
    "contact_calling_order_positive": "calling_order",
    "contact_relation_known": "relation",
    "device_kind_known": "kind",
    "device_secret_version_positive": "secret_version",
    "elder_care_level_known": "care_level",
    "elder_gender_known": "gender",
    "elder_tag_known": "tag",
    "elder_tag_period_forward": "until",
    "family_link_relation_known": "relation",
    "region_level_known": "level",
}
"""CHECK constraints and the field that each speaks of."""


_DATA_EXCEPTION = "22"
"""Class of SQLSTATEs for values that PostgreSQL cannot hold, such as a NUL in a text."""


def domain_error(failure: DBAPIError) -> DomainError | None:
    """The domain's word for what PostgreSQL refused; None for a refusal that nobody foresaw."""
    cause = getattr(failure.orig, "__cause__", None)
    if (getattr(cause, "sqlstate", None) or "").startswith(_DATA_EXCEPTION):
        return InvalidInput(None, reason="a value that cannot be stored")
    name = constraint_name(failure)
    if name is None:
        return None
    if name in UNIQUE:
        return UNIQUE[name](constraint=name)
    if name in CHECKS:
        return InvalidInput(CHECKS[name], constraint=name)
    if name.endswith("_pkey"):
        return AlreadyExists(constraint=name)
    if name.endswith("_fkey"):
        return StillReferenced(constraint=name)
    return None


def constraint_name(failure: DBAPIError) -> str | None:
    """The violated constraint's name: asyncpg's own error is the cause of SQLAlchemy's."""
    cause = getattr(failure.orig, "__cause__", None)
    return getattr(cause, "constraint_name", None)
