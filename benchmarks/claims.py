"""A crowd of volunteers claims a few visits at once, over HTTP: who gets which, and how soon each
is told.

    python -m benchmarks.claims [--claims 1000] [--visits 100] [--elders 2000]

One `yiyang serve` with one worker, its PostgreSQL and these clients share the machine.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

import asyncpg
import uvloop

from api.auth.tokens import TokenKey
from benchmarks.racing import DONE, Answers, all_at_once
from benchmarks.reads.stage import stage
from domain.access import Actor, Role
from domain.ids import public_id

ELDERS = 2_000

_CLAIM = """mutation ($id: ID!) { visitClaim(input: {id: $id}) {
  visitTask { id state } userErrors { code } } }"""
_VOLUNTEERS = """
    WITH people AS (
        INSERT INTO account (name, role, region_code)
        SELECT '志愿者', 'VOLUNTEER', $1 FROM generate_series(1, $2) RETURNING id
    )
    INSERT INTO volunteer
        (id, name, region_code, registered_on, check_state, certificate_on, cleared_until)
    SELECT id, '志愿者', $1, current_date, 'CLEARED', current_date, current_date + 365
    FROM people RETURNING id
"""
_VISITS = """
    INSERT INTO visit_task
        (elder_id, region_code, kind, state, scheduled_from, scheduled_to, longitude, latitude)
    SELECT id, region_code, 'PHONE', 'OPEN', now() + interval '1 day', now() + interval '25 hours',
        120.17, 30.25
    FROM elder WHERE region_code LIKE $1 || '%' ORDER BY id LIMIT $2 RETURNING id
"""
_CLAIMED = """
    SELECT count(DISTINCT claimed_by) AS volunteers, count(*) AS visits,
        (SELECT count(*) FROM visit_task_log
         WHERE action = 'CLAIM' AND task_id = ANY($1::uuid[])) AS logged
    FROM visit_task WHERE state = 'CLAIMED' AND id = ANY($1::uuid[])
"""


@dataclass
class Outcome:
    """What came of the claims.

    Parameters:
        answers: what the volunteers were told.
        volunteers, visits, logged: who has one, how many are claimed, how many claims the log has.
    """

    answers: Answers
    volunteers: int
    visits: int
    logged: int

    def is_exact(self, claims: int, visits: int) -> bool:
        """Whether each visit has one volunteer, and everybody else was told that they were late."""
        expected = {DONE: visits, "ALREADY_CLAIMED": claims - visits}
        counted = (self.volunteers, self.visits, self.logged)
        return dict(self.answers.codes) == expected and counted == (visits, visits, visits)


async def prepared(
    connection: asyncpg.Connection, region: str, volunteers: int, visits: int
) -> tuple[list[UUID], list[UUID]]:
    """New volunteers of a region, and open visits to its elders.

    Raises: AssertionError where there are fewer elders than visits.
    """
    people = [row["id"] for row in await connection.fetch(_VOLUNTEERS, region, volunteers)]
    tasks = [row["id"] for row in await connection.fetch(_VISITS, region, visits)]
    assert len(tasks) == visits, "the region has too few elders"
    return people, tasks


async def claim_all(
    connection: asyncpg.Connection,
    url: str,
    key: TokenKey,
    region: str,
    people: Sequence[UUID],
    tasks: Sequence[UUID],
) -> Outcome:
    """Each volunteer claims one of the visits, all at once.

    Parameters:
        url: of GraphQL.
        key: signs the volunteers' tokens.
    """
    asked = [
        (
            Actor(person, Role.VOLUNTEER, region),
            {"id": public_id("visit_task", tasks[place % len(tasks)])},
        )
        for place, person in enumerate(people)
    ]
    answers = await all_at_once(url, key, _CLAIM, asked)
    row = await connection.fetchrow(_CLAIMED, list(tasks))
    assert row is not None
    return Outcome(answers, *row)


async def measure(database_url: str, url: str, key: TokenKey, claims: int, visits: int) -> None:
    """Claim, and print what came of it. Raises: AssertionError where it is not exact."""
    connection = await asyncpg.connect(database_url)
    try:
        region = "330102"
        people, tasks = await prepared(connection, region, claims, visits)
        began = perf_counter()
        outcome = await claim_all(connection, url, key, region, people, tasks)
        seconds = perf_counter() - began
    finally:
        await connection.close()
    print(f"{claims:,} claims on {visits} visits at once, in {seconds:.1f} s: {outcome.answers}")
    assert outcome.is_exact(claims, visits), outcome


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="A crowd that claims a few visits at once.")
    parser.add_argument("--claims", type=int, default=1_000)
    parser.add_argument("--visits", type=int, default=100)
    parser.add_argument("--elders", type=int, default=ELDERS)
    given = parser.parse_args()
    with stage(given.elders, ["planned"]) as stand:
        server = stand.server("planned")
        key = TokenKey(stand.district.keys.token_jwk)
        url = f"http://127.0.0.1:{server.port}/graphql"
        with server.awake():
            uvloop.run(measure(stand.district.url, url, key, given.claims, given.visits))


if __name__ == "__main__":
    main()
