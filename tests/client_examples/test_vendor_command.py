"""The poller's command: its exit codes, its waiting, and when it keeps its cursor."""

import asyncio
import fcntl
import json
import os
import re
import sys
import termios
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from domain.access import Actor, Role
from domain.database import Database
from tests.client_examples.porter import answer, porter_before
from tests.client_examples.story import TWO_TYPES, ring, ring_everywhere
from tests.client_examples.vendor import EXAMPLES, PATIENCE_SECONDS, Poller, poller_of
from tests.clients import Api
from tests.waiting import until


def only_sentence(poller: Poller) -> str:
    """What it said before it gave up."""
    (sentence,) = (line for line in poller.said if line.startswith("vendor_python: "))
    assert poller.said[-1] == sentence, "no traceback"
    return sentence


@pytest.mark.parametrize("token", ["nonsense", "", "two words", "键"])
async def test_a_refused_token_ends_it_with_one_sentence(poller: Poller, token: str) -> None:
    poller.token_file.write_text(token)
    await poller.start()
    assert await poller.ended() == 2
    assert poller.said == [only_sentence(poller)]
    assert "token" in only_sentence(poller)
    assert poller.notices == []
    assert not poller.cursor_file.exists()


async def test_the_token_may_come_from_the_environment_or_not_at_all(
    poller: Poller, database: Database, api: Api
) -> None:
    await ring(database, api.district.sos_button_id)
    bare = {name: value for name, value in os.environ.items() if name != "YIYANG_TOKEN"}
    without = await asyncio.create_subprocess_exec(
        *poller.command(), cwd=EXAMPLES, env=bare, stderr=asyncio.subprocess.PIPE
    )
    _, said = await without.communicate()
    assert without.returncode == 2
    assert said.decode() == (
        "vendor_python: there is no token in YIYANG_TOKEN; get a new one and start again\n"
    )
    given = await asyncio.create_subprocess_exec(
        *poller.command(),
        cwd=EXAMPLES,
        env={**bare, "YIYANG_TOKEN": poller.token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert given.stdout
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert json.loads(await given.stdout.readline())["alarm"]["type"] == "SOS"
    given.terminate()
    await given.communicate()
    assert given.returncode == 0


async def test_a_token_that_ends_while_it_runs_and_its_renewal(
    poller: Poller, database: Database, api: Api
) -> None:
    await poller.start()
    await poller.until_said("following from here")
    poller.token_file.write_text(api.token(Role.VENDOR, lifetime=timedelta(seconds=-1)))
    assert await poller.ended() == 2
    # Either the server says no, or the file was read in the moment in which it is empty.
    assert "token" in only_sentence(poller)
    await ring(database, api.district.sos_button_id)
    poller.token_file.write_text(poller.token)
    await poller.start()
    await poller.until(lambda: poller.told() == ["RAISED"])


@pytest.mark.parametrize("path", ["/nothing", "/family/index.html"])
async def test_an_address_without_graphql_ends_it(poller: Poller, api: Api, path: str) -> None:
    poller.url = f"http://127.0.0.1:{api.port}{path}"
    await poller.start()
    assert await poller.ended() == 1
    assert "is this the address" in only_sentence(poller)


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1/graphql", "http://"])
async def test_what_is_no_address_ends_it(poller: Poller, url: str) -> None:
    poller.url = url
    await poller.start()
    assert await poller.ended() == 1
    assert "is no address" in only_sentence(poller)


@pytest.mark.parametrize("every", ["0", "-1", "nan", "soon"])
async def test_a_pace_that_is_none_is_refused(poller: Poller, every: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *poller.command("--every", every), cwd=EXAMPLES, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 2
    assert b"--every" in said


async def test_a_server_that_asks_for_patience_gets_it(
    api: Api, database: Database, vendor: Actor, tmp_path: Path
) -> None:
    long_ago = format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True)
    answers = (
        answer("429 Too Many Requests", Retry_After="2"),
        answer("503 Service Unavailable", Retry_After=long_ago),
        answer("502 Bad Gateway", "<html>nginx</html>"),
        answer("200 OK", "<html>sign in to the hotel's network</html>"),
    )
    await ring(database, api.district.sos_button_id)
    async with (
        porter_before(api.port, *answers) as porter,
        poller_of(api, vendor, tmp_path, porter.port) as poller,
    ):
        await poller.start()
        await poller.until(lambda: poller.told() == [None])
        told = re.findall(
            r"(\d+|no GraphQL); trying again in (.+) s$", "\n".join(poller.said), re.M
        )
    assert [why for why, _ in told] == ["429", "503", "502", "no GraphQL"]
    waits = [float(wait) for _, wait in told]
    assert 2.2 <= waits[0] <= 2.5
    assert 0.5 <= waits[1] <= 1.0
    assert 1.0 <= waits[2] <= 2.0
    assert 2.0 <= waits[3] <= 4.0


async def test_killed_in_the_middle_of_handing_over_it_has_kept_no_newer_cursor(
    poller: Poller, database: Database, api: Api, vendor: Actor
) -> None:
    await poller.start()
    await poller.until_said("following from here")
    await poller.end()
    before = poller.cursor_file.read_text()
    await ring_everywhere(database, TWO_TYPES)
    stuck, pipe = await started_into_a_full_pipe(poller)
    stuck.kill()
    await stuck.wait()
    os.close(pipe)
    assert poller.cursor_file.read_text() == before
    page = await api.data(vendor, "{ alarms(first: 200) { nodes { id } } }")
    wanted = {node["id"] for node in page["alarms"]["nodes"]}
    await poller.start()
    await poller.until(lambda: {notice["alarm"]["id"] for notice in poller.notices} == wanted)


async def test_what_happens_while_it_turns_the_pages_of_open_alarms(
    api: Api, database: Database, tmp_path: Path
) -> None:
    rung = await ring_everywhere(database)
    assert rung > 200, "more than a page"
    async with poller_of(api, api.actor(Role.ADMIN), tmp_path) as poller:
        turning, pipe = await started_into_a_full_pipe(poller)
        await ring(database, api.district.sos_button_id)
        reading = asyncio.create_task(asyncio.to_thread(read_until, pipe, "REPEATED"))
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                assert len(await asyncio.shield(reading)) == rung + 1
        finally:
            turning.kill()
            await turning.wait()
            await reading


async def started_into_a_full_pipe(poller: Poller) -> tuple[asyncio.subprocess.Process, int]:
    """The process, stuck in the middle of its first page, and the end of the pipe to read."""
    ours, its = os.pipe()
    fcntl.fcntl(its, fcntl.F_SETPIPE_SZ, 4096)
    command = poller.command("--token-file", str(poller.token_file))
    process = await asyncio.create_subprocess_exec(
        *command, cwd=EXAMPLES, stdout=its, stderr=asyncio.subprocess.DEVNULL
    )
    os.close(its)
    await until(lambda: _unread(ours) >= 4096, PATIENCE_SECONDS)
    return process, ours


def read_until(pipe: int, change: str) -> list[str | None]:
    """The changes handed over, up to the first of a kind or the end."""
    told: list[str | None] = []
    with os.fdopen(pipe) as lines:
        for line in lines:
            told.append(json.loads(line)["change"])
            if told[-1] == change:
                break
    return told


def _unread(pipe: int) -> int:
    waiting = fcntl.ioctl(pipe, termios.FIONREAD, bytes(4))
    return int.from_bytes(waiting, sys.byteorder)


async def test_a_reader_that_is_gone_ends_it_before_it_keeps_the_cursor(
    poller: Poller, database: Database, api: Api
) -> None:
    await ring(database, api.district.sos_button_id)
    ours, its = os.pipe()
    os.close(ours)
    process = await asyncio.create_subprocess_exec(
        *poller.command("--token-file", str(poller.token_file)),
        cwd=EXAMPLES,
        stdout=its,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(its)
    _, said = await process.communicate()
    assert process.returncode == 1
    assert said.decode().splitlines() == ["vendor_python: [Errno 32] Broken pipe"]
    assert not poller.cursor_file.exists()


async def test_its_output_may_be_a_file(
    poller: Poller, database: Database, api: Api, tmp_path: Path
) -> None:
    await ring(database, api.district.sos_button_id)
    with (tmp_path / "alarms.jsonl").open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *poller.command("--token-file", str(poller.token_file)),
            cwd=EXAMPLES,
            stdout=file,
            stderr=asyncio.subprocess.DEVNULL,
        )
    await until(poller.cursor_file.exists, PATIENCE_SECONDS)
    process.terminate()
    assert await process.wait() == 0
    (line,) = (tmp_path / "alarms.jsonl").read_text().splitlines()
    assert json.loads(line)["alarm"]["state"] == "RAISED"
