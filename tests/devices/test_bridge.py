"""From a device's publish to rows, alarm and receipt, through a real broker and database."""

import asyncio
import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devices.bridge import BridgeSettings
from domain.database import Database
from domain.devices.models import DeviceKind
from tests.conftest import Broker
from tests.devices.wire import Field, in_the_field, names, now_ms, number, rows, running


async def test_a_press_becomes_an_event_an_alarm_that_will_pass_on_and_a_receipt(
    field: Field, button: str, database: Database
) -> None:
    message = await field.press(button)
    receipt = await field.receipt(message["id"])
    assert receipt["v"] == 1
    assert receipt["status"] == "stored"
    assert "reason" not in receipt
    assert abs(receipt["ts"] - now_ms()) < 60_000
    (event,) = await rows(database, "SELECT * FROM device_event")
    assert (event.event_id, event.type, event.seq) == (message["id"], "sos", message["seq"])
    assert (event.late, event.measures) == (False, {"battery": 80})
    (alarm,) = await rows(database, "SELECT * FROM alarm")
    assert (alarm.type, alarm.severity, alarm.state) == ("SOS", "CRITICAL", "RAISED")
    assert (alarm.level, alarm.repeat_count, alarm.device_id) == (1, 0, event.device_id)
    assert alarm.raised_at == event.device_time
    assert alarm.escalate_at - alarm.stored_at == timedelta(seconds=60)
    (told,) = await rows(database, "SELECT * FROM outbox_event")
    assert (told.topic, told.subject_id, told.change) == ("alarm", alarm.id, "RAISED")
    (device,) = await rows(
        database, "SELECT last_seen_at FROM device WHERE id = :id", id=event.device_id
    )
    assert device.last_seen_at == event.received_at


async def test_when_the_receipt_arrives_the_row_is_there(
    field: Field, button: str, database: Database
) -> None:
    query = "SELECT count(*) FROM device_event WHERE event_id = :id"
    for _ in range(20):
        message = await field.press(button)
        await field.receipt(message["id"])
        assert await number(database, query, id=message["id"]) == 1


async def test_an_event_sent_again_gets_a_receipt_again_and_counts_once(
    field: Field, button: str, database: Database
) -> None:
    message = await field.press(button)
    assert (await field.receipt(message["id"]))["status"] == "stored"
    await field.publish(button, "event", message)
    assert (await field.receipt(message["id"], nth=2))["status"] == "duplicate"
    assert await number(database, "SELECT count(*) FROM device_event") == 1
    assert await number(database, "SELECT repeat_count FROM alarm") == 0


async def test_every_message_twice_and_shuffled_is_stored_once(
    field: Field, database: Database
) -> None:
    buttons = await names(database, DeviceKind.SOS_BUTTON, 5)
    bands = await names(database, DeviceKind.SLEEP_BAND, 3)
    began = now_ms() - 60_000
    sent = [
        (buttons[n % 5], "event", field.message("sos", {}, ts=began + n)) for n in range(200)
    ] + [
        (bands[n % 3], "tele", field.message("telemetry", {"heart_rate": 60 + n % 9}, ts=began + n))
        for n in range(600)
    ]
    twice = sent * 2
    random.Random(7).shuffle(twice)
    for start in range(0, len(twice), 100):
        await asyncio.gather(*(field.publish(*one) for one in twice[start : start + 100]))
    await field.until(lambda: sum(map(len, field.receipts.values())) == len(twice))
    for _, _, message in sent:
        said = [receipt["status"] for receipt in field.receipts[message["id"]]]
        assert said == ["stored", "duplicate"]
    assert await number(database, "SELECT count(*) FROM device_event") == 200
    assert await number(database, "SELECT count(*) FROM telemetry") == 600
    assert await number(database, "SELECT count(*) FROM dead_letter") == 0
    alarms = await rows(database, "SELECT repeat_count FROM alarm WHERE type = 'SOS'")
    assert [alarm.repeat_count for alarm in alarms] == [39] * 5
    assert await number(database, "SELECT count(*) FROM alarm") == 5


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b'{"v":1,"id":"x', "NOT_JSON"),
        (b"\xff\xfe\x00", "NOT_JSON"),
        (b"x" * 70_000, "TOO_LARGE"),
        (b'{"a":' * 3000, "NOT_JSON"),
    ],
)
async def test_what_cannot_be_read_is_a_dead_letter_and_the_next_message_is_stored(
    field: Field, band: str, database: Database, payload: bytes, reason: str
) -> None:
    await field.publish(band, "tele", payload)
    good = field.message("telemetry", {"heart_rate": 61})
    await field.publish(band, "tele", good)
    assert (await field.receipt(good["id"]))["status"] == "stored"
    (letter,) = await rows(database, "SELECT * FROM dead_letter")
    assert (letter.reason, letter.size) == (reason, len(payload))
    assert letter.topic == f"ec/v1/{field.tenant}/{band}/tele"
    assert letter.payload == payload[: 16 * 1024]
    assert [receipt["reason"] for receipt in field.receipts[None]] == [reason]
    assert await number(database, "SELECT count(*) FROM telemetry") == 1


