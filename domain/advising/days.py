"""Which days a case is an advisor's."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col

from domain.advising.models import Caseload


def advised_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether an advisor answers for an elder on a day.

    Parameters:
        day: the day; SQL of a value to come will do as well.
    """
    until = col(Caseload.until)
    return and_(col(Caseload.since) <= day, or_(until.is_(None), until > day))
