"""For which days a bed may be given."""

from datetime import date, timedelta

from domain.beds.occupancy import Days
from domain.errors import InvalidInput
from domain.reasons import Reason

MAX_DAYS_BACK = 31
"""How late an admission may be entered."""

MAX_DAYS_AHEAD = 365
"""How early a bed may be reserved."""

MAX_PLANNED_DAYS = 3660
"""How far an end may be planned, ten years; a longer stay is one without an end."""


def admissible(days: Days, day: date, back: int = MAX_DAYS_BACK) -> Days:
    """These days.

    Parameters:
        day: the district's today.
        back: how many days ago they may begin.

    Raises: InvalidInput(starts_on or ends_on) for days that nobody can be given.
    """
    first, last = day - timedelta(days=back), day + timedelta(days=MAX_DAYS_AHEAD)
    if not first <= days.starts_on <= last:
        raise InvalidInput("starts_on", reason=Reason.RANGE, least=str(first), most=str(last))
    longest = days.starts_on + timedelta(days=MAX_PLANNED_DAYS)
    if days.ends_on is not None and not days.starts_on < days.ends_on <= longest:
        raise InvalidInput(
            "ends_on", reason=Reason.DAYS, after=str(days.starts_on), most=str(longest)
        )
    return days
