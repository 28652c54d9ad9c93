"""Which beds and stays a role sees."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from domain.access import Actor, Role
from domain.accounts.models import Account
from domain.beds.models import Bed, BedStay, BedStayLog, BedStayManager
from domain.beds.package_models import BedStayPackage
from domain.elders.visibility import family, of_advised
from domain.row_access import EVERY_ROW, PUBLIC, RowAccess, RowRule, in_region, region_staff

bed_visible = PUBLIC
"""That there is a bed is public; who lies in it is not."""


def in_own_station(bed_id: Any) -> RowRule:
    """Rows of the beds of the actor's own station.

    Parameters:
        bed_id: the row's column with the bed's key.
    """

    def predicate(actor: Actor) -> Any:
        station = select(col(Account.station_id)).where(col(Account.id) == actor.id)
        return bed_id.in_(select(col(Bed.id)).where(col(Bed.station_id).in_(station)))

    return RowRule("in one's station", predicate)


_STAYS = {
    **family(col(BedStay.elder_id)),
    **region_staff(in_region(col(BedStay.region_code))),
    Role.CAREGIVER: in_own_station(col(BedStay.bed_id)),
    Role.ADVISOR: of_advised(col(BedStay.elder_id)),
    Role.ADMIN: EVERY_ROW,
}

bed_stay_visible = RowAccess(_STAYS)

bed_stay_counted = RowAccess({**_STAYS, Role.AUDITOR: in_region(col(BedStay.region_code))})
"""Of which stays a role learns that there is one, and no more: also who reads the figures of a
region, but none of its stays."""

bed_stay_log_visible = bed_stay_visible.through(col(BedStayLog.stay_id), col(BedStay.id))

bed_stay_manager_visible = bed_stay_visible.through(col(BedStayManager.stay_id), col(BedStay.id))

bed_stay_package_visible = bed_stay_visible.through(col(BedStayPackage.stay_id), col(BedStay.id))
