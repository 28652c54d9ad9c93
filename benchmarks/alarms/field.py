"""Buttons in the field: each keeps a call until its receipt, and says it again."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import aiomqtt

from benchmarks.alarms.stand import TENANT, Button
from devices.address import broker_address
from devices.device_side import device_client
from devices.messages import EXAMPLES, Voice, boot_number, encode
from devices.receipts import decode
from devices.topics import Down, Up, device_of, topic
from devices.unconfirmed import Unconfirmed
from domain.devices.models import DeviceKind

Message = tuple[str, bytes]
"""Topic and payload."""

Arrange = Callable[[list[Message]], list[Message]]
"""What really goes out of what is due."""

_LOOK_S: Final = 0.25  # how often for what has to be said again
_PAUSE_S: Final = 0.2
_PATIENCE_S: Final = 60.0  # for a broker's PUBACK: who gives up early only sends more
_AT_ONCE: Final = 200


def as_they_are(due: list[Message]) -> list[Message]:
    """Each once, in order."""
    return due


class Field:
    """Any number of buttons on one connection, which comes back when the broker does.

    Parameters:
        mqtt_url: of a listener that speaks MQTT 3.1.1.
        arrange: what becomes of messages on their way.

    Attributes:
        pressed: the moments (``time.monotonic``) of each button's calls, in order.
        said: the ids of each button's calls, in order.
        confirmed: how many calls have a receipt.
    """

    def __init__(
        self, mqtt_url: str, buttons: Sequence[Button], arrange: Arrange = as_they_are
    ) -> None:
        self._address, self._arrange = broker_address(mqtt_url), arrange
        self._unconfirmed = Unconfirmed()
        boot = boot_number(time.time())
        self._voices = {button: Voice(boot) for button in buttons}
        self.pressed: dict[Button, list[float]] = {button: [] for button in buttons}
        self.said: dict[Button, list[str]] = {button: [] for button in buttons}
        self._extra: list[Message] = []
        self._news = asyncio.Event()

    @property
    def sent(self) -> int:
        """How many calls there have been."""
        return sum(map(len, self.pressed.values()))

    @property
    def confirmed(self) -> int:
        """How many of them have a receipt."""
        return self.sent - len(self._unconfirmed)

    def press(self, button: Button) -> None:
        """A call; it goes out at once, or as soon as there is a connection."""
        message = self._voices[button].say("sos", EXAMPLES[DeviceKind.SOS_BUTTON], _ts())
        to = topic(TENANT, button.name, Up.EVENT)
        now = time.monotonic()
        self.pressed[button].append(now)
        self.said[button].append(message["id"])
        self._unconfirmed.keep(button.name, message["id"], to, encode(message), now)
        self._news.set()

    def publish(self, to: str, payload: bytes) -> None:
        """Anything else, once."""
        self._extra.append((to, payload))
        self._news.set()

    async def run(self) -> None:
        """Send and listen until cancelled; a broker that is away is waited for."""
        while True:
            try:
                async with device_client(self._address) as client:
                    client.pending_calls_threshold = 2 * _AT_ONCE
                    await client.subscribe(topic(TENANT, "+", Down.RECEIPT), qos=1)
                    self._unconfirmed.hasten(time.monotonic())
                    async with asyncio.TaskGroup() as together:
                        together.create_task(self._listen(client))
                        together.create_task(self._speak(client))
            except* aiomqtt.MqttError:
                await asyncio.sleep(_PAUSE_S)

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for received in client.messages:
            receipt = decode(bytes(received.payload))
            device = device_of(str(received.topic))
            if receipt is not None and receipt.id is not None and device is not None:
                self._unconfirmed.confirm(device, receipt.id)

    async def _speak(self, client: aiomqtt.Client) -> None:
        while True:
            self._news.clear()
            due, self._extra = self._unconfirmed.due(time.monotonic()) + self._extra, []
            going = self._arrange(due)
            for start in range(0, len(going), _AT_ONCE):
                await asyncio.gather(
                    *(
                        client.publish(to, said, qos=1, timeout=_PATIENCE_S)
                        for to, said in going[start : start + _AT_ONCE]
                    )
                )
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_S):
                    await self._news.wait()


def _ts() -> int:
    return time.time_ns() // 1_000_000
