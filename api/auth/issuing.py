"""Tokens for a device that a person signs in on, and what the answer says beside them."""

from dataclasses import dataclass
from typing import Any

from api.auth.tokens import Grant, TokenKey
from domain.accounts.models import Account
from domain.accounts.periods import ends_with
from domain.calendar import now
from domain.ids import public_id
from domain.sessions.service import Issued, Lifetimes


@dataclass(frozen=True)
class Issuer:
    """Makes the answer that gives out tokens.

    Parameters:
        key: signs access tokens.
    """

    key: TokenKey
    lifetimes: Lifetimes

    def answer(self, issued: Issued) -> dict[str, Any]:
        """The tokens of a session, as OAuth's answers have them (RFC 6749, 5.1), and in which of
        the person's accounts they act."""
        account, begun = issued.account, now()
        ends = min(ends_with(account, begun + self.lifetimes.access), issued.login.expires_at)
        grant = Grant(issued.actor, ends, session=issued.login.id)
        return {
            "access_token": self.key.sign(grant),
            "token_type": "Bearer",
            "expires_in": max(0, int((ends - begun).total_seconds())),
            "refresh_token": issued.refresh_token,
            "account": _shown(account),
            "accounts": [_shown(one) for one in issued.accounts],
            "needs_phone": False,
        }


def _shown(account: Account) -> dict[str, Any]:
    return {
        "id": public_id("account", account.id),
        "name": account.name,
        "role": account.role.value,
        "region": account.region_code,
    }
