"""A porter before the server who turns away the next callers with an answer of his own."""

import asyncio
import contextlib
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tests.client_examples.wire import Wire


class Porter(Wire):
    """A wire that answers some connections itself and relays the others.

    Parameters:
        answers: what the next connections get instead of the server, the first one first.
    """

    def __init__(self, server_port: int, answers: list[bytes]) -> None:
        super().__init__(server_port)
        self.answers = answers

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.answers:
            return await super()._relay(reader, writer)
        answer = self.answers.pop(0)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        assert length
        await reader.readexactly(int(length[1]))
        writer.write(answer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def answer(status: str, body: str = "", **headers: str) -> bytes:
    """An HTTP answer after which the connection ends."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", body]).encode()


@asynccontextmanager
async def porter_before(server_port: int, *answers: bytes) -> AsyncGenerator[Porter, None]:
    """A porter who turns away the first callers."""
    porter = Porter(server_port, list(answers))
    await porter.mend()
    try:
        yield porter
    finally:
        await porter.cut()
