"""The embedded broker, with the real rumqttd: logins, sessions, sizes, its life and its end."""

import asyncio
import os
import socket
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import psutil
import pytest

from tests.yiyang.raw_mqtt import RawClient, mqtt_packet, mqtt_text
from tests.yiyang.watching import gone, wait_until
from yiyang.embedded import EmbeddedError
from yiyang.embedded.broker import EmbeddedBroker
from yiyang.embedded.ground import free_port

BRIDGE = ("bridge", "bridge-word")
DEVICE = ("device", "device-word")
LOGINS = {
    **dict([BRIDGE, DEVICE]),
    '小明.[0] "a\\b"': "密 码'\"\\\x7f",
}

# A subscriber like the bridge: MQTT 5, a session that is kept, acknowledging by hand. It
# acknowledges the first `sys.argv[2]` messages, has the broker confirm that it has seen that (by
# the PUBACK of a message sent later), then only listens until it has `sys.argv[3]` messages.
SUBSCRIBER = """
import asyncio, sys
import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

async def main(port, to_acknowledge, to_receive):
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = 3600
    client = aiomqtt.Client(
        "127.0.0.1", port, username="bridge", password="bridge-word", identifier="bridge",
        protocol=aiomqtt.ProtocolVersion.V5, clean_start=False, properties=properties,
    )
    client._client.manual_ack_set(True)  # before connecting: messages come with the CONNACK
    async with client:
        subscribing = asyncio.create_task(client.subscribe("up/+/event", qos=1))
        subscribing.add_done_callback(lambda task: print("subscribed", flush=True))
        received = 0
        async for message in client.messages:
            received += 1
            if received <= to_acknowledge:
                client._client.ack(message.mid, 1)
            print(message.payload.decode(), flush=True)
            if received == to_acknowledge:
                await client.publish("down/bridge/seen", b"", qos=1)
            if received == to_receive:
                print("done", flush=True)
                await asyncio.sleep(600)

asyncio.run(main(*map(int, sys.argv[1:])))
"""

PARENT = """
import sys, time
from pathlib import Path
from yiyang.embedded.broker import EmbeddedBroker
folder, port, port5 = sys.argv[1:]
broker = EmbeddedBroker(Path(folder), port=int(port), port5=int(port5), logins={"a": "b"})
broker.launch()
broker.wait_ready()
print(broker.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture(scope="module")
def broker(
    tmp_path_factory: pytest.TempPathFactory, ports: tuple[int, int]
) -> Iterator[EmbeddedBroker]:
    folder = tmp_path_factory.mktemp("broker")
    with EmbeddedBroker(folder, port=ports[0], port5=ports[1], logins=LOGINS) as running:
        yield running


def client(port: int, protocol: aiomqtt.ProtocolVersion, **login: str) -> aiomqtt.Client:
    return aiomqtt.Client("127.0.0.1", port, protocol=protocol, timeout=5, **login)  # type: ignore[arg-type]  # only strings pass here


BOTH = pytest.mark.parametrize(
    ("which", "protocol"), [(0, aiomqtt.ProtocolVersion.V311), (1, aiomqtt.ProtocolVersion.V5)]
)


@BOTH
@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("name", LOGINS)
async def test_right_password_is_let_in(
    ports: tuple[int, int], which: int, protocol: aiomqtt.ProtocolVersion, name: str
) -> None:
    async with client(ports[which], protocol, username=name, password=LOGINS[name]) as connected:
        await connected.publish("up/1/tele", b"{}", qos=1)


@pytest.mark.usefixtures("broker")
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("flags", "login"),
    [
        (0x02, ()),
        (0x82, ("device",)),
        (0xC2, ("device", "")),
        (0xC2, ("device", "bridge-word")),
        (0xC2, ("Device", "device-word")),
        (0xC2, ("nobody", "device-word")),
    ],
)
def test_others_are_refused(
    ports: tuple[int, int], which: int, flags: int, login: tuple[str, ...]
) -> None:
    level, properties = ((4, b""), (5, b"\0"))[which]
    with socket.create_connection(("127.0.0.1", ports[which]), timeout=10) as connection:
        start = mqtt_text("MQTT") + struct.pack(">BBH", level, flags, 60) + properties
        connection.sendall(
            mqtt_packet(0x10, start + b"".join(map(mqtt_text, ("stranger", *login))))
        )
        assert connection.recv(100) == b""  # closed without a word


def test_listens_on_the_loopback_address_alone(
    broker: EmbeddedBroker, ports: tuple[int, int]
) -> None:
    listening = {
        connection.laddr
        for connection in psutil.Process(broker.pid).net_connections("all")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", ports[0]), ("127.0.0.1", ports[1])}


def test_configuration_with_the_passwords_is_private(broker: EmbeddedBroker) -> None:
    config = broker.log_file.with_name("rumqttd.toml")
    assert "device-word" in config.read_text()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def subscriber(port5: int, *, acknowledge: int, receive: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SUBSCRIBER, *map(str, (port5, acknowledge, receive))],
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str], last: str) -> list[str]:
    """What the subscriber prints before `last`."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        if line.strip() == last:
            break
        lines.append(line.strip())
    else:
        raise AssertionError(f"ended without {last!r}")
    return [line for line in lines if line != "subscribed"]


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


