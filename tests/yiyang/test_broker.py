"""A broker of production, set up by our commands: a real Mosquitto, TLS, an account a device."""

import asyncio
import base64
import csv
import getpass
import hashlib
import os
import ssl
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

import aiomqtt
import pytest

from devices.bridge import BridgeSettings
from devices.codecs import CODECS
from domain.database import Database
from domain.devices import registry
from domain.devices.credentials import device_name, device_password
from domain.devices.models import DeviceKind
from tests.certificates import Authority
from tests.conftest import free_port
from tests.devices.mosquitto import mosquitto, needs_mosquitto
from tests.devices.presses import shared_by
from tests.devices.wire import MASTER_KEY, Field, names, number, rows, running
from tests.operators import Operator
from tests.waiting import until
from yiyang.broker.accounts import Accounts, Login
from yiyang.broker.keeping import BrokerAway, PasswordFile

TENANT, BRIDGE = "xihu", "yiyang-bridge"


@dataclass
class Site:
    """A deployment's broker.

    Parameters:
        folder: configuration, accounts and state.
        port: for devices, TLS.
        trust: in its certificate.
        settings: of the bridge, on its own listener.
        told: the operator's environment.
    """

    folder: Path
    port: int
    trust: ssl.SSLContext
    settings: BridgeSettings
    told: dict[str, str]

    @property
    def accounts(self) -> PasswordFile:
        return PasswordFile(self.folder / "passwords", self.folder / "pid")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Site:
    """What an operator has written down so far: nothing runs."""
    port, bridge_port, authority = free_port(), free_port(), Authority(tmp_path, "localhost")
    mqtt_url = f"mqtt://{BRIDGE}:p%2Fw@127.0.0.1:{bridge_port}"
    told = {
        "YIYANG_TENANT": TENANT,
        "YIYANG_MQTT_URL": mqtt_url,
        "YIYANG_DEVICE_KEY": base64.b64encode(MASTER_KEY).decode(),
        "YIYANG_DATABASE_URL": database_url,
    }
    operator = Operator(database_url, "broker", **told)
    written = operator.run(
        *("config", "mosquitto", "--out", str(tmp_path), "--folder", str(tmp_path)),
        *("--certificate", str(authority.certificate), "--key", str(authority.key)),
        *("--passwords", str(tmp_path / "passwords"), "--state", str(tmp_path)),
        *("--log", f"file {tmp_path / 'log'}", "--pid", str(tmp_path / "pid")),
        *("--user", getpass.getuser(), "--port", str(port), "--bridge-port", str(bridge_port)),
    )
    assert written.returncode == 0, written.stderr
    accounts = operator.run("passwords")
    assert accounts.returncode == 0, accounts.stderr
    (tmp_path / "passwords").write_text(accounts.stdout)
    settings = BridgeSettings(database_url, mqtt_url, TENANT, MASTER_KEY)
    return Site(tmp_path, port, authority.trust, settings, {**os.environ, **told})


@asynccontextmanager
async def kept(site: Site) -> AsyncGenerator[None, None]:
    """`yiyang broker keep`, once the accounts are written; the site's folder has what it says."""
    ready = site.folder / "ready"
    with (site.folder / "said").open("wb") as said:
        keeper = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "yiyang", "broker", "keep"),
            *("--out", str(site.accounts.path), "--pid-file", str(site.accounts.pid_file)),
            env={**site.told, "YIYANG_READY_FILE": str(ready)},
            stderr=said,
        )
    try:
        await until(ready.exists)
        yield
    finally:
        keeper.terminate()
        await keeper.wait()


@dataclass
class Signed:
    """A device that is signed in.

    Parameters:
        gone: set when its connection has ended.
        got: topics of what has come to it.
    """

    field: Field
    client: aiomqtt.Client
    gone: asyncio.Event
    got: list[str]


@asynccontextmanager
async def signed_in(
    site: Site, device: str, password: str, ident: str | None = None
) -> AsyncGenerator[Signed, None]:
    """A device, subscribed to all that it can think of. Raises: aiomqtt.MqttError."""
    async with aiomqtt.Client(
        "localhost",
        site.port,
        username=device,
        password=password,
        identifier=ident,
        tls_context=site.trust,
    ) as client:
        signed = Signed(Field(client, TENANT), client, asyncio.Event(), [])
        for topic in ("#", f"ec/v1/{TENANT}/+/rcpt", f"ec/v1/{TENANT}/{device}/rcpt"):
            await client.subscribe(topic, qos=1)
        listening = asyncio.create_task(_listen(signed))
        yield signed
        listening.cancel()
        await asyncio.wait({listening})


