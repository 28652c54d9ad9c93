"""A quote in the client's keeping: sealed, so that nobody reads it, changes it or makes one up."""

import base64

from cryptography.exceptions import InvalidTag
from pydantic import TypeAdapter

from domain.canteens.quotes import Quote
from domain.crypto import Vault
from domain.errors import QuoteInvalid

_PURPOSE = "meal_order.quote"
_QUOTE = TypeAdapter(Quote)


def sealed(quote: Quote, vault: Vault) -> str:
    """The token of a quote: its JSON, encrypted and authenticated, in base64url."""
    return _text(vault.seal(_QUOTE.dump_json(quote).decode(), _PURPOSE))


def opened(token: str, vault: Vault) -> Quote:
    """The quote of a token.

    Raises: QuoteInvalid("token") for whatever ``sealed`` did not make with one of the vault's
        keys, down to another spelling of the same bytes.
    """
    try:
        body = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        # Python's decoder skips what is no base64, and ignores the last character's spare bits.
        if _text(body) != token:
            raise QuoteInvalid("token")
        return _QUOTE.validate_json(vault.open(body, _PURPOSE))
    except (ValueError, KeyError, InvalidTag) as error:
        raise QuoteInvalid("token") from error


def _text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")
