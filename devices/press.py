"""A press of the button, for real: published as the device, repeated until its receipt."""

import asyncio
import time
from typing import Final

import aiomqtt

from devices.address import BrokerAddress, broker_address
from devices.device_side import device_client, why_not
from devices.mac import sign
from devices.messages import EXAMPLES, Voice, boot_number, encode
from devices.receipts import Receipt, decode
from devices.topics import Down, Up, topic
from domain.devices.models import DeviceKind

_RESEND_S: Final = 2.0


class PressFailed(Exception):
    """No receipt came; the message is a sentence that says why."""


async def press(
    mqtt_url: str,
    tenant: str,
    device: str,
    *,
    timeout_s: float = 30.0,
    secret: str | None = None,
) -> Receipt:
    """Publish an SOS as a device and wait for its receipt, as a button does: again and again.

    Parameters:
        mqtt_url: ``mqtt[s]://user:password@host:port`` of a listener that speaks MQTT 3.1.1.
        device: the device's id, ``device_<hex>``.
        timeout_s: when to give up.
        secret: the device's password, to sign the message with; None leaves it unsigned.
    Raises: PressFailed; ValueError for an ``mqtt_url`` that is none.
    """
    address = broker_address(mqtt_url)
    now_ms = time.time_ns() // 1_000_000
    voice = Voice(boot_number(now_ms / 1000))
    message = voice.say("sos", EXAMPLES[DeviceKind.SOS_BUTTON], now_ms)
    # Two presses within a second must not look like one.
    message["id"] = f"press-{now_ms}-{time.perf_counter_ns() % 1_000_000}"
    payload = sign(encode(message), secret) if secret else encode(message)
    try:
        async with asyncio.timeout(timeout_s):
            return await _until_receipt(address, tenant, device, message["id"], payload)
    except TimeoutError:
        raise PressFailed(
            f"No receipt for {device} within {timeout_s:g} s: the broker at {address} takes the "
            "message, but no bridge stores it. Is one running, with the same tenant?"
        ) from None
    except aiomqtt.MqttError as failure:
        raise PressFailed(why_not(address, failure)) from failure


async def _until_receipt(
    address: BrokerAddress, tenant: str, device: str, ident: str, payload: bytes
) -> Receipt:
    async with device_client(address) as client:
        await client.subscribe(topic(tenant, device, Down.RECEIPT), qos=1)
        sending = asyncio.create_task(_resend(client, topic(tenant, device, Up.EVENT), payload))
        try:
            async for received in client.messages:
                receipt = decode(bytes(received.payload))
                if receipt is not None and receipt.id == ident:
                    return receipt
        finally:
            sending.cancel()
    raise aiomqtt.MqttError("the connection was closed")


async def _resend(client: aiomqtt.Client, to: str, payload: bytes) -> None:
    while True:
        await client.publish(to, payload, qos=1)
        await asyncio.sleep(_RESEND_S)
