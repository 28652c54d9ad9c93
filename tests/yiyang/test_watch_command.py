"""`yiyang watch` as people run it: in a terminal, before a pipe, without a server."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process

from domain.access import Role
from domain.database import Database
from tests.client_examples.story import ring
from tests.clients import Api
from tests.conftest import free_port

PATIENCE_SECONDS = 60


async def started(url: str, token: str, *, stdout: int = PIPE) -> Process:
    """The command in a process of its own."""
    command = ["-m", "yiyang", "watch", "--url", url, "--token", token]
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    return await asyncio.create_subprocess_exec(
        sys.executable, *command, stdin=PIPE, stdout=stdout, stderr=PIPE, env=environment
    )


async def ended(process: Process) -> tuple[int | None, str]:
    """Its exit code and what it complained of."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert process.stderr is not None
        complaint = (await process.stderr.read()).decode()
        return await process.wait(), complaint


async def read_until(output: int, text: str) -> str:
    """What the command writes, until it has written this."""
    shown = b""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while text.encode() not in shown:
            shown += await asyncio.to_thread(os.read, output, 65536)
    return shown.decode()


async def test_ctrl_c_ends_it_and_gives_the_terminal_back(api: Api, database: Database) -> None:
    await ring(database, api.district.sos_button_id)
    terminal, slave = os.openpty()
    process = await started(api.ws_url, api.token(Role.DISPATCHER), stdout=slave)
    os.close(slave)
    await read_until(terminal, "王筱琴")
    process.send_signal(signal.SIGINT)
    await read_until(terminal, "\x1b[?1049l")
    assert await ended(process) == (0, "")
    os.close(terminal)


async def test_a_reader_that_has_read_enough(api: Api, database: Database) -> None:
    await ring(database, api.district.sos_button_id)
    reader, writer = os.pipe()
    process = await started(api.ws_url, api.token(Role.DISPATCHER), stdout=writer)
    os.close(writer)
    line = await read_until(reader, "\n")
    assert "\tOPEN\tCRITICAL\tSOS\tRAISED\t1\t王筱琴\t78\t" in line
    os.close(reader)
    await ring(database, api.district.sos_button_id)
    assert await ended(process) == (0, "")


async def test_no_server_is_one_sentence_and_exit_code_1() -> None:
    url = f"ws://127.0.0.1:{free_port()}/graphql"
    process = await started(url, "some-token")
    code, complaint = await ended(process)
    assert code == 1
    assert complaint.count("\n") == 1
    assert complaint.startswith(f"yiyang: no answer from {url} (connection refused)")
    assert process.stdout is not None
    assert await process.stdout.read() == b""
