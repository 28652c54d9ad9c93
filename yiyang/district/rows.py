"""The district as rows of its tables, personal data sealed."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from domain.access import Role
from domain.crypto import Vault, masked_address, masked_id_number, masked_phone
from yiyang.district.equipment import VENDORS
from yiyang.district.keys import Keys
from yiyang.district.people import Relative, Resident
from yiyang.district.staff import StaffAccount

Row = tuple[object, ...]

COLUMNS = {
    "vendor": ("id", "name"),
    "elder": (
        "id",
        "region_code",
        "name",
        "gender",
        "birth_date",
        "care_level",
        "id_number_masked",
        "id_number_hash",
        "id_number_cipher",
        "address_masked",
        "address_cipher",
    ),
    "elder_tag": ("elder_id", "tag", "since", "until", "source"),
    "contact": (
        "id",
        "elder_id",
        "calling_order",
        "name",
        "relation",
        "phone_masked",
        "phone_hash",
        "phone_cipher",
    ),
    "account": ("id", "name", "role", "region_code", "elder_id", "vendor_id"),
    "family_link": ("account_id", "elder_id", "relation", "linked_at"),
    "device": ("id", "kind", "elder_id", "vendor_id", "secret_version"),
}
"""The columns of every table that is filled here, tables in an order that references allow."""

# Numbers of keys: vendors, then staff, then sixteen for every elder and what belongs to one.
_STAFF = 16
_ELDERS = 4096
_PER_ELDER = 16
_CONTACT, _DEVICE, _ELDER_ACCOUNT, _RELATIVE = 1, 4, 8, 9


Batch = dict[str, list[Row]]
"""Rows by table."""


class Rows:
    """Turns people into rows.

    Parameters:
        vault: seals personal data.
        keys: gives every row its key.
    """

    def __init__(self, vault: Vault, keys: Keys) -> None:
        self._vault = vault
        self._keys = keys

    def of_staff(self, accounts: Iterable[StaffAccount]) -> Batch:
        """Vendors and the accounts for work."""
        batch = _no_rows()
        batch["vendor"] += [(self._vendor(i), name) for i, name in enumerate(VENDORS)]
        for number, account in enumerate(accounts, _STAFF):
            vendor_id = None if account.vendor is None else self._vendor(account.vendor)
            key = self._keys[number]
            batch["account"].append(
                (key, account.name, account.role.value, account.region_code, None, vendor_id)
            )
        return batch

    def of_residents(self, people: Iterable[Resident]) -> Batch:
        """Elders and everything that belongs to them."""
        batch = _no_rows()
        for resident in people:
            first = _ELDERS + _PER_ELDER * resident.index
            elder_id = self._keys[first]
            batch["elder"].append(self._elder(elder_id, resident))
            batch["elder_tag"].extend(_tags(elder_id, resident))
            batch["contact"].extend(self._contacts(elder_id, first + _CONTACT, resident))
            batch["device"].extend(self._devices(elder_id, first + _DEVICE, resident))
            if resident.signs_in:
                key = self._keys[first + _ELDER_ACCOUNT]
                account = (key, resident.name, Role.ELDER.value, None, elder_id, None)
                batch["account"].append(account)
            if resident.relative:
                key = self._keys[first + _RELATIVE]
                batch["account"].append(_relative(key, resident.relative))
                batch["family_link"].append(_link(key, elder_id, resident.relative))
        return batch

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

    def _vendor(self, place: int) -> UUID:
        return self._keys[place]


def _no_rows() -> Batch:
    return {table: [] for table in COLUMNS}


def _tags(elder_id: UUID, resident: Resident) -> Iterator[Row]:
    for tag in resident.tags:
        yield elder_id, tag.tag.value, tag.since, tag.until, tag.source


def _relative(account_id: UUID, relative: Relative) -> Row:
    return account_id, relative.name, relative.role.value, None, None, None


def _link(account_id: UUID, elder_id: UUID, relative: Relative) -> Row:
    day = relative.linked_on
    # Noon in the district.
    linked_at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return account_id, elder_id, relative.relation.value, linked_at
