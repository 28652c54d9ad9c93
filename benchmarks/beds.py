"""Twice as many elders as there are beds are given one at once, over HTTP: who gets which, and how
soon each is told.

    python -m benchmarks.beds [--beds 25] [--elders 2000]

One `yiyang serve` with one worker, its PostgreSQL and these clients share the machine.
"""

import argparse
from uuid import UUID

import asyncpg
import uvloop

from api.auth.tokens import TokenKey
from benchmarks.racing import DONE, Answers, all_at_once
from benchmarks.reads.stage import stage
from domain.access import Actor, Role
from domain.ids import public_id

ELDERS = 2_000

_ADMIT = """mutation ($bed: ID!, $elder: ID!) {
  bedStayAdmit(input: {bedId: $bed, elderId: $elder}) { userErrors { code } } }"""
_BEDS = """
    INSERT INTO bed (station_id, kind, nursing, label)
    SELECT (SELECT min(id::text)::uuid FROM station), 'INSTITUTION', true, uuidv7()::text
    FROM generate_series(1, $1) RETURNING id
"""
_PEOPLE = """
    SELECT id FROM elder WHERE NOT EXISTS (SELECT FROM bed_stay WHERE elder_id = elder.id)
    ORDER BY id LIMIT $1
"""
_TAKEN = """
    SELECT count(*) AS stays, count(DISTINCT bed_id) AS beds, count(DISTINCT elder_id) AS elders
    FROM bed_stay WHERE bed_id = ANY($1::uuid[])
"""
_ADMINISTRATOR = "SELECT id FROM account WHERE role = 'ADMIN' ORDER BY id LIMIT 1"


async def prepared(connection: asyncpg.Connection, beds: int) -> tuple[list[UUID], list[UUID]]:
    """New beds, and twice as many elders without any.

    Raises: AssertionError where there are fewer elders.
    """
    made = [row["id"] for row in await connection.fetch(_BEDS, beds)]
    people = [row["id"] for row in await connection.fetch(_PEOPLE, 2 * beds)]
    assert len(people) == 2 * beds, "there are too few elders"
    return made, people


async def admit_all(
    connection: asyncpg.Connection, url: str, key: TokenKey, beds: list[UUID], people: list[UUID]
) -> tuple[Answers, bool]:
    """Two elders are given each bed, all at once.

    Returns: what was answered, and whether each bed has one of them, and the other was refused.
    """
    actor = Actor(await connection.fetchval(_ADMINISTRATOR), Role.ADMIN)
    asked = [
        (actor, {"bed": public_id("bed", bed), "elder": public_id("elder", elder)})
        for elder, bed in zip(people, [*beds, *beds], strict=True)
    ]
    answers = await all_at_once(url, key, _ADMIT, asked)
    taken = await connection.fetchrow(_TAKEN, beds)
    number = len(beds)
    told = {DONE: number, "BED_UNAVAILABLE": number}
    return answers, dict(answers.codes) == told and tuple(taken or ()) == (number,) * 3


async def measure(database_url: str, url: str, key: TokenKey, beds: int) -> None:
    """Admit, and print what came of it. Raises: AssertionError where it is not exact."""
    connection = await asyncpg.connect(database_url)
    try:
        answers, exact = await admit_all(connection, url, key, *await prepared(connection, beds))
    finally:
        await connection.close()
    print(f"{2 * beds} elders for {beds} beds at once: {answers}")
    assert exact, answers


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Twice as many elders as beds, at once.")
    parser.add_argument("--beds", type=int, default=25)
    parser.add_argument("--elders", type=int, default=ELDERS)
    given = parser.parse_args()
    with stage(given.elders, ["planned"]) as stand:
        server = stand.server("planned")
        key = TokenKey(stand.district.keys.token_jwk)
        url = f"http://127.0.0.1:{server.port}/graphql"
        with server.awake():
            uvloop.run(measure(stand.district.url, url, key, given.beds))


if __name__ == "__main__":
    main()
