"""Advisors' cases and elders' needs as lists."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Integer, select
from sqlmodel import col

from api.advising.types import CareNeed, Caseload
from api.describe import input_object
from api.plan.criteria import Criterion, equal_id, holds, on_day, one_of, through, under
from api.plan.declare import descending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.advising import models
from domain.advising.contact_notes import USUAL_DAYS, out_of_touch
from domain.advising.days import advised_on
from domain.advising.lifecycle import CareNeedState
from domain.advising.visibility import care_need_visible
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import InvalidInput
from domain.reasons import Reason

_TEN_YEARS = 3660
"""In days."""


def _lives(elder_id: Any, actor: Actor, there: ColumnElement[bool]) -> ColumnElement[bool]:
    return elder_id.in_(select(col(Elder.id)).where(there, elder_visible(actor)))


def _needs_something(actor: Actor) -> ColumnElement[bool]:
    """Of needs only those that the actor sees: a filter tells no more than fields do."""
    open_ones = select(col(models.CareNeed.elder_id)).where(
        col(models.CareNeed.state) == CareNeedState.OPEN, care_need_visible(actor)
    )
    return col(models.Caseload.elder_id).in_(open_ones)


@input_object
class NoContactInput:
    """How long nobody has been in touch."""

    days: int = USUAL_DAYS
    """In this many days, 1 to 3660; 30 if you say nothing."""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "NoContactInput":
        """The input as graphql-core has coerced it."""
        return cls(days=given.get("days", USUAL_DAYS))

    def bounds(self) -> tuple[int]:
        """For the SQL. Raises: InvalidInput(days)."""
        if not 1 <= self.days <= _TEN_YEARS:
            raise InvalidInput("days", reason=Reason.RANGE, least=1, most=_TEN_YEARS)
        return (self.days,)


def _out_of_touch() -> Any:
    return Criterion(
        (Integer(),),
        lambda value: value.bounds(),
        {None: lambda actor, bounds: out_of_touch(actor, bounds[0])},
        NoContactInput.of,
    )


@filter_input
class CaseloadFilter(Filter):
    """Which cases."""

    region: str | None = through(
        under(Elder.region_code),
        lambda actor, there: _lives(col(models.Caseload.elder_id), actor, there),
    )
    """Only those of elders in the subtree of the division with this code."""
    elder: strawberry.ID | None = equal_id(models.Caseload.elder_id, "elder")
    """Only this elder's."""
    account: strawberry.ID | None = equal_id(models.Caseload.account_id, "account")
    """Only this advisor's."""
    on: date | None = on_day(advised_on)
    """Only those of this day."""
    in_need: bool | None = holds(_needs_something)
    """Only those of elders of whom a need is open that you may see; if false, only the others."""
    no_contact: NoContactInput | None = _out_of_touch()
    """Only those of elders with whom nobody has noted a contact for so long, by the notes that you
    may see; none for a role that sees no notes."""


@filter_input
class CareNeedFilter(Filter):
    """Which needs."""

    region: str | None = through(
        under(Elder.region_code),
        lambda actor, there: _lives(col(models.CareNeed.elder_id), actor, there),
    )
    """Only those of elders in the subtree of the division with this code."""
    elder: strawberry.ID | None = equal_id(models.CareNeed.elder_id, "elder")
    """Only this elder's."""
    state: list[CareNeedState] | None = one_of(models.CareNeed.state)
    """Only those in one of these states; one alone needs no brackets."""
    kind: list[models.CareNeedKind] | None = one_of(models.CareNeed.kind)
    """Only those of one of these kinds; one alone needs no brackets."""
    urgency: list[models.CareNeedUrgency] | None = one_of(models.CareNeed.urgency)
    """Only those of one of these urgencies; one alone needs no brackets."""


@strawberry.type
class AdvisingQueries:
    """Root fields on advisors' cases."""

    caseload: Caseload | None = by_id(
        models.Caseload, description="An advisor's case by id; null if there is none to be seen."
    )
    caseloads: Connection[Caseload] = listing(
        models.Caseload,
        order=descending(models.Caseload.id),
        filter=CaseloadFilter,
        description="Whom advisors answer for, as far as you may see it, newest first; an "
        "advisor sees all of their own, those over included.",
    )
    care_need: CareNeed | None = by_id(
        models.CareNeed,
        description="What an elder needs, by id; null if there is none to be seen.",
    )
    care_needs: Connection[CareNeed] = listing(
        models.CareNeed,
        order=descending(models.CareNeed.id),
        filter=CareNeedFilter,
        description="What elders need, as far as you may see it, newest first.",
    )
