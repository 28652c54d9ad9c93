"""Other thresholds for an elder or in a division: set, replaced, taken back; each stays as history.

A threshold counts from the next reading on. Where readings come late and a rule is followed anew,
it judges the older ones too.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.calendar import now
from domain.devices.kinds import KINDS
from domain.devices.models import DeviceKind
from domain.elders.models import Elder
from domain.elders.visibility import elder_visible
from domain.errors import InvalidInput, NotFound, PermissionDenied
from domain.reasons import Reason
from domain.regions.models import Region
from domain.thresholds.models import RuleThreshold
from domain.thresholds.tuning import Setting, tuned_kind
from domain.thresholds.visibility import rule_threshold_visible
from domain.versions import check_version


@dataclass(frozen=True, slots=True)
class Place:
    """Where a threshold counts: for one elder, or in a division and all below it; exactly one."""

    elder_id: UUID | None = None
    region_code: str | None = None


async def put(
    session: AsyncSession, actor: Actor, place: Place, kind: DeviceKind, setting: Setting
) -> RuleThreshold:
    """Set a rule's thresholds somewhere; what stood there before ends.

    Raises: NotFound, PermissionDenied, InvalidInput(rule, or what contradicts the kind's ranges).
    """
    await _authorize(session, actor, place)
    _check(kind, setting)
    before = await session.scalar(
        select(RuleThreshold)
        .where(
            col(RuleThreshold.elder_id).is_not_distinct_from(place.elder_id),
            col(RuleThreshold.region_code).is_not_distinct_from(place.region_code),
            col(RuleThreshold.kind) == kind,
            col(RuleThreshold.rule) == setting.rule,
            col(RuleThreshold.ended_at).is_(None),
        )
        .with_for_update()
    )
    if before is not None:
        before.ended_by, before.ended_at = actor.id, now()
        await session.flush()
    threshold = RuleThreshold(
        elder_id=place.elder_id,
        region_code=place.region_code,
        kind=kind,
        rule=setting.rule,
        raise_at=setting.raise_at,
        clear_at=setting.clear_at,
        hold_seconds=None if setting.hold is None else round(setting.hold.total_seconds()),
        set_by=actor.id,
    )
    session.add(threshold)
    await session.flush()
    return threshold


async def end(
    session: AsyncSession, actor: Actor, threshold_id: UUID, expected_version: int | None = None
) -> RuleThreshold:
    """Take a threshold back: what is less specific counts again, at last the kind's own.

    Parameters:
        expected_version: the threshold's when the actor decided; None for whatever it is now.

    Raises: NotFound, PermissionDenied, VersionConflict, InvalidInput(id) if it has ended already.
    """
    statement = select(RuleThreshold).where(
        col(RuleThreshold.id) == threshold_id, rule_threshold_visible(actor)
    )
    threshold = await session.scalar(statement.with_for_update(of=RuleThreshold))
    if threshold is None:
        raise NotFound("id")
    await _authorize(session, actor, Place(threshold.elder_id, threshold.region_code))
    check_version(threshold, expected_version)
    if threshold.ended_at is not None:
        raise InvalidInput("id", reason=Reason.THRESHOLD_ENDED)
    threshold.ended_by, threshold.ended_at = actor.id, now()
    return threshold


async def _authorize(session: AsyncSession, actor: Actor, place: Place) -> None:
    """Whether the actor may set thresholds there."""
    if (place.elder_id is None) is (place.region_code is None):
        raise InvalidInput("elder_id", reason=Reason.ELDER_OR_REGION)
    if place.elder_id is not None:
        found = await session.scalar(
            select(col(Elder.id)).where(col(Elder.id) == place.elder_id, elder_visible(actor))
        )
        if found is None:
            raise NotFound("elder_id")
        needed = Permission.THRESHOLD_SET
    else:
        found = await session.scalar(
            select(col(Region.code)).where(col(Region.code) == place.region_code)
        )
        if found is None:
            raise NotFound("region_code")
        needed = Permission.THRESHOLD_SET_REGION
    if not actor.may(needed) or not _is_theirs(actor, place.region_code):
        raise PermissionDenied(action=needed.value)


def _is_theirs(actor: Actor, region_code: str | None) -> bool:
    """Divisions are no secret; that one is not the actor's is said."""
    return region_code is None or actor.governs(region_code)


def _check(kind: DeviceKind, setting: Setting) -> None:
    own = KINDS[kind]
    if setting.rule not in {rule.name for rule in (*own.rules, *own.counts, *own.absences)}:
        raise InvalidInput("rule", reason=Reason.NO_RULE_OF_KIND)
    if setting[1:] == (None, None, None):
        raise InvalidInput("raise_at", reason=Reason.THRESHOLD_EMPTY)
    try:
        tuned_kind(own, [setting])
    except ValueError:
        raise InvalidInput("raise_at", reason=Reason.THRESHOLD_BEYOND) from None
