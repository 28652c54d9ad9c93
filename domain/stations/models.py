"""The table of places of care."""

from enum import StrEnum
from uuid import UUID

from sqlmodel import Field

from domain.tables import Table, choice, primary_key, region_code


class StationKind(StrEnum):
    """What a place of care is."""

    NURSING_HOME = "NURSING_HOME"
    STREET_CENTRE = "STREET_CENTRE"
    COMMUNITY_STATION = "COMMUNITY_STATION"


class Station(Table, table=True):
    """A place of care; the beds that it answers for may stand in elders' homes."""

    id: UUID = Field(default=None, sa_column=primary_key())
    region_code: str = Field(sa_column=region_code(index=True))
    kind: StationKind = Field(sa_column=choice(StationKind, "station_kind_known"))
    name: str
    address: str
    longitude: float
    latitude: float
