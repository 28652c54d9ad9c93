"""The words for what raises an alarm over time: thresholds, counts and absences.

Time is the device's. A rule's name stands in ``rule_state``: never give it to another rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum

from domain.alarms.models import AlarmSeverity, AlarmType
from domain.calendar import DISTRICT_ZONE


class Side(Enum):
    """On which side of a threshold a value is a breach."""

    BELOW = "below"
    ABOVE = "above"

    def beyond(self, value: float, limit: float) -> bool:
        """Whether a value is past a limit on this side; the limit itself is not."""
        return value > limit if self is Side.ABOVE else value < limit


@dataclass(frozen=True, slots=True)
class Happens:
    """The device sends an event of a type."""

    event: str


@dataclass(frozen=True, slots=True)
class Is:
    """A reading's flag has a value."""

    flag: str
    value: bool


@dataclass(frozen=True, slots=True)
class Beyond:
    """A reading's measure is past a limit, which itself is not past."""

    measure: str
    side: Side
    limit: float


Sign = Happens | Is | Beyond
"""Something that a device says once (an event) or goes on saying (readings)."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of each day, by the district's clock.

    Parameters:
        opens, closes: local times; a part that closes earlier than it opens goes over midnight.
    """

    opens: time
    closes: time

    def contain(self, moment: datetime) -> bool:
        """Whether a moment lies in it; the closing time itself does not."""
        clock = moment.astimezone(DISTRICT_ZONE).time()
        if self.opens <= self.closes:
            return self.opens <= clock < self.closes
        return clock >= self.opens or clock < self.closes

    def next_opening(self, moment: datetime) -> datetime:
        """The first opening after a moment."""
        return self._next(self.opens, moment)

    def next_closing(self, moment: datetime) -> datetime:
        """The first closing after a moment."""
        return self._next(self.closes, moment)

    @property
    def length(self) -> timedelta:
        """How long it is open."""
        opened = datetime.combine(date(2000, 1, 1), self.opens, DISTRICT_ZONE)
        return self.next_closing(opened) - opened

    @staticmethod
    def _next(clock: time, moment: datetime) -> datetime:
        local = moment.astimezone(DISTRICT_ZONE)
        today = datetime.combine(local.date(), clock, DISTRICT_ZONE)
        following = today if today > local else today + timedelta(days=1)
        return following.astimezone(moment.tzinfo)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A rule: a measure beyond a threshold for some time raises an alarm.

    Parameters:
        measure: the measure that it watches.
        side: on which side of ``raise_at`` a value is a breach.
        raise_at: the threshold, not itself a breach.
        clear_at: beyond this on the other side the condition has ended; between the two
            nothing changes (hysteresis).
        hold: how long every reading must be a breach; zero: the first one raises.
        max_gap: a longer silence between two readings begins the time anew.
        unless: flags and the value at which a reading says nothing.
    """

    name: str
    measure: str
    side: Side
    raise_at: float
    clear_at: float
    hold: timedelta
    max_gap: timedelta
    alarm: AlarmType
    severity: AlarmSeverity
    unless: Mapping[str, bool] = field(default_factory=dict[str, bool])

    @property
    def healthy_side_clears(self) -> bool:
        """Whether ``clear_at`` lies at ``raise_at`` or on its healthy side."""
        return not self.side.beyond(self.clear_at, self.raise_at)


@dataclass(frozen=True, slots=True)
class Count:
    """A rule: a sign that begins several times within a window raises an alarm.

    Each event counts. Of readings that go on saying it only the first does, after one that
    denied it: an exit from bed is one, however many readings find the bed empty.

    Parameters:
        times: at this many within the window it raises.
        window: the time from the first of them to the last.
        quiet: it is cleared when the sign has not begun again for so long; no less than the
            window.
        hours: when a beginning counts; None: always.
    """

    name: str
    sign: Sign
    times: int
    window: timedelta
    quiet: timedelta
    alarm: AlarmType
    severity: AlarmSeverity
    hours: Hours | None = None

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What it listens for."""
        return (self.sign,)


@dataclass(frozen=True, slots=True)
class Absence:
    """A rule: a sign that stays away raises an alarm, by a durable timer.

    It waits from the newest sign on, and only while the device is heard: a device that is offline
    says nothing about the elder, and when it is heard again the wait begins anew. The sign, when
    it comes, clears the alarm.

    Parameters:
        sign: what ought to come: motion, someone in bed, a door that is closed.
        hold: for how long it may stay away.
        after: the wait begins only with this, the first one since the sign (a door that opens);
            None: it begins with the sign itself.
        hours: the whole wait must lie within one such part of a day; None: at any time.
        from_opening: where a wait began outside the hours, or does not end within them, it
            begins again with their next opening. False: it is given up: who goes to bed late, or
            gets up in the morning, is not missed.
    """

    name: str
    sign: Sign
    hold: timedelta
    alarm: AlarmType
    severity: AlarmSeverity
    after: Sign | None = None
    hours: Hours | None = None
    from_opening: bool = False

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What it listens for."""
        return (self.sign,) if self.after is None else (self.sign, self.after)


@dataclass(frozen=True, slots=True)
class Spell:
    """How long the alarm of an event lasts: what a kind's event types say of it, together.

    Parameters:
        events: the types that raise it.
        ended_by: the types that clear it.
        quiet: it is cleared when none of the events has come for so long, while the device was
            heard; None: time alone does not clear it.
    """

    name: str
    events: frozenset[str]
    ended_by: frozenset[str]
    quiet: timedelta | None
    alarm: AlarmType
    severity: AlarmSeverity


def spell_name(alarm: AlarmType) -> str:
    """The name of the rule that clears an event's alarm."""
    return f"spell:{alarm.value}"


Rule = Threshold | Count | Absence | Spell
