"""The table of administrative divisions."""

from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field

from domain.tables import Table, choice


class RegionLevel(StrEnum):
    """Depth of a division: the code has 2, 4, 6, 9 or 12 digits."""

    PROVINCE = "PROVINCE"
    CITY = "CITY"
    DISTRICT = "DISTRICT"
    STREET = "STREET"
    COMMUNITY = "COMMUNITY"


class Region(Table, table=True):
    """A division with the code of the National Bureau of Statistics; a child's code begins
    with its parent's."""

    code: str = Field(sa_column=Column(Text(collation="C"), primary_key=True))
    name: str
    level: RegionLevel = Field(sa_column=choice(RegionLevel, "region_level_known"))
    parent_code: str | None = Field(
        default=None, sa_column=Column(Text(collation="C"), ForeignKey("region.code"), index=True)
    )
