"""The authorization server's endpoints."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.auth.answers import answer, door
from api.auth.attempts import Attempts
from api.auth.oauth import addresses
from api.auth.oauth.asked import Asked, Malformed, asked_by
from api.auth.oauth.exchange import Exchange, Server, refusal
from api.requests import source_of
from domain.access import Actor, Role
from domain.accounts.revocations import revoke
from domain.audit.service import Act, Source, record
from domain.clients.models import OauthClient
from domain.clients.proofs import find, use_assertion
from domain.database import Database

_PUBLIC = {"Cache-Control": "public, max-age=300"}
"""Of what anybody may know. A new key is published longer than this before it signs."""

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="yiyang", charset="UTF-8"'}

_DONE = {"token": "client_token_issue", "revocation": "client_token_revoke"}
_REFUSED = "client_refuse"


@dataclass(frozen=True)
class Doors:
    """Answers clients."""

    server: Server
    database: Database
    attempts: Attempts

    def routes(self) -> list[Route]:
        """Where they are."""
        posts = {
            addresses.TOKEN: "token",
            addresses.REVOCATION: "revocation",
            addresses.INTROSPECTION: "introspection",
        }
        return [
            *(
                Route(path, door(partial(self._answer, endpoint)), methods=["POST"])
                for path, endpoint in posts.items()
            ),
            Route(addresses.JWKS, self._jwks, methods=["GET"]),
            Route(addresses.METADATA, self._metadata, methods=["GET"]),
        ]

    async def _jwks(self, _: Request) -> Response:
        return JSONResponse(self.server.token_key.public_jwks(), headers=_PUBLIC)

    async def _metadata(self, _: Request) -> Response:
        return JSONResponse(self.server.endpoints.metadata, headers=_PUBLIC)

    async def _answer(self, endpoint: str, request: Request) -> Response:
        try:
            asked = await asked_by(request)
        except Malformed as error:
            _, body = refusal("invalid_request", str(error))
            return answer(body, error.status)
        claimed = asked.claimed_id
        tried = await self.attempts.spend(request, f"client {claimed}" if claimed else None)
        known = await find(self.database, claimed)
        exchange = Exchange(self.server, asked, known)
        status, body = await asyncio.to_thread(exchange.answer, endpoint)
        source = source_of(request)
        if not await self._commit(exchange, endpoint, asked, source):
            status, body = refusal("invalid_client")
        elif exchange.client is not None:
            await tried.forgive()
        return answer(body, status, _CHALLENGE if status == 401 else None)

    async def _commit(
        self, exchange: Exchange, endpoint: str, asked: Asked, source: Source
    ) -> bool:
        """Make true what has been decided, and have it in the trail; False where the assertion had
        been used before, and nothing is true."""
        client = exchange.client
        actor = Actor(client.account_id, Role.VENDOR, client.region) if client else None
        async with self.database.transaction("oauth") as session:
            fresh = await self._first_use(session, exchange)
            if fresh and exchange.revoked is not None and exchange.revoked.token is not None:
                await revoke(session, exchange.revoked.token, exchange.revoked.expires_at)
            error = exchange.error if fresh else "invalid_client"
            action = _DONE.get(endpoint) if error is None else _REFUSED
            if action is not None:
                act = Act(action, OauthClient.__tablename__, asked.claimed_id, purpose=error)
                record(session, actor if fresh else None, source, [act])
        return fresh

    async def _first_use(self, session: AsyncSession, exchange: Exchange) -> bool:
        used, client = exchange.assertions.used, exchange.client
        if used is None or client is None:
            return True
        jti, until = used
        return await use_assertion(session, client.id, jti, datetime.fromtimestamp(until, UTC))
