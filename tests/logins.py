"""The doors by which sessions go on and end, and the tokens of devices."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select
from sqlmodel import col

from api.auth.issuing import Issuer
from domain.database import Database
from domain.sessions.models import LoginSession, RefreshToken
from domain.sessions.service import Device, Lifetimes, begin
from tests.clients import Api
from tests.waiting import until

PHONE = Device("a phone", "192.0.2.7")


async def signed_in(
    api: Api,
    database: Database,
    person_id: UUID,
    lifetimes: Lifetimes | None = None,
    device: Device = PHONE,
) -> dict[str, Any]:
    """What a device has after signing in: the answer with its tokens."""
    lifetimes = lifetimes or Lifetimes()
    async with database.transaction("test") as session:
        issued = await begin(session, person_id, lifetimes, device)
    return Issuer(api.key, lifetimes).answer(issued)


async def post(api: Api, path: str, body: Any = None, **headers: str) -> httpx.Response:
    """A request to one of the doors."""
    return await api.http.post(f"http://127.0.0.1:{api.port}{path}", json=body, headers=headers)


async def refreshed(api: Api, token: str, **more: str) -> httpx.Response:
    """A refresh token is shown."""
    return await post(api, "/auth/refresh", {"refresh_token": token, **more})


def bearing(tokens: dict[str, Any]) -> dict[str, str]:
    """The header of a request with these tokens."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def status(api: Api, tokens: dict[str, Any]) -> int:
    """Of a request to the GraphQL endpoint."""
    body = {"query": "{ viewer { id } }"}
    return (await api.http.post(api.url, json=body, headers=bearing(tokens))).status_code


async def kept(database: Database) -> list[Any]:
    """All that is known of sessions and tokens."""
    sessions = select(
        col(LoginSession.id), col(LoginSession.ended_why), col(LoginSession.account_id)
    )
    tokens = select(col(RefreshToken.token_hash), col(RefreshToken.used_at))
    return [
        await database.fetch(sessions.order_by(col(LoginSession.id))),
        await database.fetch(tokens.order_by(col(RefreshToken.issued_at))),
    ]


async def void(api: Api, tokens: dict[str, Any]) -> None:
    """Wait until the server believes no access token of these."""

    async def refused() -> bool:
        return await status(api, tokens) == 401

    await until(refused)
