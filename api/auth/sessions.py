"""``/auth/refresh``, ``/auth/logout``, ``/auth/logout/everywhere``: a session goes on, or ends."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import PRIVATE, answer, body_of, door, text_in, text_or_none
from api.auth.attempts import Attempts
from api.auth.issuing import Issuer
from api.auth.tokens import Grant, InvalidToken, bearer
from api.refusals import Refusal
from api.relay import key_of
from api.requests import Gate, source_of
from domain.accounts.models import Account
from domain.audit.service import Act, record
from domain.sessions import service
from domain.sessions.models import LoginSession, SessionEnd
from domain.sessions.service import Refused

ACTOR = "auth"
"""Who writes, in PostgreSQL's eyes, where a request has no account yet."""

NOTHING_MORE = Response(status_code=204, headers=PRIVATE)

MAX_TOKEN = 200
MAX_ID = 60
"""Characters of a refresh token, and of an account's id."""


@dataclass(frozen=True)
class Sessions:
    """Answers for sessions that have begun, whichever way.

    Parameters:
        gate: knows access tokens.
    """

    gate: Gate
    issuer: Issuer
    attempts: Attempts

    async def refresh(self, request: Request) -> Response:
        """``{refresh_token, account?}``: the next tokens, perhaps for another account."""
        body = await body_of(request)
        token = text_in(body, "refresh_token", MAX_TOKEN)
        wanted = text_or_none(body, "account", MAX_ID)
        tried = await self.attempts.spend(request, f"refresh {token}")
        source = source_of(request)
        async with self.gate.database.transaction(ACTOR) as session:
            account_id = key_of(wanted, "account", "account") if wanted else None
            outcome = await service.rotate(
                session, token, self.issuer.lifetimes, source.address, account_id
            )
            if isinstance(outcome, Refused):
                record(session, None, source, [_refusal(outcome)])
        if isinstance(outcome, Refused):
            raise sign_in_again()
        await tried.forgive()
        return answer(self.issuer.answer(outcome))

    async def logout(self, request: Request) -> Response:
        """End the session that the access token is of."""
        grant = self._admitted(request)
        source = source_of(request)
        # Of a client's token it is no login: clients give theirs back by RFC 7009.
        if grant.session is None or grant.client is not None:
            raise Refusal("NOT_FOUND", 404)
        async with self.gate.database.transaction(str(grant.actor.id)) as session:
            await service.end(session, grant.session, SessionEnd.LOGOUT)
            record(session, grant.actor, source, [_act("logout", grant.session)])
        return NOTHING_MORE

    async def logout_everywhere(self, request: Request) -> Response:
        """End all sessions of the person whose account the access token is of."""
        grant = self._admitted(request)
        source = source_of(request)
        async with self.gate.database.transaction(str(grant.actor.id)) as session:
            person_id = await session.scalar(
                select(col(Account.person_id)).where(col(Account.id) == grant.actor.id)
            )
            if person_id is not None:
                await service.end_all(session, person_id, SessionEnd.LOGOUT_EVERYWHERE)
            record(session, grant.actor, source, [_act("logout_everywhere", grant.session)])
        return NOTHING_MORE

    def routes(self) -> list[Route]:
        """Where these are asked for."""
        doors = {
            "/auth/refresh": self.refresh,
            "/auth/logout": self.logout,
            "/auth/logout/everywhere": self.logout_everywhere,
        }
        return [Route(path, door(one), methods=["POST"]) for path, one in doors.items()]

    def _admitted(self, request: Request) -> Grant:
        try:
            return self.gate.admit(bearer(request.headers.get("authorization")))
        except InvalidToken as error:
            raise Refusal("UNAUTHENTICATED", 401) from error


def sign_in_again() -> Refusal:
    """Whatever is wrong with a refresh token, its device is told the same."""
    return Refusal("SIGN_IN_AGAIN", 401)


def _refusal(outcome: Refused) -> Act:
    if outcome.reused is None:
        return Act("refresh_refused")
    return _act("refresh_reused", outcome.reused.id)


def _act(action: str, session_id: UUID | None) -> Act:
    return Act(action, LoginSession.__tablename__, session_id)
