"""``POST /auth/staff/backchannel``: the provider says that somebody has signed out there, or may no
longer be signed in (OpenID Connect Back-Channel Logout 1.0)."""

import logging
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from api.auth.answers import PRIVATE, form_of
from api.auth.attempts import Attempts
from api.auth.staff.logout_tokens import read
from api.auth.staff.provider import Away, Denied, Provider
from api.errors import RETRY_AFTER_S
from api.refusals import Refusal
from api.requests import BadRequest, source_of
from domain.audit.service import Act, record
from domain.crypto import Vault
from domain.database import Database
from domain.sessions.models import LoginSession
from domain.sessions.provider_logout import LogoutClaims, sign_out

log = logging.getLogger("yiyang.auth.staff")


@dataclass(frozen=True)
class BackChannel:
    """Heeds the provider's logout tokens.

    Parameters:
        provider: whose they are.
    """

    database: Database
    vault: Vault
    attempts: Attempts
    provider: Provider

    async def answer(self, request: Request) -> Response:
        """A form with ``logout_token``. 200 once the sessions have ended, also where there were
        none: the provider need not try again.

        Raises: Refusal, BadRequest.
        """
        tried = await self.attempts.spend(request)
        form = await form_of(request)
        try:
            await self._heed(request, await self._said(form.get("logout_token", "")))
        except Denied as error:
            log.warning("a logout token was refused: %s", error)
            raise BadRequest("no logout token of our provider's, or not of now") from error
        except Away as error:
            log.warning("the identity provider is away: %s", error)
            raise Refusal("UNAVAILABLE", 503, retry_after=RETRY_AFTER_S) from error
        await tried.forgive()
        return Response(headers=PRIVATE)

    async def _said(self, token: str) -> LogoutClaims:
        signed = await self.provider.signed(token)
        return read(signed, self.provider.claims_options(), self.vault)

    async def _heed(self, request: Request, said: LogoutClaims) -> None:
        """Raises: Denied for a token that comes a second time."""
        async with self.database.transaction("staff sign-out") as session:
            ended = await sign_out(session, said)
            acts = [
                Act("provider_logout", LoginSession.__tablename__, one.id) for one in ended or ()
            ]
            record(session, None, source_of(request), acts)
        if ended is None:
            raise Denied("a logout token that has been heeded")
