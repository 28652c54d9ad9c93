"""A role that is ended is void at once, whatever its tokens say."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import websockets
from sqlalchemy import text

from domain.access import Actor, Role
from domain.accounts import granting
from domain.accounts.periods import in_force
from domain.accounts.places import Place
from domain.accounts.revocations import REVOKED
from domain.calendar import now, today
from domain.crypto import Vault
from domain.database import Database
from domain.errors import DomainError, PermissionDenied
from domain.jobs import Job, enqueue
from tests.api.roles import (
    STREET,
    a_phone,
    begins,
    code,
    end,
    everything,
    grant,
    key,
    stored,
)
from tests.clients import BEGINNING, TIMEOUT_SECONDS, Api, graphql_socket
from tests.makers.accounts import make_account, make_person
from tests.waiting import until
from yiyang import worker

DAY = timedelta(days=1)


async def test_an_ended_role_is_void_at_once(api: Api, database: Database, official: Actor) -> None:
    payload = await grant(api, official, Role.DISPATCHER, regionCode=STREET)
    desk = Actor(key(payload), Role.DISPATCHER, STREET)
    headers = {"Authorization": f"Bearer {api.token(desk)}"}

    async def status() -> int:
        asked = {"query": "{ viewer { id } }"}
        return (await api.http.post(api.url, json=asked, headers=headers)).status_code

    assert await status() == 200
    async with graphql_socket(api.ws_url, api.token(desk)) as socket:
        await socket.subscribe(
            f'subscription {{ alarmChanged(after: "{BEGINNING}") {{ change }} }}'
        )
        ended = await end(api, official, desk.id)
        assert code(ended) is None
        assert datetime.fromisoformat(ended["account"]["until"]) <= now()
        async with asyncio.timeout(TIMEOUT_SECONDS):
            with pytest.raises(websockets.ConnectionClosed):
                await socket.receive()
        assert socket.connection.close_code == 4401
    assert await status() == 401
    again = await end(api, official, desk.id)
    assert (code(again), again["userErrors"][0]["field"]) == ("INVALID_INPUT", "id")


async def test_a_role_that_ends_later(
    api: Api, database: Database, database_url: str, official: Actor
) -> None:
    theirs = key(await grant(api, official, Role.DISPATCHER, regionCode=STREET))
    last = today() + 2 * DAY
    assert code(await end(api, official, theirs, lastDay=str(last))) is None
    assert (await stored(database, theirs)).until == begins(last + DAY)
    jobs = text("SELECT execute_after FROM pgqueuer WHERE entrypoint = :name")
    async with database.transaction("test") as session:
        (due,) = (await session.scalars(jobs, {"name": granting.END_JOB})).all()
    assert abs(due - begins(last + DAY)) < timedelta(minutes=1)
    # Ending makes a role shorter, never longer.
    for day in (last + DAY, today() - DAY):
        before = await everything(database)
        longer = await end(api, official, theirs, lastDay=str(day))
        assert (code(longer), longer["userErrors"][0]["field"]) == ("INVALID_INPUT", "lastDay")
        assert await everything(database) == before
    assert code(await end(api, official, theirs, lastDay=str(today()))) is None
    assert (await stored(database, theirs)).until == begins(today() + DAY)


async def test_the_worker_voids_what_is_over(database: Database, database_url: str) -> None:
    over = await make_account(
        database, Role.ADVISOR, since=now() - DAY, until=now() - timedelta(seconds=1)
    )
    holding = await make_account(database, Role.ADVISOR, until=now() + DAY)
    working = asyncio.create_task(worker.work(database_url, lambda: None))
    try:
        async with database.transaction("test") as session:
            for actor in (holding, over):
                arguments = {"account_id": str(actor.id)}
                enqueue(session, Job(granting.END_JOB, arguments, timedelta(), str(actor.id)))

        async def is_void() -> bool:
            return bool(await database.fetch(REVOKED))

        await until(is_void)
        assert [row[0] for row in await database.fetch(REVOKED)] == [over.id]
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_a_role_that_has_not_begun_never_does(
    api: Api, database: Database, official: Actor
) -> None:
    whom: dict[str, Any] = {"phone": a_phone(), "name": "白露"}
    first = today() + 3 * DAY
    payload = await grant(
        api, official, Role.ADVISOR, regionCode=STREET, firstDay=str(first), **whom
    )
    assert code(await end(api, official, key(payload))) is None
    account = await stored(database, key(payload))
    assert account.until == account.since == begins(first)
    assert code(await grant(api, official, Role.ADVISOR, regionCode=STREET, **whom)) is None


async def test_administrators_do_not_end_themselves(api: Api, database: Database) -> None:
    person_id = await make_person(database)
    admin = await make_account(database, Role.ADMIN, person_id)
    before = await everything(database)
    assert code(await end(api, admin, admin.id)) == "CONFLICT_OF_INTEREST"
    assert await everything(database) == before


async def test_two_administrators_who_end_each_other(api: Api, database: Database) -> None:
    """One is first; the other has no say any more, so one always stays."""
    one, other = [await make_account(database, Role.ADMIN) for _ in range(2)]

    async def ends(by: Actor, whom: Actor) -> str | None:
        try:
            async with database.transaction(str(by.id)) as session:
                await granting.end(session, by, whom.id)
        except DomainError as error:
            return error.code
        return None

    told = await asyncio.gather(ends(one, other), ends(other, one))
    assert sorted(map(str, told)) == ["None", "PERMISSION_DENIED"]
    assert sorted([in_force(await stored(database, who.id)) for who in (one, other)]) == [
        False,
        True,
    ]


async def test_whoever_is_over_grants_nothing_although_the_token_lasts(
    database: Database, vault: Vault
) -> None:
    yesterday = now() - DAY
    over = await make_account(
        database, Role.ADMIN, since=yesterday, until=yesterday + timedelta(hours=1)
    )
    before = await everything(database)
    holder = granting.Holder(a_phone(), "白露")
    wish = granting.Wish(Role.ADVISOR, Place(STREET), holder)

    async def granted() -> None:
        async with database.transaction("test") as session:
            await granting.grant(session, over, vault, wish)

    async def ended() -> None:
        async with database.transaction("test") as session:
            await granting.end(session, over, over.id)

    attempts: tuple[Callable[[], Awaitable[None]], ...] = (granted, ended)
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            await attempt()
    assert await everything(database) == before
