"""Which tags an elder carries on a day, and who is a key elder: asked by date.

A tag's row is never changed but to say that it is no longer believed: what has ended, or was wrong,
is entered anew beside it. So a day that is past is answered by what is known of it today, and what
was believed before stays to be read.
"""

from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, and_, any_, func, literal, or_, select
from sqlmodel import col

from domain.elders.models import KEY_TAGS, Elder, ElderTag, KeyTagSet

ADVANCED_AGE = 80
"""Completed years from which on somebody is 高龄: derived from the birth date, never entered."""

DISTRICT_DIGITS = 6
"""Of a region's code, those of its district, which says whom it counts."""


def holds_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a tag's row says that the tag holds on a day, as it is believed now.

    Parameters:
        day: the day; SQL of a value to come will do as well.
    """
    return and_(
        col(ElderTag.withdrawn_at).is_(None),
        col(ElderTag.since) <= day,
        or_(col(ElderTag.until).is_(None), col(ElderTag.until) > day),
    )


def makes_key(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """Whether a tag's row makes its elder a key elder on a day, of those whom the district counts.

    The elder's own row must be in reach of the statement.

    Parameters:
        day: as for ``holds_on``.
    """
    return and_(holds_on(day), col(ElderTag.tag) == any_(_counted(day)))


def _counted(day: date | ColumnElement[date]) -> ColumnElement[Any]:
    """The tags that the elder's district counts on a day; without a word of its own, the rule
    book's."""
    district = func.left(col(Elder.region_code), DISTRICT_DIGITS)
    own = (
        select(col(KeyTagSet.tags))
        .where(col(KeyTagSet.region_code) == district, col(KeyTagSet.since) <= day)
        .order_by(col(KeyTagSet.since).desc())
        .limit(1)
        .correlate(Elder)
        .scalar_subquery()
    )
    usual = literal(sorted(tag.value for tag in KEY_TAGS), ARRAY(String()))
    return func.coalesce(own, usual)
