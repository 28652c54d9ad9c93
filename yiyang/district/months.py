"""When the visits of a month take place, and who of the volunteers makes them.

No two visits of a volunteer overlap, by construction: a volunteer has eight hours on every day of
a month, and each of the elders that fall to them has another one of these.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_FIRST_HOUR, _HOURS = 9, 8
# No month has a number of hours that this divides, so all are used before one is used again; and
# it spreads the few that are used over the month.
_STRIDE = 89


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar."""

    first: date
    days: int

    def hour(self, turn: int, shift: int) -> tuple[date, int]:
        """The day and the hour (9 to 16) of a volunteer's visits, each once.

        Parameters:
            turn: which visit of the month, from 0.
            shift: tells the volunteers apart.
        """
        place = (turn * _STRIDE + shift) % (self.days * _HOURS)
        day, hour = divmod(place, _HOURS)
        return self.first + timedelta(day), _FIRST_HOUR + hour


def month_of(day: date) -> Month:
    """The month that a day lies in."""
    return Month(day.replace(day=1), monthrange(day.year, day.month)[1])


def month_before(month: Month) -> Month:
    """The month before."""
    return month_of(month.first - timedelta(1))
