"""A district of its own to measure in: the demo's, with alarms."""

import asyncio
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import asyncpg
import psutil

from api.connections import MAX_A_CLIENT
from benchmarks.reads.alarms import raised, ring
from benchmarks.reads.asking import Question
from benchmarks.reads.documents import DOCUMENTS, OPERATION_NAMES
from benchmarks.reads.machine import Cores
from domain.access import Role
from domain.calendar import today
from domain.ids import public_id
from migrations.run import upgrade
from yiyang import keys, tokens
from yiyang.demo import SEED
from yiyang.district.cast import District as Cast
from yiyang.district.load import load_district
from yiyang.embedded.postgres import EmbeddedPostgres
from yiyang.keys import DATA_KEY_ID, DevelopmentKeys
from yiyang.tokens import Person

_BUDGET = 2**40
"""Points that no benchmark uses up."""

_LIFETIME = timedelta(hours=12)

REGION = "330102"
"""The demo's district."""

_POSTGRAPHILE = Path(__file__).parent / "peers" / "postgraphile.sql"

_FAMILIES = """
    SELECT account.id, account.name, link.elder_id FROM family_link AS link
    JOIN account ON account.id = link.account_id AND account.role = 'FAMILY'
    WHERE link.alarms_until > now() AND link.health_record_until > now()
        AND EXISTS (SELECT FROM device WHERE device.elder_id = link.elder_id)
    ORDER BY md5(link.elder_id::text) LIMIT 200
"""
_STREETS = """
    SELECT left(region_code, 9) AS street FROM alarm WHERE state <> 'RESOLVED'
    GROUP BY 1 HAVING count(*) > 60 ORDER BY 1
"""
_STATIONS = "SELECT id, name, region_code FROM account WHERE role = 'STATION' ORDER BY id"


@dataclass(frozen=True)
class Asker:
    """Somebody who asks for something.

    Parameters:
        variables: of our own document.
    """

    token: str
    variables: dict[str, str]


@dataclass(frozen=True)
class District:
    """A running database and who may ask it.

    Parameters:
        url: ``postgresql://…``
    """

    url: str
    keys: DevelopmentKeys
    cast: Cast

    def token(self, role: Role) -> str:
        """A token of a role's own account."""
        return self._token(role, tokens.player(self.cast, role))

    def many_tokens(self, role: Role, number: int) -> list[str]:
        """Tokens with a role's rights for so many sockets: a subject may hold few."""
        player = tokens.player(self.cast, role)
        lots = -(-number // MAX_A_CLIENT)
        signed = [self._token(role, replace(player, account_id=uuid4())) for _ in range(lots)]
        return [signed[place // MAX_A_CLIENT] for place in range(number)]

    def _token(self, role: Role, person: Person, region: str | None = None) -> str:
        """The token that ``yiyang token`` prints."""
        return tokens.sign(
            self.keys, role, person, region=region, lifetime=_LIFETIME, budget=_BUDGET
        )

    @property
    def environment(self) -> dict[str, str]:
        """What a server must be told, by the names that ``yiyang serve`` reads."""
        return {
            "YIYANG_DATABASE_URL": self.url,
            "YIYANG_TOKEN_KEY": json.dumps(self.keys.token_jwk),
            "YIYANG_DATA_KEYS": json.dumps({DATA_KEY_ID: self.keys.data_key}),
            "YIYANG_HASH_KEY": self.keys.hash_key,
        }

    async def askers(self, query: str) -> list[Asker]:
        """Who asks the query, in turn; the history from its beginning.

        Parameters:
            query: one of ``documents.QUERIES``.
        """
        connection = await asyncpg.connect(self.url)
        try:
            return await self._askers(connection, query)
        finally:
            await connection.close()

    async def _askers(self, connection: asyncpg.Connection, query: str) -> list[Asker]:
        match query:
            case "home":
                return [
                    Asker(
                        self._token(Role.FAMILY, Person(row["id"], row["name"], None)),
                        {"id": public_id("elder", row["elder_id"])},
                    )
                    for row in await connection.fetch(_FAMILIES)
                ]
            case "dispatcher":
                token = self.token(Role.DISPATCHER)
                streets = await connection.fetch(_STREETS)
                return [Asker(token, {"region": row["street"]}) for row in streets]
            case "roster":
                staff = [Person(*row) for row in await connection.fetch(_STATIONS)]
                # A street of the small district has fewer than 200 elders.
                return [
                    Asker(self._token(Role.STATION, each, REGION), {"region": REGION})
                    for each in staff
                ]
            case "history":
                return [Asker(self.token(Role.OFFICIAL), {})]
            case _:
                token = self.token(Role.DISPATCHER)
                keys = await raised(connection)
                return [Asker(token, {"id": public_id("alarm", key)}) for key in keys]


def question(query: str, asker: Asker, **variables: str) -> Question:
    """What somebody asks, in our own words."""
    given = {**asker.variables, **variables}
    return Question(asker.token, DOCUMENTS[query], given, OPERATION_NAMES[query])


@contextmanager
def district(elders: int, cores: Cores) -> Generator[District, None, None]:
    """A district in a PostgreSQL of its own; gone afterwards.

    While it is there, this process, PostgreSQL and what they start are held to their core.
    """
    with TemporaryDirectory(prefix="yiyang-reads-") as folder:
        data_dir = Path(folder)
        data_dir.chmod(0o711)  # PostgreSQL's user must get through when we are root
        known = keys.load_or_create(data_dir)
        with EmbeddedPostgres(data_dir) as postgres:
            print(f"Filling a district of {elders:,} elders …", flush=True)
            upgrade(postgres.url)
            cast = asyncio.run(_fill(postgres.url, known, elders))
            cores.hold_rest()
            for process in psutil.Process().children(recursive=True):
                cores.hold_rest(process.pid)
            try:
                yield District(postgres.url, known, cast)
            finally:
                cores.release()


async def _fill(url: str, known: DevelopmentKeys, elders: int) -> Cast:
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
        await ring(connection, cast.players[Role.DISPATCHER].account_id)
        await connection.execute(_POSTGRAPHILE.read_text())
        return cast
    finally:
        await connection.close()
