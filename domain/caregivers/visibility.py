"""Which certificates, training and assignments a role sees."""

from typing import Any

from sqlmodel import col

from domain.access import Role
from domain.accounts.models import Account
from domain.caregivers.models import CareAssignment, Certificate, TrainingRecord
from domain.elders.visibility import family, of_advised
from domain.row_access import EVERY_ROW, RowAccess, RowRule, in_region, region_staff


def _own(column: Any) -> RowRule:
    return RowRule("one's own", lambda actor: column == actor.id)


certificate_visible = RowAccess(
    {
        **region_staff(in_region(col(Certificate.region_code))),
        **dict.fromkeys((Role.CAREGIVER, Role.ADVISOR), _own(col(Certificate.account_id))),
        Role.ADMIN: EVERY_ROW,
    }
)

training_record_visible = RowAccess(
    {
        **region_staff(in_region(col(TrainingRecord.region_code))),
        **dict.fromkeys((Role.CAREGIVER, Role.ADVISOR), _own(col(TrainingRecord.account_id))),
        Role.ADMIN: EVERY_ROW,
    }
)

care_assignment_visible = RowAccess(
    {
        **family(col(CareAssignment.elder_id)),
        **region_staff(in_region(col(CareAssignment.region_code))),
        Role.CAREGIVER: _own(col(CareAssignment.account_id)),
        Role.ADVISOR: of_advised(col(CareAssignment.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)

workforce = RowAccess({**region_staff(in_region(col(Account.region_code))), Role.ADMIN: EVERY_ROW})
"""Whose qualification a role counts: those whose certificates and training it sees."""
