"""One batch, one transaction: rows, vital signs, rule memory, alarms, dead letters, or nothing."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from devices.mac import Trust
from devices.payload import Refused
from devices.sorting import Kept, Sorted, sort
from devices.uplink import Uplink, dead_letter
from devices.vital_signs import vital_signs_in
from devices.watch import watch
from domain.alarms import service as alarms
from domain.alarms.cancelling import cancel_by_device
from domain.devices import service
from domain.devices.answers import Call, link_events
from domain.devices.service import EventKey, TelemetryKey
from domain.devices.vital_signs import note_vital_signs


class Status(StrEnum):
    """What became of a message, in the receipt's words."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


class Outcome(NamedTuple):
    """What became of a message; ``reason`` says why it was refused."""

    status: Status
    reason: str | None = None


_STORED: Final = Outcome(Status.STORED)
_DUPLICATE: Final = Outcome(Status.DUPLICATE)


async def take_batch(
    session: AsyncSession, uplinks: Sequence[Uplink], trust: Trust
) -> list[Outcome]:
    """Write everything that follows from a batch; the caller's transaction commits it.

    Parameters:
        uplinks: the messages, in the order of arrival.
    Returns: what became of each, in the same order.
    """
    known = {uplink.device_id for uplink in uplinks if uplink.device_id}
    batch = sort(uplinks, await service.lock_devices(session, known), trust)
    new_events = await service.store_events(session, batch.events)
    new_telemetry = await service.store_telemetry(session, batch.telemetry)
    await service.store_dead_letters(session, batch.letters)
    await service.mark_seen(session, batch.seen)
    await service.mark_suspected(session, batch.wills)
    news = [measured for key, measured in batch.readings.items() if key in new_telemetry]
    await note_vital_signs(session, vital_signs_in(news))
    # Each alarm adds a log entry; they are written together at the end, not one by one.
    with session.no_autoflush:
        await _heed(session, batch, new_events)
        heard = [measured for key, measured in batch.heard.items() if key in new_events]
        await watch(session, news + heard)
    return _outcomes(batch.verdicts, new_events | new_telemetry)


async def _heed(session: AsyncSession, batch: Sorted, new: set[EventKey]) -> None:
    """Do what new events ask for at once: raise alarms, and take some back."""
    signals = {key: signal for key, signal in batch.signals.items() if key in new}
    await alarms.raise_alarms(session, [*signals.values()])
    calls = [
        Call(*key, signal.elder_id, signal.type)
        for key, signal in signals.items()
        if signal.elder_id
    ]
    await link_events(session, calls)
    cancels = [said for key, said in batch.cancels.items() if key in new]
    await cancel_by_device(session, cancels)


async def bury(session: AsyncSession, uplink: Uplink, reason: str) -> Outcome:
    """Keep a message that cannot be taken as a dead letter."""
    await service.store_dead_letters(session, [dead_letter(uplink.arrival, reason)])
    return Outcome(Status.REFUSED, reason)


def _outcomes(
    verdicts: Sequence[Kept | Refused], new: set[EventKey | TelemetryKey]
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for verdict in verdicts:
        if isinstance(verdict, Refused):
            outcomes.append(Outcome(Status.REFUSED, verdict.reason))
        elif verdict.key is None:
            outcomes.append(_STORED)
        else:
            # Of two messages of one key in a batch, the first is the one that was stored.
            outcomes.append(_STORED if verdict.key in new else _DUPLICATE)
            new.discard(verdict.key)
    return outcomes
