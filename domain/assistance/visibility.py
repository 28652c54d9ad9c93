"""Which assistance cases a role sees."""

from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.assistance.models import AssistanceCase, AssistanceCaseLog
from domain.elders.visibility import elder_visible_for, family
from domain.row_access import EVERY_ROW, RowAccess, RowRule, in_region

_in_region = in_region(col(AssistanceCase.region_code))

assistance_case_visible = RowAccess(
    {
        **family(col(AssistanceCase.elder_id), ConsentScope.FINANCE),
        Role.STATION: RowRule(
            "submitted by oneself", lambda actor: col(AssistanceCase.submitted_by) == actor.id
        ),
        Role.ADVISOR: RowRule(
            "advised by oneself", lambda actor: col(AssistanceCase.advisor_id) == actor.id
        ),
        Role.OFFICIAL: _in_region,
        Role.AUDITOR: _in_region,
        Role.ADMIN: EVERY_ROW,
    }
)

applicant_visible = elder_visible_for(ConsentScope.FINANCE)
"""For which elders someone may apply."""

assistance_case_log_visible = assistance_case_visible.through(
    col(AssistanceCaseLog.case_id), col(AssistanceCase.id)
)
