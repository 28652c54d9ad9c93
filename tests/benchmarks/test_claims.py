"""What `benchmarks.claims` measures is exact, on a small scale and without a clock."""

import asyncpg

from benchmarks.claims import claim_all, prepared
from tests.clients import Api

CLAIMS, VISITS = 120, 12


async def test_each_visit_gets_one_of_the_crowd_and_the_others_are_told(
    api: Api, database_url: str
) -> None:
    region = "330102"
    connection = await asyncpg.connect(database_url)
    try:
        people, tasks = await prepared(connection, region, CLAIMS, VISITS)
        url = f"http://127.0.0.1:{api.port}/graphql"
        outcome = await claim_all(connection, url, api.key, region, people, tasks)
    finally:
        await connection.close()
    assert outcome.is_exact(CLAIMS, VISITS), outcome
