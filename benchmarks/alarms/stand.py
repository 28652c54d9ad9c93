"""All that a call for help goes through, running: each part a process that may be killed."""

import asyncio
import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from benchmarks.alarms.parts import Part
from benchmarks.running_broker import RunningBroker, running_broker
from domain.access import Role
from domain.calendar import today
from domain.devices.credentials import device_name
from migrations.run import upgrade
from yiyang import keys, tokens
from yiyang.demo import SEED
from yiyang.district.cast import District
from yiyang.district.load import load_district
from yiyang.embedded.ground import free_port
from yiyang.embedded.postgres import EmbeddedPostgres
from yiyang.keys import DATA_KEY_ID, DevelopmentKeys

TENANT: Final = "chaos"
_BUDGET: Final = 2**40
_LIFETIME: Final = timedelta(hours=12)

_BUTTONS = """
    SELECT DISTINCT ON (elder_id) device.id, elder_id FROM device
    JOIN elder ON elder.id = device.elder_id
    WHERE kind = 'SOS_BUTTON' AND elder.region_code LIKE $1 || '%'
    ORDER BY elder_id, device.id
"""


class Button(NamedTuple):
    """An SOS button; of each elder there is one at most.

    Parameters:
        name: its MQTT user name.
    """

    name: str
    device_id: UUID
    elder_id: UUID


@dataclass
class Stand:
    """What runs. A scenario that ends something starts it again.

    Parameters:
        port: of the API.
        workers: started one after the other as a scenario needs them; the first one runs.
    """

    postgres: EmbeddedPostgres
    broker: RunningBroker
    keys: DevelopmentKeys
    cast: District
    port: int
    bridge: Part
    server: Part
    workers: list[Part]
    unused: list[Button]

    @property
    def ws_url(self) -> str:
        """The GraphQL endpoint for sockets."""
        return f"ws://127.0.0.1:{self.port}/graphql"

    @property
    def mqtt_url(self) -> str:
        """The broker as devices know it."""
        login = self.broker.login
        return f"mqtt://{login}:{login}@127.0.0.1:{self.broker.port}"

    def token(self, role: Role = Role.DISPATCHER) -> str:
        """A token of a role's own account."""
        player = tokens.player(self.cast, role)
        return tokens.sign(self.keys, role, player, lifetime=_LIFETIME, budget=_BUDGET)

    def buttons(self, number: int) -> list[Button]:
        """Buttons that no scenario has used yet. Raises: ValueError where there are too few."""
        if len(self.unused) < number:
            raise ValueError(f"{len(self.unused)} unused buttons are left, not {number}")
        taken, self.unused = self.unused[:number], self.unused[number:]
        return taken

    async def ready(self) -> None:
        """Wait until every part that should run does its work."""
        for part in (self.bridge, self.server, self.workers[0]):
            await part.ready()


@contextmanager
def stand(folder: Path, *, elders: int, workers: int = 1) -> Generator[Stand, None, None]:
    """Set up; what was set up is gone afterwards. From the main thread.

    Parameters:
        folder: an empty one that PostgreSQL's user can get into.
        workers: how many run.
    """
    known = keys.load_or_create(folder)
    with ExitStack() as parts:
        # A port that stays the same, so that all find the server again.
        postgres = parts.enter_context(EmbeddedPostgres(folder, port=free_port()))
        broker = parts.enter_context(running_broker(folder, remembers=True))
        upgrade(postgres.url)
        cast, buttons = asyncio.run(_fill(postgres.url, known, elders))
        port, environment = free_port(), _environment(known, postgres.url, broker)
        of_server = environment | {"YIYANG_PORT": str(port)}
        bridge = Part("bridge", ["bridge"], environment, folder)
        server = Part("serve", ["serve"], of_server, folder, port)
        working = [Part(f"work-{n}", ["work"], environment, folder) for n in range(workers)]
        for part in (bridge, server, *working):
            parts.callback(part.stop)
            part.start()
        yield Stand(postgres, broker, known, cast, port, bridge, server, working, buttons)


def _environment(known: DevelopmentKeys, url: str, broker: RunningBroker) -> dict[str, str]:
    return {
        "YIYANG_DATABASE_URL": url,
        "YIYANG_MQTT_URL": broker.mqtt5_url,
        "YIYANG_TENANT": TENANT,
        "YIYANG_TOKEN_KEY": json.dumps(known.token_jwk),
        "YIYANG_DEVICE_KEY": known.device_key,
        "YIYANG_DATA_KEYS": json.dumps({DATA_KEY_ID: known.data_key}),
        "YIYANG_HASH_KEY": known.hash_key,
        "YIYANG_LOG_LEVEL": "WARNING",
    }


async def _fill(url: str, known: DevelopmentKeys, elders: int) -> tuple[District, list[Button]]:
    connection = await asyncpg.connect(url)
    try:
        cast = await load_district(
            connection,
            known.vault,
            elders=elders,
            seed=SEED,
            today=today(),
            progress=lambda done, total, what: None,
        )
        region = cast.players[Role.DISPATCHER].region_code
        rows = await connection.fetch(_BUTTONS, region)
        return cast, [Button(device_name(row["id"]), *row) for row in rows]
    finally:
        await connection.close()
