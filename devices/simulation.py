"""What simulated devices do, and when, at a bounded pace.

Measurements go out at QoS 0, as most bands send them; an SOS at QoS 1, and again until its
receipt comes.
"""

import asyncio
import heapq
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from random import Random
from typing import Final

import aiomqtt

from devices.messages import EXAMPLES, Voice, boot_number, encode
from devices.pipeline import Status
from devices.receipts import decode
from devices.simulated import ButtonInADrawer, SimulatedDevice, Sleeper
from devices.simulated_homes import HomeDevice
from devices.sorting import TELEMETRY
from devices.topics import Up, device_of, topic
from devices.unconfirmed import Unconfirmed
from domain.devices.answers import Progress
from domain.devices.heartbeat import HEARTBEAT_SECONDS
from domain.devices.kinds import KINDS
from domain.devices.models import DeviceKind

_LOG = logging.getLogger(__name__)

_BANDS_SHARE: Final = 0.7  # of the pace
_BUTTONS_SHARE: Final = 0.2
_OTHERS_SHARE: Final = (1 - _BANDS_SHARE - _BUTTONS_SHARE) / (len(DeviceKind) - 2)  # of each kind
_ORDER: Final = sorted(DeviceKind, key=lambda kind: kind is not DeviceKind.SLEEP_BAND)
_OVER_AFTER_S: Final = (30.0, 90.0)
_SLOW_FOR_S: Final = (90.0, 150.0)
_TURN_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """How to simulate.

    Parameters:
        mqtt_url: ``mqtt[s]://user:password@host:port`` of a listener that speaks MQTT 3.1.1,
            and an account that may publish for every device.
        tenant: the part of every topic that names the district.
        band_interval_s: between two measurements of a sleep band, at least.
        messages_per_second: of all devices together, at most.
        bradycardia_every_s: between two bradycardias, whoever's, on average; 0 for none.
        sos_every_s: between two presses, whoever's, on average; 0 for none.
        mishap_every_s: between two falls, leaks, fires and the like, on average; 0 for none.
        seed: of everything random.
    """

    mqtt_url: str = field(repr=False)
    tenant: str
    band_interval_s: float = 5.0
    messages_per_second: float = 50.0
    bradycardia_every_s: float = 240.0
    sos_every_s: float = 600.0
    mishap_every_s: float = 900.0
    seed: int = 1


@dataclass(slots=True)
class _Speaker:
    device: SimulatedDevice
    voice: Voice
    body: Sleeper | ButtonInADrawer | HomeDevice
    every_s: float
    spread_s: float  # over how long the first words of its kind are spread


