"""Alarms that are rung to practise."""

import strawberry

from api.alarms.mutations import AlarmPayload
from api.alarms.types import Alarm
from api.mutations import MutationInput, mutation, mutation_input, mutation_payload
from api.relay import key_of
from domain.access import Permission
from domain.alarms import drills, models


@mutation_input
class AlarmDrillInput(MutationInput):
    """What to practise, and for whom; exactly one of elder and station."""

    elder_id: strawberry.ID | None = None
    """For whom it rings; null for a station's."""
    station_id: strawberry.ID | None = None
    """Where it rings; null for an elder's."""
    type: models.AlarmType = models.AlarmType.SOS
    """As what it rings."""
    severity: models.AlarmSeverity = models.AlarmSeverity.CRITICAL
    """How urgent; it rises as one of that severity does."""
    family_too: bool = False
    """Whether the elder's family is told too, and sees it; else the staff alone."""
    note: str | None = None
    """A word for its log, for example what is practised."""


@mutation_payload
class AlarmDrillPayload(AlarmPayload):
    """The drill."""


@strawberry.type
class DrillMutations:
    """Root fields that practise."""

    alarm_drill = mutation(
        AlarmDrillPayload,
        "Ring an alarm to practise: it rises and is answered as a real one, is marked everywhere, "
        "counts in figures of its own, and calls no public service. End it with the reason DRILL.",
        node=Alarm,
        asks=Permission.ALARM_DRILL,
        given=AlarmDrillInput,
        which="What, and for whom.",
        verb=lambda change, given: drills.start_drill(change.session, change.actor, _drill(given)),
    )


def _drill(given: AlarmDrillInput) -> drills.Drill:
    elder, station = given.elder_id, given.station_id
    return drills.Drill(
        None if elder is None else key_of(elder, "elder", field="elder_id"),
        None if station is None else key_of(station, "station", field="station_id"),
        given.type,
        given.severity,
        given.family_too,
        given.note,
    )
