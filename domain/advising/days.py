"""Which days a case is an advisor's."""

from datetime import date

from sqlalchemy import ColumnElement

from domain.advising.models import Caseload
from domain.periods import holding


def advised_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether an advisor answers for an elder on a day.

    Parameters:
        day: the day; SQL of a value to come will do as well.
    """
    return holding(Caseload, day)
