"""A world in a database of its own, and how many of them are thrown."""

import os
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from random import Random

import asyncpg

from domain.access import Actor, DataScope, Role
from domain.crypto import Vault
from domain.database import Database
from tests.access.world import World
from tests.access.worlds.people import NAME
from tests.access.worlds.shuffle import shuffle
from tests.plans.tape import Tape

_WANTED = int(os.environ.get("FUZZ_EXAMPLES") or 0)
_SEED = int(os.environ.get("FUZZ_SEED") or 0)

TIMEOUT_SECONDS = 36_000 if _WANTED else 300

_DECISIONS = 240
"""Bytes of a tape; few would take more."""


@dataclass
class Tally:
    """What was tried, for whoever asks whether it was enough."""

    counts: Counter[str] = field(default_factory=Counter[str])
    roles: set[Role] = field(default_factory=set[Role])


@dataclass(frozen=True)
class Ground:
    """A world and its database.

    Parameters:
        sql: with the owner's rights.
        database: with the service's.
        world: as it was thrown.
    """

    number: int
    url: str
    sql: asyncpg.Connection
    database: Database
    vault: Vault
    world: World

    def tapes(self, many: int) -> list[Tape]:
        """Decisions, always the same of a world."""
        chance = Random(self.number)
        return [Tape(chance.randbytes(_DECISIONS)) for _ in range(many)]

    def role(self, turn: int) -> Role:
        """Each in its turn; worlds begin with different ones."""
        roles = list(Role)
        return roles[(turn + self.number) % len(roles)]

    def one_of(self, tape: Tape, role: Role) -> Actor:
        """Some account that was added for a role; of vendors' clients with any scopes."""
        accounts = self.world.tables["account"].values()
        account = tape.pick(
            sorted(
                (row for row in accounts if row["name"] == NAME and row["role"] == role.value),
                key=lambda row: row["id"],
            )
        )
        scopes = frozenset(one for one in DataScope if tape.chance(60))
        bound = role is Role.VENDOR and tape.chance(80)
        return Actor(account["id"], role, account["region_code"], scopes if bound else None)


Grounds = Callable[[int], AbstractAsyncContextManager[Ground]]
"""Throws the world of a number."""


@asynccontextmanager
async def thrown(url: str, vault: Vault, number: int) -> AsyncGenerator[Ground, None]:
    """The world of a number, in a database that has its people and is nobody else's."""
    database, sql = Database(url), await asyncpg.connect(url)
    try:
        world = await shuffle(sql, number)
        yield Ground(number, url, sql, database, vault, world)
    finally:
        await sql.close()
        await database.close()


def numbers(fixed: Sequence[int]) -> Sequence[int]:
    """Of the worlds to try: those that are always the same, or as many others as are wanted."""
    first = _SEED or random.randrange(10**9)
    return range(first, first + _WANTED) if _WANTED else fixed


@contextmanager
def named(number: int) -> Iterator[None]:
    """Whatever is wrong in a world says in which."""
    try:
        yield
    except Exception as wrong:
        wrong.add_note(f"`make fuzz-access EXAMPLES=1 SEED={number}` throws this world again")
        raise
