"""What `benchmarks.beds` measures is exact, on a small scale and without a clock."""

import asyncpg

from benchmarks.beds import admit_all, prepared
from tests.clients import Api


async def test_each_bed_has_one_of_two_elders_and_the_other_is_told(
    api: Api, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        url = f"http://127.0.0.1:{api.port}/graphql"
        answers, exact = await admit_all(connection, url, api.key, *await prepared(connection, 8))
    finally:
        await connection.close()
    assert exact, answers