@pytest.mark.usefixtures("broker")
async def test_session_survives_the_kill_of_its_client(ports: tuple[int, int]) -> None:
    port5 = ports[1]
    first = subscriber(port5, acknowledge=50, receive=120)
    await asyncio.to_thread(said, first, "subscribed")

    async def publish(numbers: range, which: int, protocol: aiomqtt.ProtocolVersion) -> None:
        login = {"username": "device", "password": "device-word"}
        async with client(ports[which], protocol, **login) as device:
            for n in numbers:
                await device.publish(f"up/{n % 7}/event", str(n).encode(), qos=1)

    await publish(range(120), 0, aiomqtt.ProtocolVersion.V311)
    seen = await asyncio.to_thread(said, first, "done")
    assert seen == [str(n) for n in range(120)]
    await publish(range(120, 200), 0, aiomqtt.ProtocolVersion.V311)  # fills the window of 100
    kill(first)
    await publish(range(200, 300), 0, aiomqtt.ProtocolVersion.V311)  # while nobody listens
    await publish(range(300, 400), 1, aiomqtt.ProtocolVersion.V5)

    second = subscriber(port5, acknowledge=350, receive=350)
    seen = await asyncio.to_thread(said, second, "done")
    kill(second)
    assert seen == [str(n) for n in range(50, 400)]


@pytest.mark.usefixtures("broker")
def test_a_hundred_thousand_messages_wait_for_an_absent_client(ports: tuple[int, int]) -> None:
    absent = RawClient(ports[0], "absent", BRIDGE, clean=False)
    absent.subscribe("many/+/tele")
    absent.close()
    device = RawClient(ports[0], "busy", DEVICE)
    sent = [str(n).ljust(400).encode() for n in range(100_000)]
    device.publish_all("many/1/tele", sent)
    device.close()
    back = RawClient(ports[0], "absent", BRIDGE, clean=False)
    assert back.receive(len(sent)) == sent
    back.close()


@BOTH
@pytest.mark.usefixtures("broker")
async def test_large_payload_arrives(
    ports: tuple[int, int], which: int, protocol: aiomqtt.ProtocolVersion
) -> None:
    payload = os.urandom(70_000)
    bridge_login = {"username": "bridge", "password": "bridge-word"}
    device_login = {"username": "device", "password": "device-word"}
    async with (
        client(ports[1], aiomqtt.ProtocolVersion.V5, **bridge_login) as bridge,
        client(ports[which], protocol, **device_login) as device,
    ):
        await bridge.subscribe("large/+/event", qos=1)
        await device.publish("large/1/event", payload, qos=1)
        async with asyncio.timeout(10):
            message = await anext(aiter(bridge.messages))
        assert message.payload == payload


def parent(folder: Path, ports: tuple[int, int]) -> tuple[subprocess.Popen[str], int]:
    """A process that runs a broker, and the broker's process id."""
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), *map(str, ports)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def test_killed_parent_leaves_no_broker(tmp_path: Path) -> None:
    process, orphan = parent(tmp_path, (free_port(), free_port()))
    kill(process)
    wait_until(lambda: gone(orphan))


def test_start_on_the_same_ports_right_after_a_kill(tmp_path: Path) -> None:
    port, port5 = free_port(), free_port()
    process, orphan = parent(tmp_path, (port, port5))
    kill(process)
    with EmbeddedBroker(tmp_path, port=port, port5=port5, logins=LOGINS) as broker:
        assert broker.is_running
        assert gone(orphan)


def test_end_of_the_broker_is_seen_and_it_starts_again(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path, port=free_port(), port5=free_port(), logins=LOGINS) as broker:
        psutil.Process(broker.pid).kill()
        wait_until(lambda: not broker.is_running)
        broker.launch()
        broker.wait_ready()
        assert broker.is_running
    assert not broker.is_running


@pytest.mark.parametrize(("taken", "option"), [(0, "--mqtt-port"), (1, "--mqtt5-port")])
def test_port_taken(tmp_path: Path, taken: int, option: str) -> None:
    ports = (free_port(), free_port())
    with socket.create_server(("127.0.0.1", ports[taken])):
        broker = EmbeddedBroker(tmp_path, port=ports[0], port5=ports[1], logins=LOGINS)
        with pytest.raises(EmbeddedError, match=rf"Port {ports[taken]} .* taken .*{option}\."):
            broker.launch()
    assert not broker.is_running


def test_one_port_for_both_versions(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(EmbeddedError, match=rf"{port}.*--mqtt5-port"):
        EmbeddedBroker(tmp_path, port=port, port5=port, logins=LOGINS).launch()


def test_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    broker = EmbeddedBroker(tmp_path / "data", port=free_port(), port5=free_port(), logins=LOGINS)
    with pytest.raises(EmbeddedError, match=r"cannot be written .*--data-dir"):
        broker.launch()
