"""The real parts that tests run on: PostgreSQL, a broker, an API server, clients."""

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from time import sleep

import asyncpg
import hypothesis
import pytest

from api.app import create_app
from api.auth.tokens import TokenKey
from api.settings import ApiSettings
from domain.access import Actor
from domain.calendar import DISTRICT_ZONE, district_day, now, today
from domain.crypto import Vault
from domain.database import Database
from migrations.run import upgrade
from tests.api.plan.desk import Desk, WatchedDatabase
from tests.browsing import chromium_here
from tests.clients import PUBLIC_URL, PUSH_TEMPLATES, Api
from tests.makers.everything import make_everything
from tests.scratch import scratch
from tests.serving import serving
from tests.vendors import vendor_of
from yiyang.district.cast import District
from yiyang.district.load import load_district
from yiyang.embedded.broker import EmbeddedBroker
from yiyang.embedded.postgres import throwaway_postgres
from yiyang.startup import release_collector

# Always the same examples, and no example fails for being slow on a busy machine.
hypothesis.settings.load_profile("ci")

# Whoever starts a run in the background has it ignore Ctrl-C, and all that tests start with it.
signal.signal(signal.SIGINT, signal.default_int_handler)

TEMPLATE = "template_district"
FILLED = "template_filled"
ELDERS = 300
SHORT_SECONDS, LONG_SECONDS = 20.0, 120.0
"""What a test may take on a busy machine, and one that has asked for more time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who has asked for more time begins first: else one worker ends with it, and the rest wait."""
    items.sort(key=_asked_seconds, reverse=True)


def pytest_collection_finish() -> None:
    """The garbage collector as in production: it spares what was loaded, a tenth of all time."""
    release_collector()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test sees midnight: many count days from the one on which they begin."""
    begins_at = now()
    midnight = datetime.combine(district_day(begins_at) + timedelta(days=1), time(), DISTRICT_ZONE)
    left = (midnight - begins_at).total_seconds()
    if left < (LONG_SECONDS if _asked_seconds(item) else SHORT_SECONDS):
        sleep(left)


def _asked_seconds(item: pytest.Item) -> float:
    asked = item.get_closest_marker("timeout")
    return asked.args[0] if asked else 0.0


@pytest.fixture(scope="session")
def vault() -> Vault:
    """Keys for personal data in tests."""
    return Vault(keys={"test": bytes(32)}, current="test", hash_key=bytes(range(32)))


@pytest.fixture(scope="session")
def cluster() -> Generator[str, None, None]:
    """A PostgreSQL of this worker's own; the URL of its maintenance database."""
    with throwaway_postgres(scratch()) as postgres:
        yield postgres.url


@dataclass(frozen=True)
class Template:
    """A migrated database with a small district, to be cloned, and who is in it."""

    url: str
    district: District


@pytest.fixture(scope="session")
def template(cluster: str, vault: Vault) -> Template:
    """Migrated and filled once a worker."""
    url = _sibling(cluster, TEMPLATE)

    async def create() -> None:
        connection = await asyncpg.connect(cluster)
        await connection.execute(f"CREATE DATABASE {TEMPLATE}")
        await connection.close()

    async def fill() -> District:
        connection = await asyncpg.connect(url)
        district = await load_district(
            connection, vault, elders=ELDERS, seed=1, today=today(), progress=unheard
        )
        await connection.close()
        return district

    asyncio.run(create())
    upgrade(url)
    return Template(url, asyncio.run(fill()))


@pytest.fixture
def district(template: Template) -> District:
    """Who is in the database."""
    return template.district


_clones = iter(range(1_000_000))


@pytest.fixture(scope="session")
async def administration(cluster: str) -> AsyncGenerator[asyncpg.Connection, None]:
    """Makes and drops databases; nothing else."""
    connection = await asyncpg.connect(cluster)
    # The kernel copies a template's files by itself, a seventh faster.
    await connection.execute("SET file_copy_method = clone")
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
def cloned(template: Template) -> str:
    """The name of the database that tests have clones of; modules may have another."""
    return TEMPLATE


@pytest.fixture(scope="session")
async def filled(administration: asyncpg.Connection, template: Template, vault: Vault) -> str:
    """The name of one with something of all that there is, for `cloned` of a module."""
    await administration.execute(f"CREATE DATABASE {FILLED} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    database = Database(_sibling(template.url, FILLED), role=None)
    await make_everything(database, vault, template.district)
    await database.close()
    return FILLED


@pytest.fixture
async def database_url(
    administration: asyncpg.Connection, template: Template, cloned: str
) -> AsyncGenerator[str, None]:
    """A database of the test's own, with the small district."""
    name = f"clone_{next(_clones)}"
    await administration.execute(f"CREATE DATABASE {name} TEMPLATE {cloned} STRATEGY file_copy")
    yield _sibling(template.url, name)
    await administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database, None]:
    """Connections to the test's own database, with its owner's rights."""
    opened = Database(database_url, role=None)
    yield opened
    await opened.close()


@dataclass(frozen=True)
class Broker:
    """A running MQTT broker."""

    mqtt_url: str
    mqtt5_url: str
    server: EmbeddedBroker


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Generator[Broker, None, None]:
    """A broker of this worker's own; logins bridge/bridge-word and devices/device-word."""
    port, port5 = free_port(), free_port()
    logins = {"bridge": "bridge-word", "devices": "device-word"}
    folder = tmp_path_factory.mktemp("broker")
    with EmbeddedBroker(folder, port=port, port5=port5, logins=logins) as server:
        yield Broker(
            f"mqtt://devices:device-word@127.0.0.1:{port}",
            f"mqtt://bridge:bridge-word@127.0.0.1:{port5}",
            server,
        )


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Where Chromium is."""
    return chromium_here()


@pytest.fixture(scope="session")
def token_key() -> TokenKey:
    """Signs the tests' tokens."""
    return TokenKey(TokenKey.new_jwk())


@pytest.fixture
async def api(
    database_url: str, token_key: TokenKey, vault: Vault, district: District
) -> AsyncGenerator[Api, None]:
    """A real API server on the test's own database, and clients for it."""
    pages = {"/family": Path("client_examples/family_web")}
    settings = ApiSettings(
        database_url=database_url,
        token_key=token_key,
        vault=vault,
        pages=pages,
        public_url=PUBLIC_URL,
        origins=("https://desk.example",),
        push_templates=PUSH_TEMPLATES,
    )
    async with serving(create_app(settings)) as port:
        client = Api(port, token_key, district)
        yield client
        await client.close()


def unheard(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _sibling(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


@pytest.fixture
async def desk(database_url: str, vault: Vault, district: District) -> AsyncGenerator[Desk, None]:
    """Asks in this process, on the test's own database."""
    watched = WatchedDatabase(database_url, role=None)
    yield Desk(watched, vault, district)
    await watched.close()


@pytest.fixture
async def vendor(database: Database, district: District) -> Actor:
    """Who made the mother's button."""
    return await vendor_of(database, district.sos_button_id)
