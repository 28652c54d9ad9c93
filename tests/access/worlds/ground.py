"""A database in which worlds are thrown, and operations asked by those who live there."""

import json
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from api.errors import ErrorCode
from api.requests import Request
from api.texts import Language
from domain.access import Actor, DataScope, Role
from domain.crypto import Vault
from domain.database import Database
from domain.ids import public_id
from tests.access.oracle import ORACLE, World
from tests.access.worlds.answers import Seen
from tests.access.worlds.selections import Chooser, Field, text_of
from tests.access.worlds.shuffle import peopled, shuffle
from tests.conftest import TEMPLATE, Template
from tests.plans.running import Runner
from tests.plans.tape import Tape

ASKERS = 2
"""Of each operation."""


def cast_of(world: World, tape: Tape, role: Role) -> Actor:
    """One of those who were added for a role; of vendors' clients with any scopes."""
    accounts = world.tables["account"].values()
    theirs = sorted(
        (row for row in accounts if row["name"] == "众" and row["role"] == role.value),
        key=lambda row: row["id"],
    )
    account = tape.pick(theirs)
    scopes = frozenset(one for one in DataScope if tape.chance(60))
    bound = role is Role.VENDOR and tape.chance(80)
    return Actor(account["id"], role, account["region_code"], scopes if bound else None)


@dataclass
class Ground:
    """Where operations are tried.

    Parameters:
        counts: what was tried, for whoever asks whether it was enough.
    """

    sql: asyncpg.Connection
    runner: Runner
    counts: Counter[str] = field(default_factory=Counter[str])
    roles: set[Role] = field(default_factory=set[Role])
    failure: str | None = None

    async def tried(self, seed: int, tapes: Sequence[Tape]) -> None:
        """A world, and each tape's operation asked by some who live there."""
        world = await shuffle(self.sql, seed)
        ids = {
            table: [public_id(table, key) for key in sorted(world.tables[table])]
            for table in ORACLE
        }
        codes = sorted({row["region_code"] for row in world.tables["elder"].values()})
        regions = [code[:digits] for code in codes for digits in (2, 6, 9, 12)]
        for place, tape in enumerate(tapes):
            fields = Chooser(tape, ids, regions).operation()
            for turn in range(ASKERS):
                roles = list(Role)
                role = roles[(place * ASKERS + turn + seed) % len(roles)]
                await self.asked(world, cast_of(world, tape, role), fields)

    async def asked(self, world: World, actor: Actor, fields: list[Field]) -> None:
        """One operation, planned and not."""
        self.roles.add(actor.role)
        seen, text = Seen(world, actor), text_of(fields)
        wanted = seen.answer(fields)
        for planned in (True, False):
            request = Request(text, None)
            outcome = await self.runner.outcome(request, actor, Language.EN, planned=planned)
            self.counts["asked"] += 1
            if _is_too_large(outcome.body):
                self.counts["too large"] += 1
                continue
            wrong = _disagreement(outcome.body, wanted, seen.masked)
            if wrong:
                self.failure = f"{actor}, planned: {planned}\n{text}\n{wrong}"
                raise AssertionError(self.failure)
            self.counts["planned"] += outcome.answer.planned
        self.counts["shown"] += json.dumps(wanted, default=str).count('"id"')
        self.counts["hidden"] += len(seen.masked)


def difference(answer: Any, wanted: Any, path: str = "") -> str | None:
    """Where an answer first differs from what it should be; None where it is the same."""
    match answer, wanted:
        case dict(), dict() if answer.keys() == wanted.keys():
            pairs = ((name, answer[name], wanted[name]) for name in wanted)
        case list(), list() if len(answer) == len(wanted):
            pairs = (
                (str(place), *pair) for place, pair in enumerate(zip(answer, wanted, strict=True))
            )
        case _:
            return None if answer == wanted else f"{path}: {answer!r} should be {wanted!r}"
    found = (difference(one, other, f"{path}.{name}") for name, one, other in pairs)
    return next((one for one in found if one), None)


def _is_too_large(body: dict[str, Any]) -> bool:
    codes = [error["extensions"]["code"] for error in body.get("errors", [])]
    return codes == [ErrorCode.QUERY_TOO_LARGE]


def _told(body: dict[str, Any]) -> list[tuple[str, str]]:
    masked = body.get("extensions", {}).get("masked", [])
    return sorted((str(tuple(one["path"])), one["reason"]) for one in masked)


def _disagreement(body: dict[str, Any], wanted: Any, masked: Any) -> str | None:
    if "errors" in body:
        return f"errors: {body['errors']}"
    should = sorted((str(path), reason) for path, reason in masked)
    return difference(body["data"], wanted) or difference(_told(body), should, "masked")


@asynccontextmanager
async def open_ground(
    cluster: str, template: Template, vault: Vault, name: str
) -> AsyncGenerator[Ground, None]:
    """A clone of the small district with everybody in it, on the running event loop."""
    admin = await asyncpg.connect(cluster)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    url = f"{template.url.rpartition('/')[0]}/{name}"
    database, sql = Database(url), await asyncpg.connect(url)
    try:
        await peopled(sql)
        yield Ground(sql, Runner(database, vault))
    finally:
        await sql.close()
        await database.close()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
