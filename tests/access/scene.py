"""Where an operation is tried: who, on which row, and how that comes where it is possible."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from domain.access import Actor, Role
from tests.access.oracle import expected
from tests.access.world import World


@dataclass
class Scene:
    """Where an operation is tried.

    Parameters:
        world: the rows before anything was prepared.
        key: the row that it is tried on.
    """

    sql: asyncpg.Connection
    world: World
    actor: Actor
    key: UUID

    async def put(self, table: str, **values: Any) -> None:
        """Change the row."""
        settings = ", ".join(f"{name} = ${place}" for place, name in enumerate(values, 2))
        await self.sql.execute(
            f"UPDATE {table} SET {settings} WHERE id = $1", self.key, *values.values()
        )

    def someone(self, role: Role) -> UUID:
        """An account of a role, the actor's own where it has it."""
        if self.actor.role is role:
            return self.actor.id
        accounts = self.world.tables["account"].values()
        return min(row["id"] for row in accounts if row["role"] == role.value)


Prepare = Callable[[Scene], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Operation:
    """How an operation is tried.

    Parameters:
        table: what it acts on; who does not see the row is told NOT_FOUND.
        prepare: brings the row where the operation is possible; returns the input.
        suits: which rows can be brought there.
    """

    table: str
    prepare: Prepare
    suits: Callable[[World, Any], bool] = lambda world, key: True

    def row_for(self, world: World, actor: Actor) -> UUID:
        """A row that the actor sees, if there is one; else another."""
        suiting = [key for key in world.tables[self.table] if self.suits(world, key)]
        seen = expected(world, actor, self.table)
        return min(suiting, key=lambda key: (key not in seen, key))
