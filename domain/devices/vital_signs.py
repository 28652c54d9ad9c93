"""What is known of an elder's vital signs now: one row each, of the newest measurement."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import DateTime, Float, Integer, Text, Uuid, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.devices.given import as_given, given
from domain.devices.models import VitalSign, VitalSignKind
from domain.devices.service import rows_of

UNITS: dict[VitalSignKind, str] = {
    VitalSignKind.HEART_RATE: "/min",
    VitalSignKind.RESPIRATORY_RATE: "/min",
    VitalSignKind.OXYGEN_SATURATION: "%",
    VitalSignKind.SYSTOLIC_BLOOD_PRESSURE: "mm[Hg]",
    VitalSignKind.DIASTOLIC_BLOOD_PRESSURE: "mm[Hg]",
    VitalSignKind.BODY_TEMPERATURE: "Cel",
    VitalSignKind.GLUCOSE: "mmol/L",
}
"""The UCUM code of each sign's unit."""


class Measurement(NamedTuple):
    """A row of ``vital_sign`` to be; measurements of one sign of one elder compare by their age.

    Parameters:
        value: in the unit of ``UNITS``.
    """

    elder_id: UUID
    kind: VitalSignKind
    measured_at: datetime
    device_id: UUID
    seq: int
    value: float


async def note_vital_signs(session: AsyncSession, measured: Iterable[Measurement]) -> None:
    """Keep the newest of each sign of each elder; one that is older than what is kept is passed
    over.

    Rows are written in the order of their keys: an elder may have devices on two bridges, and these
    must not wait for each other in a circle.
    """
    newest: dict[tuple[UUID, VitalSignKind], Measurement] = {}
    for one in measured:
        key = one.elder_id, one.kind
        newest[key] = max(newest.get(key, one), one)
    if newest:
        rows = [newest[key] for key in sorted(newest)]
        await session.execute(_NOTE, as_given(rows, Measurement._fields))


_given = given(
    elder_id=Uuid(),
    kind=Text(),
    measured_at=DateTime(timezone=True),
    device_id=Uuid(),
    seq=Integer(),
    value=Float(),
)
_new = insert(rows_of(VitalSign)).from_select(
    Measurement._fields, select(*(_given.c[name] for name in Measurement._fields))
)
_AGE = ("measured_at", "device_id", "seq")
_NOTE = _new.on_conflict_do_update(
    index_elements=["elder_id", "kind"],
    set_={name: _new.excluded[name] for name in (*_AGE, "value")},
    where=tuple_(*(rows_of(VitalSign).c[name] for name in _AGE))
    < tuple_(*(_new.excluded[name] for name in _AGE)),
)
