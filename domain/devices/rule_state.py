"""What rules remember about devices, in the database: one row a device, however many its rules."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import DateTime, Text, Uuid, bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from domain.devices.given import as_given, given
from domain.devices.models import RuleState
from domain.devices.rule_memory import RuleMemory, packed, unpacked
from domain.devices.service import rows_of

_TIME = DateTime(timezone=True)


class DeviceMemory(NamedTuple):
    """What all rules of a device remember.

    Parameters:
        elder_id: whom they watched; who has the device after her begins anew.
        latest: device time of the newest reading.
        rules: rule's name -> what it remembers; none for a rule that has nothing to remember.
        due_at: not later than the first moment at which time alone makes a rule speak.
    """

    elder_id: UUID | None
    latest: datetime
    rules: Mapping[str, RuleMemory]
    due_at: datetime | None


async def memories(session: AsyncSession, device_ids: Iterable[UUID]) -> dict[UUID, DeviceMemory]:
    """What the rules remember of these devices."""
    rows = await session.execute(_MEMORIES, {"ids": list(device_ids)})
    return {
        row.device_id: DeviceMemory(
            row.elder_id,
            row.latest,
            _read(row.latest, row.memory),
            row.due_at,
        )
        for row in rows
    }


async def remember(session: AsyncSession, changed: Mapping[UUID, DeviceMemory]) -> None:
    """Write what the rules now remember."""
    if changed:
        rows = [
            (id, memory.elder_id, memory.latest, _written(memory), memory.due_at)
            for id, memory in sorted(changed.items())
        ]
        await session.execute(_REMEMBER, as_given(rows, _COLUMNS))


def _read(latest: datetime, written: str) -> dict[str, RuleMemory]:
    if written == _NOTHING:
        return {}
    return {name: unpacked(latest, one) for name, one in orjson.loads(written).items()}


def _written(memory: DeviceMemory) -> str:
    if not memory.rules:
        return _NOTHING
    rules = {name: packed(rule) for name, rule in memory.rules.items()}
    return orjson.dumps({name: rule for name, rule in rules.items() if rule}).decode()


_NOTHING = "{}"
_COLUMNS = ("device_id", "elder_id", "latest", "memory", "due_at")

_MEMORIES = select(
    col(RuleState.device_id),
    col(RuleState.elder_id),
    col(RuleState.latest),
    cast(col(RuleState.memory), Text).label("memory"),
    col(RuleState.due_at),
).where(col(RuleState.device_id) == func.any(bindparam("ids", type_=ARRAY(Uuid()))))

_given = given(device_id=Uuid(), elder_id=Uuid(), latest=_TIME, memory=Text(), due_at=_TIME)
_new_state = insert(rows_of(RuleState)).from_select(
    _COLUMNS,
    select(
        _given.c.device_id,
        _given.c.elder_id,
        _given.c.latest,
        cast(_given.c.memory, JSONB),
        _given.c.due_at,
    ),
)
_REMEMBER = _new_state.on_conflict_do_update(
    index_elements=["device_id"],
    set_={name: _new_state.excluded[name] for name in _COLUMNS[1:]},
)
