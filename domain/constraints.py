"""What a violated constraint means: each name that a client can run into, and its error."""

import asyncpg
from sqlalchemy.exc import DBAPIError

from domain.checks import CHECKS
from domain.errors import (
    AlarmAlreadyOpen,
    AlreadyClaimed,
    AlreadyExists,
    BedUnavailable,
    CaseAlreadyOpen,
    ConflictOfInterest,
    DomainError,
    ElderHasBed,
    InsufficientBalance,
    InvalidInput,
    RoleHeld,
    StillReferenced,
    SubsidyUsed,
    TimesOverlap,
)
from domain.reasons import Reason

RULES: dict[str, type[DomainError]] = {
    "account_role_once": RoleHeld,
    "admission_application_accepted_once": AlreadyExists,
    "admission_application_open_once": AlreadyExists,
    "admission_application_stay_once": AlreadyExists,
    "alarm_open_once": AlarmAlreadyOpen,
    "allergy_once": AlreadyExists,
    "assessment_counting_once": AlreadyExists,
    "assessment_log_signer_once": ConflictOfInterest,
    "assessment_open_once": AlreadyExists,
    "assessment_policy_once": AlreadyExists,
    "assessor_account_once": AlreadyExists,
    "assistance_case_acceptor_differs": ConflictOfInterest,
    "assistance_case_open_once": CaseAlreadyOpen,
    "assistance_case_rejector_differs": ConflictOfInterest,
    "audit_chain_entry_id_once": AlreadyExists,
    "bed_label_once": AlreadyExists,
    "bed_stay_bed_once": BedUnavailable,
    "bed_stay_elder_once": ElderHasBed,
    "bed_stay_manager_role_once": AlreadyExists,
    "bed_stay_package_once": AlreadyExists,
    "calendar_link_once": AlreadyExists,
    "calendar_link_token_hash_once": AlreadyExists,
    "care_assignment_once": AlreadyExists,
    "care_need_open_once": AlreadyExists,
    "caseload_elder_once": AlreadyExists,
    "certificate_once": AlreadyExists,
    "care_code_code_hash_once": AlreadyExists,
    "care_code_once": AlreadyExists,
    "contact_calling_order_once": AlreadyExists,
    "data_request_decider_differs": ConflictOfInterest,
    "data_request_open_once": AlreadyExists,
    "device_canary_once": AlreadyExists,
    "elder_condition_once": AlreadyExists,
    "elder_id_number_once": AlreadyExists,
    "elder_tag_once": AlreadyExists,
    "escalation_policy_once": AlreadyExists,
    "family_link_one_open": AlreadyExists,
    "household_member_elder_once": AlreadyExists,
    "incident_taking_once": AlreadyExists,
    "ledger_account_not_overdrawn": InsufficientBalance,
    "ledger_account_of_book": AlreadyExists,
    "ledger_account_once": AlreadyExists,
    "ledger_posting_once": AlreadyExists,
    "ledger_transfer_hold_once": AlreadyExists,
    "ledger_transfer_of_book": AlreadyExists,
    "ledger_transfer_reversed_once": AlreadyExists,
    "ledger_transfer_visit_once": AlreadyExists,
    "key_tag_set_once": AlreadyExists,
    "measurement_newest_once": AlreadyExists,
    "measurement_once": AlreadyExists,
    "medication_once": AlreadyExists,
    "meal_order_quote_once": AlreadyExists,
    "meal_order_subsidy_once": SubsidyUsed,
    "menu_item_dish_once": AlreadyExists,
    "notification_once": AlreadyExists,
    "notification_preference_person_once": AlreadyExists,
    "on_call_shift_account_once": TimesOverlap,
    "person_phone_hash_once": AlreadyExists,
    "push_permission_once": AlreadyExists,
    "rule_threshold_once": AlreadyExists,
    "staff_identity_subject_hash_once": AlreadyExists,
    "station_area_once": AlreadyExists,
    "station_assignment_elder_once": AlreadyExists,
    "suggestion_item_kind_once": AlreadyExists,
    "vendor_name_once": AlreadyExists,
    "visit_application_allotted_once": AlreadyClaimed,
    "visit_application_once": AlreadyExists,
    "visit_obligation_once": AlreadyExists,
    "visit_task_made_once": TimesOverlap,
    "visit_task_verifier_differs": ConflictOfInterest,
    "visit_task_volunteer_once": TimesOverlap,
    "webhook_delivery_position_once": AlreadyExists,
    "wechat_identity_openid_once": AlreadyExists,
    "wechat_identity_person_once": AlreadyExists,
}
"""Unique indexes, exclusion constraints and checks that carry a rule with an error of its own."""

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
