"""Tokens end before their time: one by RFC 7009, all of a client when it is disabled."""

from datetime import timedelta
from typing import Any

import pytest
import websockets

from domain.access import Role
from domain.clients.service import disable, enable, rotate
from domain.database import Database
from tests.clients import BEGINNING, Api, graphql_socket
from tests.logins import post
from tests.makers.clients import Client, ask, asked_with, make_client, token_of
from tests.trail import trail

CHANGED = f'subscription {{ alarmChanged(after: "{BEGINNING}") {{ change }} }}'


@pytest.fixture
async def client(database: Database) -> Client:
    """A client with a secret."""
    return await make_client(database)


async def until_void(api: Api, token: str) -> None:
    """Wait until the server takes a token no more."""
    while (await asked_with(api, token)).status_code != 401:
        pass


async def introspected(api: Api, client: Client, token: str) -> dict[str, Any]:
    answer = await ask(api, "introspect", auth=(client.name, client.secret), token=token)
    assert answer.status_code == 200
    return answer.json()


async def test_one_token_is_void_and_no_other(api: Api, client: Client) -> None:
    token, other = await token_of(api, client), await token_of(api, client)
    answer = await ask(api, "revoke", auth=(client.name, client.secret), token=token)
    assert answer.status_code == 200
    await until_void(api, token)
    assert (await asked_with(api, other)).status_code == 200
    assert await introspected(api, client, token) == {"active": False}
    again = await ask(
        api, "revoke", auth=(client.name, client.secret), token=token, token_type_hint="whatever"
    )
    assert again.status_code == 200


async def test_whoever_is_no_client_revokes_nothing(
    api: Api, client: Client, database: Database
) -> None:
    other, token = await make_client(database, vendor="康护物联"), await token_of(api, client)
    right, wrong = (other.name, other.secret), (client.name, "wrong")
    refused = await ask(api, "revoke", auth=right, token=token)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert (await ask(api, "revoke", auth=wrong, token=token)).status_code == 401
    missing = await ask(api, "revoke", auth=right)
    assert (missing.status_code, missing.json()["error"]) == (400, "invalid_request")
    # A token that is none is as good as revoked (RFC 7009, 2.2).
    assert (await ask(api, "revoke", auth=right, token="none")).status_code == 200
    assert (await asked_with(api, token)).status_code == 200


async def test_a_client_does_not_sign_out_as_people_do(
    api: Api, client: Client, database: Database
) -> None:
    token = await token_of(api, client)
    answer = await post(api, "/auth/logout", Authorization=f"Bearer {token}")
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert (await asked_with(api, token)).status_code == 200
    assert await trail(database, action="logout") == []


async def test_a_client_is_told_about_its_own_tokens_alone(
    api: Api, client: Client, database: Database
) -> None:
    other, token = await make_client(database), await token_of(api, client, scope="alarms:read")
    said = await introspected(api, client, token)
    assert said["exp"] == int(api.key.verify(token).expires_at.timestamp())
    assert {name: said[name] for name in ("active", "client_id", "scope", "sub")} == {
        "active": True,
        "client_id": client.name,
        "scope": "alarms:read",
        "sub": str(client.account_id),
    }
    for nothing in (token, "none", api.token(Role.ADMIN)):
        assert await introspected(api, other, nothing) == {"active": False}
    missing = await ask(api, "introspect", auth=(client.name, client.secret))
    assert (missing.status_code, missing.json()["error"]) == (400, "invalid_request")


async def test_a_client_is_disabled_while_it_listens(
    api: Api, client: Client, database: Database
) -> None:
    token = await token_of(api, client)
    async with graphql_socket(api.ws_url, token) as socket:
        await socket.subscribe(CHANGED)
        async with database.transaction("test") as session:
            await disable(session, client.id)
        with pytest.raises(websockets.ConnectionClosed):
            await socket.receive()
        assert socket.connection.close_code == 4401
    assert (await asked_with(api, token)).status_code == 401
    assert (await ask(api, auth=(client.name, client.secret))).status_code == 401


async def test_enabled_again_it_gets_new_tokens_and_the_old_stay_void(
    api: Api, client: Client, database: Database
) -> None:
    token = await token_of(api, client)
    async with database.transaction("test") as session:
        await disable(session, client.id)
        await disable(session, client.id)
    await until_void(api, token)
    async with database.transaction("test") as session:
        await enable(session, client.id)
        await enable(session, client.id)
    new = await token_of(api, client)
    assert (await asked_with(api, new)).status_code == 200
    assert (await asked_with(api, token)).status_code == 401


async def test_two_secrets_hold_for_a_time_and_never_three(
    api: Api, client: Client, database: Database
) -> None:
    async with database.transaction("test") as session:
        _, second = await rotate(session, client.id)
    for secret in (client.secret, second):
        assert (await ask(api, auth=(client.name, secret))).status_code == 200
    async with database.transaction("test") as session:
        _, third = await rotate(session, client.id)
    found = [
        (await ask(api, auth=(client.name, secret))).status_code
        for secret in (client.secret, second, third)
    ]
    assert found == [401, 200, 200]


async def test_an_overlap_ends(api: Api, client: Client, database: Database) -> None:
    async with database.transaction("test") as session:
        _, second = await rotate(session, client.id, overlap=timedelta(0))
    assert (await ask(api, auth=(client.name, client.secret))).status_code == 401
    assert (await ask(api, auth=(client.name, second))).status_code == 200
