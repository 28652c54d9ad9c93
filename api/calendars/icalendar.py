"""Calendars as text: as much of iCalendar (RFC 5545) as times that are taken need.

Nothing here repeats, and every time is in UTC: so there are no rules and no time zones, which is
what a library would be for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_MOST_OCTETS = 75
"""Of a line, the end not counted (RFC 5545, 3.1)."""

_PRODUCT = "-//Yiyang//Calendar//EN"
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": ""})


@dataclass(frozen=True, slots=True)
class Event:
    """One event.

    Parameters:
        uid: stays the same however the event changes.
        summary, location: texts.
        changed_at: when it was last changed.
        sequence: grows with each change.
    """

    uid: str
    summary: str
    location: str
    since: datetime
    until: datetime
    changed_at: datetime
    sequence: int
    cancelled: bool


def calendar(name: str, events: Iterable[Event]) -> str:
    """A calendar's text; its lines end with CRLF.

    Parameters:
        name: shown by apps as the calendar's.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN"]
    # RFC 7986, and what apps read that are older.
    lines += [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    lines.append("REFRESH-INTERVAL;VALUE=DURATION:PT1H")
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(event: Event) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{_moment(event.changed_at)}",
        f"DTSTART:{_moment(event.since)}",
        f"DTEND:{_moment(event.until)}",
        f"SEQUENCE:{event.sequence}",
        f"SUMMARY:{_text(event.summary)}",
        f"LOCATION:{_text(event.location)}",
        f"STATUS:{'CANCELLED' if event.cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    ]


def _text(value: str) -> str:
    return value.translate(_ESCAPED)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _folded(line: str) -> str:
    """A line of at most 75 octets, and its rest behind a blank on the next; never within a
    character."""
    folded, octets = "", 0
    for character in line:
        size = len(character.encode())
        if octets + size > _MOST_OCTETS:
            folded, octets = f"{folded}\r\n ", 1
        folded, octets = folded + character, octets + size
    return folded
