"""The bridge is killed: everything is stored once, though no device sends anything again.

What else may die, and devices that do send again: tests/benchmarks/test_alarms_short.py.
"""

import asyncio

from devices.bridge import BridgeSettings
from domain.database import Database
from domain.devices.models import DeviceKind
from tests.devices.bridge_process import BridgeProcess
from tests.devices.presses import assert_stored_once, send_events, stored
from tests.devices.wire import in_the_field, names


async def test_killed_in_the_middle_of_events(
    brokers: tuple[BridgeSettings, str], database: Database
) -> None:
    settings, mqtt_url = brokers
    buttons = await names(database, DeviceKind.SOS_BUTTON, 10)
    with BridgeProcess(settings) as bridge:
        bridge.wait_ready()
        async with in_the_field(mqtt_url, settings.tenant) as field:
            sending = asyncio.create_task(send_events(field, buttons, 600))
            for enough in (100, 350):
                await field.until(lambda enough=enough: len(field.receipts) >= enough)
                bridge.restart()
            sent = await sending
            # All are stored though each was published once: what the kill took from a device
            # is a receipt at most, and for that it asks again.
            await stored(database, len(sent))
            await field.insist(sent)
        # On a busy machine the second bridge may have stored all before the last was up.
        bridge.wait_ready()
        assert bridge.stop() == 0
    await assert_stored_once(database, sent)
