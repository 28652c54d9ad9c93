"""Where a volunteer says to be when a visit begins."""

from dataclasses import dataclass

from domain import geo
from domain.errors import InvalidInput
from domain.reasons import Reason

MAX_ACCURACY_M = 100_000
FAR_M = 1_500
"""How far from the visit's place is far. The place is the community's centre, not the door, so
nothing finer can be said."""

VAGUE_M = 1_500
"""A place that is known to so many metres, or more closely, says something; one that is not may be
anywhere. Indoors an old phone knows no better, so it is noted, and nobody is turned away."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A place as a phone reports it.

    Parameters:
        accuracy_m: metres around the position within which the phone is, 0 to 100,000.

    Raises: InvalidInput outside these.
    """

    position: geo.Position
    accuracy_m: float

    def __post_init__(self) -> None:
        # Written so that NaN is refused as well.
        if not 0 <= self.accuracy_m <= MAX_ACCURACY_M:
            raise InvalidInput("accuracy_m", reason=Reason.RANGE, least=0, most=MAX_ACCURACY_M)

    @classmethod
    def of(
        cls, longitude: float | None, latitude: float | None, accuracy_m: float | None
    ) -> "Fix | None":
        """The place of three numbers; None where none of them is given.

        Raises: InvalidInput for the first that is missing beside others, or is out of range.
        """
        given = {"longitude": longitude, "latitude": latitude, "accuracy_m": accuracy_m}
        if all(value is None for value in given.values()):
            return None
        if longitude is None or latitude is None or accuracy_m is None:
            missing = next(name for name, value in given.items() if value is None)
            raise InvalidInput(missing, reason=Reason.WHOLE_PLACE)
        return cls(geo.Position(longitude, latitude), accuracy_m)

    @property
    def is_vague(self) -> bool:
        """Whether it is too vague to be near anything."""
        return self.accuracy_m > VAGUE_M

    def is_far_from(self, place: geo.Position) -> bool | None:
        """Whether the phone is far away wherever it is within its accuracy; None where it is too
        vague to say that it is not."""
        if geo.metres(place, self.position) - self.accuracy_m > FAR_M:
            return True
        return None if self.is_vague else False
