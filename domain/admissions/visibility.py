"""Which applications for a bed a role sees."""

from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.admissions.models import AdmissionApplication, AdmissionApplicationLog
from domain.elders.visibility import elder_visible_for, family
from domain.row_access import EVERY_ROW, RowAccess, in_region, only

# It tells of the elder's care level and of what makes them wait less.
_CONSENT = ConsentScope.HEALTH_RECORD

_in_region = only(
    in_region(col(AdmissionApplication.region_code)),
    col(AdmissionApplication.submitted_at).is_not(None),
    "once they are submitted",
)

admission_application_visible = RowAccess(
    {
        **family(col(AdmissionApplication.elder_id), _CONSENT),
        Role.STATION: _in_region,
        Role.OFFICIAL: _in_region,
        Role.ADMIN: EVERY_ROW,
    }
)

applicant_visible = elder_visible_for(_CONSENT)
"""For which elders someone may apply."""

admission_application_log_visible = admission_application_visible.through(
    col(AdmissionApplicationLog.application_id), col(AdmissionApplication.id)
)
