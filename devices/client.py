"""The bridge's connection to the broker: the one module that knows aiomqtt's insides.

aiomqtt hands out messages one by one, lets paho acknowledge them on arrival, and takes a lost
connection before the broker's first answer for a time-out. The bridge wants batches, an
acknowledgement after the commit, a socket that is not read while there is no room, a clear word,
and thousands of messages a second. So this subclass reads the socket itself (``packets.py``): a
PUBLISH goes to the inbox, every other packet to paho, which connects, signs in, subscribes, keeps
alive and disconnects, and through whose queue the answers to a batch are written.

Another engine needs what the bridge calls: ``serve``, ``resume`` and ``answer``.
"""

import asyncio
import math
import socket
import ssl
from asyncio import FIRST_COMPLETED
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import aiomqtt
from paho.mqtt.client import Client as PahoClient
from paho.mqtt.client import DisconnectFlags
from paho.mqtt.enums import MessageType
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from devices.address import BrokerAddress
from devices.inbox import Inbox
from devices.packets import Splitter, pubacks, publish_at_qos_0
from devices.payload import MAX_BYTES
from devices.topics import is_marker
from devices.uplink import Arrival

T = TypeVar("T")

RECEIVE_MAXIMUM: Final = 1000
_SESSION_S: Final = 7 * 24 * 3600
_KEEPALIVE_S: Final = 60
_REFUSAL: Final = 128  # reason codes from here on are failures
_READ_BYTES: Final = 64 * 1024  # at once, so that a flood leaves the loop some air


# Nagle's algorithm held each small packet back until the one before was confirmed: 40 ms a press.
AT_ONCE: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)


class Client(aiomqtt.Client):
    """aiomqtt's, whose end is heard, and which ends when it is told to.

    It keeps what has ended a connection in a future. Who is publishing, or about to leave, learns
    of the end in another way and never asks for that; asyncio would call it an error that was never
    retrieved, on stderr, whenever a broker goes away.
    """

    async def _wait_for(self, fut: Awaitable[T], timeout: float | None) -> T:  # noqa: ASYNC109  # aiomqtt's name
        # Python 3.11's wait_for, which aiomqtt calls, loses a cancellation that comes in the same
        # moment as what it waits for; whoever was told to stop went on for ever.
        seconds = self.timeout if timeout is None else timeout
        try:
            async with asyncio.timeout(None if seconds == math.inf else seconds):
                return await fut
        except TimeoutError:
            raise aiomqtt.MqttError("Operation timed out") from None

    async def __aenter__(self) -> Self:
        self._disconnected.add_done_callback(_heard)
        entered = await super().__aenter__()
        self._disconnected.add_done_callback(_heard)  # it may be another one by now
        return entered

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        try:
            await super().__aexit__(exc_type, exc, tb)
        except aiomqtt.MqttError:
            # A goodbye that does not get out must not stand in for why we leave: who is told to
            # stop would take it for a lost connection, and connect again.
            if exc is None:
                raise


