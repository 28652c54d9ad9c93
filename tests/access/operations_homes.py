"""As ``operations``, of stations and homes, their beds, and who applies for one."""

from domain.access import Role
from tests.access import prepared, prepared_beds, prepared_stations
from tests.access.scene import Operation

_KEEPERS = {Role.STATION, Role.ADMIN}
_GOVERNORS = {Role.OFFICIAL, Role.ADMIN}
_CARED_FOR = {Role.ELDER, Role.GUARDIAN, Role.FAMILY}

HOMES_MAY: dict[str, set[Role]] = {
    "stationUpdate": _KEEPERS | _GOVERNORS,
    "stationAreaAdd": _GOVERNORS,
    "stationAreaEnd": _GOVERNORS,
    "stationAreaAssign": _KEEPERS | _GOVERNORS,
    "stationAssignmentSet": _KEEPERS | _GOVERNORS,
    "stationAssignmentEnd": _KEEPERS | _GOVERNORS,
    "bedOpen": _KEEPERS,
    "bedClose": _KEEPERS,
    "careCodeIssue": _KEEPERS,
    "careCodeRotate": _KEEPERS,
    "bedStayHold": _KEEPERS,
    "bedStayReserve": _KEEPERS,
    "bedStayAdmit": _KEEPERS,
    "bedStayLeave": _KEEPERS,
    "bedStayReturn": _KEEPERS,
    "bedStayTransfer": _KEEPERS,
    "bedStayManagerName": _KEEPERS,
    "bedStayManagerConsent": {Role.ELDER, Role.GUARDIAN},
    "bedStayManagerEnd": _KEEPERS,
    "bedStayPackageSet": _KEEPERS,
    "bedStayEnd": _KEEPERS,
    "bedStayClose": _KEEPERS,
    "admissionApplicationCreate": _CARED_FOR,
    "admissionApplicationSubmit": _CARED_FOR,
    "admissionApplicationAssess": _KEEPERS,
    "admissionApplicationWaitlist": _KEEPERS,
    "admissionApplicationReject": _KEEPERS,
    "admissionApplicationWithdraw": _CARED_FOR,
    "admissionApplicationAccept": _CARED_FOR,
    "admissionApplicationAdmit": _KEEPERS,
    "admissionApplicationOffer": _KEEPERS,
    "admissionApplicationOfferNext": _KEEPERS,
}
"""Who may do what, said once more."""

HOMES: dict[str, Operation] = {
    "stationUpdate": Operation("station", prepared_stations.renamed, prepared_stations.here),
    "stationAreaAdd": Operation("station", prepared_stations.another, prepared_stations.here),
    "stationAreaEnd": Operation("station_area", prepared_stations.answering),
    "stationAreaAssign": Operation("station_area", prepared_stations.with_somebody_new),
    "stationAssignmentSet": Operation("elder", prepared_stations.belonging_nowhere),
    "stationAssignmentEnd": Operation("station_assignment", prepared_stations.belonging),
    "bedOpen": Operation("station", prepared_beds.another),
    "bedClose": Operation("bed", prepared_beds.empty),
    "careCodeIssue": Operation("bed", prepared_beds.without_code),
    "careCodeRotate": Operation("care_code", prepared_beds.good_code, prepared_beds.current_code),
    "bedStayHold": Operation("elder", prepared_beds.held),
    "bedStayReserve": Operation("bed_stay", prepared.stay("HELD"), prepared_beds.alone),
    "bedStayLeave": Operation("bed_stay", prepared.stay("OCCUPIED"), prepared.alone_in_bed),
    "bedStayReturn": Operation("bed_stay", prepared.stay("ON_LEAVE"), prepared_beds.alone),
    "bedStayManagerName": Operation("bed_stay", prepared_beds.unfused, prepared_beds.alone),
    "bedStayManagerConsent": Operation("bed_stay_manager", prepared_beds.named),
    "bedStayManagerEnd": Operation("bed_stay_manager", prepared_beds.named),
    "bedStayPackageSet": Operation("bed_stay", prepared_beds.at_home, prepared_beds.alone),
    "bedStayTransfer": Operation("bed_stay", prepared_beds.moved, prepared.alone_in_bed),
    "bedStayAdmit": Operation("elder", prepared.admit, prepared.without("bed_stay")),
    "bedStayEnd": Operation("bed_stay", prepared.stay("OCCUPIED"), prepared.alone_in_bed),
    "bedStayClose": Operation("bed_stay", prepared.stay("CLEANING"), prepared.alone_in_bed),
    "admissionApplicationCreate": Operation("elder", prepared_beds.applied),
    "admissionApplicationSubmit": Operation(
        "admission_application", prepared_beds.application("DRAFT")
    ),
    "admissionApplicationAssess": Operation(
        "admission_application", prepared_beds.application("SUBMITTED")
    ),
    "admissionApplicationWaitlist": Operation(
        "admission_application", prepared_beds.application("ASSESSING")
    ),
    "admissionApplicationReject": Operation(
        "admission_application", prepared_beds.application("SUBMITTED", reason="需专科护理")
    ),
    "admissionApplicationWithdraw": Operation(
        "admission_application", prepared_beds.application("WAITLISTED")
    ),
    "admissionApplicationAccept": Operation(
        "admission_application", prepared_beds.with_bed("OFFERED", "HELD")
    ),
    "admissionApplicationAdmit": Operation(
        "admission_application", prepared_beds.with_bed("ACCEPTED", "RESERVED")
    ),
    "admissionApplicationOffer": Operation("admission_application", prepared_beds.offered),
    "admissionApplicationOfferNext": Operation("bed", prepared_beds.offered_next),
}
"""How each is tried."""