async def _listen(signed: Signed) -> None:
    try:
        async for received in signed.client.messages:
            signed.got.append(str(received.topic))
    except aiomqtt.MqttError:
        signed.gone.set()


def word(device: str, version: int = 1) -> str:
    """A device's password."""
    return device_password(MASTER_KEY, UUID(device.removeprefix("device_")), version)


@needs_mosquitto
async def test_a_device_speaks_for_itself_alone_until_it_is_revoked(
    site: Site, database: Database
) -> None:
    mine, other = await names(database, DeviceKind.SOS_BUTTON, 2)
    with mosquitto(site.folder, site.port) as server:
        server.start()
        async with kept(site):
            await _speaks_for_itself_alone(site, database, mine, other)
            await _is_out_once_revoked(site, database, mine, other)
        rights = (site.folder / "acl").read_text()
        heard = [each for codec in CODECS.values() for each in codec.filters]
        assert [each for each in heard if f"topic readwrite {each}\n" not in rights] == []
        assert site.accounts.path.stat().st_mode & 0o777 == 0o600


async def _speaks_for_itself_alone(site: Site, database: Database, mine: str, other: str) -> None:
    async with (
        running(replace(site.settings, vendor_formats=tuple(CODECS))),
        signed_in(site, mine, word(mine)) as me,
        signed_in(site, other, word(other), ident=mine) as them,
    ):
        await me.field.press(other)
        await me.field.publish(other, "rcpt", {"status": "stored"})
        alink = f"/sys/pk/{other}/thing/event/SOS/post"
        await me.client.publish(alink, '{"id":"1","version":"1.0","params":{}}', qos=1)
        tencent = f"$thing/up/property/pk/{mine}"
        report = '{"method":"report","clientToken":"7","params":{"battery":80}}'
        await me.client.publish(tencent, report, qos=1)
        large = me.field.message("telemetry", {}) | {"padding": "x" * 16_500}
        await me.field.publish(mine, "tele", large)
        await me.field.press(mine)
        await until(lambda: len(me.got) == 2)
        await them.field.press(other)
        await until(lambda: len(them.got) == 1)
        assert set(me.got) == {f"ec/v1/{TENANT}/{mine}/rcpt"}
        assert set(them.got) == {f"ec/v1/{TENANT}/{other}/rcpt"}
        assert not me.gone.is_set()  # although the other one has called itself so
    assert await number(database, "SELECT count(*) FROM telemetry") == 1
    stored = await rows(database, "SELECT device_id FROM device_event")
    assert sorted(device_name(row.device_id) for row in stored) == sorted([mine, other])
    letters = await rows(database, "SELECT reason, topic FROM dead_letter")
    assert [tuple(letter) for letter in letters] == [("TOO_LARGE", f"ec/v1/{TENANT}/{mine}/tele")]


async def _is_out_once_revoked(site: Site, database: Database, mine: str, other: str) -> None:
    async with (
        signed_in(site, mine, word(mine)) as me,
        signed_in(site, other, word(other)) as them,
    ):
        async with database.transaction("operator") as session:
            await registry.revoke(session, UUID(mine.removeprefix("device_")))
            await registry.rotate(session, UUID(other.removeprefix("device_")))
        await until(me.gone.is_set)
        await until(them.gone.is_set)
    for device in (mine, other):
        with pytest.raises(aiomqtt.MqttError):
            async with signed_in(site, device, word(device)):
                pass
    async with signed_in(site, other, word(other, 2)) as them:
        assert not them.gone.is_set()


@needs_mosquitto
async def test_two_bridges_come_to_share_by_the_rights_that_are_written(
    site: Site, database: Database
) -> None:
    first = replace(site.settings, vendor_formats=tuple(CODECS))
    with mosquitto(site.folder, site.port) as server:
        server.start()
        async with running(first), running(replace(first, client_id="second")):
            await shared_by(database, 2)


