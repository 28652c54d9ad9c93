"""What a batch of messages writes: a bounded number of statements, however many messages.

Everything here is safe to repeat: a row that is stored already is left alone and not returned.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    DateTime,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    column,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine
from sqlmodel import col

from domain.alarms.models import AlarmPurpose
from domain.devices.given import as_given, given
from domain.devices.heartbeat import offline_after
from domain.devices.models import DeadLetter, Device, DeviceEvent, DeviceKind, Telemetry
from domain.elders.models import Elder
from domain.stations.models import Station
from domain.tables import Table

_TIME = DateTime(timezone=True)
_BOUND = "given_"  # a parameter of a column's own name would mean that column's new value

EventKey = tuple[UUID, str]
"""(device, event id)"""

TelemetryKey = tuple[UUID, datetime, int]
"""(device, device time, sequence)"""


class DeviceCard(NamedTuple):
    """What must be known of a device to judge its messages.

    Parameters:
        elder_id: in whose home it stands; None for a station's, or one in stock.
        region_code: where that is; empty for a device in stock, which may raise nothing.
        secret_version: which password of the device is the valid one.
        station_id: the station that it stands in; None for an elder's, or one in stock.
        canary: whether it is there to ring the station's test calls.
        revoked: whether it is heard no more.
    """

    id: UUID
    kind: DeviceKind
    elder_id: UUID | None
    region_code: str
    secret_version: int
    station_id: UUID | None = None
    canary: bool = False
    revoked: bool = False

    @property
    def purpose(self) -> AlarmPurpose:
        """What the device's alarms are rung for."""
        return AlarmPurpose.CANARY if self.canary else AlarmPurpose.REAL


class NewEvent(NamedTuple):
    """A row of ``device_event`` to be; ``measures`` is a JSON text."""

    device_id: UUID
    event_id: str
    type: str
    boot: int
    seq: int
    device_time: datetime
    received_at: datetime
    elder_id: UUID | None
    late: bool
    measures: str


class NewTelemetry(NamedTuple):
    """A row of ``telemetry`` to be; ``measures`` is a JSON text."""

    device_id: UUID
    device_time: datetime
    seq: int
    received_at: datetime
    elder_id: UUID | None
    measures: str


class NewDeadLetter(NamedTuple):
    """A row of ``dead_letter`` to be; ``size`` is the payload's before it was cut."""

    received_at: datetime
    topic: str
    reason: str
    size: int
    payload: bytes


def rows_of(model: type[Table]) -> TableClause:
    """The bare table of a model: rows go in and out of it without becoming objects."""
    return model.metadata.tables[str(model.__tablename__)]


def unnested(**columns: TypeEngine[Any]) -> TableValuedAlias:
    """Arrays as rows: the parameters of one statement for any number of rows.

    Parameters:
        columns: name -> element type; ``by_column`` makes the values.
    """
    arrays = [bindparam(f"{_BOUND}{name}", type_=ARRAY(kind)) for name, kind in columns.items()]
    shape = [column(name, kind) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*shape).render_derived(name="given")


def by_column(rows: Sequence[tuple[object, ...]], names: Iterable[str]) -> dict[str, list[object]]:
    """Rows, one at least, turned into the arrays that ``unnested`` binds."""
    bound = (f"{_BOUND}{name}" for name in names)
    return dict(zip(bound, map(list, zip(*rows, strict=True)), strict=True))


async def lock_devices(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, DeviceCard]:
    """The cards of those devices that exist, locked until the transaction ends.

    The lock is what makes a device's messages follow one another where two bridges meet for a
    moment; it is taken in the order of ids, so that they cannot wait for each other in a circle.
    """
    wanted = sorted(ids)
    if not wanted:
        return {}
    rows = await session.execute(_LOCK_DEVICES, {"ids": wanted})
    return {row.id: DeviceCard(*row) for row in rows}


async def store_events(session: AsyncSession, events: Sequence[NewEvent]) -> set[EventKey]:
    """Store events. Returns: the keys of those that were new."""
    if not events:
        return set()
    rows = await session.execute(_STORE_EVENTS, as_given(events, NewEvent._fields))
    return {(row.device_id, row.event_id) for row in rows}


async def store_telemetry(
    session: AsyncSession, telemetry: Sequence[NewTelemetry]
) -> set[TelemetryKey]:
    """Store measurements. Returns: the keys of those that were new."""
    if not telemetry:
        return set()
    rows = await session.execute(_STORE_TELEMETRY, as_given(telemetry, NewTelemetry._fields))
    return {(row.device_id, row.device_time, row.seq) for row in rows}


