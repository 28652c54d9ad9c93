"""Devices of which time alone may say something: found by their deadline, locked as a batch is."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.devices.models import Device, RuleState
from domain.devices.service import CARDS, DeviceCard


class Heard(NamedTuple):
    """A device, and when it was heard.

    Parameters:
        last: when anything was last received from it; None if nothing ever was.
        since: since when it has been heard without a break.
    """

    card: DeviceCard
    last: datetime | None
    since: datetime | None


async def overdue(session: AsyncSession, by: datetime, limit: int) -> list[UUID]:
    """Devices whose deadline has passed, those that wait longest first."""
    statement = (
        select(col(RuleState.device_id))
        .where(col(RuleState.due_at) <= by)
        .order_by(col(RuleState.due_at))
        .limit(limit)
    )
    return list((await session.scalars(statement)).all())


async def lock_heard(session: AsyncSession, ids: Iterable[UUID]) -> list[Heard]:
    """Those of the devices that nobody else has locked, locked until the transaction ends, in
    the order of ids; a device that a bridge or another worker has at the moment waits its turn."""
    rows = await session.execute(_LOCK_HEARD, {"ids": list(ids)})
    return [Heard(DeviceCard(*card), last, since) for *card, last, since in rows]


_LOCK_HEARD = (
    CARDS.add_columns(col(Device.last_seen_at), col(Device.heard_since))
    .where(col(Device.id) == func.any(bindparam("ids", type_=ARRAY(Uuid()))))
    .order_by(col(Device.id))
    .with_for_update(of=Device, key_share=True, skip_locked=True)
)
