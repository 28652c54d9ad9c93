"""Holds what was pressed against what is stored, raised, told and delivered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks.alarms.desk import Told
from benchmarks.alarms.outcome import Outcome
from benchmarks.alarms.stand import Button
from benchmarks.reads.figures import percentile

_EVENTS = "SELECT device_id, event_id FROM device_event WHERE device_id = ANY($1)"
_ALARMS = """
    SELECT id, elder_id, repeat_count FROM alarm
    WHERE elder_id = ANY($1) AND type = 'SOS' AND purpose = 'REAL'
"""
_LOG = """
    SELECT alarm_id, count(*) AS much FROM alarm_log
    WHERE alarm_id = ANY($1) AND change IN ('RAISED', 'REPEATED') GROUP BY 1
"""
_OUTBOX = """
    SELECT position, subject_id FROM outbox_event
    WHERE topic = 'alarm' AND subject_id = ANY($1) AND change IN ('RAISED', 'REPEATED')
"""
CALLS = ("RAISED", "REPEATED")
"""The changes that a press makes."""


@dataclass(frozen=True)
class Books:
    """What the database has of some buttons' calls.

    Parameters:
        events: the ids of each button's stored calls.
        alarms: whose each alarm is.
        counted: by each button's alarms' own count, each alarm's first call included.
        logged: entries in the alarms' logs.
        positions: of each button's calls in the outbox.
    """

    events: Mapping[Button, Sequence[str]]
    alarms: Mapping[UUID, Button]
    counted: Mapping[Button, int]
    logged: Mapping[Button, int]
    positions: Mapping[Button, Sequence[int]]


async def books(url: str, buttons: Sequence[Button]) -> Books:
    """Read them."""
    connection = await asyncpg.connect(url)
    try:
        events = await connection.fetch(_EVENTS, [button.device_id for button in buttons])
        alarms = await connection.fetch(_ALARMS, [button.elder_id for button in buttons])
        keys = [alarm["id"] for alarm in alarms]
        log = await connection.fetch(_LOG, keys)
        outbox = await connection.fetch(_OUTBOX, keys)
    finally:
        await connection.close()
    devices = {button.device_id: button for button in buttons}
    elders = {button.elder_id: button for button in buttons}
    whose = {alarm["id"]: elders[alarm["elder_id"]] for alarm in alarms}
    return Books(
        _grouped((devices[row["device_id"]], row["event_id"]) for row in events),
        whose,
        _summed((elders[row["elder_id"]], row["repeat_count"] + 1) for row in alarms),
        _summed((whose[row["alarm_id"]], row["much"]) for row in log),
        _grouped((whose[row["subject_id"]], row["position"]) for row in outbox),
    )


def tally(
    scenario: str,
    said: Mapping[Button, Sequence[str]],
    pressed: Mapping[Button, Sequence[float]],
    kept: Books,
    told: Sequence[Told],
) -> Outcome:
    """Compare.

    Parameters:
        said: the ids of each button's calls.
        pressed: their moments. A button's n-th call and the n-th frame about it are held to belong
            together: until then the desk has not seen n calls.
        told: all that came to the desk, in the order in which it came.
    """
    calls = [each for each in told if each.change in CALLS and each.alarm_id in kept.alarms]
    frames = _grouped((kept.alarms[each.alarm_id], each) for each in calls)
    lost = doubled = 0
    for button, ids in said.items():
        stored = kept.events.get(button, ())
        unknown, missing = set(stored) - set(ids), set(ids) - set(stored)
        seen = {each.position for each in frames.get(button, ())}
        expected = set(kept.positions.get(button, ()))
        stages = (
            len(stored),
            kept.counted.get(button, 0),
            kept.logged.get(button, 0),
            len(expected),
            len(seen & expected),
        )
        lost += max(len(ids) - min(stages), len(missing))
        doubled += max(max(stages) - len(ids), len(unknown))
    positions = [each.position for each in told]
    again = sum(later <= before for before, later in pairwise(positions))
    late = [
        (frame.at - at) * 1000
        for button, moments in pressed.items()
        for at, frame in zip(moments, frames.get(button, ()), strict=False)
    ]
    return Outcome(
        scenario,
        sum(map(len, said.values())),
        sum(map(len, kept.events.values())),
        sum(kept.logged.values()),
        len(calls),
        lost,
        doubled + again,
        round(percentile(late, 50), 1) if late else 0.0,
        round(percentile(late, 99), 1) if late else 0.0,
    )


def _grouped(pairs: Any) -> dict[Any, list[Any]]:
    groups = dict[Any, list[Any]]()
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _summed(pairs: Any) -> Counter[Any]:
    sums = Counter[Any]()
    for key, value in pairs:
        sums[key] += value
    return sums
