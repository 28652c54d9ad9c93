"""What might help an elder, beside the elder's own fields."""

from typing import Any

import strawberry

from api.context import Context
from api.describe import enumeration, output
from api.plan.shapes import row_type_of_table
from domain.advising import models
from domain.advising.suggesting import suggestions_of
from domain.elders.models import CareLevel, Elder, Tag
from domain.ids import public_id

enumeration(
    models.CareNeedKind,
    "What somebody needs help with; orders of services are of the same kinds.",
    MEALS="助餐 meals.",
    BATHING="助浴 bathing.",
    CLEANING="助洁 cleaning and laundry.",
    MOBILITY="助行 getting about.",
    MEDICAL="助医 seeing a doctor, medicine.",
    EMERGENCY="助急 a call that is answered at any hour.",
    COMPANY="助聊 company and talk.",
)

enumeration(
    models.CareNeedUrgency,
    "How soon somebody needs help.",
    URGENT="紧急 within days.",
    SOON="较急 within weeks.",
    ROUTINE="一般 when it fits.",
)


@output
class ServiceSuggestion:
    """A kind of service that might help, and all that speaks for it."""

    kind: models.CareNeedKind
    """Which services."""
    need_id: strawberry.ID | None
    """The need that is open; null where none is."""
    urgency: models.CareNeedUrgency | None
    """How soon; null where no need is open."""
    care_level: CareLevel | None
    """The elder's level, where it speaks for it; else null."""
    tags: list[Tag]
    """Those of the elder's tags of today that speak for it."""
    age: int | None
    """The elder's age in completed years, where it speaks for it; else null."""


async def service_suggestions(elder: Any, context: Context) -> list[ServiceSuggestion]:
    """What might help, in three statements for however many elders."""
    table: Any = Elder
    beside = context.loaders.beside(row_type_of_table(table.__table__), suggestions_of)
    return [
        ServiceSuggestion(
            kind=one.kind,
            need_id=strawberry.ID(public_id("care_need", one.need_id)) if one.need_id else None,
            urgency=one.urgency,
            care_level=one.care_level,
            tags=list(one.tags),
            age=one.age,
        )
        for one in await beside.load(elder.id) or ()
    ]
