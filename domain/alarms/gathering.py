"""Alarms that ring together are one incident: who joins which, and where an incident has got to.

An incident's row is locked after its alarms', and several incidents in the order of elder and
purpose; so two bridges, or a bridge and a person, wait for each other in no circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.alarms.log import note_change
from domain.alarms.models import AlarmChange, AlarmPurpose, AlarmSeverity

WINDOW = timedelta(minutes=10)
"""How long after its last alarm an incident takes in another."""

_SEVERITIES = list(AlarmSeverity)


@dataclass(frozen=True, slots=True)
class Rung:
    """A new alarm that belongs to an incident.

    Parameters:
        at: when it happened.
    """

    alarm_id: UUID
    elder_id: UUID
    region_code: str
    purpose: AlarmPurpose
    severity: AlarmSeverity
    at: datetime

    @property
    def key(self) -> tuple[UUID, AlarmPurpose]:
        """One incident of such a key takes in alarms."""
        return self.elder_id, self.purpose


@dataclass(slots=True)
class _Party:
    """New alarms of one key, each within the window of the one before it."""

    alarms: list[Rung]

    def reaches(self, alarm: Rung) -> bool:
        return alarm.at - self.alarms[-1].at <= WINDOW

    def columns(self) -> tuple[Any, ...]:
        first = self.alarms[0]
        severity = min((one.severity for one in self.alarms), key=_SEVERITIES.index)
        return (*first.key, first.region_code, severity, first.at, self.alarms[-1].at)


_COLUMNS = """
    unnest(
        CAST(:elders AS uuid[]), CAST(:purposes AS text[]), CAST(:regions AS text[]),
        CAST(:severities AS text[]), CAST(:firsts AS timestamptz[]), CAST(:lasts AS timestamptz[])
    ) AS new (elder_id, purpose, region_code, severity, first, last)
"""
_NAMES = ("elders", "purposes", "regions", "severities", "firsts", "lasts")

_URGENCY = "array_position(ARRAY['CRITICAL', 'MAJOR', 'MINOR', 'WARNING'], {}.severity::text)"

_JOIN = text(f"""
    INSERT INTO incident (elder_id, purpose, region_code, severity, opened_at, last_alarm_at, state,
                          taking)
    SELECT new.elder_id, new.purpose, new.region_code, new.severity, new.first, new.last, 'RAISED',
           true
    FROM {_COLUMNS} ORDER BY new.elder_id, new.purpose
    ON CONFLICT (elder_id, purpose) WHERE taking DO UPDATE SET
        state = 'RAISED',
        last_alarm_at = greatest(incident.last_alarm_at, excluded.last_alarm_at),
        severity = CASE WHEN {_URGENCY.format("excluded")} < {_URGENCY.format("incident")}
            THEN excluded.severity ELSE incident.severity END
    WHERE excluded.opened_at <= incident.last_alarm_at + CAST(:window AS interval)
      AND excluded.last_alarm_at >= incident.opened_at - CAST(:window AS interval)
    RETURNING id, elder_id, purpose, xmax = 0 AS is_new
""")
"""Whose key is taken waits for the row, and has it locked from then on, also where it is another
event: so what follows about that key is ours alone."""

_OPEN_ANOTHER = text(f"""
    WITH given AS (SELECT * FROM {_COLUMNS}), ended AS (
        UPDATE incident SET taking = false FROM given
        WHERE incident.elder_id = given.elder_id AND incident.purpose = given.purpose
          AND incident.taking AND incident.last_alarm_at < given.first
        RETURNING incident.elder_id, incident.purpose
    )
    SELECT elder_id, purpose FROM ended
""")
_OPEN = text(f"""
    INSERT INTO incident (elder_id, purpose, region_code, severity, opened_at, last_alarm_at, state,
                          taking)
    SELECT new.elder_id, new.purpose, new.region_code, new.severity, new.first, new.last, 'RAISED',
           NOT EXISTS (SELECT FROM incident WHERE incident.elder_id = new.elder_id
                       AND incident.purpose = new.purpose AND incident.taking)
    FROM {_COLUMNS}
    RETURNING id, elder_id, purpose, true AS is_new
""")
"""What happened long before the incident that takes alarms in is one of its own, and takes none."""

_BELONG = text("""
    UPDATE alarm SET incident_id = new.incident_id
    FROM unnest(CAST(:alarms AS uuid[]), CAST(:incidents AS uuid[])) AS new (id, incident_id)
    WHERE alarm.id = new.id
