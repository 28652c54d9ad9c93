"""Places on the map in the schema."""

from collections.abc import Mapping
from typing import Any

from api.describe import input_object, output
from domain import geo
from domain.errors import InvalidInput
from domain.reasons import Reason

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

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "NearInput":
        """The input as graphql-core has coerced it."""
        return cls(
            longitude=given["longitude"], latitude=given["latitude"], radius_m=given["radiusM"]
        )

    def circle(self) -> geo.Circle:
        """The same for the domain. Raises: InvalidInput for a circle that is none."""
        if not 1 <= self.radius_m <= MAX_RADIUS_M:
            raise InvalidInput("radius_m", reason=Reason.RANGE, least=1, most=MAX_RADIUS_M)
        return geo.Circle.of(geo.Position(self.longitude, self.latitude), self.radius_m)
