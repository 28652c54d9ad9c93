"""Assessments as a list, the scale as a form, and what answers would come to."""

from datetime import date
from typing import Annotated

import strawberry
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from api.assessments.scale import (
    AssessmentPreview,
    AssessmentPreviewInput,
    AssessmentScale,
    preview,
    shown_scale,
)
from api.assessments.types import Assessment, AssessmentPolicy, Assessor
from api.context import Info
from api.plan.criteria import equal, equal_id, one_of, through, under, until
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.assessments import models
from domain.assessments.lifecycle import AssessmentState
from domain.assessments.scale import scale_of
from domain.elders.models import CareLevel, Elder
from domain.elders.visibility import elder_visible


def _elder_lives_there(actor: Actor, there: ColumnElement[bool]) -> ColumnElement[bool]:
    elders = select(col(Elder.id)).where(there, elder_visible(actor))
    return col(models.Assessment.elder_id).in_(elders)


@filter_input
class AssessmentFilter(Filter):
    """Which assessments."""

    region: str | None = through(under(Elder.region_code), _elder_lives_there)
    """Only those of elders in the subtree of the division with this code."""
    elder: strawberry.ID | None = equal_id(models.Assessment.elder_id, "elder")
    """Only this elder's."""
    state: list[AssessmentState] | None = one_of(models.Assessment.state)
    """Only those in one of these states; one alone needs no brackets."""
    level: list[CareLevel] | None = one_of(models.Assessment.level)
    """Only those of one of these levels; one alone needs no brackets."""
    expiring_before: date | None = until(models.Assessment.valid_through)
    """Only those whose last day is before this one."""


@filter_input
class AssessorFilter(Filter):
    """Which assessors."""

    region: str | None = under(models.Assessor.region_code)
    """Only those of the subtree of the division with this code."""
    account: strawberry.ID | None = equal_id(models.Assessor.account_id, "account")
    """Only this account's certificates."""
    clinical: bool | None = equal(models.Assessor.clinical)
    """Only clinical ones, or only the others."""
    expiring_before: date | None = until(models.Assessor.until)
    """Only those that end before this day."""


@filter_input
class AssessmentPolicyFilter(Filter):
    """Which divisions' wishes."""

    region: str | None = under(models.AssessmentPolicy.region_code)
    """Only those of the subtree of the division with this code."""


@strawberry.type
class AssessmentQueries:
    """Root fields on assessments."""

    assessment: Assessment | None = by_id(
        models.Assessment, description="An assessment by id; null if there is none to be seen."
    )
    assessments: Connection[Assessment] = listing(
        models.Assessment,
        order=ascending(models.Assessment.valid_through, models.Assessment.id),
        filter=AssessmentFilter,
        description="The assessments that you may see, those first that end first: with the state "
        "CONFIRMED those that have to be done again.",
    )
    assessor: Assessor | None = by_id(
        models.Assessor, description="An assessor by id; null if there is none to be seen."
    )
    assessors: Connection[Assessor] = listing(
        models.Assessor,
        order=ascending(models.Assessor.id),
        filter=AssessorFilter,
        description="The assessors that you may see, in the order in which they were entered.",
    )
    assessment_policy: AssessmentPolicy | None = by_id(
        models.AssessmentPolicy,
        description="What a division has set, by id; null if there is none to be seen.",
    )
    assessment_policies: Connection[AssessmentPolicy] = listing(
        models.AssessmentPolicy,
        order=ascending(models.AssessmentPolicy.id),
        filter=AssessmentPolicyFilter,
        description="What your region's divisions, and those above them, ask of assessments "
        "instead of the rules.",
    )

    @strawberry.field(description="The standard that elders are assessed by, as a form to fill in.")
    async def assessment_scale(
        self,
        info: Info,
        version: Annotated[
            str | None,
            strawberry.argument(description="Of the standard, such as 2022; the newest if null."),
        ] = None,
    ) -> AssessmentScale:
        """As data: no version is known to the clients."""
        return shown_scale(scale_of(version), info.context)

    @strawberry.field(description="What answers come to; nothing is stored by asking.")
    async def assessment_preview(
        self,
        info: Info,
        input: Annotated[AssessmentPreviewInput, strawberry.argument(description="The answers.")],
    ) -> AssessmentPreview:
        """It is of nobody: whoever has signed in may ask."""
        return preview(input.answers(), info.context)
