"""Readings that lay in one table lie in their days afterwards, and the other way round."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from alembic import command

from migrations.run import configuration

READINGS = """
    SELECT tableoid::regclass::text AS place, device_time, seq, measures::text FROM telemetry
    ORDER BY device_time
"""


async def fetch(url: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(url)
    found = await connection.fetch(query)
    await connection.close()
    return found


async def fill(url: str, times: list[datetime]) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "INSERT INTO telemetry (device_id, device_time, seq, received_at, measures)"
        """ SELECT (SELECT min(id::text)::uuid FROM device), at, 7, now(), '{"heart_rate": 60}'"""
        " FROM unnest($1::timestamptz[]) AS at",
        times,
    )
    await connection.close()


def test_readings_of_before_move_into_their_days_and_back(database_url: str) -> None:
    now = datetime.now(UTC)
    years = [datetime(year, 1, 1, tzinfo=UTC) for year in (1970, 2099)]
    times = sorted([now, now - timedelta(days=40), now - timedelta(days=400), *years])
    config = configuration(database_url)
    command.downgrade(config, "0027")
    asyncio.run(fill(database_url, times))
    command.upgrade(config, "head")
    found = asyncio.run(fetch(database_url, READINGS))
    assert [(row["device_time"], row["seq"]) for row in found] == [(at, 7) for at in times]
    ours = {now, now - timedelta(days=40)}
    assert [row["place"] for row in found] == [
        f"telemetry_{at:%Y%m%d}" if at in ours else "telemetry_default" for at in times
    ]
    (whose,) = asyncio.run(
        fetch(
            database_url,
            "SELECT DISTINCT device.elder_id = telemetry.elder_id FROM telemetry"
            " JOIN device ON device.id = device_id",
        )
    )
    assert whose[0] is True
    command.downgrade(config, "0027")
    assert len(asyncio.run(fetch(database_url, READINGS))) == len(times)
