"""The persons behind accounts, with their phones. Houses and vendors' clients are nobody's."""

from datetime import datetime
from uuid import UUID

from domain.access import Role
from domain.accounts.persons import phone_columns
from domain.crypto import Vault
from yiyang.district import numbers
from yiyang.district.columns import Batch
from yiyang.district.keys import Keys

HOUSES = frozenset({Role.STATION, Role.CANTEEN, Role.VENDOR})
"""Roles whose accounts are a house's or a company's in the demo."""

# No contact's number begins so, and the factor has no divisor in common with 10^8: whoever works
# here has a number that nobody else has.
_PREFIX, _FACTOR, _SUBSCRIBERS = "199", 48_271, 10**8


class Persons:
    """Enters persons into batches.

    Parameters:
        vault: seals their phones.
        keys: gives every row its key.
        known_since: when they were entered.
    """

    def __init__(self, vault: Vault, keys: Keys, known_since: datetime) -> None:
        self._vault, self._keys, self._since = vault, keys, known_since
        self._phones: set[str] = set()

    def enter(self, batch: Batch, account: int, name: str, phone: str | None = None) -> UUID:
        """Who an account belongs to; their key.

        Parameters:
            account: the number of its key.
            phone: eleven digits. Of two with the same number only the first is known by it.
        """
        key = self._keys[numbers.of_person(account)]
        sealed: tuple[object, ...] = (None, None, None)
        if phone and phone not in self._phones:
            self._phones.add(phone)
            sealed = tuple(phone_columns(self._vault, phone).values())
        batch["person"].append((key, name, self._since, *sealed))
        return key


def workers_phone(account: int) -> str:
    """The number of whoever works here, by the number of the key of their account."""
    return f"{_PREFIX}{account * _FACTOR % _SUBSCRIBERS:08d}"
