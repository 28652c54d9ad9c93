"""Visits of the first street for which volunteers apply: a window that is open, and one whose
visits were allotted. Late in a month too few visits are left for either."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import asyncpg

from domain.allotment.deciding import lot
from domain.allotment.lifecycle import ApplicationState, Because, WindowState
from domain.visits.lifecycle import Allocation, VisitAction, VisitState
from yiyang.district import numbers
from yiyang.district.keys import Keys
from yiyang.district.moments import at
from yiyang.district.scripts import SCRIPTS, STREET

WINDOWS: Final = {
    "visit_window": (
        *("id", "region_code", "state", "opened_by", "opened_at", "closes_at", "seed", "ended_at"),
    ),
    "visit_application": (
        *("id", "window_id", "task_id", "volunteer_id", "region_code", "state", "applied_at"),
        *("ended_at", "because", "visits_before", "has_time", "steps_away", "lot"),
    ),
}
"""Its tables and the columns that are said."""

_MOST = 3
"""Visits of a window."""

_FEWEST = 2

_VISITS = """
    SELECT id, region_code, claimed_by FROM visit_task
    WHERE region_code LIKE $1 || '%' AND state = $2 AND scheduled_from > $3 AND elder_id <> ALL ($4)
    ORDER BY scheduled_from, id LIMIT $5
"""

_VOLUNTEERS = """
    SELECT volunteer.id, (SELECT count(*) FROM visit_task WHERE claimed_by = volunteer.id
        AND claimed_at > $2::timestamptz - interval '30 days'
        AND state NOT IN ('OPEN', 'CANCELLED')) AS before
    FROM volunteer WHERE region_code LIKE $1 || '%' AND check_state = 'CLEARED'
        AND cleared_until > $2::timestamptz + interval '31 days'
    ORDER BY id <> $3, before, id
"""

_FAIR = "UPDATE visit_task SET allocation = $2, window_id = $3 WHERE id = ANY ($1)"
_ALLOTTED = "UPDATE visit_task SET claimed_at = $2 WHERE id = ANY ($1)"
_LOGGED = """
    UPDATE visit_task_log SET action = $3, at = $2, account_id = NULL
    WHERE task_id = ANY ($1) AND action = $4
"""

_OPEN_DAYS, _CLOSES = 3, 18 * 60
"""How long a window is open, and at which minute of the day it closes."""


async def add_windows(
    connection: asyncpg.Connection, keys: Keys, today: date, station: UUID
) -> None:
    """Both windows, with the applications of volunteers of the street, the player's among them.

    Parameters:
        station: the account that opens them.
    """
    street = _Street(connection, keys, station)
    await street.add(0, at(today + timedelta(_OPEN_DAYS - 1), _CLOSES), ended=False)
    await street.add(1, at(today - timedelta(1), _CLOSES), ended=True)


class _Street:
    """The windows of the first street.

    Parameters:
        station: the account that opens them.
    """

    def __init__(self, connection: asyncpg.Connection, keys: Keys, station: UUID) -> None:
        self._connection, self._keys, self._station = connection, keys, station
        self._applications = 0

    async def add(self, place: int, closes_at: datetime, *, ended: bool) -> None:
        """A window, unless there are too few visits for it."""
        state = VisitState.CLAIMED if ended else VisitState.OPEN
        told = [self._keys[numbers.of_elder(index)] for index in range(len(SCRIPTS))]
        asked = (STREET, state.value, closes_at, told, _MOST)
        visits = await self._connection.fetch(_VISITS, *asked)
        if len(visits) < _FEWEST:
            return
        window = self._keys[numbers.WINDOW + place]
        seed = sha256(window.bytes).hexdigest()[:32]
        ended_at = closes_at if ended else None
        known = WindowState.ALLOTTED if ended else WindowState.OPEN
        opened_at = closes_at - timedelta(days=_OPEN_DAYS)
        row = (window, STREET, known.value, self._station, opened_at, closes_at, seed, ended_at)
        player = self._keys[numbers.VOLUNTEER]
        volunteers = await self._connection.fetch(_VOLUNTEERS, STREET, closes_at, player)
        applied_at = opened_at + timedelta(hours=2)
        applications = [
            (self._next(), window, *one, applied_at, *rest)
            for visit in visits
            for one, rest in _applied(visit, volunteers, seed, ended_at)
        ]
        await self._copy("visit_window", [row])
        await self._copy("visit_application", applications)
        await self._say(window, [visit["id"] for visit in visits], ended_at)

    async def _say(self, window: UUID, visits: list[UUID], ended_at: datetime | None) -> None:
        """What the visits themselves have of it."""
        await self._connection.execute(_FAIR, visits, Allocation.FAIR.value, window)
        if ended_at is not None:
            actions = (VisitAction.ALLOT.value, VisitAction.CLAIM.value)
            await self._connection.execute(_ALLOTTED, visits, ended_at)
            await self._connection.execute(_LOGGED, visits, ended_at, *actions)

    async def _copy(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        columns = WINDOWS[table]
        await self._connection.copy_records_to_table(table, records=rows, columns=columns)

    def _next(self) -> UUID:
        self._applications += 1
        return self._keys[numbers.VISIT_APPLICATION + self._applications]


_Applied = tuple[tuple[UUID, UUID, str, str], tuple[Any, ...]]


def _applied(
    visit: Any, volunteers: Sequence[Any], seed: str, ended_at: datetime | None
) -> list[_Applied]:
    """Who asked for a visit: one that is open, who plays and who has visited least; one that was
    allotted, who has it and one who had visited more, if there is one.

    Parameters:
        volunteers: who plays first, then by how often they have visited.
    """
    before = {one["id"]: one["before"] for one in volunteers}
    task, place, winner = visit["id"], visit["region_code"], visit["claimed_by"]
    if ended_at is None:
        nothing = (None,) * 6
        asked = [one["id"] for one in volunteers][:2]
        return [((task, who, place, ApplicationState.APPLIED.value), nothing) for who in asked]
    more = [who for who, visits in before.items() if visits > before.get(winner, 0)][-1:]
    because = Because.FEWER_VISITS if more else Because.ALONE
    return [
        (
            (task, who, place, (_S.ALLOTTED if who == winner else _S.NOT_ALLOTTED).value),
            (ended_at, because.value, before.get(who, 0), True, 1, lot(seed, task, who)),
        )
        for who in (winner, *more)
    ]


_S = ApplicationState