class BatchClient(Client):
    """One connection, as an async context manager.

    Parameters:
        client_id: a fixed one: the broker keeps the session under it.
        inbox: where messages go.
        number: which connection this is; a message can be acknowledged only on its own.
        covers: whether messages on a topic are to be stored; others are only acknowledged.
    """

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        inbox: Inbox,
        number: int,
        covers: Callable[[bytes], bool],
    ) -> None:
        wishes = Properties(PacketTypes.CONNECT)
        wishes.SessionExpiryInterval = _SESSION_S
        wishes.ReceiveMaximum = RECEIVE_MAXIMUM
        super().__init__(**_wanted(address, client_id), clean_start=False, properties=wishes)
        self._inbox = inbox
        self.number = number
        self._covers = covers
        self._reading = False
        self._splitter = Splitter(MAX_BYTES + 1)
        self._others = _Others()
        self._client._sock_recv = self._others.recv  # pyright: ignore[reportPrivateUsage] # the one place where paho reads

    async def serve(self, filters: Sequence[str], ready: Callable[[], None]) -> None:
        """Subscribe at QoS 1 and read, while there is room, until the connection is lost.

        Parameters:
            ready: called once the broker has confirmed the subscription. In a session that is
                resumed that may be late: rumqttd first wants what it sent again acknowledged.
        Raises: aiomqtt.MqttError, always.
        """
        at_least_once = SubscribeOptions(qos=1)
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

    def answer(self, arrivals: Sequence[Arrival], receipts: Iterable[tuple[str, bytes]]) -> None:
        """Send the PUBACKs of committed messages, in the order of arrival, then the receipts.

        What came over an earlier connection is not acknowledged: the broker sends it again. A
        receipt goes at QoS 0; without a connection nothing happens.

        Parameters:
            receipts: as (topic, payload).
        """
        ids = (a.packet_id for a in arrivals if a.qos and a.connection == self.number)
        said = (publish_at_qos_0(topic.encode(), payload) for topic, payload in receipts)
        written = b"".join((*pubacks(ids), *said))
        if written:
            self._client._packet_queue(MessageType.PUBACK, written, 0, 0)  # pyright: ignore[reportPrivateUsage] # paho has no public way to write many packets at once

    def _on_socket_open(self, client: PahoClient, userdata: Any, sock: Any) -> None:
        super()._on_socket_open(client, userdata, sock)
        self._loop.call_soon_threadsafe(self.resume)

    def _read(self) -> None:
        connection = self._client.socket()
        if connection is None or not self._reading:
            return
        if not self._inbox.has_room.is_set():
            self._reading = False
            self._loop.remove_reader(connection.fileno())
            return
        try:
            chunk = connection.recv(_READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as failure:
            self._lose(failure)
            return
        try:
            self._take(chunk)
        except Exception as failure:
            # Nothing of a packet that cannot be read is acknowledged.
            self._lose(failure)
        else:
            if _holds_bytes(connection):
                self._loop.call_soon(self._read)

    def _take(self, chunk: bytes) -> None:
        """Keep the messages of a chunk, and have paho look at the other packets, or at the end."""
        published, others = self._splitter.feed(chunk)
        now, number, covers = datetime.now(UTC), self.number, self._covers
        for topic, payload, size, qos, packet_id in published:
            name, ours = topic.decode(errors="replace"), covers(topic) and not is_marker(topic)
            self._inbox.put(Arrival(name, payload, size, qos, now, packet_id, number, ours))
        if others or not chunk:
            self._others.give(others)
            while self._others and self._client.socket():
                self._client.loop_read()

    def _lose(self, failure: Exception) -> None:
        if not self._disconnected.done():
            self._disconnected.set_exception(failure)
        self._client.disconnect()

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


async def end_session(address: BrokerAddress, client_id: str) -> None:
    """Have the broker forget a session and all that lies in it.

    Raises: aiomqtt.MqttError.
    """
    async with Client(**_wanted(address, client_id), clean_start=True):
        pass


def _heard(end: asyncio.Future[None]) -> None:
    if not end.cancelled():
        end.exception()


def _wanted(address: BrokerAddress, client_id: str) -> dict[str, Any]:
    return {
        "hostname": address.host,
        "port": address.port,
        "username": address.username,
        "password": address.password,
        "identifier": client_id,
        "protocol": aiomqtt.ProtocolVersion.V5,
        "keepalive": _KEEPALIVE_S,
        "socket_options": AT_ONCE,
        "tls_context": ssl.create_default_context() if address.tls else None,
    }


_NO_WORD = (
    "it closed the connection without a word, as some brokers do for a wrong user name or "
    "password, or on a port that does not speak MQTT 5"
)


class _Others:
    """The packets that are paho's, where paho looks for bytes."""

    def __init__(self) -> None:
        self._bytes: memoryview | None = None

    def __bool__(self) -> bool:
        return self._bytes is not None

    def give(self, packets: bytes) -> None:
        """Add whole packets; none at all says that the connection has ended."""
        self._bytes = memoryview(packets)

    def recv(self, bufsize: int) -> bytes:
        """Take what there is, as a socket that does not block."""
        if self._bytes is None:
            raise BlockingIOError
        taken, rest = bytes(self._bytes[:bufsize]), self._bytes[bufsize:]
        self._bytes = rest if rest else None
        return taken


def _code(granted: ReasonCode | int) -> int:
    return granted.value if isinstance(granted, ReasonCode) else granted


def _holds_bytes(connection: Any) -> bool:
    return isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
