"""Elders by id and as a list."""

import strawberry
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from api.describe import input_object
from api.elders.types import Elder
from api.plan.declare import ascending
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.elders import models
from domain.elders.visibility import elder_tag_visible
from domain.tables import within


@input_object
class ElderFilter:
    """Which elders."""

    region: str | None = None
    """Only those in the subtree of the division with this code."""
    tag: models.Tag | None = None
    """Only those who carry this tag today."""
    name_contains: str | None = None
    """Only those whose name contains this text."""

    def conditions(self, actor: Actor) -> list[ColumnElement[bool]]:
        """The predicates of the fields that are given."""
        conditions: list[ColumnElement[bool]] = []
        if self.region is not None:
            conditions.append(within(col(models.Elder.region_code), self.region))
        if self.tag:
            tagged = select(col(models.ElderTag.elder_id)).where(
                col(models.ElderTag.tag) == self.tag,
                col(models.ElderTag.until).is_(None),
                elder_tag_visible(actor),
            )
            conditions.append(col(models.Elder.id).in_(tagged))
        if self.name_contains is not None:
            conditions.append(col(models.Elder.name).contains(self.name_contains, autoescape=True))
        return conditions


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
