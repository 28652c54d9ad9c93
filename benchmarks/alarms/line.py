"""A device with a connection of its own, which may break."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.alarms.stand import TENANT, Button, Stand
from benchmarks.flood import CONNACK_BYTES, PUBACK_BYTES, connect_packet, publish_packet
from devices.messages import Voice, boot_number, encode
from devices.sorting import OFFLINE, ONLINE
from devices.topics import Up, topic


@dataclass
class Line:
    """A button that is connected; ``connected`` makes one."""

    button: Button
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    _voice: Voice

    @classmethod
    async def connected(cls, stand: Stand, button: Button) -> "Line":
        """Connect, with a last will, and say that one is there."""
        reader, writer = await asyncio.open_connection("127.0.0.1", stand.broker.port)
        line = cls(button, reader, writer, Voice(boot_number(time.time())))
        try:
            will = encode(line._voice.say(OFFLINE, {}, _ts()))
            writer.write(connect_packet(stand.broker.login, (line._topic, will)))
            await reader.readexactly(CONNACK_BYTES)
            await line.say_online()
        except BaseException:
            await line.cut()
            raise
        return line

    async def say_online(self) -> None:
        """A sign of life, until the broker has it."""
        said = encode(self._voice.say(ONLINE, {}, _ts()))
        self._writer.write(publish_packet(self._topic, said, 1))
        await self._reader.readexactly(PUBACK_BYTES)

    async def cut(self) -> None:
        """The connection is gone without a goodbye."""
        self._writer.transport.abort()
        with suppress(OSError):  # the broker may have been first
            await self._writer.wait_closed()

    @property
    def _topic(self) -> str:
        return topic(TENANT, self.button.name, Up.STATE)


def _ts() -> int:
    return time.time_ns() // 1_000_000
