"""For which communities places of care answer, and which elders belong to them."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, Uuid, column, func
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from domain.tables import Table, no_overlap, primary_key, reference, region_code

_DAYS = func.daterange(column("since"), column("until"))


class StationArea(Table, table=True):
    """A community that a place of care answers for, from a day on until before another. Two places
    may answer for one: that is found (``stationOverlaps``), not forbidden, as it is so while one
    takes over from the other."""

    __table_args__ = (
        ExcludeConstraint(
            (column("station_id", Uuid()), "="),
            (column("region_code", Text()), "="),
            (_DAYS, "&&"),
            name="station_area_once",
            using="gist",
        ),
        CheckConstraint("until >= since", name="station_area_period_forward"),
        Index("station_area_region_code_since_id", "region_code", "since", "id"),
        Index("station_area_station_id_id", "station_id", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    station_id: UUID = Field(sa_column=reference("station.id"))
    region_code: str = Field(sa_column=region_code())
    since: date
    until: date | None = None
    set_by: UUID = Field(sa_column=reference("account.id"))
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))


class StationAssignment(Table, table=True):
    """An elder who belongs to a place of care, from a day on until before another; to one at a
    time. One that was ended before it began is empty: it ends where it begins."""

    __table_args__ = (
        no_overlap("elder_id", _DAYS, name="station_assignment_elder_once"),
        CheckConstraint("until >= since", name="station_assignment_period_forward"),
        Index("station_assignment_elder_id_since_id", "elder_id", "since", "id"),
        Index("station_assignment_station_id_id", "station_id", "id"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    station_id: UUID = Field(sa_column=reference("station.id"))
    elder_id: UUID = Field(sa_column=reference("elder.id"))
    since: date
    until: date | None = None
    # None where it came with an import.
    set_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
    ended_by: UUID | None = Field(default=None, sa_column=reference("account.id", nullable=True))
