"""The bridge's connection to the broker: the one module that knows aiomqtt's insides.

aiomqtt hands out messages one by one, lets paho acknowledge them on arrival, and takes a lost
connection before the broker's first answer for a time-out. The bridge wants batches, an
acknowledgement after the commit, a socket that is not read while there is no room, and a clear
word. So this subclass takes paho's messages itself and acknowledges by hand.
"""

import asyncio
import math
import socket
import ssl
from asyncio import FIRST_COMPLETED
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import DisconnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from devices.address import BrokerAddress
from devices.inbox import Inbox
from devices.payload import MAX_BYTES
from devices.uplink import Arrival

RECEIVE_MAXIMUM: Final = 1000
_SESSION_S: Final = 7 * 24 * 3600
_KEEPALIVE_S: Final = 60
_REFUSAL: Final = 128  # reason codes from here on are failures
_READS_AT_ONCE: Final = 100  # so that a flood leaves the loop some air


# Nagle's algorithm held each small packet back until the one before was confirmed: 40 ms a press.
AT_ONCE: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)


class BatchClient(aiomqtt.Client):
    """One connection, as an async context manager.

    Parameters:
        client_id: a fixed one: the broker keeps the session under it.
        inbox: where messages go.
        number: which connection this is; a message can be acknowledged only on its own.
    """

    def __init__(self, address: BrokerAddress, client_id: str, inbox: Inbox, number: int) -> None:
        wishes = Properties(PacketTypes.CONNECT)
        wishes.SessionExpiryInterval = _SESSION_S
        wishes.ReceiveMaximum = RECEIVE_MAXIMUM
        super().__init__(
            hostname=address.host,
            port=address.port,
            username=address.username,
            password=address.password,
            identifier=client_id,
            protocol=aiomqtt.ProtocolVersion.V5,
            clean_start=False,
            properties=wishes,
            keepalive=_KEEPALIVE_S,
            socket_options=AT_ONCE,
            tls_context=ssl.create_default_context() if address.tls else None,
        )
        self._inbox = inbox
        self._number = number
        self._arrived = 0
        self._reading = False
        self._client.manual_ack_set(True)

    async def serve(self, filters: Sequence[str], ready: Callable[[], None]) -> None:
        """Subscribe at QoS 1 and read, while there is room, until the connection is lost.

        Parameters:
            ready: called once the broker has confirmed the subscription. In a session that is
                resumed that may be late: rumqttd first wants what it sent again acknowledged.
        Raises: aiomqtt.MqttError, always.
        """
        self.resume()
        at_least_once = SubscribeOptions(qos=1, noLocal=True)
        wishes = [(each, at_least_once) for each in filters]
        subscribing = asyncio.create_task(self.subscribe(wishes, timeout=math.inf))
        try:
            await asyncio.wait({subscribing, self._disconnected}, return_when=FIRST_COMPLETED)
            if subscribing.done():
                if any(_code(granted) >= _REFUSAL for granted in subscribing.result()):
                    raise aiomqtt.MqttError(f"it refuses the subscription to {filters[0]}")
                ready()
            await asyncio.wait({self._disconnected})
            raise aiomqtt.MqttError(str(self._disconnected.exception() or "it closed"))
        finally:
            subscribing.cancel()

    def resume(self) -> None:
        """Read again, if reading had stopped for want of room."""
        connection = self._client.socket()
        if self._reading or connection is None:
            return
        self._reading = True
        self._loop.add_reader(connection.fileno(), self._read)
        # TLS may hold decrypted bytes of which the socket knows nothing.
        self._loop.call_soon(self._read)

    def acknowledge(self, arrivals: Sequence[Arrival]) -> None:
        """Send the PUBACKs of committed messages, in the order of arrival.

        What came over an earlier connection is left: the broker sends it again.
        """
        for arrival in arrivals:
            if arrival.qos and arrival.connection == self._number:
                self._client.ack(arrival.packet_id, arrival.qos)

    def tell(self, topic: str, payload: bytes) -> None:
        """Publish at QoS 0 and do not wait; without a connection nothing happens."""
        self._client.publish(topic, payload, qos=0)

    def _read(self) -> None:
        connection = self._client.socket()
        try:
            for _ in range(_READS_AT_ONCE):
                if connection is None or not self._reading:
                    return
                if not self._inbox.has_room.is_set():
                    self._reading = False
                    self._loop.remove_reader(connection.fileno())
                    return
                arrived = self._arrived
                self._client.loop_read()
                if self._arrived == arrived and not _holds_bytes(connection):
                    return
        except Exception as failure:
            # A packet that paho cannot read ends the connection; nothing of it is acknowledged.
            if not self._disconnected.done():
                self._disconnected.set_exception(failure)
            self._client.disconnect()
        else:
            self._loop.call_soon(self._read)

    def _on_message(self, client: PahoClient, userdata: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = "\ufffd"
        self._arrived += 1
        self._inbox.put(
            Arrival(
                topic,
                bytes(message.payload[: MAX_BYTES + 1]),
                len(message.payload),
                message.qos,
                datetime.now(UTC),
                message.mid,
                self._number,
            )
        )

    def _on_disconnect(
        self,
        client: PahoClient,
        userdata: Any,
        flags: DisconnectFlags,
        reason_code: ReasonCode,
        properties: Properties | None = None,
    ) -> None:
        if not self._connected.done():
            self._connected.set_exception(aiomqtt.MqttError(_NO_WORD))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)


_NO_WORD = (
    "it closed the connection without a word, as some brokers do for a wrong user name or "
    "password, or on a port that does not speak MQTT 5"
)


def _code(granted: ReasonCode | int) -> int:
    return granted.value if isinstance(granted, ReasonCode) else granted


def _holds_bytes(connection: Any) -> bool:
    return isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
