"""`yiyang demo` as a newcomer runs it: one command, any MQTT client, any GraphQL client."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.clients import graphql_socket
from tests.conftest import free_port
from tests.yiyang.watching import gone, wait_until

YIYANG = [sys.executable, "-m", "yiyang"]

CHANGED = """subscription ($after: String) { alarmChanged(after: $after) {
  cursor change alarm { id type state elder { id } device { id } } } }"""
ALARMS = "{ alarms(first: 20) { nodes { id state repeatCount device { id } } streamCursor } }"


@dataclass
class Demo:
    """A running demo and the commands around it."""

    data_dir: Path
    process: subprocess.Popen[str]
    addresses: dict[str, str]
    options: list[str]

    def run(self, *arguments: str) -> str:
        """Another `yiyang` command on the same data; its stdout."""
        command = [*YIYANG, *arguments, "--data-dir", str(self.data_dir)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def token(self, role: str, *more: str) -> str:
        return self.run("token", "--role", role, *more).strip()

    def device(self, kind: str) -> dict[str, Any]:
        return json.loads(self.run("devices", "--kind", kind, "--limit", "1"))

    def child(self, name: str) -> int:
        """The process id of a part."""
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == self.process.pid and words[-2:-1] == [name.encode()]:
                return int(entry.name)
        raise AssertionError(f"no {name} runs")

    async def graphql(self, token: str, query: str) -> dict[str, Any]:
        async with httpx.AsyncClient() as client:
            response = await client.post(
                self.addresses["graphql"],
                json={"query": query},
                headers={"Authorization": f"Bearer {token}"},
            )
        return response.json()["data"]


@contextmanager
def demo(data_dir: Path, *more: str) -> Generator[Demo, None, None]:
    """Start, hand over once ready, end."""
    options = ["--data-dir", str(data_dir), "--elders", "200", "--json", "--no-simulator"]
    for name in ("--port", "--mqtt-port", "--mqtt5-port"):
        options += [name, str(free_port())]
    with (data_dir.parent / "demo.err").open("a") as errors:
        command = [*YIYANG, "demo", *options, *more]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, (data_dir.parent / "demo.err").read_text()
        yield Demo(data_dir, process, json.loads(line), options)
    finally:
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
        assert rest == "", "one line of JSON and nothing else"


@pytest.fixture(scope="module")
def running() -> Generator[Demo, None, None]:
    with open_folder() as folder, demo(folder / "data") as started:
        yield started


@contextmanager
def open_folder() -> Generator[Path, None, None]:
    """A folder that PostgreSQL's user may enter, unlike pytest's: so all is gone with it."""
    with tempfile.TemporaryDirectory(prefix="yiyang-demo-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


class Button:
    """An MQTT client that is none of ours: paho, by what `yiyang devices` prints."""

    def __init__(self, running: Demo, described: dict[str, Any]) -> None:
        self.described = described
        self.receipts: dict[str, dict[str, Any]] = {}
        address = urlsplit(running.addresses["mqtt"])
        self.client = paho.Client(CallbackAPIVersion.VERSION2)
        self.client.username_pw_set(described["username"], described["password"])
        self.client.on_message = self._receipt
        self.client.on_connect = self._connected
        self.client.connect(address.hostname or "", address.port or 0)
        self.client.loop_start()
        self.seq = int(time.time()) % 1_000_000

    def _connected(self, client: paho.Client, *_: Any) -> None:
        client.subscribe(self.described["receiptTopic"], 1)

    def _receipt(self, _: Any, __: Any, message: Any) -> None:
        receipt = json.loads(message.payload)
        self.receipts[receipt["id"]] = receipt

    def press(self, event_id: str) -> None:
        self.seq += 1
        changed = {"id": event_id, "seq": self.seq, "ts": time.time_ns() // 1_000_000}
        self.publish(json.dumps({**self.described["example"], **changed}).encode())

    def publish(self, payload: bytes) -> None:
        self.client.publish(self.described["topic"], payload, 1).wait_for_publish(10)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


async def test_a_press_by_a_foreign_client_reaches_the_daughter_and_its_receipt_comes_back(
    running: Demo,
) -> None:
    described = running.device("sos_button")
    token = running.token("family", "--person", described["elder"])
    desk = running.token("dispatcher")
    async with (
        graphql_socket(running.addresses["ws"], token) as daughter,
        graphql_socket(running.addresses["ws"], desk) as dispatcher,
    ):
        for socket in (daughter, dispatcher):
            home = await running.graphql(desk, ALARMS)
            await socket.subscribe(CHANGED, after=home["alarms"]["streamCursor"])
        button = Button(running, described)
        try:
            button.press("pressed-once")
            for socket in (daughter, dispatcher):
                event = (await socket.next())["data"]["alarmChanged"]
                assert event["alarm"]["device"]["id"] == described["device"]
                assert event["alarm"]["elder"]["id"] == described["elder"]
            wait_until(lambda: "pressed-once" in button.receipts)
            assert button.receipts["pressed-once"]["status"] == "stored"
        finally:
            button.close()


async def test_what_is_malformed_is_put_aside_and_the_next_good_message_is_stored(
    running: Demo,
) -> None:
    described = running.device("sos_button")
    band = running.device("sleep_band")
    button, sleeper = Button(running, described), Button(running, band)
    try:
        for bad in (b"{", b"\xff\x00", b"[" * 5000, b'{"v":1}', b"x" * 70_000):
            button.publish(bad)
        sick = {**band["example"], "m": {**band["example"]["m"], "heart_rate": 99999}}
        sleeper.publish(json.dumps({**sick, "id": "sick"}).encode())
        stranger = described["topic"].replace(described["device"], "device_" + "0" * 32)
        button.client.publish(stranger, json.dumps(described["example"]).encode(), 1)
        button.press("after-the-bad")
        wait_until(lambda: "after-the-bad" in button.receipts)
        connection = await asyncpg.connect(running.addresses["database"])
        rows = await connection.fetch("SELECT reason, size FROM dead_letter")
        await connection.close()
        assert len(rows) == 7, [dict(row) for row in rows]
        assert {"TOO_LARGE", "UNKNOWN_DEVICE"} <= {row["reason"] for row in rows}
    finally:
        button.close()
        sleeper.close()


async def test_a_bridge_that_is_killed_in_the_middle_comes_back_and_nothing_is_lost(
    running: Demo,
) -> None:
    described = running.device("sos_button")
    connection = await asyncpg.connect(running.addresses["database"])
    count = "SELECT count(*) FROM device_event WHERE event_id LIKE 'killed-%'"
    button = Button(running, described)
    try:
        desk = running.token("dispatcher")
        for number in range(1000):
            button.press(f"killed-{number}")
            if number == 400:
                os.kill(running.child("bridge"), signal.SIGKILL)
        deadline = time.monotonic() + 60
        while await connection.fetchval(count) < 1000:
            assert time.monotonic() < deadline, await connection.fetchval(count)
            await asyncio.sleep(0.1)
        events = await connection.fetchval(
            "SELECT count(*) FROM device_event JOIN device ON id = device_id WHERE type = 'sos' "
            "AND device.elder_id = (SELECT elder_id FROM device WHERE id = $1)",
            described["device"].removeprefix("device_"),
        )
        queue = await running.graphql(desk, ALARMS)
        own = [
            alarm
            for alarm in queue["alarms"]["nodes"]
            if alarm["device"]["id"] == described["device"]
        ]
        assert sum(1 + alarm["repeatCount"] for alarm in own) == events
        assert await connection.fetchval(count) == 1000
        wait_until(lambda: sum(name.startswith("killed-") for name in button.receipts) == 1000)
    finally:
        button.close()
        await connection.close()


def test_press_prints_its_receipt(running: Demo) -> None:
    receipt = json.loads(running.run("press", running.device("sos_button")["device"]))
    assert receipt["status"] == "stored"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["token", "--role", "queen"], "queen"),
        (["token", "--role", "family", "--person", "没有这个人"], "没有这个人"),
        (["token", "--role", "official", "--region", "999"], "999"),
        (["devices", "--kind", "toaster"], "toaster"),
        (["press", "device_" + "0" * 32, "--timeout", "1"], "device_"),
    ],
)
def test_a_mistake_is_one_sentence(running: Demo, arguments: list[str], said: str) -> None:
    command = [*YIYANG, *arguments, "--data-dir", str(running.data_dir)]
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert said in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_development_commands_are_refused_in_production(running: Demo) -> None:
    command = [*YIYANG, "token", "--role", "admin", "--data-dir", str(running.data_dir)]
    environment = {**os.environ, "YIYANG_ENVIRONMENT": "production"}
    refused = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert "production" in refused.stderr


def test_a_second_demo_on_the_same_data_and_a_taken_port_are_refused(running: Demo) -> None:
    port = urlsplit(running.addresses["graphql"]).port
    taken = subprocess.run(
        [*YIYANG, "demo", "--data-dir", str(running.data_dir), "--port", str(port)],
        capture_output=True,
        text=True,
    )
    assert taken.returncode == 1
    assert str(port) in taken.stderr
    assert "--port" in taken.stderr


def test_sigkill_of_the_demo_leaves_nothing_behind_and_it_starts_again() -> None:
    with open_folder() as folder:
        _killed_and_started_again(folder / "data")


def _killed_and_started_again(data_dir: Path) -> None:
    with demo(data_dir) as first:
        token = first.token("admin")
        before = asyncio.run(first.graphql(token, "{ elders(first: 1) { totalCount } }"))
        pids = [first.child(name) for name in ("serve", "bridge", "work")]
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
        wait_until(lambda: all(gone(pid) for pid in pids))
        address = urlsplit(first.addresses["database"])
        wait_until(lambda: not _accepts(address.port or 0))
        wait_until(lambda: not _accepts(urlsplit(first.addresses["mqtt"]).port or 0))
    with demo(data_dir) as second:
        token = second.token("admin")
        after = asyncio.run(second.graphql(token, "{ elders(first: 1) { totalCount } }"))
    assert before == after == {"elders": {"totalCount": 200}}


def _accepts(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
