"""Which assessments a role sees, and which assessors and divisions' wishes."""

from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.assessments.models import Assessment, AssessmentLog, AssessmentPolicy, Assessor
from domain.elders.visibility import family, of_advised, of_regions_elders, of_residents
from domain.row_access import (
    EVERY_ROW,
    RowAccess,
    RowRule,
    counting_in_region,
    in_region,
    region_staff,
)

# As an elder's level and tags; what was found in detail asks for a permission beside.
assessment_visible = RowAccess(
    {
        **family(col(Assessment.elder_id), ConsentScope.HEALTH_RECORD),
        **region_staff(of_regions_elders(col(Assessment.elder_id))),
        Role.CAREGIVER: of_residents(col(Assessment.elder_id)),
        Role.ADVISOR: of_advised(col(Assessment.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)

assessment_log_visible = assessment_visible.through(
    col(AssessmentLog.assessment_id), col(Assessment.id)
)

assessor_visible = RowAccess(
    {
        **region_staff(in_region(col(Assessor.region_code))),
        Role.CAREGIVER: RowRule("one's own", lambda actor: col(Assessor.account_id) == actor.id),
        Role.ADMIN: EVERY_ROW,
    }
)

assessment_policy_visible = RowAccess(
    {
        **region_staff(counting_in_region(col(AssessmentPolicy.region_code))),
        Role.ADMIN: EVERY_ROW,
    }
)
