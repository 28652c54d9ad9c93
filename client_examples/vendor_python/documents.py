"""The two questions, and the form of what is handed over."""

from typing import Any, TypedDict


class Notice(TypedDict):
    """One line of the output.

    Parameters:
        cursor: names the change; a line that comes twice has the same one.
        change: what befell the alarm; None where it was open when we began to look.
        at: when that was recorded, ISO 8601; None likewise.
        alarm: the alarm as it was when it was read.
    """

    cursor: str
    change: str | None
    at: str | None
    alarm: dict[str, Any]


_ALARM = """
fragment AlarmParts on Alarm {
  id type severity state level raisedAt storedAt late repeatCount repeatedAt clearedAt
  acknowledgedAt dispatchedAt arrivedAt resolvedAt resolveReason
  device { id kind }
  region { code name }
}"""

OPEN = f"""
query VendorOpenAlarms($after: String) {{
  alarms(
    first: 200, after: $after, filter: {{ state: [RAISED, ACKNOWLEDGED, DISPATCHED, ARRIVED] }}
  ) {{
    streamCursor
    nodes {{ ...AlarmParts }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
{_ALARM}"""

CHANGES = f"""
query VendorAlarmChanges($after: String!) {{
  alarmChanges(after: $after, first: 200) {{
    changes {{ cursor change at alarm {{ ...AlarmParts }} }}
    cursor
    hasMore
  }}
}}
{_ALARM}"""
