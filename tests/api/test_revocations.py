"""A token that is revoked is void at once, in every process, whatever its last second says."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import websockets

from api.auth.tokens import Grant, InvalidToken, TokenKey
from domain.access import Role
from domain.accounts.revocations import LONGEST_TOKEN, Revocation, prune, revoke
from domain.database import Database
from tests.clients import BEGINNING, TIMEOUT_SECONDS, Api, graphql_socket
from tests.waiting import until

VIEWER = "{ viewer { id } }"
CHANGED = f'subscription {{ alarmChanged(after: "{BEGINNING}") {{ change }} }}'


def issued(api: Api, **more: Any) -> tuple[Grant, str]:
    """A token of the daughter's."""
    ends = datetime.now(UTC) + timedelta(hours=1)
    grant = Grant(api.actor(Role.FAMILY), ends, **more)
    return grant, api.key.sign(grant)


async def status(api: Api, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await api.http.post(api.url, json={"query": VIEWER}, headers=headers)).status_code


async def void(api: Api, database: Database, subject: UUID, token: str) -> None:
    """Revoke, and wait until the server knows."""
    async with database.transaction("test") as session:
        await revoke(session, subject)

    async def refused() -> bool:
        return await status(api, token) == 401

    await until(refused)


@pytest.mark.parametrize("which", ["account", "session", "client"])
async def test_a_revoked_token_is_refused_and_no_other(
    api: Api, database: Database, which: str
) -> None:
    grant, token = issued(api, session=uuid4(), client=uuid4())
    _, other = issued(api, session=uuid4(), client=uuid4())
    assert await status(api, token) == 200
    subject = grant.subjects[("account", "session", "client").index(which)]
    assert subject
    await void(api, database, subject, token)
    assert await status(api, other) == (401 if which == "account" else 200)


async def test_its_sockets_and_streams_end(api: Api, database: Database) -> None:
    name = uuid4()
    _, token = issued(api, session=name)
    async with AsyncExitStack() as stack:
        socket = await stack.enter_async_context(graphql_socket(api.ws_url, token))
        await socket.subscribe(CHANGED)
        stream = await stack.enter_async_context(
            api.http.stream(
                "POST",
                api.url,
                json={"query": CHANGED},
                headers={"Authorization": f"Bearer {token}", "Accept": "text/event-stream"},
            )
        )
        chunks = stream.aiter_text()
        assert await anext(chunks) == ":\n"
        await void(api, database, name, token)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            with pytest.raises(websockets.ConnectionClosed):
                await socket.receive()
            assert socket.connection.close_code == 4401
            assert "UNAUTHENTICATED" in "".join([chunk async for chunk in chunks])


async def test_revocations_are_forgotten_when_every_token_is_over(database: Database) -> None:
    old, young = uuid4(), uuid4()
    async with database.transaction("test") as session:
        session.add(Revocation(subject_id=old, until=datetime.now(UTC) - timedelta(seconds=1)))
        await revoke(session, young)
        await revoke(session, young)
    async with database.transaction("test") as session:
        assert await prune(session) == 1
        assert await session.get(Revocation, old) is None
        assert await session.get(Revocation, young) is not None


def test_no_token_outlives_its_revocation(token_key: TokenKey, api: Api) -> None:
    ends = datetime.now(UTC) + timedelta(days=400)
    token = token_key.sign(Grant(api.actor(Role.FAMILY), ends))
    assert token_key.verify(token).expires_at <= datetime.now(UTC) + LONGEST_TOKEN


def test_keys_change_without_a_token_being_lost(api: Api) -> None:
    old, new = TokenKey.new_jwk(), TokenKey.new_jwk()
    grant, _ = issued(api)
    before = TokenKey(old).sign(grant)
    both = TokenKey({"keys": [new, old]})
    assert both.verify(before).actor == grant.actor
    with pytest.raises(InvalidToken):
        TokenKey(old).verify(both.sign(grant))
    assert TokenKey(new).verify(both.sign(grant)).actor == grant.actor
    with pytest.raises(InvalidToken):
        TokenKey(new).verify(before)
    assert not any("d" in key for key in both.public_jwks()["keys"])
