"""Who should read which field of a row that they see, said once more."""

from domain.access import Role
from tests.access.oracle_care import READS_ANSWERS, READS_STANDING

_AT_TABLE = {Role.ELDER, Role.GUARDIAN, Role.FAMILY, Role.STATION, Role.ADMIN, Role.OFFICIAL}


_DECIDING = {Role.ELDER, Role.GUARDIAN, Role.STATION, Role.ADMIN}


_FINDING = {
    *(Role.ELDER, Role.GUARDIAN, Role.FAMILY, Role.VOLUNTEER),
    *(Role.DISPATCHER, Role.STATION, Role.ADMIN, Role.CAREGIVER),
}


_STANDING = (
    *("weekly", "exceptions", "check_state", "certificate_on", "cleared_until", "cleared"),
    *("suspended", "suspended_at", "suspended_until"),
)


READERS: dict[tuple[str, str], set[Role]] = {
    ("Elder", "full_address"): _FINDING,
    ("Alarm", "whereabouts"): _FINDING,
    ("Alarm", "measures"): {
        *(Role.ELDER, Role.GUARDIAN, Role.FAMILY),
        *(Role.CAREGIVER, Role.DISPATCHER, Role.STATION, Role.ADMIN),
    },
    ("Elder", "access_list"): _DECIDING,
    ("Assessment", "answers"): READS_ANSWERS,
    ("Elder", "service_suggestions"): {
        *(Role.ELDER, Role.GUARDIAN, Role.FAMILY, Role.STATION, Role.ADVISOR, Role.ADMIN)
    },
    ("Certificate", "full_number"): {Role.STATION, Role.ADMIN},
    ("CareAssignment", "lacking"): {
        *(Role.CAREGIVER, Role.DISPATCHER, Role.STATION, Role.OFFICIAL, Role.ADMIN)
    },
    ("MealOrder", "recipient"): _AT_TABLE | {Role.CANTEEN, Role.VENDOR},
    ("MealOrder", "recipient_phone"): _AT_TABLE | {Role.CANTEEN, Role.VENDOR},
    ("MealOrder", "subsidy_reason"): _AT_TABLE | {Role.AUDITOR},
    **dict.fromkeys((("Volunteer", field) for field in _STANDING), READS_STANDING),
    ("DataRequest", "reason"): _DECIDING,
    ("DataRequest", "wanted"): _DECIDING,
    ("DataRequest", "note"): _DECIDING,
}
"""Type and field -> who reads it of a row that they see; for others it is null."""
