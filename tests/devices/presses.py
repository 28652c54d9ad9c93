"""Presses of many buttons, whether each was stored once, and by how many bridges."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence

from domain.database import Database
from domain.devices.credentials import device_name
from tests.devices.wire import PATIENCE_S, Field, number, rows
from tests.waiting import until


async def send_events(field: Field, buttons: Sequence[str], much: int) -> dict[str, str]:
    """SOS events of all the buttons in turn, each published once, over some seconds.

    Returns: what ``insist`` takes.
    """
    sent: dict[str, str] = {}
    for start in range(0, much, 20):
        turn = [buttons[n % len(buttons)] for n in range(start, start + 20)]
        messages = await asyncio.gather(*(field.press(device) for device in turn))
        sent |= {json.dumps(m): device for m, device in zip(messages, turn, strict=True)}
        await asyncio.sleep(0.05)
    return sent


async def assert_stored_once(database: Database, sent: Mapping[str, str]) -> None:
    """Each event has its row, and the alarms and what was told of them add up."""
    stored = await rows(database, "SELECT event_id FROM device_event")
    assert sorted(row.event_id for row in stored) == sorted(json.loads(m)["id"] for m in sent)
    alarms = await rows(database, "SELECT device_id, repeat_count FROM alarm")
    presses = {device_name(alarm.device_id): alarm.repeat_count + 1 for alarm in alarms}
    assert presses == Counter(sent.values())
    assert await number(database, "SELECT count(*) FROM alarm_log") == len(sent)
    assert await number(database, "SELECT count(*) FROM outbox_event") == len(sent)
    assert await number(database, "SELECT count(*) FROM dead_letter") == 0


async def stored(database: Database, much: int) -> None:
    """Wait until so many events are stored."""

    async def enough() -> bool:
        return await number(database, "SELECT count(*) FROM device_event") >= much

    await until(enough, PATIENCE_S)


_SETTLED = """
    SELECT (SELECT cardinality(members) FROM bridge_view ORDER BY epoch DESC LIMIT 1) = :much
       AND (SELECT count(*) FROM bridge_member) = :much
       AND (SELECT min(settled) FROM bridge_member) = (SELECT max(epoch) FROM bridge_view)
"""


async def shared_by(database: Database, much: int) -> None:
    """Wait until so many bridges share the devices."""

    async def settled() -> bool:
        return bool(await number(database, _SETTLED, much=much))

    await until(settled, 2 * PATIENCE_S)
