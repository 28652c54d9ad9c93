"""Places on the map in the schema."""

from typing import Any

from sqlalchemy import ColumnElement

from api.describe import input_object, output
from domain import geo
from domain.errors import InvalidInput

MAX_RADIUS_M = 50_000


@output
class Position:
    """A point on the map, in degrees of GCJ-02, the datum of maps and phones in China."""

    longitude: float
    """Degrees east."""
    latitude: float
    """Degrees north."""


@input_object
class NearInput:
    """A circle on the map, in degrees of GCJ-02."""

    longitude: float
    """Degrees east of the centre."""
    latitude: float
    """Degrees north of the centre."""
    radius_m: int
    """Metres, 1 to 50000."""

    def condition(self, longitude: Any, latitude: Any) -> ColumnElement[bool]:
        """Whether a row's place lies in the circle.

        Parameters:
            longitude, latitude: the row's columns.
        Raises: InvalidInput for a circle that is none.
        """
        if not 1 <= self.radius_m <= MAX_RADIUS_M:
            raise InvalidInput("radius_m", reason=f"1 to {MAX_RADIUS_M}")
        centre = geo.Position(self.longitude, self.latitude)
        return geo.near(longitude, latitude, centre, self.radius_m)
