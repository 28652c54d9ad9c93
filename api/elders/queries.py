"""Elders by id and as a list."""

import strawberry
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from api.elders.types import Elder
from api.plan.criteria import contains, equal, through, under
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.elders import models
from domain.elders.visibility import elder_tag_visible


def _tagged_today(actor: Actor, tagged: ColumnElement[bool]) -> ColumnElement[bool]:
    current = col(models.ElderTag.until).is_(None)
    tags = select(col(models.ElderTag.elder_id)).where(tagged, current, elder_tag_visible(actor))
    return col(models.Elder.id).in_(tags)


@filter_input
class ElderFilter(Filter):
    """Which elders."""

    region: str | None = under(models.Elder.region_code)
    """Only those in the subtree of the division with this code."""
    tag: models.Tag | None = through(equal(models.ElderTag.tag), _tagged_today)
    """Only those who carry this tag today."""
    name_contains: str | None = contains(models.Elder.name)
    """Only those whose name contains this text."""


@strawberry.type
class ElderQueries:
    """Root fields on elders."""

    elder: Elder | None = by_id(
        models.Elder, description="An elder by id; null if there is none to be seen."
    )
    elders: Connection[Elder] = listing(
        models.Elder,
        order=ascending(models.Elder.id),
        filter=ElderFilter,
        description="The elders whom you may see, in the order of registration.",
    )
