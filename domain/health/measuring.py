"""What was measured is entered and taken back; it never changes.

A value is told by whose it is, its kind and its moment: entered twice it is there once, so that a
form that was sent again, or a device that was read twice, does no harm.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import Row, String, any_, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.access import Actor, Permission
from domain.accounts.visibility import own
from domain.calendar import DISTRICT_ZONE, now
from domain.elders.locks import lock_elder
from domain.elders.models import Elder
from domain.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied
from domain.health.entries import elder_in_care, state_of
from domain.health.kinds import KINDS, Bounds, MeasurementKind
from domain.health.lifecycle import ENTRY_LIFECYCLE, EntryAction, EntryState
from domain.health.meters import check_meters
from domain.health.models import Measurement
from domain.health.visibility import measurement_visible
from domain.reasons import Reason

MOST_AT_ONCE = 100
"""Values in one call."""

_CLOCKS_DIFFER = timedelta(minutes=5)
"""A meter's clock may be this much ahead of ours."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A value to be entered.

    Parameters:
        value: in the kind's unit; of a blood pressure the systolic one.
        diastolic: of a blood pressure only.
        device_id: what it was measured by, where that is one of ours: the elder's, or one that
            told of them on the day.
    """

    kind: MeasurementKind
    taken_at: datetime
    value: float
    diastolic: float | None = None
    device_id: UUID | None = None


_Moment = tuple[MeasurementKind, datetime]


async def add(
    session: AsyncSession, actor: Actor, elder_id: UUID, readings: Sequence[Reading]
) -> Elder:
    """Enter what was measured of an elder: all of it or, if something is wrong, nothing.

    Raises: NotFound(elder_id, or a device_id), PermissionDenied, InvalidInput, AlreadyExists where
        the same was measured at that moment with another value. A measurement's own field is named
        as ``measurements.0.value``.
    """
    elder = await elder_in_care(session, actor, elder_id, Permission.MEASUREMENT_KEEP)
    if not 1 <= len(readings) <= MOST_AT_ONCE:
        raise InvalidInput("measurements", reason=Reason.RANGE, least=1, most=MOST_AT_ONCE)
    wanted = [_checked(reading, elder, place) for place, reading in enumerate(readings)]
    measured = [(one.device_id, one.taken_at) for one in wanted]
    await check_meters(session, actor, elder.id, measured)
    fresh = await _unknown(session, elder.id, wanted)
    for one in fresh:
        session.add(
            Measurement(
                elder_id=elder.id,
                kind=one.kind,
                taken_at=one.taken_at,
                value=one.value,
                diastolic=one.diastolic,
                device_id=one.device_id,
                entered_by=actor.id,
            )
        )
    await session.flush()
    await note_newest(session, elder.id, {one.kind for one in fresh})
    return elder


async def withdraw(session: AsyncSession, actor: Actor, key: UUID) -> Measurement:
    """Take back what was entered wrongly; who does not keep the health record takes back only what
    is their own.

    Raises: NotFound, PermissionDenied, IllegalTransition(from, to, allowed).
    """
    seen = select(Measurement).where(col(Measurement.id) == key, measurement_visible(actor))
    measurement = await session.scalar(seen)
    if measurement is None:
        raise NotFound("id")
    mine = select(col(Measurement.id)).where(
        col(Measurement.id) == key, own(actor, col(Measurement.entered_by))
    )
    if not may_withdraw(actor, own=await session.scalar(mine) is not None):
        raise PermissionDenied(action=EntryAction.WITHDRAW.value)
    await lock_elder(session, measurement.elder_id)
    await session.refresh(measurement)
    ENTRY_LIFECYCLE.next(state_of(measurement), EntryAction.WITHDRAW)
    measurement.withdrawn_at, measurement.withdrawn_by = now(), actor.id
    measurement.newest = False
    await session.flush()
    await note_newest(session, measurement.elder_id, {measurement.kind})
    return measurement


def available_actions(actor: Actor, measurement: Measurement, *, own: bool) -> list[EntryAction]:
    """What the actor may do with a value that they see.

    Parameters:
        measurement: its ``withdrawn_at``.
        own: whether the actor entered it, in whatever role.
    """
    believed = state_of(measurement) is EntryState.BELIEVED
    return [EntryAction.WITHDRAW] if believed and may_withdraw(actor, own=own) else []


def may_withdraw(actor: Actor, *, own: bool) -> bool:
    """Whether the actor may take back a value that they see.

    Parameters:
        own: whether they entered it.
    """
    keeps = actor.may(Permission.HEALTH_RECORD_KEEP)
    return actor.may(Permission.MEASUREMENT_KEEP) and (own or keeps)


def _checked(reading: Reading, elder: Elder, place: int) -> Reading:
    """A value as it is kept. Raises: InvalidInput of its field."""
    kind, at = KINDS[reading.kind], f"measurements.{place}."
    _check_bounds(reading.value, kind.bounds, at + "value")
    if (kind.diastolic is None) != (reading.diastolic is None):
        raise InvalidInput(at + "diastolic", reason=Reason.OF_BLOOD_PRESSURE)
    second = reading.diastolic
    if kind.diastolic is not None and second is not None:
        _check_bounds(second, kind.diastolic, at + "diastolic")
        second = round(second, kind.places)
        if second >= round(reading.value, kind.places):
            raise InvalidInput(at + "diastolic", reason=Reason.BELOW_SYSTOLIC)
    if reading.taken_at > now() + _CLOCKS_DIFFER:
        raise InvalidInput(at + "taken_at", reason=Reason.AFTER_NOW)
    if reading.taken_at < datetime.combine(elder.birth_date, time.min, DISTRICT_ZONE):
        raise InvalidInput(at + "taken_at", reason=Reason.BEFORE_BIRTH)
    value = round(reading.value, kind.places)
    return Reading(reading.kind, reading.taken_at, value, second, reading.device_id)


def _check_bounds(value: float, bounds: Bounds, field: str) -> None:
    if not bounds.admit(value):
        least, most = f"{bounds.least:g}", f"{bounds.most:g}"
        raise InvalidInput(field, reason=Reason.RANGE, least=least, most=most)


async def _unknown(
    session: AsyncSession, elder_id: UUID, wanted: Iterable[Reading]
) -> list[Reading]:
    """Those of some values that are not there yet.

    Raises: AlreadyExists for one where another value is.
    """
    readings = list(wanted)
    moments = [(one.kind.value, one.taken_at) for one in readings]
    rows = select(
        col(Measurement.kind),
        col(Measurement.taken_at),
        col(Measurement.value),
        col(Measurement.diastolic),
    ).where(
        col(Measurement.elder_id) == elder_id,
        col(Measurement.withdrawn_at).is_(None),
        tuple_(col(Measurement.kind), col(Measurement.taken_at)).in_(moments),
    )
    known = dict(map(_by_moment, (await session.execute(rows)).all()))
    fresh: list[Reading] = []
    for place, one in enumerate(readings):
        moment, values = (one.kind, one.taken_at), (one.value, one.diastolic)
        if moment not in known:
            fresh.append(one)
        elif known[moment] != values:
            raise AlreadyExists(f"measurements.{place}.taken_at")
        known[moment] = values
    return fresh


def _by_moment(
    row: Row[MeasurementKind, datetime, float, float | None],
) -> tuple[_Moment, tuple[float, float | None]]:
    kind, taken_at, value, diastolic = row
    return (kind, taken_at), (value, diastolic)


async def note_newest(
    session: AsyncSession, elder_id: UUID, kinds: Collection[MeasurementKind]
) -> None:
    """Mark the newest believed value of some kinds. First the others lose the mark: PostgreSQL
    looks at each row at once."""
    if not kinds:
        return
    names = literal(sorted(kinds), ARRAY(String()))
    asked = select(func.unnest(names).label("kind")).subquery("asked")
    newest = (
        select(col(Measurement.id))
        .where(
            col(Measurement.elder_id) == elder_id,
            col(Measurement.kind) == asked.c.kind,
            col(Measurement.withdrawn_at).is_(None),
        )
        .order_by(col(Measurement.taken_at).desc())
        .limit(1)
        .correlate(asked)
        .scalar_subquery()
    )
    keys = [key for key in await session.scalars(select(newest).select_from(asked)) if key]
    theirs = update(Measurement).where(col(Measurement.elder_id) == elder_id)
    marked = col(Measurement.newest), col(Measurement.id).in_(keys)
    others = col(Measurement.kind) == any_(names), marked[0], ~marked[1]
    await session.execute(theirs.where(*others).values(newest=False))
    await session.execute(theirs.where(marked[1], ~marked[0]).values(newest=True))
