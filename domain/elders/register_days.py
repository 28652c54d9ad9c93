"""Who was in the register on a day that is past, and where they lived then."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from domain.elders.models import Elder, ElderField, ElderLog
from domain.tables import within


def registered_before(moment: datetime) -> ColumnElement[bool]:
    """Whether an elder was entered before a moment; who was there before anybody noted it, was."""
    entered = col(Elder.registered_at)
    return or_(entered.is_(None), entered < moment)


def lived_in(region: str, before: datetime) -> ColumnElement[bool]:
    """Whether an elder's entry named a community of a region just before a moment.

    The log tells who has moved since: of their later moves the first one says where from.

    Parameters:
        region: code of the division whose subtree counts.
    """
    moved, left = col(ElderLog.elder_id), col(ElderLog.before)
    since = (
        select(moved, left)
        .ext(distinct_on(moved))
        .where(col(ElderLog.field) == ElderField.REGION, col(ElderLog.at) >= before)
        .order_by(moved, col(ElderLog.id))
        .cte("moved_since")
    )
    stayed = col(Elder.id).not_in(select(since.c.elder_id))
    came_from = select(since.c.elder_id).where(within(since.c.before, region))
    return or_(and_(within(col(Elder.region_code), region), stayed), col(Elder.id).in_(came_from))
