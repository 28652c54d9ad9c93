"""Who sees for what places of care answer, and which elders belong to them."""

from sqlmodel import col

from domain.access import Role
from domain.elders.visibility import family, of_advised, of_regions_elders, of_residents
from domain.row_access import EVERY_ROW, PUBLIC, RowAccess, region_staff
from domain.stations.area_models import StationAssignment

station_area_visible = PUBLIC
"""Whoever lives there may know who answers for them."""

station_assignment_visible = RowAccess(
    {
        **family(col(StationAssignment.elder_id)),
        **region_staff(of_regions_elders(col(StationAssignment.elder_id))),
        Role.CAREGIVER: of_residents(col(StationAssignment.elder_id)),
        Role.ADVISOR: of_advised(col(StationAssignment.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)