async def store_dead_letters(session: AsyncSession, letters: Sequence[NewDeadLetter]) -> None:
    """Keep what could not be taken, with its reason."""
    if letters:
        await session.execute(_STORE_DEAD_LETTERS, by_column(letters, NewDeadLetter._fields))


async def mark_seen(session: AsyncSession, seen: Mapping[UUID, datetime]) -> None:
    """Note when each device was last heard, and since when without a break; time never goes
    backwards."""
    if seen:
        await session.execute(_MARK_SEEN, as_given(list(seen.items()), ("id", "seen_at")))


async def mark_suspected(session: AsyncSession, wills: Mapping[UUID, datetime]) -> None:
    """Note when each device's last will came, which decides nothing."""
    if wills:
        await session.execute(_MARK_SUSPECTED, as_given(list(wills.items()), ("id", "seen_at")))


CARDS = (
    select(
        col(Device.id),
        col(Device.kind),
        col(Device.elder_id),
        func.coalesce(col(Elder.region_code), col(Station.region_code), ""),
        col(Device.secret_version),
        col(Device.station_id),
        col(Device.canary),
        col(Device.revoked_at).is_not(None),
    )
    .outerjoin(Elder, col(Elder.id) == col(Device.elder_id))
    .outerjoin(Station, col(Station.id) == col(Device.station_id))
)
"""The columns of a ``DeviceCard``, in its order."""

_LOCK_DEVICES = (
    CARDS.where(col(Device.id) == func.any(bindparam("ids", type_=ARRAY(Uuid()))))
    .order_by(col(Device.id))
    .with_for_update(of=Device, key_share=True)
)

_given_events = given(
    device_id=Uuid(),
    event_id=Text(),
    type=Text(),
    boot=Integer(),
    seq=Integer(),
    device_time=_TIME,
    received_at=_TIME,
    elder_id=Uuid(),
    late=Boolean(),
    measures=Text(),
)
_STORE_EVENTS = (
    insert(rows_of(DeviceEvent))
    .from_select(
        NewEvent._fields,
        select(
            *(_given_events.c[name] for name in NewEvent._fields[:-1]),
            cast(_given_events.c.measures, JSONB),
        ),
    )
    .on_conflict_do_nothing()
    .returning(col(DeviceEvent.device_id), col(DeviceEvent.event_id))
)

_given_telemetry = given(
    device_id=Uuid(),
    device_time=_TIME,
    seq=Integer(),
    received_at=_TIME,
    elder_id=Uuid(),
    measures=Text(),
)
_STORE_TELEMETRY = (
    insert(rows_of(Telemetry))
    .from_select(
        NewTelemetry._fields,
        select(
            *(_given_telemetry.c[name] for name in NewTelemetry._fields[:-1]),
            cast(_given_telemetry.c.measures, JSONB),
        ),
    )
    .on_conflict_do_nothing()
    .returning(col(Telemetry.device_id), col(Telemetry.device_time), col(Telemetry.seq))
)

_given_letters = unnested(
    received_at=_TIME, topic=Text(), reason=Text(), size=Integer(), payload=LargeBinary()
)
_STORE_DEAD_LETTERS = insert(rows_of(DeadLetter)).from_select(
    NewDeadLetter._fields, select(*(_given_letters.c[name] for name in NewDeadLetter._fields))
)

_OFFLINE_AFTER = case(
    *((col(Device.kind) == kind, offline_after(kind)) for kind in DeviceKind), else_=None
)
_given_seen = given(id=Uuid(), seen_at=_TIME)
_MARK_SEEN = (
    update(rows_of(Device))
    .where(col(Device.id) == _given_seen.c.id)
    .values(
        last_seen_at=func.greatest(col(Device.last_seen_at), _given_seen.c.seen_at),
        # A longer silence than a working device's ends one stretch of being heard.
        heard_since=case(
            (_given_seen.c.seen_at - col(Device.last_seen_at) < _OFFLINE_AFTER, Device.heard_since),
            else_=_given_seen.c.seen_at,
        ),
    )
)
_MARK_SUSPECTED = (
    update(rows_of(Device))
    .where(col(Device.id) == _given_seen.c.id)
    .values(suspected_at=_given_seen.c.seen_at)
)