""")

_LOCK = text("SELECT id FROM incident WHERE id = ANY(:keys) ORDER BY elder_id, purpose FOR UPDATE")

_INCIDENTS_OF = text("SELECT incident_id FROM alarm WHERE id = ANY(:alarms)")
_WORSEN = text(f"""
    UPDATE incident SET severity = alarm.severity FROM alarm
    WHERE alarm.id = ANY(:alarms) AND incident.id = alarm.incident_id
      AND {_URGENCY.format("alarm")} < {_URGENCY.format("incident")}
""")

_SETTLE = text("""
    UPDATE incident SET
        state = CASE WHEN told.raised THEN 'RAISED' WHEN told.open THEN 'ACKNOWLEDGED'
            ELSE 'RESOLVED' END,
        taking = incident.taking AND told.open,
        resolved_at = CASE WHEN NOT told.open THEN coalesce(incident.resolved_at, now()) END
    FROM (
        SELECT incident_id, bool_or(state = 'RAISED') AS raised,
               bool_or(state <> 'RESOLVED') AS open
        FROM alarm WHERE incident_id = ANY(:keys) GROUP BY incident_id
    ) AS told
    WHERE incident.id = told.incident_id
""")


async def gather(session: AsyncSession, rung: Sequence[Rung]) -> None:
    """Put new alarms into their elders' incidents: into the one that takes alarms in, if its last
    one rang within the window, else into one that begins with them.

    Parameters:
        rung: stored already, in this transaction.
    """
    waiting = sorted(rung, key=lambda one: one.at)
    while waiting:
        parties = dict[tuple[UUID, AlarmPurpose], _Party]()
        apart = list[Rung]()
        for alarm in waiting:
            party = parties.setdefault(alarm.key, _Party([]))
            near = not party.alarms or party.reaches(alarm)
            (party.alarms if near else apart).append(alarm)
        await _join(session, list(parties.values()))
        waiting = apart


async def worsen(session: AsyncSession, alarms: Sequence[UUID]) -> None:
    """Have incidents be as urgent as alarms that have become more urgent in this transaction."""
    if not alarms:
        return
    incidents = await session.scalars(_INCIDENTS_OF, {"alarms": list(alarms)})
    await session.execute(_LOCK, {"keys": list(incidents)})
    await session.execute(_WORSEN, {"alarms": list(alarms)})


async def settle(session: AsyncSession, incidents: Iterable[UUID | None]) -> None:
    """Have incidents say where their alarms have got to.

    Parameters:
        incidents: of alarms that have changed in this transaction; None for an alarm without one.
    """
    keys = {"keys": [key for key in set(incidents) if key is not None]}
    if not keys["keys"]:
        return
    await session.flush()
    # A statement of its own: what somebody else has just done to another alarm of the incident is
    # seen by the next one only.
    await session.execute(_LOCK, keys)
    await session.execute(_SETTLE, keys)


async def _join(session: AsyncSession, parties: list[_Party]) -> None:
    joined = await _written(session, _JOIN, parties)
    apart = [party for party in parties if party.alarms[0].key not in joined]
    if apart:
        await session.execute(_OPEN_ANOTHER, _given(apart))
        joined |= await _written(session, _OPEN, apart)
    pairs = [(one, *joined[one.key]) for party in parties for one in party.alarms]
    await session.execute(
        _BELONG,
        {"alarms": [one.alarm_id for one, *_ in pairs], "incidents": [key for _, key, _ in pairs]},
    )
    for party in parties:
        _, is_new = joined[party.alarms[0].key]
        for one in party.alarms[1:] if is_new else party.alarms:
            note_change(session, one.alarm_id, AlarmChange.MERGED)


async def _written(
    session: AsyncSession, statement: Any, parties: list[_Party]
) -> dict[tuple[UUID, AlarmPurpose], tuple[UUID, bool]]:
    """Key -> the incident, and whether it begins with this."""
    rows = await session.execute(statement, _given(parties))
    return {(row.elder_id, AlarmPurpose(row.purpose)): (row.id, row.is_new) for row in rows}


def _given(parties: list[_Party]) -> dict[str, Any]:
    columns = zip(*(party.columns() for party in parties), strict=True)
    given: dict[str, Any] = dict(zip(_NAMES, map(list, columns), strict=True))
    return {**given, "window": WINDOW}
