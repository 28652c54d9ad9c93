"""How often a door may be tried: by all processes together, by address and by what is attacked."""

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest
from starlette.requests import Request

from api.auth.attempts import (
    AT_ONE_SUBJECT,
    AT_ONE_SUBJECT_FROM_AN_ADDRESS,
    Attempts,
    client_network,
)
from api.refusals import Refusal
from domain.accounts import attempts
from domain.accounts.attempts import Limit
from domain.crypto import Vault
from domain.database import Database

FEW = Limit(at_once=3, seconds=60)
MANY = Limit(at_once=100, seconds=1)


def request_of(host: str = "192.0.2.1") -> Request:
    return Request({"type": "http", "headers": [], "client": (host, 4711)})


def counted(database: Database, vault: Vault, address: Limit = MANY) -> Attempts:
    return Attempts(database, vault, address, FEW)


async def refusals(tries: Sequence[asyncio.Task[object]]) -> list[Refusal]:
    done = await asyncio.gather(*tries, return_exceptions=True)
    failed = [one for one in done if isinstance(one, BaseException)]
    assert all(isinstance(one, Refusal) for one in failed), failed
    return [one for one in failed if isinstance(one, Refusal)]


async def test_so_many_tries_at_once_of_all_processes_together(
    database: Database, database_url: str, vault: Vault
) -> None:
    other = Database(database_url)
    doors = [counted(database, vault), counted(other, vault)]
    tries = [
        asyncio.create_task(door.spend(request_of(f"192.0.2.{n}"), "client 1"))
        for n in range(10)
        for door in doors
    ]
    refused = await refusals(tries)
    assert len(refused) == 20 - FEW.at_once
    assert {(one.status, one.code) for one in refused} == {(429, "RATE_LIMITED")}
    assert all(one.retry_after and 1 <= one.retry_after <= 60 for one in refused)
    await counted(other, vault).spend(request_of(), "client 2")
    await other.close()


async def test_an_address_that_is_refused_costs_its_victim_nothing(
    database: Database, vault: Vault
) -> None:
    doors = counted(database, vault, Limit(at_once=2, seconds=60))
    for _ in range(2):
        await doors.spend(request_of())
    for _ in range(5):
        with pytest.raises(Refusal):
            await doors.spend(request_of(), "client 1")
    await doors.spend(request_of("198.51.100.1"), "client 1")


async def test_one_address_never_has_all_the_tries_of_a_subject(
    database: Database, vault: Vault
) -> None:
    assert AT_ONE_SUBJECT_FROM_AN_ADDRESS.at_once < AT_ONE_SUBJECT.at_once
    assert AT_ONE_SUBJECT_FROM_AN_ADDRESS.seconds > AT_ONE_SUBJECT.seconds
    doors = Attempts(database, vault, MANY, FEW, Limit(at_once=2, seconds=60))
    for _ in range(2):
        await doors.spend(request_of(), "client 1")
    for _ in range(5):
        with pytest.raises(Refusal):
            await doors.spend(request_of(), "client 1")
    await doors.spend(request_of(), "client 2")
    await doors.spend(request_of("198.51.100.1"), "client 1")
    with pytest.raises(Refusal):
        await doors.spend(request_of("203.0.113.1"), "client 1")


async def test_what_succeeds_is_counted_no_longer(database: Database, vault: Vault) -> None:
    doors = counted(database, vault)
    for _ in range(10):
        tried = await doors.spend(request_of(), "client 1")
        await tried.forgive()
        await tried.forgive()
    for _ in range(FEW.at_once):
        await doors.spend(request_of(), "client 1")
    with pytest.raises(Refusal):
        await doors.spend(request_of(), "client 1")


async def test_who_waits_as_long_as_told_may_try_once_more(
    database: Database, vault: Vault, database_url: str
) -> None:
    doors = counted(database, vault)
    for _ in range(FEW.at_once):
        await doors.spend(request_of(), "client 1")
    with pytest.raises(Refusal) as refused:
        await doors.spend(request_of(), "client 1")
    sql = await asyncpg.connect(database_url)
    await sql.execute(
        "UPDATE auth_attempt SET empty_at = empty_at - make_interval(secs => $1)",
        refused.value.retry_after,
    )
    await sql.close()
    await doors.spend(request_of(), "client 1")
    with pytest.raises(Refusal):
        await doors.spend(request_of(), "client 1")


async def test_nothing_that_is_kept_names_anybody(
    database: Database, vault: Vault, database_url: str
) -> None:
    await counted(database, vault).spend(request_of(), "phone 13812341234")
    sql = await asyncpg.connect(database_url)
    kept = str(await sql.fetch("SELECT * FROM auth_attempt"))
    await sql.close()
    assert "13812341234" not in kept
    assert "192.0.2.1" not in kept


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("a-socket", "a-socket"),
    ],
)
def test_an_ipv6_client_has_all_of_its_network(host: str, network: str) -> None:
    assert client_network(request_of(host)) == network


async def test_empty_buckets_are_dropped(
    database: Database, vault: Vault, database_url: str
) -> None:
    await counted(database, vault).spend(request_of(), "client 1")
    sql = await asyncpg.connect(database_url)
    await sql.execute(
        "UPDATE auth_attempt SET empty_at = now() - interval '1 s' WHERE key = $1",
        vault.digest("client 1", "auth_attempt.key"),
    )
    async with database.transaction("worker") as session:
        assert await attempts.prune(session) == 1
    # That of the address, and that of the address at the client.
    assert await sql.fetchval("SELECT count(*) FROM auth_attempt") == 2
    await sql.close()
