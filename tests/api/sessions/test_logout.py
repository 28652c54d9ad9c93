"""Whoever logs out ends the session, here or everywhere."""

import asyncio
from uuid import UUID

import pytest
import websockets

from domain.database import Database
from tests.clients import TIMEOUT_SECONDS, Api, graphql_socket
from tests.logins import bearing, kept, post, refreshed, signed_in, status, void
from tests.makers.accounts import make_person
from tests.trail import actions


async def test_logging_out_ends_this_session_alone(
    api: Api, database: Database, daughter: UUID
) -> None:
    here, there = [await signed_in(api, database, daughter) for _ in range(2)]
    assert (await post(api, "/auth/logout", **bearing(here))).status_code == 204
    await void(api, here)
    assert (await refreshed(api, here["refresh_token"])).status_code == 401
    assert await status(api, there) == 200
    assert (await refreshed(api, there["refresh_token"])).status_code == 200
    assert (await actions(database))[0] == "logout"


async def test_logging_out_everywhere_ends_all_sessions_and_their_sockets(
    api: Api, database: Database, daughter: UUID
) -> None:
    stranger = await make_person(database, accounts=[api.district.neighbour_daughter_id])
    here, there = [await signed_in(api, database, daughter) for _ in range(2)]
    other = await signed_in(api, database, stranger)
    async with graphql_socket(api.ws_url, there["access_token"]) as socket:
        answer = await post(api, "/auth/logout/everywhere", **bearing(here))
        assert answer.status_code == 204
        async with asyncio.timeout(TIMEOUT_SECONDS):
            with pytest.raises(websockets.ConnectionClosed):
                await socket.receive()
        assert socket.connection.close_code == 4401
    await void(api, here)
    for one in (here, there):
        assert (await refreshed(api, one["refresh_token"])).status_code == 401
    assert await status(api, other) == 200
    assert (await refreshed(api, other["refresh_token"])).status_code == 200


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/logout/everywhere"])
async def test_who_is_not_signed_in_cannot_log_out(
    api: Api, database: Database, daughter: UUID, path: str
) -> None:
    await signed_in(api, database, daughter)
    before = await kept(database)
    answer = await post(api, path, Authorization="Bearer none")
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthenticated")
    assert await kept(database) == before
