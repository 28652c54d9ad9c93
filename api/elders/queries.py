"""Elders by id and as a list."""

from datetime import date

import strawberry
from sqlalchemy import ColumnElement, String, exists, select, true
from sqlmodel import col

from api.describe import enumeration
from api.elders.types import Elder
from api.plan.criteria import (
    contains,
    equal,
    equal_id,
    in_words,
    looked_up,
    one_of,
    sought_by,
    under,
)
from api.plan.dated_criteria import holds_on_day, on_day, the_day
from api.plan.declare import ascending
from api.plan.filters import Filter, filter_input
from api.plan.roots import by_id, listing
from api.relay import Connection
from domain.access import Actor
from domain.coverage.protection import Protection, protected_as
from domain.elders import models
from domain.elders.search import has_number, is_spelled, name_pattern, number_and_column
from domain.elders.tags import holds_on, makes_key
from domain.elders.visibility import elder_tag_visible
from domain.periods import holding
from domain.stations.area_models import StationAssignment
from domain.stations.area_visibility import station_assignment_visible

enumeration(
    Protection,
    "Whether devices protect an elder now.",
    name="ElderProtection",
    PROTECTED="有守护 there is a device, and all that were ever heard are online.",
    PARTLY="部分守护 one device is online, and one is not any more.",
    UNCOVERED="失去守护 there are devices, and none is online any more.",
    NEVER_HEARD="从未上线 there are devices, and none has ever been heard.",
    WITHOUT_DEVICE="无设备 there is no device.",
)


def _tagged_on(
    actor: Actor, tagged: ColumnElement[bool], day: ColumnElement[date]
) -> ColumnElement[bool]:
    tags = select(col(models.ElderTag.elder_id)).where(
        tagged, holds_on(day), elder_tag_visible(actor)
    )
    return col(models.Elder.id).in_(tags)


def _key_on(actor: Actor, day: ColumnElement[date]) -> ColumnElement[bool]:
    theirs = col(models.ElderTag.elder_id) == col(models.Elder.id)
    key = exists().where(theirs, makes_key(day), elder_tag_visible(actor))
    return key.correlate(models.Elder)


def _belongs_to(
    actor: Actor, there: ColumnElement[bool], day: ColumnElement[date]
) -> ColumnElement[bool]:
    theirs = col(StationAssignment.elder_id) == col(models.Elder.id)
    belongs = exists().where(
        theirs, there, holding(StationAssignment, day), station_assignment_visible(actor)
    )
    return belongs.correlate(models.Elder)


@filter_input
class ElderFilter(Filter):
    """Which elders."""

    region: str | None = under(models.Elder.region_code)
    """Only those in the subtree of the division with this code."""
    tag: models.Tag | None = on_day(equal(models.ElderTag.tag), _tagged_on)
    """Only those who carry this tag on the day `asOf`."""
    tags_any: list[models.Tag] | None = on_day(one_of(models.ElderTag.tag), _tagged_on)
    """Only those who carry one of these tags at least on the day `asOf`."""
    key_elder: bool | None = holds_on_day(_key_on)
    """Only key elders, who carry on the day `asOf` one tag at least that their district counts; or,
    if false, only the others."""
    station: strawberry.ID | None = on_day(
        equal_id(StationAssignment.station_id, "station"), _belongs_to
    )
    """Only those who belong to this place of care on the day `asOf`."""
    has_station: bool | None = holds_on_day(lambda actor, day: _belongs_to(actor, true(), day))
    """Only those who belong to some place of care on the day `asOf`; or, if false, only those who
    belong to none."""
    as_of: date | None = the_day()
    """The day that tags and places of care are asked about; today, by the district's clock, if
    null."""
    protection: Protection | None = in_words(protected_as, Protection)
    """Only those who are protected so by the devices that you see."""
    search: str | None = sought_by(String(), name_pattern, is_spelled)
    """Only those whose name is written or spelled so: 王秀, wangxiu, xiuying and wxy all find
    王秀英. Letters are the beginning of the full name, of the given name, or of the initials."""
    id_number: str | None = looked_up(number_and_column, has_number)
    """Only who has this citizen id number; of four characters, those whose number ends so. Nobody,
    for those who may not be shown it."""
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
