"""What a violated constraint means: each name that a client can run into, and its error."""

import asyncpg
from sqlalchemy.exc import DBAPIError

from domain.errors import (
    AlarmAlreadyOpen,
    AlreadyExists,
    BedUnavailable,
    CaseAlreadyOpen,
    ConflictOfInterest,
    DomainError,
    ElderHasBed,
    InvalidInput,
    RoleHeld,
    StillReferenced,
    SubsidyUsed,
    TimesOverlap,
)
from domain.reasons import Reason

RULES: dict[str, type[DomainError]] = {
    "account_role_once": RoleHeld,
    "alarm_open_once": AlarmAlreadyOpen,
    "assistance_case_acceptor_differs": ConflictOfInterest,
    "assistance_case_open_once": CaseAlreadyOpen,
    "assistance_case_rejector_differs": ConflictOfInterest,
    "audit_chain_entry_id_once": AlreadyExists,
    "bed_label_once": AlreadyExists,
    "bed_stay_bed_once": BedUnavailable,
    "bed_stay_elder_once": ElderHasBed,
    "contact_calling_order_once": AlreadyExists,
    "data_request_decider_differs": ConflictOfInterest,
    "data_request_open_once": AlreadyExists,
    "elder_id_number_once": AlreadyExists,
    "family_link_one_open": AlreadyExists,
    "meal_order_quote_once": AlreadyExists,
    "meal_order_subsidy_once": SubsidyUsed,
    "menu_item_dish_once": AlreadyExists,
    "person_phone_hash_once": AlreadyExists,
    "staff_identity_subject_hash_once": AlreadyExists,
    "vendor_name_once": AlreadyExists,
    "visit_task_verifier_differs": ConflictOfInterest,
    "visit_task_volunteer_once": TimesOverlap,
    "webhook_delivery_position_once": AlreadyExists,
    "wechat_identity_openid_once": AlreadyExists,
    "wechat_identity_person_once": AlreadyExists,
}
"""Unique indexes, exclusion constraints and checks that carry a rule with an error of its own."""

CHECKS: dict[str, str] = {
    "account_period_forward": "until",
    "account_role_known": "role",
    "alarm_level_known": "level",
    "alarm_log_change_known": "change",
    "alarm_repeat_count_not_negative": "repeat_count",
    "alarm_resolve_reason_known": "resolve_reason",
    "alarm_resolved_with_reason": "resolve_reason",
    "alarm_severity_known": "severity",
    "alarm_state_known": "state",
    "alarm_type_known": "type",
    "assistance_case_accepted_with_clock": "accepted_on",
    "assistance_case_clock_whole": "due_on",
    "assistance_case_kind_known": "kind",
    "assistance_case_log_action_known": "action",
    "assistance_case_log_state_known": "state",
    "assistance_case_rejected_with_reason": "reject_reason",
    "assistance_case_state_known": "state",
    "audit_entry_outcome_known": "outcome",
    "audit_entry_role_known": "role",
    "bed_kind_known": "kind",
    "bed_stay_ended_with_day": "ends_on",
    "bed_stay_period_forward": "ends_on",
    "bed_stay_state_known": "state",
    "consent_log_basis_known": "basis",
    "consent_log_change_known": "change",
    "consent_log_scope_known": "scope",
    "consent_log_until": "until",
    "consent_log_with_paper": "paper_id",
    "contact_calling_order_positive": "calling_order",
    "contact_relation_known": "relation",
    "data_request_corrects_a_field": "field",
    "data_request_decided_by_somebody": "decided_by",
    "data_request_field_known": "field",
    "data_request_kind_known": "kind",
    "data_request_refusal_known": "refusal",
    "data_request_refused_with_reason": "refusal",
    "data_request_state_known": "state",
    "device_kind_known": "kind",
    "device_secret_version_positive": "secret_version",
    "elder_care_level_known": "care_level",
    "elder_condition_period_forward": "until",
    "elder_gender_known": "gender",
    "elder_phone_whole": "phone_masked",
    "elder_tag_known": "tag",
    "elder_tag_period_forward": "until",
    "export_failed_with_reason": "failure",
    "export_failure_known": "failure",
    "export_role_known": "role",
    "export_state_known": "state",
    "family_link_active_since": "linked_at",
    "family_link_consents_active": "state",
    "family_link_ended_at": "ended_at",
    "family_link_relation_known": "relation",
    "family_link_state_known": "state",
    "login_session_ended_why_known": "ended_why",
    "login_session_ended_with_reason": "ended_why",
    "meal_order_item_quantity_positive": "quantity",
    "meal_order_meal_known": "meal",
    "meal_order_price_adds_up": "price",
    "meal_order_shares_not_negative": "subsidy",
    "meal_order_state_known": "state",
    "meal_order_subsidy_reason_known": "subsidy_reason",
    "menu_item_meal_known": "meal",
    "menu_item_price_positive": "price",
    "oauth_client_budget_positive": "budget",
    "oauth_client_name_bounded": "name",
    "oauth_client_previous_secret_ends": "previous_until",
    "oauth_client_proves_itself_one_way": "jwks",
    "region_level_known": "level",
    "station_kind_known": "kind",
    "visit_task_claimed": "state",
    "visit_task_kind_known": "kind",
    "visit_task_log_action_known": "action",
    "visit_task_state_known": "state",
    "visit_task_time_forward": "scheduled_to",
    "vital_sign_kind_known": "kind",
    "webhook_client_bounded": "client_id",
    "webhook_delivery_last_fault_known": "last_fault",
    "webhook_delivery_state_known": "state",
    "webhook_secrets_whole": "previous_secret",
    "webhook_state_known": "state",
    "webhook_stop_known": "stop",
    "webhook_stopped_with_reason": "stop",
}
"""The other CHECK constraints and the field that each speaks of."""


_DATA_EXCEPTION = "22"
"""Class of SQLSTATEs for values that PostgreSQL cannot hold, such as a NUL in a text."""


def domain_error(failure: BaseException) -> DomainError | None:
    """The domain's word for what PostgreSQL, or its driver, refused; None for a refusal that nobody
    foresaw, and for any other failure.

    Parameters:
        failure: SQLAlchemy's, or asyncpg's own.
    """
    cause = _of_driver(failure)
    # The driver's refusal of a value, such as a number that has no room in eight bytes.
    unfit = isinstance(cause, asyncpg.InterfaceError) and isinstance(cause, ValueError)
    if unfit or (getattr(cause, "sqlstate", None) or "").startswith(_DATA_EXCEPTION):
        return InvalidInput(None, reason=Reason.NOT_STORABLE)
    name = constraint_name(failure)
    if name is None:
        return None
    if name in RULES:
        return RULES[name](constraint=name)
    if name in CHECKS:
        return InvalidInput(CHECKS[name], reason=Reason.NOT_CONSISTENT, constraint=name)
    if name.endswith("_pkey"):
        return AlreadyExists(constraint=name)
    if name.endswith("_fkey"):
        return StillReferenced(constraint=name)
    return None


def constraint_name(failure: BaseException) -> str | None:
    """The violated constraint's name."""
    return getattr(_of_driver(failure), "constraint_name", None)


def _of_driver(failure: BaseException) -> BaseException | None:
    """asyncpg's own error, which is the cause of SQLAlchemy's."""
    return getattr(failure.orig, "__cause__", None) if isinstance(failure, DBAPIError) else failure
