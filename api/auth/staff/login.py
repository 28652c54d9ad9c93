"""``/auth/staff/…``: from a page to the identity provider, back, and to the page's tokens.

A page makes a verifier, keeps it, and sends the browser to ``login`` with its challenge. When the
provider is content the browser comes back to the page with a code behind ``#``, which the page
changes for tokens, with its verifier, at ``tokens``.
"""

import logging
from collections.abc import Mapping

from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.answers import Endpoint, door, form_of, text_in
from api.auth.attempts import Attempts
from api.auth.sessions import MAX_TOKEN
from api.auth.staff.claims import StaffClaims, Unfit, read
from api.auth.staff.pages import OwnPages, refusal_page, sent_to
from api.auth.staff.provider import Away, Denied, Provider, Stale
from api.auth.staff.settings import CALLBACK, StaffLoginSettings
from api.errors import RETRY_AFTER_S
from api.refusals import Refusal
from api.requests import BadRequest, source_of
from domain.accounts.identities import ProviderLogin, provider_session_digest
from domain.accounts.models import Account, Person
from domain.accounts.periods import actor_of
from domain.accounts.sign_in_codes import CHALLENGE, new_code
from domain.accounts.staff_sign_in import sign_in
from domain.audit.service import Act, record
from domain.crypto import Vault
from domain.database import Database
from domain.errors import AlreadyExists, RoleHeld
from domain.sessions.models import LoginSession, SessionEnd
from domain.sessions.service import end_with

log = logging.getLogger("yiyang.auth.staff")

COOKIE = "__Secure-yiyang-staff-login"
"""Holds a sign-in that has begun: state, nonce and verifier; signed, and for ten minutes."""
_COOKIE_SECONDS = 600
PATH = "/auth/staff"
_REFUSED = "staff_sign_in_refused"


class StaffLogin:
    """The doors that staff come in by.

    Parameters:
        provider: where they prove who they are.
        pages: that they may come from.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        attempts: Attempts,
        settings: StaffLoginSettings,
        provider: Provider,
        pages: OwnPages,
    ) -> None:
        self._database, self._vault, self._attempts = database, vault, attempts
        self._settings, self._provider, self._pages = settings, provider, pages

    def routes(self) -> list[Route]:
        """Those that a browser walks through; a session in a cookie is theirs alone."""
        cookie = Middleware(
            SessionMiddleware,
            secret_key=self._vault.digest(COOKIE, "cookie").hex(),
            session_cookie=COOKIE,
            max_age=_COOKIE_SECONDS,
            path=PATH,
            same_site="lax",
            https_only=True,
        )
        return [
            Route(f"{PATH}/login", self._page(self._begin), middleware=[cookie]),
            Route(CALLBACK, self._page(self._finish), middleware=[cookie]),
            Route(f"{PATH}/logout", self._page(self._leave), methods=["POST"]),
        ]

    def _page(self, step: Endpoint) -> Endpoint:
        """A step whose refusals are pages. One that succeeds is not counted as a try."""

        async def taken(request: Request) -> Response:
            tried = await self._attempts.spend(request)
            try:
                response = await step(request)
            except Stale:
                raise Refusal("STAFF_LOGIN_EXPIRED", 400) from None
            except (Denied, Unfit) as error:
                log.warning("a sign-in was refused: %s", error)
                await self._note(request, Act(_REFUSED))
                raise Refusal("STAFF_LOGIN_REFUSED", 403) from error
            except Away as error:
                log.warning("the identity provider is away: %s", error)
                raise Refusal("UNAVAILABLE", 503, retry_after=RETRY_AFTER_S) from error
            except (AlreadyExists, RoleHeld) as error:
                raise Refusal("UNAVAILABLE", 503, retry_after=RETRY_AFTER_S) from error
            await tried.forgive()
            return response

        return door(taken, refusal_page)

    async def _begin(self, request: Request) -> Response:
        """``GET login?return_to=…&code_challenge=…``: off to the provider."""
        challenge = request.query_params.get("code_challenge", "")
        if not CHALLENGE.fullmatch(challenge):
            raise BadRequest("code_challenge must be SHA-256 in base64url")
        return_to = self._return_to(request.query_params)
        kept = {"return_to": return_to, "challenge": challenge}
        return sent_to(await self._provider.begin(request, kept))

    async def _finish(self, request: Request) -> Response:
        """``GET callback``: back from the provider, and on to the page with a code."""
        claims, kept = await self._provider.finish(request)
        said = read(self._settings, claims)
        code = await self._code(request, said, kept["challenge"])
        if code is None:
            raise Refusal("STAFF_LOGIN_NO_ROLE", 403)
        return sent_to(f"{kept['return_to']}#sign_in_code={code}")

    async def _code(self, request: Request, said: StaffClaims, challenge: str) -> str | None:
        """Make the sign-in so. Roles that are over end, whoever else is refused for it."""
        async with self._database.transaction("staff sign-in") as session:
            within = self._settings.within
            signed = await sign_in(session, self._vault, said.claimant, said.given, within)
            person_id = signed.identity and signed.identity.person_id
            word = "staff_sign_in" if signed.accounts else _REFUSED
            act = Act(word, Person.__tablename__ if person_id else None, person_id)
            record(session, None, source_of(request), [act, *signed.acts])
            if signed.identity is None or not signed.accounts:
                return None
            issuer, sid = said.claimant.issuer, said.session
            theirs = provider_session_digest(self._vault, issuer, sid) if sid else None
            return await new_code(session, ProviderLogin(signed.identity.id, theirs), challenge)

    async def _leave(self, request: Request) -> Response:
        """``POST logout`` of a form with ``refresh_token`` and ``return_to``: end the session, then
        the provider's own, then back to the page.

        A form, for the browser itself has to go to the provider; the refresh token, for it lasts as
        long as the session, and whoever shows it may end that.
        """
        form = await form_of(request)
        return_to = self._return_to(form)
        token = text_in(form, "refresh_token", MAX_TOKEN)
        async with self._database.transaction("staff sign-in") as session:
            login = await end_with(session, token, SessionEnd.LOGOUT)
            if login is not None:
                account = await session.get_one(Account, login.account_id)
                act = Act("logout", LoginSession.__tablename__, login.id)
                record(session, actor_of(account), source_of(request), [act])
        return sent_to(await self._provider.sign_out_address(return_to) or return_to)

    def _return_to(self, given: Mapping[str, str]) -> str:
        page = self._pages.whole(given.get("return_to", "/"))
        if page is None:
            raise BadRequest("return_to must be a page of ours")
        return page

    async def _note(self, request: Request, act: Act) -> None:
        async with self._database.transaction("staff sign-in") as session:
            record(session, None, source_of(request), [act])
