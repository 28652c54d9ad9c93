"""A district says which tags make a key elder, from a day on; what was counted before stays."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.access import Actor, Permission
from domain.calendar import today
from domain.elders.models import KeyTagSet, Tag
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.regions.governing import governed
from domain.regions.models import RegionLevel


async def set_key_tags(
    session: AsyncSession,
    actor: Actor,
    region_code: str,
    tags: Collection[Tag],
    since: date | None = None,
) -> KeyTagSet:
    """Say which tags count in a district from a day on, whatever was said for that day before.

    Parameters:
        since: today or a day to come; today if None.

    Raises: NotFound(region_code), PermissionDenied, InvalidInput(region_code, tags or since).
    """
    level = await governed(session, actor, Permission.KEY_TAGS_SET, region_code)
    if level is not RegionLevel.DISTRICT:
        raise InvalidInput("region_code", reason=Reason.A_DISTRICT)
    since = since or today()
    if since < today():
        raise InvalidInput("since", reason=Reason.TO_COME)
    if not tags:
        raise InvalidInput("tags", reason=Reason.TAGS_NEEDED)
    said = {"tags": sorted({tag.value for tag in tags}), "set_by": actor.id}
    new = insert(KeyTagSet).values(region_code=region_code, since=since, **said)
    stored = new.on_conflict_do_update(
        index_elements=["region_code", "since"], set_=said
    ).returning(KeyTagSet)
    return (await session.scalars(stored)).one()
