"""Shifts and times of passing on as they lie in the database."""

from datetime import timedelta

from domain.access import Role
from domain.alarms.models import AlarmSeverity
from domain.calendar import now
from domain.database import Database
from domain.escalation.models import EscalationPolicy
from domain.rosters.models import OnCallShift
from domain.stations.models import Station
from yiyang.district.cast import District


async def make_duty(database: Database, district: District) -> None:
    """The station's and the dispatcher's shifts of this day, and times that the city, the district
    and the station's community have set."""
    players = district.players
    desk = players[Role.DISPATCHER]
    assert desk.region_code, "A dispatcher is one of a region."
    async with database.transaction("test") as session:
        station = await session.get_one(Station, district.station_id)
        for account_id, station_id, region in (
            (players[Role.STATION].account_id, station.id, station.region_code),
            (desk.account_id, None, desk.region_code),
        ):
            shift = OnCallShift(
                account_id=account_id,
                station_id=station_id,
                region_code=region,
                backup=False,
                since=now() - timedelta(hours=1),
                until=now() + timedelta(hours=7),
                set_by=players[Role.ADMIN].account_id,
            )
            session.add(shift)
        for region in (station.region_code[:4], station.region_code[:6], station.region_code):
            policy = EscalationPolicy(
                region_code=region,
                severity=AlarmSeverity.MINOR,
                street_after_seconds=600,
                district_after_seconds=1800,
                rearm_after_seconds=3600,
                set_by=players[Role.ADMIN].account_id,
            )
            session.add(policy)
