"""``POST /auth/staff/tokens``: the page that a sign-in has ended at gets its tokens."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response

from api.auth.answers import answer, body_of, text_in
from api.auth.attempts import Attempts
from api.auth.tokens import Grant, TokenKey
from api.refusals import Refusal
from api.requests import address_of
from domain.accounts.identities import StaffIdentity
from domain.accounts.models import Account
from domain.accounts.periods import accounts_of, actor_of, ends_with
from domain.accounts.sign_in_codes import redeem
from domain.audit.service import Act, Source, record
from domain.calendar import now
from domain.database import Database
from domain.ids import public_id

ACCESS_LASTS: Final = timedelta(minutes=15)
_MOST_CHARACTERS = 128


@dataclass(frozen=True)
class StaffTokens:
    """Changes the code of a sign-in for tokens.

    Parameters:
        key: signs them.
    """

    database: Database
    attempts: Attempts
    key: TokenKey

    async def answer(self, request: Request) -> Response:
        """``{code, code_verifier}``, once.

        Raises: Refusal, BadRequest.
        """
        tried = await self.attempts.spend(request)
        body = await body_of(request)
        code = text_in(body, "code", _MOST_CHARACTERS)
        verifier = text_in(body, "code_verifier", _MOST_CHARACTERS)
        assert code is not None
        assert verifier is not None
        source = Source(address=address_of(request.scope))
        async with self.database.transaction("staff sign-in") as session:
            # Used up even where it is refused: what follows must not raise in here.
            redeemed = await redeem(session, code, verifier)
            accounts: list[Account] = []
            if redeemed is not None:
                identity = await session.get_one(StaffIdentity, redeemed.identity_id)
                accounts = list(await accounts_of(session, identity.person_id))
            actor = actor_of(accounts[0]) if accounts else None
            said = "staff_tokens" if accounts else "staff_tokens_refused"
            record(session, actor, source, [Act(said)])
        if not accounts:
            raise Refusal("SIGN_IN_CODE_INVALID", 400)
        await tried.forgive()
        return answer(self._tokens(accounts))

    def _tokens(self, accounts: list[Account]) -> dict[str, object]:
        first = accounts[0]
        ends = ends_with(first, now() + ACCESS_LASTS)
        token = self.key.sign(Grant(actor_of(first), ends, session=uuid4()))
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int((ends - now()).total_seconds()),
            "account": _described(first),
            "accounts": [_described(account) for account in accounts],
        }


def _described(account: Account) -> dict[str, str | None]:
    return {
        "id": public_id("account", account.id),
        "name": account.name,
        "role": account.role.value,
        "region": account.region_code,
    }
