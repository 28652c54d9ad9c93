"""Places of care, and what was changed of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from domain.tables import (
    Table,
    choice,
    counter,
    facts,
    moment,
    primary_key,
    reference,
    region_code,
    version,
)


class StationKind(StrEnum):
    """What a place of care is."""

    NURSING_HOME = "NURSING_HOME"
    STREET_CENTRE = "STREET_CENTRE"
    COMMUNITY_STATION = "COMMUNITY_STATION"


class StationField(StrEnum):
    """What is said of a place of care."""

    NAME = "NAME"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    DAY_PLACES = "DAY_PLACES"
    HOURS = "HOURS"
    EXCEPTIONS = "EXCEPTIONS"


def _sound(column: str, name: str) -> CheckConstraint:
    """Of each day at most four intervals, each within the day and ending after it begins, and none
    that begins before the one before it has ended."""
    unsound = (
        "strict $.* ? (@.size() > 4 || @[0][1] > @[1][0] || @[1][1] > @[2][0]"
        " || @[2][1] > @[3][0] || exists (@[*] ? (@.size() != 2 || @[0] < 0 || @[0] >= @[1]"
        " || @[1] > 1440)))"
    )
    return CheckConstraint(f"NOT jsonb_path_exists({column}, '{unsound}')", name=name)


class Station(Table, table=True):
    """A place of care; the beds that it answers for may stand in elders' homes.

    Its hours lie in its row, as intervals of minutes since midnight, so that whether it is open
    costs no further read: ``hours`` by the day of the week, ``exceptions`` by date.
    """

    __table_args__ = (
        CheckConstraint("day_places BETWEEN 0 AND 10000", name="station_day_places_bounded"),
        _sound("hours", "station_hours_sound"),
        _sound("exceptions", "station_exceptions_sound"),
    )

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code(index=True))
    kind: StationKind = Field(sa_column=choice(StationKind, "station_kind_known"))
    name: str
    address: str
    longitude: float
    latitude: float
    # Whom to call; as public as the address.
    phone: str | None = None
    # How many elders may be there by day; None where nobody has said so.
    day_places: int | None = None
    hours: dict[str, Any] = Field(default_factory=dict, sa_column=facts())
    exceptions: dict[str, Any] = Field(default_factory=dict, sa_column=facts())
    version: int = Field(default=None, sa_column=version())


class StationLog(Table, table=True):
    """Who changed what of a place of care, and when. Rows are only ever added."""

    __table_args__ = (Index("station_log_station_id_id", "station_id", "id"),)

    id: int = Field(default=None, sa_column=counter())
    station_id: UUID = Field(sa_column=reference("station.id"))
    at: datetime = Field(default=None, sa_column=moment(default_now=True))
    account_id: UUID = Field(sa_column=reference("account.id"))
    field: StationField = Field(sa_column=choice(StationField, "station_log_field_known"))
    before: str | None = None
    after: str | None = None
