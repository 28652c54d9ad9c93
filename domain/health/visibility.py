"""Whose health record a role sees."""

from typing import Any

from sqlmodel import col

from domain.access import ConsentScope, Role
from domain.devices.visibility import during_an_incident
from domain.elders.models import Elder
from domain.elders.visibility import family, of_advised, of_regions_elders, of_residents
from domain.health.models import Allergy, ElderCondition, Measurement, Medication
from domain.row_access import EVERY_ROW, RowAccess, RowRule, Rules, in_region


def _record(elder_id: Any, of_region: RowRule) -> Rules:
    return {
        **family(elder_id, ConsentScope.HEALTH_RECORD),
        # An official decides by level and tags; what is in here is for those who care and who come.
        Role.DISPATCHER: of_region,
        Role.STATION: of_region,
        Role.CAREGIVER: of_residents(elder_id),
        Role.ADVISOR: of_advised(elder_id),
        Role.ADMIN: EVERY_ROW,
    }


def _entries(elder_id: Any) -> RowAccess:
    return RowAccess(_record(elder_id, of_regions_elders(elder_id)))


elder_condition_visible = _entries(col(ElderCondition.elder_id))
allergy_visible = _entries(col(Allergy.elder_id))
medication_visible = _entries(col(Medication.elder_id))

elder_with_record_visible = RowAccess(_record(col(Elder.id), in_region(col(Elder.region_code))))
"""The elders whose health record one sees; not everybody who sees an elder does."""

# Vital signs that somebody took, not those that a device keeps sending: who works at the station
# keeps them, while a desk sees them, like the others, during an incident.
measurement_visible = RowAccess(
    {
        **_record(col(Measurement.elder_id), of_regions_elders(col(Measurement.elder_id))),
        **family(col(Measurement.elder_id), ConsentScope.VITALS),
        Role.DISPATCHER: during_an_incident(col(Measurement.elder_id)),
    }
)
