"""A quote in the client's keeping."""

from pydantic import TypeAdapter

from api import sealed_text
from domain.canteens.quotes import Quote
from domain.crypto import Vault
from domain.errors import QuoteInvalid

_PURPOSE = "meal_order.quote"
_QUOTE = TypeAdapter(Quote)


def sealed(quote: Quote, vault: Vault) -> str:
    """The token of a quote: its JSON, sealed."""
    return sealed_text.sealed(_QUOTE.dump_json(quote).decode(), vault, _PURPOSE)


def opened(token: str, vault: Vault) -> Quote:
    """The quote of a token.

    Raises: QuoteInvalid("token") for whatever ``sealed`` did not make with one of the vault's keys.
    """
    try:
        return _QUOTE.validate_json(sealed_text.opened(token, vault, _PURPOSE))
    except ValueError as error:
        raise QuoteInvalid("token") from error
