"""Values that rows are looked up by without standing in them: their keyed hashes."""

from dataclasses import dataclass
from typing import Any

from domain.crypto import Vault


@dataclass(frozen=True, slots=True)
class Keyed:
    """A value of a filter that becomes a digest when the statement runs.

    Parameters:
        plain: the value.
        column: ``table.column`` of the digests.
    """

    plain: str
    column: str


def hashed(value: Any, vault: Vault) -> Any:
    """A keyed value's digest; any other value as it is."""
    return vault.digest(value.plain, value.column) if isinstance(value, Keyed) else value
