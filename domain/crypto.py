"""Personal data at rest: encrypted with a key that is named in the value, hashed with a key
for exact look-up, masked for lists (PIPL article 51)."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_ID_BYTES = 4


@dataclass(frozen=True)
class Vault:
    """Seals and opens personal data.

    Parameters:
        keys: AES-256 keys (32 bytes each) by key id (4 ASCII characters).
        current: the id of the key that new values are sealed with.
        hash_key: key of the look-up hash, 32 bytes.
    """

    keys: Mapping[str, bytes]
    current: str
    hash_key: bytes

    def seal(self, plain: str, column: str) -> bytes:
        """Encrypt a value for one column.

        Parameters:
            plain: the value.
            column: ``table.column``, or its ``place`` in a row; a ciphertext moved to another does
                not open.
        Returns: key id, nonce and AES-GCM ciphertext, in this order.
        """
        return self.seal_bytes(plain.encode(), column)

    def seal_bytes(self, plain: bytes, column: str) -> bytes:
        """The same for a value that is no text."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = AESGCM(self.keys[self.current]).encrypt(nonce, plain, column.encode())
        return self.current.encode() + nonce + sealed

    def open(self, sealed: bytes, column: str) -> str:
        """Decrypt what ``seal`` made.

        Raises: KeyError for an unknown key id; cryptography's InvalidTag for a changed value.
        """
        return self.open_bytes(sealed, column).decode()

    def open_bytes(self, sealed: bytes, column: str) -> bytes:
        """Decrypt what ``seal_bytes`` made. Raises: as ``open``."""
        key_id, rest = self.key_id(sealed), sealed[_KEY_ID_BYTES:]
        nonce, body = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        return AESGCM(self.keys[key_id]).decrypt(nonce, body, column.encode())

    @staticmethod
    def key_id(sealed: bytes) -> str:
        """Which key a value was sealed with."""
        return sealed[:_KEY_ID_BYTES].decode(errors="replace")

    def digest(self, plain: str, column: str) -> bytes:
        """A keyed hash (32 bytes) that equals itself for equal values of a column."""
        return hmac.digest(self.hash_key, f"{column}\0{plain}".encode(), hashlib.sha256)


def place(column: str, *row: UUID | int) -> str:
    """Where a value is sealed for.

    Parameters:
        column: ``table.column``.
        row: what of the row it is bound to (``tables.sealed``).
    """
    bound = (part.hex if isinstance(part, UUID) else str(part) for part in row)
    return ":".join((column, *bound))


def masked_phone(phone: str) -> str:
    """``13812341234`` -> ``138****1234``."""
    return f"{phone[:3]}****{phone[-4:]}"


def masked_id_number(number: str) -> str:
    """The division's six digits stay: ``330102************``. Whoever knows the day of birth, and
    of the last four characters two, has ten numbers to choose from, and by the check one."""
    return f"{number[:6]}************"


def masked_number(number: str) -> str:
    """A paper's: ``3301-2026-0042`` -> ``****42``; of a short one nothing."""
    return f"****{number[-2:]}" if len(number) >= 6 else "****"


def masked_address(address: str) -> str:
    """What follows the community is hidden: ``上城区清波街道清波门社区****``."""
    community, mark, _ = address.partition("社区")
    return f"{community}{mark}****" if mark else f"{address[:6]}****"
