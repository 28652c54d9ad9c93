"""Where data about an elder lies, and what becomes of it when the elder's data is erased.

Every table stands in ``HOLDINGS`` or in ``ELSEWHERE``; a test names the one that was forgotten. So
whoever adds a table decides here whether an elder's copy holds it, and how it ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, cast, func
from sqlmodel import col

from domain.accounts.models import Account
from domain.advising.models import Caseload
from domain.calendar import sql_today
from domain.caregivers.models import CareAssignment
from domain.elders.models import Elder


@dataclass(frozen=True)
class Kept:
    """The rows stay as they are: they say nothing about a person without the elder's own row.

    Parameters:
        why: what they are needed for.
    """

    why: str


@dataclass(frozen=True)
class Deleted:
    """The rows go."""


@dataclass(frozen=True)
class Blanked:
    """The rows stay, without what tells of a person.

    Parameters:
        why: what they are needed for.
        values: what columns become: a value, or SQL, or one of the two below.
    """

    why: str
    values: Mapping[str, Any]


EMPTY_SEAL = object()
"""A sealed empty text."""

NO_HASH = object()
"""A hash that no value has."""


@dataclass(frozen=True)
class Holding:
    """One table with data about elders.

    Parameters:
        via: the column that holds the elder's key, or points to a row that leads to the elder;
            ``table.column`` for another table's that points here.
        fate: what becomes of the rows at the erasure.
        hidden: columns that a copy leaves out, because they are about somebody else.
    """

    via: str
    fate: Kept | Deleted | Blanked
    hidden: frozenset[str] = frozenset()


def _over(model: type[CareAssignment] | type[Caseload]) -> Any:
    """The end of what somebody did for the elder: today, if it has not ended."""
    # LEAST knows no end yet as none at all. What has not begun is empty.
    return func.least(col(model.until), func.greatest(col(model.since), sql_today()))


_LEDGER = "vouchers of public money are kept for 30 years (Measures for accounting archives, 2015)"
_DONE = "says who did what"

HOLDINGS: dict[str, Holding] = {
    "elder": Holding(
        "id",
        Blanked(
            "what is kept points at it",
            {
                "name": "",
                "spelling": "",
                "care_level": None,
                "birth_date": cast(func.date_trunc("year", col(Elder.birth_date)), Date),
                "id_number_masked": "",
                "id_number_hash": NO_HASH,
                "id_number_cipher": EMPTY_SEAL,
                "id_number_end_hash": None,
                "address_masked": "",
                "address_cipher": EMPTY_SEAL,
                "phone_masked": None,
                "phone_hash": None,
                "phone_cipher": None,
            },
        ),
        # The name once more.
        hidden=frozenset({"spelling"}),
    ),
    "elder_merge": Holding("kept_id", Deleted()),
    "elder_merge_rows": Holding("merge_id", Deleted()),
    "elder_log": Holding("elder_id", Deleted()),
    "elder_tag": Holding("elder_id", Deleted()),
    "elder_condition": Holding("elder_id", Deleted()),
    "allergy": Holding("elder_id", Deleted()),
    "medication": Holding("elder_id", Deleted()),
    "measurement": Holding("elder_id", Deleted()),
    "assessment": Holding("elder_id", Deleted()),
    "assessment_log": Holding("assessment_id", Deleted()),
    "care_assignment": Holding("elder_id", Blanked(_DONE, {"until": _over(CareAssignment)})),
    "caseload": Holding("elder_id", Blanked(_DONE, {"until": _over(Caseload)})),
    "care_need": Holding("elder_id", Deleted()),
    "contact_note": Holding("elder_id", Deleted()),
    "suggestion_list": Holding("elder_id", Deleted()),
    "suggestion_item": Holding("list_id", Deleted()),
    "household_member": Holding("elder_id", Deleted()),
    "contact": Holding("elder_id", Deleted()),
    "family_link": Holding("elder_id", Deleted()),
    "consent_log": Holding("link_id", Deleted()),
    "consent_paper": Holding("elder_id", Deleted()),
    "account": Holding(
        "elder_id",
        Blanked(_DONE, {"name": "", "until": func.least(col(Account.until), func.now())}),
    ),
    # A person with another account goes on being somebody.
    "person": Holding(
        "account.person_id",
        Blanked(
            "the account points at it",
            {"name": "", "phone_masked": None, "phone_hash": None, "phone_cipher": None},
        ),
    ),
    "wechat_identity": Holding(
        "person_id", Deleted(), frozenset({"openid_hash", "openid_cipher", "unionid_hash"})
    ),
    "push_permission": Holding("person_id", Deleted()),
    "notification_preference": Holding("person_id", Deleted()),
    "login_session": Holding("account_id", Deleted(), frozenset({"provider_session_hash"})),
    "refresh_token": Holding("session_id", Deleted(), frozenset({"token_hash"})),
    "device": Holding("elder_id", Kept("the vendor's; it may be given to somebody else")),
    "device_event": Holding("elder_id", Deleted()),
    "telemetry": Holding("elder_id", Deleted()),
    "vital_sign": Holding("elder_id", Deleted()),
    "rule_state": Holding("elder_id", Deleted()),
    "rule_threshold": Holding("elder_id", Deleted()),
    "incident": Holding("elder_id", Kept(_DONE)),
    "alarm": Holding("elder_id", Blanked(_DONE, {"measures": {}})),
    "emergency_call": Holding("alarm_id", Kept(_DONE)),
    "alarm_log": Holding("alarm_id", Blanked(_DONE, {"note": None})),
    # What it says of another, whom it told, is theirs.
    "notification": Holding(
        "alarm_id", Kept("says who was told"), frozenset({"person_id", "account_id", "code"})
    ),
    "visit_obligation": Holding("elder_id", Kept("the month's coverage")),
    "visit_task": Holding(
        "elder_id",
        Blanked(
            "a volunteer's hours",
            {
                "note": None,
                "check_in_longitude": None,
                "check_in_latitude": None,
                "check_in_accuracy_m": None,
            },
        ),
    ),
    "visit_application": Holding("task_id", Kept(_DONE)),
    "visit_task_log": Holding("task_id", Blanked(_DONE, {"note": None})),
    "station_assignment": Holding("elder_id", Kept("how many a place of care answered for")),
    "bed_stay": Holding("elder_id", Kept("the house's occupancy")),
    "bed_stay_manager": Holding("stay_id", Kept(_DONE)),
    "bed_stay_package": Holding("stay_id", Kept("what the house has promised")),
    "bed_stay_log": Holding("stay_id", Blanked(_DONE, {"note": None})),
    "admission_application": Holding("elder_id", Blanked(_DONE, {"reject_reason": ""})),
    "admission_application_log": Holding("application_id", Blanked(_DONE, {"note": None})),
    "meal_order": Holding(
        "elder_id", Blanked(_LEDGER, {"recipient": "", "recipient_phone_masked": None})
    ),
    "meal_order_item": Holding("order_id", Kept(_LEDGER)),
    "assistance_case": Holding("elder_id", Blanked(_LEDGER, {"reject_reason": ""})),
    "assistance_case_log": Holding("case_id", Blanked(_DONE, {"note": None})),
    "ledger_account": Holding("elder_id", Kept(_LEDGER)),
    "ledger_posting": Holding("account_id", Kept(_LEDGER)),
    "ledger_hold": Holding("elder_id", Blanked(_LEDGER, {"note": None})),
    "ledger_transfer": Holding("elder_id", Blanked(_LEDGER, {"reason": None})),
    "data_request": Holding(
        "elder_id",
        Blanked(
            "says on whose word data was erased",
            {"reason_cipher": None, "wanted_cipher": None, "note_cipher": None},
        ),
    ),
    "audit_entry": Holding(
        "elder_id",
        Kept("says who saw what (PIPL, articles 51 and 54)"),
        # From where somebody looked is their own affair.
        hidden=frozenset({"address", "request_id"}),
    ),
}
"""Table -> how its rows lead to an elder, and their fate."""

ELSEWHERE: dict[str, str] = {
    "region": "divisions",
    "station": "places of care",
    "station_area": "which communities these answer for",
    "station_log": "what was changed of these",
    "bed": "beds",
    "care_code": "hashes of what hangs at beds",
    "canteen": "kitchens",
    "menu_item": "dishes",
    "vendor": "companies",
    "visit_window": "until when volunteers apply for visits",
    "volunteer": "those who visit",
    "volunteer_log": "what was done about those who visit",
    "export": "lists that staff asked for: their files go after seven days",
    "export_piece": "the same",
    "elder_import": "lists that staff brought: who is in one is entered, and its file goes",
    "elder_import_fault": "which rows of these are wrong, without their values",
    "data_request_piece": "copies of what is here: they go after seven days, and with the rest",
    "canary_run": "when test calls reached which place, for seven days",
    "listening": "when all devices were last looked at",
    "bridge_member": "our own processes",
    "bridge_view": "the same",
    "dead_letter": "messages that make no sense, or are of no device that is known",
    "idempotent_call": "keyed hashes of calls, for a day",
    "audit_chain": "hashes of the trail's rows",
    "audit_unsealed": "numbers of the trail's rows, for a second",
    "notification_step": "which levels of alarms are to be told, for seven days",
    "calendar_link": "hashes of secret addresses, of those who work here",
    "outbox_event": "keys of rows that have changed, for seven days",
    "revocation": "tokens that are void",
    "upstream": "how far what is told upstream has come",
    "upstream_refusal": "keys of rows whose changes were not taken there",
    "webhook": "addresses of vendors, and what these ask for",
    "webhook_delivery": "positions of changes: what a message says is not kept",
    "cost_bucket": "what clients have spent",
    "auth_attempt": "what was tried at the doors, as keyed hashes, for an hour",
    "household": "keys of homes: who lives there stands elsewhere",
    "key_tag_set": "which tags a district counts",
    "escalation_policy": "how soon a division's alarms pass on",
    "certificate": "what those who work here hold",
    "training_record": "what those who work here have learned",
    "assessor": "who of those who work here may assess",
    "assessment_policy": "what divisions ask of assessments",
    "on_call_shift": "when those who work here are on call",
    "answer_cursor": "how far devices have been told what became of their calls",
    "oauth_client": "vendors' systems",
    "oauth_assertion": "names of what these have proved themselves by, as hashes, for minutes",
    "staff_identity": "those who work here, as keyed hashes of their provider's names for them",
    "staff_account": "which accounts their provider gave them",
    "sign_in_code": "sign-ins of theirs that are under way, for a minute",
    "provider_logout": "names of what has ended their sessions, as hashes, for minutes",
}
"""Table -> why it holds nothing about an elder that must be in a copy, or go at an erasure."""
