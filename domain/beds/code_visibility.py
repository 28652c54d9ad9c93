"""Who sees that a bed has a code, and since when. The code itself nobody sees but who makes it."""

from sqlmodel import col

from domain.access import Role
from domain.beds.code_models import CareCode
from domain.beds.visibility import in_own_station
from domain.row_access import EVERY_ROW, RowAccess, in_region, region_staff

care_code_visible = RowAccess(
    {
        **region_staff(in_region(col(CareCode.region_code))),
        Role.CAREGIVER: in_own_station(col(CareCode.bed_id)),
        Role.ADMIN: EVERY_ROW,
    }
)
