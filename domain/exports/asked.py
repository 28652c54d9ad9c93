"""What an export was asked for, and how far it has got, as they lie in the database: both may hold
names of people and values that somebody has filtered by."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from domain.crypto import Vault
from domain.exports.models import Export

_ASKED, _CURSOR = "export.asked_cipher", "export.cursor_cipher"


@dataclass(frozen=True)
class Asked:
    """A query of one list.

    Parameters:
        document: its only operation.
        variables: the operation's.
    """

    document: str
    variables: Mapping[str, Any]

    def sealed(self, vault: Vault) -> bytes:
        """As it is stored."""
        both = {"document": self.document, "variables": self.variables}
        return vault.seal_bytes(orjson.dumps(both), _ASKED)


def asked_of(export: Export, vault: Vault) -> Asked:
    """What an export that has not ended was asked for."""
    assert export.asked_cipher is not None
    return Asked(**orjson.loads(vault.open_bytes(export.asked_cipher, _ASKED)))


def sealed_cursor(cursor: str | None, vault: Vault) -> bytes | None:
    """A place in a list, as it is stored."""
    return None if cursor is None else vault.seal(cursor, _CURSOR)


def cursor_of(export: Export, vault: Vault) -> str | None:
    """Where an export's list goes on."""
    sealed = export.cursor_cipher
    return None if sealed is None else vault.open(sealed, _CURSOR)
