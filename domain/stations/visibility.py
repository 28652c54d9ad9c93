"""Who sees places of care, and who changed what of them."""

from typing import Any

from sqlalchemy import false, select
from sqlmodel import col

from domain.access import Actor, Role
from domain.row_access import EVERY_ROW, PUBLIC, RowAccess, RowRule, region_staff
from domain.stations.models import Station, StationLog
from domain.tables import within

station_visible = PUBLIC
"""A place of care is in the city's directory: whoever has signed in sees it."""


def _of_region(actor: Actor) -> Any:
    if not actor.region:
        return false()
    here = select(col(Station.id)).where(within(col(Station.region_code), actor.region))
    return col(StationLog.station_id).in_(here)


station_log_visible = RowAccess(
    {**region_staff(RowRule("of the region's places", _of_region)), Role.ADMIN: EVERY_ROW}
)
