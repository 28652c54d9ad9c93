"""Simulated devices, a press, and the listing, against a real bridge."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest

from devices.bridge import BridgeSettings
from devices.listing import Login, device_lines, devices_to_simulate
from devices.payload import read
from devices.pipeline import Status
from devices.press import PressFailed, press
from devices.recordings import recordings
from devices.simulated import ButtonInADrawer, SimulatedDevice, Sleeper
from devices.simulated_homes import HomeDevice
from devices.simulation import Simulation
from devices.simulator import SimulatorSettings, run_simulator
from devices.sorting import checked
from devices.unconfirmed import Unconfirmed
from domain.database import Database
from domain.devices.credentials import device_password
from domain.devices.kinds import KINDS
from domain.devices.models import DeviceKind
from domain.devices.rules import Reading, follow
from domain.ids import parse_public_id
from tests.conftest import Broker, free_port
from tests.devices.test_rules import at
from tests.devices.wire import MASTER_KEY, Field, number, rows, running
from tests.waiting import until

BAND, BUTTON = DeviceKind.SLEEP_BAND, DeviceKind.SOS_BUTTON


@asynccontextmanager
async def simulating(
    settings: SimulatorSettings, devices: list[SimulatedDevice]
) -> AsyncGenerator[None, None]:
    task = asyncio.create_task(run_simulator(settings, devices))
    yield
    assert not task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def fleet(database: Database, bands: int, buttons: int) -> list[SimulatedDevice]:
    return await devices_to_simulate(database, {BAND: bands, BUTTON: buttons})


async def grows(database: Database, query: str, much: int) -> None:
    """Wait until a query counts so many."""

    async def enough() -> bool:
        return await number(database, query) >= much

    await until(enough)


async def test_bands_and_buttons_report_and_a_press_raises_an_alarm(
    settings: BridgeSettings, broker: Broker, database: Database
) -> None:
    simulator = SimulatorSettings(
        broker.mqtt_url, settings.tenant, band_interval_s=0.2, sos_every_s=0.5
    )
    devices = await fleet(database, 5, 10)
    async with running(settings), simulating(simulator, devices):
        await grows(database, "SELECT count(*) FROM telemetry WHERE measures ? 'heart_rate'", 30)
        await grows(database, "SELECT count(*) FROM telemetry WHERE measures ? 'battery'", 10)
        await grows(database, "SELECT count(*) FROM alarm WHERE type = 'SOS'", 1)
    assert await number(database, "SELECT count(*) FROM dead_letter") == 0
    assert await number(database, "SELECT count(last_seen_at) FROM device") == 15
    rates = "SELECT (measures->>'heart_rate')::int AS rate FROM telemetry WHERE measures ? 'in_bed'"
    assert all(50 <= row.rate <= 85 for row in await rows(database, rates))


async def test_an_sos_is_kept_until_a_bridge_is_there_to_store_it(
    settings: BridgeSettings, broker: Broker, database: Database
) -> None:
    simulator = SimulatorSettings(broker.mqtt_url, settings.tenant, sos_every_s=0.3)
    devices = await fleet(database, 0, 3)
    async with simulating(simulator, devices):
        # Nobody is subscribed: the broker confirms the first presses and drops them.
        await asyncio.sleep(2)
        async with running(settings):
            kept = "SELECT count(*) FROM device_event WHERE received_at - device_time > '1 s'"
            await grows(database, kept, 1)


def test_the_pace_bounds_how_many_are_simulated() -> None:
    many = [SimulatedDevice(f"device_{n}", BAND) for n in range(10_000)]
    many += [SimulatedDevice(f"device_{n}", BUTTON) for n in range(100_000)]
    simulation = Simulation(SimulatorSettings("mqtt://x", "sc"), many)
    assert sum(1 / speaker.every_s for speaker in simulation.speakers) <= 50
    hundred = Simulation(SimulatorSettings("mqtt://x", "sc"), many[:100])
    assert len(hundred.speakers) == 100
    assert {speaker.every_s for speaker in hundred.speakers} == {5.0}


def test_a_sleeper_replays_real_beats_and_is_never_an_alarm_until_slowed_down() -> None:
    sleeper = Sleeper(Random(2))
    rules = KINDS[BAND].rules
    night = [
        Reading(at(step), step, dict(sleeper.measure(step, 5.0))) for step in range(0, 20_000, 5)
    ]
    assert all(follow(rule, None, night)[1] == [] for rule in rules)
    rates = {reading.measures["heart_rate"] for reading in night}
    assert min(rates) < 62
    assert max(rates) > 90  # the restless one was played, too
    sleeper.slow_down(until_s=20_100)
    morning = [
        Reading(at(step), step, dict(sleeper.measure(step, 5.0)))
        for step in range(20_000, 20_300, 5)
    ]
    slow, *others = (follow(rule, None, morning)[1] for rule in rules)
    assert [(change.reading.at, change.raised) for change in slow] == [
        (at(20_060), True),
        (at(20_100), False),
    ]
    assert others == [[]] * (len(rules) - 1)


@pytest.mark.parametrize("kind", sorted(set(DeviceKind) - {BAND, BUTTON}))
def test_an_ordinary_home_says_what_its_kind_allows_and_raises_nothing(kind: DeviceKind) -> None:
    device = HomeDevice(kind, Random(1))
    days = [device.measure(hour * 3600, 3600) for hour in range(200)]
    for measures in days:
        assert checked(KINDS[kind].telemetry, measures) == (measures, [])
    readings = [Reading(at(60 * n), n, dict(measures)) for n, measures in enumerate(days)]
    assert all(follow(rule, None, readings)[1] == [] for rule in KINDS[kind].rules)


def test_a_mishap_is_told_and_later_that_it_is_over() -> None:
    device = SimulatedDevice("device_1", DeviceKind.WATER_LEAK_DETECTOR)
    simulation = Simulation(SimulatorSettings("mqtt://x", "sc"), [device])
    simulation.befall(1e6)
    simulation.befall(1e6 + 100)
    told = [json.loads(payload) for _, payload in simulation.unconfirmed.due(1e9)]
    assert [message["type"] for message in told][:2] == ["leak", "dry"]
    assert told[0]["m"] == {"battery": 88}


def test_the_recordings_are_the_files() -> None:
    found = recordings()
    assert {name: len(each.rates) for name, each in found.items()} == {
        "resting": 78,
        "active": 1068,
    }
    assert found["resting"].seconds[0] == 0
    assert found["resting"].rate(0, 5) == 66.9
    assert 56 < found["resting"].rate(50, 10) < 77.1


def test_a_battery_runs_down_and_stays_in_its_range() -> None:
    button = ButtonInADrawer(Random(1))
    levels = [button.measure(day * 86_400, 600)["battery"] for day in range(0, 400, 10)]
    assert levels == sorted(levels, reverse=True)
    assert 0 == levels[-1] <= levels[0] <= 100


def test_an_event_is_due_again_and_ever_later_until_it_is_confirmed() -> None:
    events = Unconfirmed()
    events.keep("device_1", "a", "topic", b"payload", now_s=0)
    due = [second for second in range(200) if events.due(second)]
    assert due == [0, 3, 9, 21, 45, 93, 153]
    events.hasten(200)
    assert [second for second in range(200, 210) if events.due(second)] == [200, 203, 209]
    events.confirm("device_2", "a")
    assert len(events) == 1
    events.confirm("device_1", "a")
    assert events.due(1000) == []


async def test_a_press_comes_back_with_its_receipt(
    settings: BridgeSettings, broker: Broker, button: str, database: Database
) -> None:
    async with running(settings):
        receipt = await press(broker.mqtt_url, settings.tenant, button)
        assert receipt.status is Status.STORED
        parsed = parse_public_id(button)
        assert parsed is not None
        secret = device_password(MASTER_KEY, parsed[1], 1)
        signed = await press(broker.mqtt_url, settings.tenant, button, secret=secret)
        assert signed.status is Status.STORED
        wrong = await press(broker.mqtt_url, settings.tenant, button, secret="wrong")
        assert (wrong.status, wrong.reason) == (Status.REFUSED, "WRONG_MAC")
    assert await number(database, "SELECT repeat_count FROM alarm") == 1


async def test_a_press_without_a_bridge_or_a_broker_fails_with_a_sentence(
    settings: BridgeSettings, broker: Broker, button: str
) -> None:
    with pytest.raises(PressFailed, match="no bridge stores it"):
        await press(broker.mqtt_url, settings.tenant, button, timeout_s=0.5)
    with pytest.raises(PressFailed, match="is not to be had"):
        await press(f"mqtt://127.0.0.1:{free_port()}", settings.tenant, button)


async def test_a_line_of_the_listing_is_all_it_takes_to_be_that_device(
    field: Field, database: Database
) -> None:
    login = Login("devices", "device-word")
    every = await device_lines(database, MASTER_KEY, field.tenant, limit=1000, login=login)
    assert {line["kind"] for line in every} <= set(DeviceKind)
    for kind in (BUTTON, BAND):
        (line, _) = await device_lines(
            database, MASTER_KEY, field.tenant, kind=kind, limit=2, login=login
        )
        assert set(line) == {
            "device", "elder", "station", "kind", "username", "password", "topic", "receiptTopic",
            "example",
        }  # fmt: skip
        assert (line["username"], line["password"]) == login
        assert line["receiptTopic"] == f"ec/v1/{field.tenant}/{line['device']}/rcpt"
        parsed = parse_public_id(line["elder"])
        assert parsed is not None
        assert parsed[0] == "elder"
        example = line["example"]
        assert read(json.dumps(example).encode()).id == example["id"]
        await field.client.publish(line["topic"], json.dumps(example), qos=1)
        assert (await field.receipt(example["id"]))["status"] == "stored"
        again = json.dumps(example | {"id": "mine", "seq": 7, "ts": example["ts"] + 1})
        await field.client.publish(line["topic"], again, qos=1)
        await field.receipt("mine", nth=1 if kind is DeviceKind.SOS_BUTTON else 2)
    assert await number(database, "SELECT count(*) FROM device_event") == 2
    assert await number(database, "SELECT count(*) FROM telemetry") == 2


async def test_where_each_device_has_its_own_account_the_listing_names_it(
    database: Database, button: str
) -> None:
    (line,) = await device_lines(database, MASTER_KEY, "sc", kind=DeviceKind.SOS_BUTTON, limit=1)
    parsed = parse_public_id(button)
    assert parsed is not None
    assert line["username"] == line["device"] == button
    assert line["password"] == device_password(MASTER_KEY, parsed[1], 1)
