"""``POST /auth/staff/tokens``: the page that a sign-in has ended at gets its tokens."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from api.auth.answers import answer, body_of, text_in, text_or_none
from api.auth.attempts import Attempts
from api.auth.issuing import Issuer
from api.auth.sessions import MAX_ID
from api.refusals import Refusal
from api.relay import key_of
from api.requests import source_of
from domain.accounts.identities import ProviderLogin, StaffIdentity
from domain.accounts.sign_in_codes import redeem
from domain.audit.service import Act, record
from domain.database import Database
from domain.sessions.models import LoginSession
from domain.sessions.service import MAX_DEVICE, Device, Issued, begin

_MOST_CHARACTERS: Final = 128


@dataclass(frozen=True)
class StaffTokens:
    """Changes the code of a sign-in for tokens, and so begins a session.

    Parameters:
        issuer: with the lifetimes of staff's sessions.
    """

    database: Database
    attempts: Attempts
    issuer: Issuer

    async def answer(self, request: Request) -> Response:
        """``{code, code_verifier, device?, account?}``, once.

        Raises: Refusal, BadRequest, NotFound(account).
        """
        tried = await self.attempts.spend(request)
        body = await body_of(request)
        code = text_in(body, "code", _MOST_CHARACTERS)
        verifier = text_in(body, "code_verifier", _MOST_CHARACTERS)
        device = text_or_none(body, "device", MAX_DEVICE)
        wanted = text_or_none(body, "account", MAX_ID)
        account_id = key_of(wanted, "account", "account") if wanted else None
        source = source_of(request)
        begun = Device(device, source.address), account_id
        async with self.database.transaction("staff sign-in") as session:
            # A code is used up even where it is refused, so that is not raised in here.
            login = await redeem(session, code, verifier)
            issued = await self._begun(session, login, *begun) if login else None
            record(session, issued and issued.actor, source, [_act(issued)])
        if issued is None:
            raise Refusal("SIGN_IN_CODE_INVALID", 400)
        await tried.forgive()
        return answer(self.issuer.answer(issued))

    async def _begun(
        self, session: AsyncSession, login: ProviderLogin, device: Device, account_id: UUID | None
    ) -> Issued:
        identity = await session.get_one(StaffIdentity, login.identity_id)
        return await begin(
            session, identity.person_id, self.issuer.lifetimes, device, account_id, login
        )


def _act(issued: Issued | None) -> Act:
    if issued is None:
        return Act("staff_tokens_refused")
    return Act("staff_tokens", LoginSession.__tablename__, issued.login.id)