@pytest.mark.parametrize(
    ("measures", "fields", "reason"),
    [
        ({"heart_rate": 99999}, {}, "OUT_OF_RANGE:heart_rate"),
        ({"heart_rate": "62"}, {}, "BAD:heart_rate"),
        ({"in_bed": 1}, {}, "BAD:in_bed"),
        ({"pulse": 62}, {}, "NO_KNOWN_MEASURE"),
        ({"heart_rate": [62]}, {}, "NESTED"),
        ({"note": "a\0b"}, {}, "NUL"),
        ({"heart_rate": 62}, {"type": "sos"}, "UNKNOWN_TYPE"),
        ({"heart_rate": 62}, {"seq": 2**31}, "OUT_OF_RANGE:seq"),
        ({"heart_rate": 62}, {"ts": 10**14}, "OUT_OF_RANGE:ts"),
        ({"heart_rate": 62}, {"v": 2}, "UNKNOWN_VERSION"),
    ],
)
async def test_what_is_not_right_is_refused_with_its_reason(
    field: Field, band: str, database: Database, measures: Any, fields: Any, reason: str
) -> None:
    message = field.message("telemetry", {}) | {"m": measures} | fields
    await field.publish(band, "tele", message)
    receipt = await field.receipt(message["id"])
    assert (receipt["status"], receipt["reason"]) == ("refused", reason)
    (letter,) = await rows(database, "SELECT * FROM dead_letter")
    assert (letter.reason, json.loads(letter.payload)) == (reason, message)
    assert await number(database, "SELECT count(*) FROM telemetry") == 0
    assert await number(database, "SELECT count(*) FROM rule_state") == 0


@pytest.mark.parametrize(
    "device",
    ["device_" + "0" * 32, "elder_" + "0" * 32, "device_xyz", "' OR 1=1 --", "颐养"],
)
async def test_an_unknown_device_is_a_dead_letter(
    field: Field, database: Database, device: str
) -> None:
    message = await field.press(device)
    receipt = await field.receipt(message["id"])
    assert (receipt["status"], receipt["reason"]) == ("refused", "UNKNOWN_DEVICE")
    assert await number(database, "SELECT count(*) FROM device_event") == 0
    assert await number(database, "SELECT count(*) FROM alarm") == 0
    (letter,) = await rows(database, "SELECT * FROM dead_letter")
    assert letter.topic == f"ec/v1/{field.tenant}/{device}/event"


async def test_a_call_for_help_stands_whatever_the_battery_says(
    field: Field, button: str, database: Database
) -> None:
    message = field.message("sos", {"battery": 255, "firmware": "2.1"})
    await field.publish(button, "event", message)
    assert (await field.receipt(message["id"]))["status"] == "stored"
    assert (await rows(database, "SELECT measures FROM alarm"))[0].measures == {}
    assert await number(database, "SELECT count(*) FROM device_event") == 1
    (letter,) = await rows(database, "SELECT reason FROM dead_letter")
    assert letter.reason == "OUT_OF_RANGE:battery"