async def test_a_file_that_cannot_be_written_for_a_while_is_tried_again(
    site: Site, database: Database
) -> None:
    (mine,) = await names(database, DeviceKind.SOS_BUTTON, 1)
    path, said = site.accounts.path, site.folder / "said"
    async with kept(site):
        assert mine in path.read_text()
        path.unlink()
        path.mkdir()  # in its place nothing can be put
        async with database.transaction("operator") as session:
            await registry.revoke(session, UUID(mine.removeprefix("device_")))
        await until(lambda: "cannot be written" in said.read_text())
        path.rmdir()
        await until(path.is_file)
        assert mine not in path.read_text()


@pytest.mark.parametrize("verb", ["keep", "passwords"])
def test_a_file_that_cannot_be_written_is_told_in_a_sentence(
    database_url: str, tmp_path: Path, verb: str
) -> None:
    key = base64.b64encode(MASTER_KEY).decode()
    told = {"YIYANG_DEVICE_KEY": key, "YIYANG_MQTT_URL": "mqtt://bridge:word@127.0.0.1"}
    nowhere = tmp_path / "nowhere" / "passwords"
    said = Operator(database_url, "broker", **told).is_told(verb, "--out", str(nowhere))
    assert f"{nowhere} cannot be written" in said


def test_accounts_of_a_database_that_lets_nobody_in_are_refused_in_a_sentence(
    database_url: str,
) -> None:
    key = base64.b64encode(MASTER_KEY).decode()
    told = {"YIYANG_DEVICE_KEY": key, "YIYANG_MQTT_URL": "mqtt://bridge:word@127.0.0.1"}
    operator = Operator(f"{database_url}_of_nobody", "broker", **told)
    assert "the database cannot be reached" in operator.is_told("passwords")


def test_only_a_mosquitto_is_signalled(tmp_path: Path) -> None:
    file = PasswordFile(tmp_path / "passwords", tmp_path / "pid")
    assert file.write("a:b\n")
    assert not file.write("a:b\n")
    with pytest.raises(BrokerAway, match="cannot be read"):
        file.tell_broker()
    (tmp_path / "pid").write_text(f"{os.getpid()}\n")
    with pytest.raises(BrokerAway, match="no Mosquitto"):
        file.tell_broker()


def test_accounts_that_stay_are_written_as_before() -> None:
    first, second = uuid4(), uuid4()
    accounts = Accounts(MASTER_KEY, Login(BRIDGE, "p/w"))
    before = accounts.password_file([(first, 1), (second, 1)]).splitlines()
    anew = Accounts(MASTER_KEY, Login(BRIDGE, "p/w"))
    after = anew.password_file([(first, 1), (second, 2)]).splitlines()
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False]
    assert after == anew.password_file([(first, 1), (second, 2)]).splitlines()


def test_emqx_takes_hashes_with_the_salt_behind() -> None:
    device = uuid4()
    page = Accounts(MASTER_KEY, Login(BRIDGE, "p/w")).emqx_users([(device, 3)])
    users = {row["user_id"]: row for row in csv.DictReader(page.splitlines())}
    assert set(users) == {BRIDGE, device_name(device)}
    for name, password in ((BRIDGE, "p/w"), (device_name(device), word(device_name(device), 3))):
        salted = (password + users[name]["salt"]).encode()
        assert users[name]["password_hash"] == hashlib.sha256(salted).hexdigest()
        assert users[name]["is_superuser"] == "false"


def test_emqx_s_configuration_is_whole() -> None:
    """No EMQX runs here: its form is all that is looked at."""
    done = Operator(None, "broker", YIYANG_TENANT=TENANT).run("config", "emqx")
    assert done.returncode == 0, done.stderr
    configuration, _, rights = done.stdout.partition("%% Rights on EMQX")
    lines = [line.partition("#")[0] for line in configuration.splitlines()]
    bare = "\n".join(lines)
    for opening, closing in ("{}", "[]"):
        assert bare.count(opening) == bare.count(closing) > 0
    assert "@{" not in done.stdout
    rules = [line for line in rights.splitlines() if line.startswith("{")]
    assert all(rule.endswith("}.") for rule in rules)
    assert rules[-1] == "{deny, all}."
    assert f'"ec/v1/{TENANT}/${{username}}/event"' in rights
    vendors = [each for codec in CODECS.values() for each in codec.filters]
    assert [each for each in vendors if f'"{each}"' not in rights] == []
