"""Places of care as clients see them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.accounts.types import Account
from api.context import Context
from api.describe import enumeration, output
from api.geo import Position
from api.plan.declare import (
    ascending,
    computed,
    connection,
    descending,
    many,
    node,
    one,
    record,
)
from api.regions.types import Region
from api.relay import Connection, Node
from domain.beds.models import Bed as BedRow
from domain.clock import clock_of
from domain.stations import area_models, models
from domain.stations.area_visibility import station_area_visible
from domain.stations.opening import OpeningDay, is_open
from domain.stations.visibility import station_log_visible, station_visible

if TYPE_CHECKING:
    from api.beds.types import Bed

enumeration(
    models.StationKind,
    "What a place of care is.",
    NURSING_HOME="养老机构 a nursing home.",
    STREET_CENTRE="街道居家养老服务中心 a street's centre for care at home.",
    COMMUNITY_STATION="社区养老驿站 a community's elder station.",
)


enumeration(
    models.StationField,
    "What is said of a place of care.",
    NAME="名称.",
    ADDRESS="地址.",
    PHONE="电话.",
    DAY_PLACES="日间照料名额.",
    HOURS="每周开放时间.",
    EXCEPTIONS="特殊日期的开放时间.",
)

enumeration(
    OpeningDay,
    "A day of the week, or a public holiday, whatever day of the week that is.",
    name="OpeningHoursDay",
    MONDAY="周一.",
    TUESDAY="周二.",
    WEDNESDAY="周三.",
    THURSDAY="周四.",
    FRIDAY="周五.",
    SATURDAY="周六.",
    SUNDAY="周日.",
    HOLIDAY="法定节假日 by the State Council's notice of the year, days off around it included.",
)


@output
class OpeningHours:
    """From when until when a place is open on a day, by the district's clock."""

    day: OpeningDay
    """On which day."""
    opens: str
    """From when on: `08:30`."""
    closes: str
    """Until when: `17:00`; `24:00` is the day's end."""


@output
class OpeningInterval:
    """From when until when a place is open on a date, by the district's clock."""

    opens: str
    """From when on: `08:30`."""
    closes: str
    """Until when: `17:00`; `24:00` is the day's end."""


@output
class OpeningException:
    """A date that has hours of its own."""

    day: date
    """The date."""
    hours: list[OpeningInterval]
    """When it is open on that date; empty for not at all."""


def _hours(station: models.Station, _: Context) -> list[OpeningHours]:
    days: list[tuple[OpeningDay, Sequence[Sequence[int]]]] = [
        (day, station.hours.get(day.value, ())) for day in OpeningDay
    ]
    return [
        OpeningHours(day=day, opens=clock_of(opens), closes=clock_of(closes))
        for day, intervals in days
        for opens, closes in intervals
    ]


def _exceptions(station: models.Station, _: Context) -> list[OpeningException]:
    return [
        OpeningException(
            day=date.fromisoformat(day),
            hours=[OpeningInterval(opens=clock_of(a), closes=clock_of(b)) for a, b in intervals],
        )
        for day, intervals in sorted(station.exceptions.items())
    ]


def _open_now(station: models.Station, context: Context) -> bool | None:
    return is_open(station.hours, station.exceptions, context.now)


def _position(station: models.Station, context: Context) -> Position:
    del context
    return Position(longitude=station.longitude, latitude=station.latitude)


@node(area_models.StationArea, visible=station_area_visible)
class StationArea(Node):
    """A community that a place of care answers for, for a time."""

    station: "Station" = one(area_models.StationArea.station_id)
    """Who answers for it."""
    region: Region = one(area_models.StationArea.region_code)
    """The community."""
    since: date
    """The first day."""
    until: date | None
    """The first day no more; null where no end is set. The same as `since` for one that was ended
    before it began."""
    set_by: Account | None = one(area_models.StationArea.set_by)
    """Who said so; null where you may not see them."""
    ended_by: Account | None = one(area_models.StationArea.ended_by)
    """Who set the end; null where nobody has, and where you may not see them."""


@record(models.StationLog, visible=station_log_visible)
class StationChange:
    """Who changed what of a place of care, and when."""

    field: models.StationField
    """What was changed."""
    at: datetime
    """When."""
    account: Account | None = one(models.StationLog.account_id)
    """By whom; null where you may not see them."""
    before: str | None
    """What was said before; null for nothing."""
    after: str | None
    """What is said since; null for nothing."""


@node(models.Station, visible=station_visible)
class Station(Node):
    """A place of care; the beds that it answers for may stand in elders' homes."""

    kind: models.StationKind
    """What it is."""
    name: str
    """Name, for example 清波街道居家养老服务中心."""
    address: str
    """Where to go; public."""
    region: Region = one(models.Station.region_code)
    """The division that it stands in."""
    position: Position = computed(
        _position, needs=[models.Station.longitude, models.Station.latitude]
    )
    """Where it is on the map."""
    beds: Connection[Annotated["Bed", strawberry.lazy("api.beds.types")]] = connection(
        BedRow.station_id, order=ascending(BedRow.id)
    )
    """The beds that it answers for, in the order in which they were set up."""
    phone: str | None
    """Whom to call there; public. Null where nobody has said so."""
    day_places: int | None
    """日间照料名额: how many elders may be there by day; null where nobody has said so. Beds for
    the day are `beds(filter: {station: …, kind: DAY})`."""
    hours: list[OpeningHours] = computed(_hours, needs=[models.Station.hours])
    """When it is open, from Monday on and on public holidays: on a day without hours it is closed;
    where there are none at all, nobody knows."""
    exceptions: list[OpeningException] = computed(_exceptions, needs=[models.Station.exceptions])
    """Dates that have hours of their own, the earliest first."""
    open_now: bool | None = computed(
        _open_now, needs=[models.Station.hours, models.Station.exceptions]
    )
    """Whether it is open now; null where nobody has said when it is."""
    areas: Connection[StationArea] = connection(
        area_models.StationArea.station_id, order=descending(area_models.StationArea.id)
    )
    """The communities that it answers for, those that it answered for once included, newest
    first."""
    history: list[StationChange] = many(
        models.StationLog.station_id, order=ascending(models.StationLog.id)
    )
    """What was changed of it, the earliest first; for those who work for its region."""
    version: int
    """How often its entry has been written; `stationUpdate` takes it as `expectedVersion`."""
