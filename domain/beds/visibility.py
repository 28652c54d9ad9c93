"""Which beds and stays a role sees."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.beds.models import Bed, BedStay, BedStayLog, BedStayManager
from domain.elders.visibility import family, of_advised
from domain.row_access import EVERY_ROW, PUBLIC, RowAccess, RowRule, in_region, region_staff

bed_visible = PUBLIC
"""That there is a bed is public; who lies in it is not."""


def _in_own_station(actor: Actor) -> Any:
    station = select(col(Account.station_id)).where(col(Account.id) == actor.id)
    beds = select(col(Bed.id)).where(col(Bed.station_id).in_(station))
    return col(BedStay.bed_id).in_(beds)


bed_stay_visible = RowAccess(
    {
        **family(col(BedStay.elder_id)),
        **region_staff(in_region(col(BedStay.region_code))),
        Role.CAREGIVER: RowRule("in one's station", _in_own_station),
        Role.ADVISOR: of_advised(col(BedStay.elder_id)),
        Role.ADMIN: EVERY_ROW,
    }
)

bed_stay_log_visible = bed_stay_visible.through(col(BedStayLog.stay_id), col(BedStay.id))

bed_stay_manager_visible = bed_stay_visible.through(col(BedStayManager.stay_id), col(BedStay.id))
