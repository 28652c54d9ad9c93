"""A text in a client's keeping: sealed, so that nobody reads it, changes it or makes one up."""

import base64

from cryptography.exceptions import InvalidTag

from domain.crypto import Vault


def sealed(plain: str, vault: Vault, purpose: str) -> str:
    """The text, encrypted and authenticated, in base64url.

    Parameters:
        purpose: of another purpose it does not open.
    """
    return _text(vault.seal(plain, purpose))


def opened(token: str, vault: Vault, purpose: str) -> str:
    """What was sealed.

    Raises: ValueError for whatever ``sealed`` did not make with one of the vault's keys, down to
        another spelling of the same bytes.
    """
    body = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    # Python's decoder skips what is no base64, and ignores the last character's spare bits.
    if _text(body) != token:
        raise ValueError("another spelling")
    try:
        return vault.open(body, purpose)
    except (KeyError, InvalidTag) as error:
        raise ValueError("not sealed here") from error


def _text(body: bytes) -> str:
    return base64.urlsafe_b64encode(body).decode().rstrip("=")
