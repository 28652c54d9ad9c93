"""What the board knows: every open alarm once, and those that ended just now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from yiyang.graphql_ws import Broken, Change, Happening, Resumed, Snapshot

FADES_AFTER = timedelta(minutes=1)
"""How long an alarm that is over stays on the board."""

ROW = """
fragment Row on Alarm {
  id type title severity purpose state level repeatCount
  raisedAt clearedAt acknowledgedAt resolvedAt resolveReason
  acknowledgedBy { name } elder { name age } station { name } region { name }
}
"""

_SEVERITIES = ("CRITICAL", "MAJOR", "MINOR", "WARNING")


@dataclass(frozen=True)
class Row:
    """One alarm, as the API's fragment ``Row`` has it.

    Parameters:
        purpose: REAL or DRILL.
        elder, age, station, acknowledged_by: None where there is nobody, or nobody to be seen; an
            alarm is an elder's or a station's.
        level: 0 to 3.
    """

    id: str
    type: str
    title: str
    severity: str
    purpose: str
    state: str
    level: int
    raised_at: datetime
    repeat_count: int
    cleared_at: datetime | None
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    resolve_reason: str | None
    acknowledged_by: str | None
    elder: str | None
    age: int | None
    station: str | None
    community: str

    @classmethod
    def of(cls, alarm: Mapping[str, Any]) -> "Row":
        """A row from the API's JSON."""
        elder: Mapping[str, Any] = alarm["elder"] or {}
        station: Mapping[str, Any] = alarm["station"] or {}
        answering: Mapping[str, Any] = alarm["acknowledgedBy"] or {}
        return cls(
            id=alarm["id"],
            type=alarm["type"],
            title=alarm["title"],
            severity=alarm["severity"],
            purpose=alarm["purpose"],
            state=alarm["state"],
            level=alarm["level"],
            raised_at=datetime.fromisoformat(alarm["raisedAt"]),
            repeat_count=alarm["repeatCount"],
            cleared_at=_moment(alarm["clearedAt"]),
            acknowledged_at=_moment(alarm["acknowledgedAt"]),
            resolved_at=_moment(alarm["resolvedAt"]),
            resolve_reason=alarm["resolveReason"],
            acknowledged_by=answering.get("name"),
            elder=elder.get("name"),
            age=elder.get("age"),
            station=station.get("name"),
            community=alarm["region"]["name"],
        )

    @property
    def is_over(self) -> bool:
        """Whether a person has ended it."""
        return self.state == "RESOLVED"

    @property
    def is_drill(self) -> bool:
        """Whether it is rung to practise."""
        return self.purpose == "DRILL"

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has answered it."""
        return self.state == "RAISED"

    def waited(self, now: datetime) -> timedelta:
        """How long the elder waited, or has been waiting, for an answer."""
        until = self.acknowledged_at or self.resolved_at or now
        return max(timedelta(0), until - self.raised_at)


class Link(Enum):
    """The connection's state."""

    CONNECTING = "connecting"
    LIVE = "live"
    BROKEN = "broken"


@dataclass
class Board:
    """The alarms on the board."""

    link: Link = Link.CONNECTING
    _rows: dict[str, Row] = field(default_factory=dict[str, Row])
    _over_since: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def take(self, happening: Happening[list[Row]], now: datetime) -> None:
        """What the stream brought."""
        match happening:
            case Snapshot():
                self.replace(happening.data)
                self.link = Link.LIVE
            case Resumed():
                self.link = Link.LIVE
            case Change():
                self.put(Row.of(happening.data["alarm"]), now)
            case Broken():
                self.link = Link.BROKEN

    def replace(self, open_rows: Iterable[Row]) -> None:
        """All open alarms, read anew: what else was open has ended meanwhile."""
        over = {key: row for key, row in self._rows.items() if row.is_over}
        self._rows = over | {row.id: row for row in open_rows}

    def put(self, row: Row, now: datetime) -> None:
        """An alarm in its newest form."""
        self._rows[row.id] = row
        if row.is_over:
            # By this clock, not the server's: a reader is to have the minute whatever they say.
            self._over_since.setdefault(row.id, now)

    def rows(self, now: datetime) -> list[Row]:
        """What to show: the most urgent first, among these the newest; then drills; what is over
        at the end."""
        for key, since in list(self._over_since.items()):
            if now - since >= FADES_AFTER:
                del self._over_since[key]
                self._rows.pop(key, None)
        return sorted(self._rows.values(), key=_urgency)

    @property
    def waiting(self) -> int:
        """How many nobody has answered, drills apart."""
        return sum(row.is_waiting and not row.is_drill for row in self._rows.values())

    @property
    def handled(self) -> int:
        """How many someone has answered and nobody has ended, drills apart."""
        open_rows = (row for row in self._rows.values() if not row.is_over and not row.is_drill)
        return sum(not row.is_waiting for row in open_rows)


def _urgency(row: Row) -> tuple[bool, bool, int, bool, float]:
    severity = _SEVERITIES.index(row.severity) if row.severity in _SEVERITIES else 0
    newest_first = -row.raised_at.timestamp()
    return row.is_over, row.is_drill, severity, not row.is_waiting, newest_first


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
