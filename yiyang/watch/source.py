"""Where the board's alarms come from: all open ones, then every change.

The chain's test calls, one a minute of each station, are no alarms to anybody.
"""

from collections.abc import AsyncGenerator
from typing import TypeAlias

from yiyang.graphql_ws import Connection, Endpoint, Happening, follow
from yiyang.watch.board import ROW, Row

_OPEN = f"""
query WatchOpen($after: String) {{
  alarms(
    first: 200, after: $after
    filter: {{state: [RAISED, ACKNOWLEDGED, DISPATCHED, ARRIVED], purpose: [REAL, DRILL]}}
  ) {{
    streamCursor nodes {{ ...Row }} pageInfo {{ hasNextPage endCursor }}
  }}
}}
{ROW}"""

_CHANGED = f"""
subscription WatchChanges($after: String) {{
  alarmChanged(after: $after, filter: {{purpose: [REAL, DRILL]}}) {{
    cursor change at alarm {{ ...Row }}
  }}
}}
{ROW}"""

Happenings: TypeAlias = AsyncGenerator[Happening[list[Row]], None]


def alarms(endpoint: Endpoint) -> Happenings:
    """The open alarms, then every change of any alarm that the token's owner may see, the chain's
    test calls apart.

    Raises: what ``follow`` raises.
    """
    return follow(endpoint, _open_alarms, _CHANGED)


async def _open_alarms(connection: Connection) -> tuple[list[Row], str]:
    """Every open alarm, and the stream's cursor as of before the first page."""
    page = (await connection.execute(_OPEN, after=None))["alarms"]
    cursor: str = page["streamCursor"]
    rows = [Row.of(alarm) for alarm in page["nodes"]]
    while page["pageInfo"]["hasNextPage"]:
        after = page["pageInfo"]["endCursor"]
        page = (await connection.execute(_OPEN, after=after))["alarms"]
        rows += [Row.of(alarm) for alarm in page["nodes"]]
    return rows, cursor
