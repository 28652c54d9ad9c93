"""Secrets that are made here, shown once and kept as hashes: of clients, refresh tokens, codes.

One SHA-256, without a key, and no slow hash: a secret is 256 random bits, of which nobody guesses
another one however fast the hash is. A slow one would only give strangers a way to keep our
processors busy.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable

_BYTES = 32


def new_secret() -> str:
    """A fresh secret: 43 characters that need no quoting anywhere."""
    return secrets.token_urlsafe(_BYTES)


def hashed(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def is_one_of(secret: str, hashes: Iterable[bytes]) -> bool:
    """Whether a secret is one of those that are kept; takes as long whichever it is."""
    given = hashed(secret)
    return any([hmac.compare_digest(given, kept) for kept in hashes])