class Simulation:
    """The devices, what befalls them, and what they have still to say.

    Parameters:
        devices: as many of them are simulated as the pace allows, each kind in the order given.
    """

    def __init__(self, settings: SimulatorSettings, devices: Sequence[SimulatedDevice]) -> None:
        self._settings = settings
        self._chance = Random(settings.seed)
        self._began_s = time.monotonic()
        self.unconfirmed = Unconfirmed()
        self.speakers = self._speakers(devices)
        if len(self.speakers) < len(devices):
            _LOG.warning(
                "Simulating %d of %d devices, as many as %g messages a second allow.",
                len(self.speakers),
                len(devices),
                settings.messages_per_second,
            )
        self._next_slow_s = self._draw(settings.bradycardia_every_s)
        self._next_press_s = self._draw(settings.sos_every_s)
        self._next_mishap_s = self._draw(settings.mishap_every_s)
        self._ends: list[tuple[float, _Speaker, str]] = []

    async def listen(self, client: aiomqtt.Client) -> None:
        """Take receipts: what has one need not be sent again."""
        async for received in client.messages:
            receipt = decode(bytes(received.payload))
            device = device_of(str(received.topic))
            if receipt is None or receipt.id is None or device is None:
                continue
            self.unconfirmed.confirm(device, receipt.id)
            if receipt.status is Status.REFUSED:
                _LOG.warning("A message of %s was refused: %s.", device, receipt.reason)
            elif isinstance(receipt.status, Progress):
                _LOG.info("The button of %s shows: %s.", device, receipt.status.value)

    async def speak(self, client: aiomqtt.Client) -> None:
        """Measure and press, turn by turn; after a pause nothing is made up for."""
        now_s = self._now_s()
        self.unconfirmed.hasten(now_s)
        agenda = [
            (now_s + self._chance.uniform(0, speaker.spread_s), index)
            for index, speaker in enumerate(self.speakers)
        ]
        heapq.heapify(agenda)
        most = max(round(self._settings.messages_per_second * _TURN_S), 1)
        while True:
            now_s = self._now_s()
            self.befall(now_s)
            for to, payload in self.unconfirmed.due(now_s):
                await client.publish(to, payload, qos=1)
            for _ in range(most):
                if not agenda or agenda[0][0] > now_s:
                    break
                speaker = self.speakers[agenda[0][1]]
                heapq.heapreplace(agenda, (now_s + speaker.every_s, agenda[0][1]))
                await self._measure(client, speaker, now_s)
            await asyncio.sleep(_TURN_S)

    async def _measure(self, client: aiomqtt.Client, speaker: _Speaker, now_s: float) -> None:
        measures = speaker.body.measure(now_s, speaker.every_s)
        message = speaker.voice.say(TELEMETRY, measures, _ts())
        to = topic(self._settings.tenant, speaker.device.id, Up.TELEMETRY)
        await client.publish(to, encode(message))

    def happen(self, speaker: _Speaker, type: str) -> None:
        """Something happens that this device tells at once."""
        kind = KINDS[speaker.device.kind]
        known = kind.events[type].measures
        said = {name: v for name, v in EXAMPLES[kind.kind].items() if name in known}
        message = speaker.voice.say(type, said, _ts())
        to = topic(self._settings.tenant, speaker.device.id, Up.EVENT)
        self.unconfirmed.keep(speaker.device.id, message["id"], to, encode(message), self._now_s())

    def befall(self, now_s: float) -> None:
        """What happens to somebody now and then."""
        if now_s >= self._next_slow_s:
            self._next_slow_s = now_s + self._draw(self._settings.bradycardia_every_s)
            sleepers = [s.body for s in self.speakers if isinstance(s.body, Sleeper)]
            if sleepers:
                until_s = now_s + self._chance.uniform(*_SLOW_FOR_S)
                self._chance.choice(sleepers).slow_down(until_s)
        if now_s >= self._next_press_s:
            self._next_press_s = now_s + self._draw(self._settings.sos_every_s)
            buttons = [s for s in self.speakers if s.device.kind is DeviceKind.SOS_BUTTON]
            if buttons:
                self.happen(self._chance.choice(buttons), "sos")
        if now_s >= self._next_mishap_s:
            self._next_mishap_s = now_s + self._draw(self._settings.mishap_every_s)
            self._mishap(now_s)
        while self._ends and self._ends[0][0] <= now_s:
            _, speaker, type = self._ends.pop(0)
            self.happen(speaker, type)

    def _mishap(self, now_s: float) -> None:
        """Something is amiss in a home; where the device can, it says later that it is over."""
        alarming = [
            (speaker, type, event.alarm)
            for speaker in self.speakers
            if speaker.device.kind is not DeviceKind.SOS_BUTTON
            for type, event in KINDS[speaker.device.kind].events.items()
            if event.alarm
        ]
        if not alarming:
            return
        speaker, type, alarm = self._chance.choice(alarming)
        self.happen(speaker, type)
        for over, event in KINDS[speaker.device.kind].events.items():
            if alarm in event.clears:
                due_s = now_s + self._chance.uniform(*_OVER_AFTER_S)
                self._ends.append((due_s, speaker, over))
                self._ends.sort(key=itemgetter(0))

    def _draw(self, every_s: float) -> float:
        """How long until the next of things that happen at random; forever for 0."""
        return self._chance.expovariate(1 / every_s) if every_s else float("inf")

    def _speakers(self, devices: Sequence[SimulatedDevice]) -> list[_Speaker]:
        boot = boot_number(time.time())
        speakers: list[_Speaker] = []
        for kind in _ORDER:
            pace = self._settings.messages_per_second * _share(kind)
            some = _affordable(devices, kind, pace)
            every_s, spread_s = float(HEARTBEAT_SECONDS[kind]), len(some) / pace
            if kind is DeviceKind.SLEEP_BAND:
                every_s = spread_s = max(self._settings.band_interval_s, spread_s)
            speakers += [
                _Speaker(device, Voice(boot), self._body(kind), every_s, spread_s)
                for device in some
            ]
        return speakers

    def _body(self, kind: DeviceKind) -> Sleeper | ButtonInADrawer | HomeDevice:
        if kind is DeviceKind.SLEEP_BAND:
            return Sleeper(self._random())
        if kind is DeviceKind.SOS_BUTTON:
            return ButtonInADrawer(self._random())
        return HomeDevice(kind, self._random())

    def _random(self) -> Random:
        return Random(self._chance.random())

    def _now_s(self) -> float:
        return time.monotonic() - self._began_s


def _ts() -> int:
    return time.time_ns() // 1_000_000


def _share(kind: DeviceKind) -> float:
    """A kind's part of the pace."""
    if kind is DeviceKind.SLEEP_BAND:
        return _BANDS_SHARE
    return _BUTTONS_SHARE if kind is DeviceKind.SOS_BUTTON else _OTHERS_SHARE


def _affordable(
    devices: Sequence[SimulatedDevice], kind: DeviceKind, pace: float
) -> list[SimulatedDevice]:
    """The first devices of a kind, as many as can keep their heartbeat at a pace."""
    most = int(pace * HEARTBEAT_SECONDS[kind])
    return [device for device in devices if device.kind is kind][:most]
