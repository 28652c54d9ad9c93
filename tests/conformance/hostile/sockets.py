"""One WebSocket, spoken by hand."""

import json
import socket
import struct
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from domain.access import Role
from tests.conformance.hostile.frames import CLOSE, HANDSHAKE, PING, TEXT, Reader, frame, message
from tests.conformance.served import Served

PONG = 10
RESET = 1006
"""The connection ended without a close frame: what a client has whose TCP connection is gone."""


@dataclass
class Ended(Exception):
    """The server has closed the socket.

    Parameters:
        code: of its close frame.
    """

    code: int


@dataclass
class RawSocket:
    """A connection after its handshake."""

    connection: socket.socket
    reader: Reader
    waiting: deque[tuple[int, bytes]] = field(default_factory=deque[tuple[int, bytes]])

    @classmethod
    def opened(cls, server: Served) -> "RawSocket":
        """A socket that nothing has been said on."""
        connection = server.connect()
        connection.sendall(HANDSHAKE)
        received = b""
        while b"\r\n\r\n" not in received:
            chunk = connection.recv(65536)
            assert chunk, received
            received += chunk
        assert received.startswith(b"HTTP/1.1 101 "), received
        return cls(connection, Reader(received.partition(b"\r\n\r\n")[2]))

    @classmethod
    def admitted(cls, server: Served, role: Role) -> "RawSocket":
        """A socket whose server knows who speaks."""
        raw = cls.opened(server)
        raw.send(message({"type": "connection_init", "payload": {"token": server.token(role)}}))
        assert raw.message()["type"] == "connection_ack"
        return raw

    def send(self, data: bytes) -> None:
        """Bytes, if the server still takes them."""
        # What it said before it ended the connection is still to be read.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.connection.sendall(data)

    def message(self) -> Any:
        """The next message; pings are answered.

        Raises: Ended.
        """
        while True:
            opcode, payload = self._frame()
            if opcode == CLOSE:
                raise Ended(struct.unpack("!H", payload[:2])[0])
            if opcode == PING:
                self.send(frame(PONG, payload))
            if opcode == TEXT:
                return json.loads(payload)

    def ending(self) -> int:
        """The code that the server ends with, whatever it says before."""
        try:
            while True:
                self.message()
        except Ended as ended:
            return ended.code

    def finish(self) -> None:
        """Say no more; the server may."""
        with suppress(OSError):  # where it has ended the connection
            self.connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Go."""
        self.connection.close()

    def _frame(self) -> tuple[int, bytes]:
        while not self.waiting:
            try:
                chunk = self.connection.recv(65536)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                raise Ended(RESET)
            self.reader.data += chunk
            self.waiting.extend(self.reader.frames())
        return self.waiting.popleft()