async def test_a_clock_that_is_ahead_is_not_believed(
    field: Field, button: str, database: Database
) -> None:
    message = await field.press(button, ts=now_ms() + 3_600_000)
    await field.receipt(message["id"])
    (event,) = await rows(database, "SELECT * FROM device_event")
    (alarm,) = await rows(database, "SELECT * FROM alarm")
    assert alarm.raised_at == event.received_at
    assert event.device_time > event.received_at
    assert 3590 < event.measures["clock_offset_s"] < 3610
    # Sent again it is still the same event.
    await field.publish(button, "event", message)
    assert (await field.receipt(message["id"], nth=2))["status"] == "duplicate"


async def test_what_is_old_is_shown_but_nobody_is_sent(
    field: Field, button: str, database: Database
) -> None:
    message = await field.press(button, ts=now_ms() - 11 * 60_000)
    await field.receipt(message["id"])
    (alarm,) = await rows(database, "SELECT * FROM alarm")
    assert (alarm.late, alarm.level) == (True, 0)
    assert await number(database, "SELECT count(*) FROM pgqueuer") == 0
    # One in time lifts it.
    message = await field.press(button)
    await field.receipt(message["id"])
    (alarm,) = await rows(database, "SELECT * FROM alarm")
    assert (alarm.late, alarm.level, alarm.repeat_count) == (False, 1, 1)


async def test_slow_for_a_minute_raises_and_recovery_clears(
    field: Field, band: str, database: Database
) -> None:
    began = now_ms() - 200_000
    rates = [60] * 5 + [42] * 13 + [47] * 3 + [55] * 2
    sent = [
        field.message("telemetry", {"heart_rate": rate, "in_bed": True}, ts=began + step * 5_000)
        for step, rate in enumerate(rates)
    ]
    for message in sent:
        await field.publish(band, "tele", message)
    await field.receipt(sent[-1]["id"])
    (alarm,) = await rows(database, "SELECT * FROM alarm")
    assert (alarm.type, alarm.severity, alarm.level) == ("BRADYCARDIA", "MAJOR", 1)
    assert alarm.raised_at == moment(began + 17 * 5_000)
    assert alarm.cleared_at == moment(began + 21 * 5_000)
    assert alarm.state == "RAISED"
    assert alarm.measures == {"heart_rate": 42, "in_bed": True}


async def test_a_last_will_is_no_sign_of_life(field: Field, band: str, database: Database) -> None:
    seen = "SELECT count(*) FROM device WHERE last_seen_at IS NOT NULL"
    will = field.message("offline", {})
    await field.publish(band, "state", will)
    assert (await field.receipt(will["id"]))["status"] == "stored"
    assert await number(database, seen) == 0
    hello = field.message("online", {})
    await field.publish(band, "state", hello)
    await field.receipt(hello["id"])
    assert await number(database, seen) == 1


async def test_what_is_sent_at_qos_0_is_taken_too(
    field: Field, band: str, database: Database
) -> None:
    quiet = field.message("telemetry", {"heart_rate": 60})
    await field.publish(band, "tele", quiet, qos=0)
    await field.publish(band, "tele", field.message("telemetry", {"heart_rate": 999}), qos=0)
    spoken = await field.press((await names(database, DeviceKind.SOS_BUTTON, 1))[0])
    await field.receipt(spoken["id"])
    assert await number(database, "SELECT count(*) FROM telemetry") == 1
    assert await number(database, "SELECT count(*) FROM dead_letter") == 1


async def test_what_comes_while_the_bridge_is_away_is_stored_when_it_is_back(
    settings: BridgeSettings, broker: Broker, database: Database, button: str
) -> None:
    async with running(settings):
        pass
    async with in_the_field(broker.mqtt_url, settings.tenant) as field:
        sent = [await field.press(button) for _ in range(250)]
        async with running(settings):
            for message in sent:
                assert (await field.receipt(message["id"]))["status"] == "stored"
        assert await number(database, "SELECT count(*) FROM device_event") == 250
        # What was acknowledged is not sent again.
        async with running(settings):
            probe = await field.press(button)
            await field.receipt(probe["id"])
        assert all(len(field.receipts[message["id"]]) == 1 for message in sent)


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
