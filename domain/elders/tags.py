"""Which tags an elder carries on a day, and who is a key elder: asked by date.

A tag's row is never changed but to say that it is no longer believed: what has ended, or was wrong,
is entered anew beside it. So a day that is past is answered by what is known of it today, and what
was believed before stays to be read.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, and_, any_, func, literal, or_, select
from sqlmodel import col

from domain.elders.models import KEY_TAGS, Elder, ElderTag, KeyTagSet
from domain.periods import holding

ADVANCED_AGE = 80
"""Completed years from which on somebody is 高龄: derived from the birth date, never entered."""

DISTRICT_DIGITS = 6
"""Of a region's code, those of its district, which says whom it counts."""


def holds_on(
    day: date | ColumnElement[date], known_before: datetime | None = None
) -> ColumnElement[bool]:
    """Whether a tag's row says that the tag holds on a day.

    Parameters:
        day: the day; SQL of a value to come will do as well.
        known_before: as it was believed just before this moment; as it is believed now if None.
    """
    return and_(_believed(known_before), holding(ElderTag, day))


def makes_key(
    day: date | ColumnElement[date],
    region: str | None = None,
    known_before: datetime | None = None,
) -> ColumnElement[bool]:
    """Whether a tag's row makes its elder a key elder on a day, of those whom the district counts.

    The elder's own row must be in reach of the statement.

    Parameters:
        day, known_before: as for ``holds_on``.
        region: where the elders are known to live: of a single district it is asked only once
            what it counts. Anywhere if None.
    """
    alone = region is not None and len(region) >= DISTRICT_DIGITS
    district = region[:DISTRICT_DIGITS] if region and alone else _OWN_DISTRICT
    return and_(holds_on(day, known_before), col(ElderTag.tag) == any_(_counted(day, district)))


_OWN_DISTRICT = func.left(col(Elder.region_code), DISTRICT_DIGITS)


def _believed(known_before: datetime | None) -> ColumnElement[bool]:
    withdrawn_at = col(ElderTag.withdrawn_at)
    if known_before is None:
        return withdrawn_at.is_(None)
    believed = or_(withdrawn_at.is_(None), withdrawn_at >= known_before)
    return and_(col(ElderTag.entered_at) < known_before, believed)


def _counted(day: date | ColumnElement[date], district: Any) -> ColumnElement[Any]:
    """The tags that a district counts on a day; without a word of its own, the rule book's."""
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
