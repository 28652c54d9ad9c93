"""The district as rows of its tables, personal data sealed."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from domain.access import Role
from domain.crypto import Vault, masked_address, masked_id_number, masked_phone
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, WITHOUT_END
from yiyang.district import numbers
from yiyang.district.columns import Batch, Row
from yiyang.district.equipment import VENDORS
from yiyang.district.keys import Keys
from yiyang.district.moments import at
from yiyang.district.people import Relative, Resident
from yiyang.district.staff import StaffAccount

_NOON = 12 * 60


class Rows:
    """Turns people into rows.

    Parameters:
        vault: seals personal data.
        keys: gives every row its key.
    """

    def __init__(self, vault: Vault, keys: Keys) -> None:
        self._vault = vault
        self._keys = keys

    def add_staff(self, batch: Batch, accounts: Iterable[StaffAccount]) -> None:
        """Vendors and the accounts for work into a batch."""
        batch["vendor"] += [(self._vendor(i), name) for i, name in enumerate(VENDORS)]
        for number, account in enumerate(accounts, numbers.STAFF):
            row = (
                self._keys[number],
                account.name,
                account.role.value,
                account.region_code,
                None,
                None if account.vendor is None else self._vendor(account.vendor),
                None if account.station is None else self._keys[account.station],
                None if account.canteen is None else self._keys[account.canteen],
            )
            batch["account"].append(row)

    def add_residents(self, batch: Batch, people: Iterable[Resident]) -> None:
        """Elders and everything that the register knows of them into a batch."""
        for resident in people:
            first = numbers.of_elder(resident.index)
            elder_id = self._keys[first]
            batch["elder"].append(self._elder(elder_id, resident))
            batch["elder_tag"].extend(_tags(elder_id, resident))
            batch["contact"].extend(self._contacts(elder_id, first + numbers.CONTACT, resident))
            batch["device"].extend(self._devices(elder_id, first + numbers.DEVICE, resident))
            if resident.signs_in:
                key = self._keys[first + numbers.ELDER_ACCOUNT]
                batch["account"].append(_account(key, resident.name, Role.ELDER, elder_id))
            if resident.relative:
                key = self._keys[first + numbers.RELATIVE]
                name, role = resident.relative.name, resident.relative.role
                batch["account"].append(_account(key, name, role))
                batch["family_link"].append(self._link(first, resident.relative))

    def _elder(self, elder_id: UUID, resident: Resident) -> Row:
        vault, number, address = self._vault, resident.id_number, resident.address
        return (
            elder_id,
            resident.community.code,
            resident.name,
            resident.vitals.gender.value,
            resident.vitals.birth_date,
            resident.vitals.care_level.value,
            masked_id_number(number),
            vault.digest(number, "elder.id_number_hash"),
            vault.seal(number, "elder.id_number_cipher"),
            masked_address(address),
            vault.seal(address, "elder.address_cipher"),
        )

    def _contacts(self, elder_id: UUID, first: int, resident: Resident) -> Iterator[Row]:
        for order, person in enumerate(resident.contacts, 1):
            yield (
                self._keys[first + order - 1],
                elder_id,
                order,
                person.name,
                person.relation.value,
                masked_phone(person.phone),
                self._vault.digest(person.phone, "contact.phone_hash"),
                self._vault.seal(person.phone, "contact.phone_cipher"),
            )

    def _devices(self, elder_id: UUID, first: int, resident: Resident) -> Iterator[Row]:
        for number, device in enumerate(resident.equipment, first):
            yield self._keys[number], device.kind.value, elder_id, self._vendor(device.vendor), 1

    def _link(self, first: int, relative: Relative) -> Row:
        since = at(relative.linked_on, _NOON)
        return (
            self._keys[first + numbers.LINK],
            self._keys[first + numbers.RELATIVE],
            self._keys[first],
            relative.relation.value,
            LinkState.ACTIVE.value,
            since,
            since,
            *(WITHOUT_END if scope in relative.scopes else None for scope in UNTIL),
        )

    def _vendor(self, place: int) -> UUID:
        return self._keys[numbers.VENDOR + place]


def _tags(elder_id: UUID, resident: Resident) -> Iterator[Row]:
    for tag in resident.tags:
        yield elder_id, tag.tag.value, tag.since, tag.until, tag.source


def _account(key: UUID, name: str, role: Role, elder_id: UUID | None = None) -> Row:
    """The account of an elder or of somebody in the family."""
    return key, name, role.value, None, elder_id, None, None, None
