"""The district as rows of its tables, personal data sealed."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from domain.access import Role
from domain.calendar import months_later
from domain.crypto import Vault, masked_address, masked_id_number, masked_phone, place
from domain.elders.search import END, END_CHARACTERS
from domain.elders.spelling import spelled
from domain.family.lifecycle import LinkState
from domain.family.models import UNTIL, WITHOUT_END
from domain.health.contents import about
from yiyang.district import numbers
from yiyang.district.addresses import DISTRICT
from yiyang.district.chance import stream
from yiyang.district.columns import Batch, Row
from yiyang.district.equipment import VENDORS
from yiyang.district.keys import Keys
from yiyang.district.moments import at
from yiyang.district.people import Relative, Resident
from yiyang.district.persons import HOUSES, Persons, workers_phone
from yiyang.district.staff import StaffAccount
from yiyang.district.volunteers import standing

_NOON = 12 * 60

_OLD_ENOUGH = 60
"""Years of who is entered."""

_SAYS = "社区卫生服务中心"
"""From whom diagnoses come."""

_BEGAN = timedelta(days=6 * 365)
"""How long ago the oldest roles were granted: before all that anybody has done."""


class Rows:
    """Turns people into rows.

    Parameters:
        vault: seals personal data.
        keys: gives every row its key.
        today: the district's day.
    """

    def __init__(self, vault: Vault, keys: Keys, today: date) -> None:
        self._vault = vault
        self._keys = keys
        self._today = today
        self._since = at(today - _BEGAN, 0)
        self._persons = Persons(vault, keys, self._since)

    def add_staff(self, batch: Batch, accounts: Iterable[StaffAccount]) -> None:
        """Vendors and the accounts for work into a batch."""
        batch["vendor"] += [(self._vendor(i), name) for i, name in enumerate(VENDORS)]
        for number, account in enumerate(accounts, numbers.STAFF):
            works = account.role not in HOUSES
            row = (
                self._keys[number],
                account.name,
                account.role.value,
                account.region_code,
                None,
                None if account.vendor is None else self._vendor(account.vendor),
                None if account.station is None else self._keys[account.station],
                None if account.canteen is None else self._keys[account.canteen],
                self._worker(batch, number, account.name) if works else None,
                self._since,
            )
            batch["account"].append(row)

    def add_volunteers(self, batch: Batch, volunteers: Iterable[tuple[int, Row]]) -> None:
        """Volunteers and their accounts into a batch.

        Parameters:
            volunteers: each with the number of the key.
        """
        for number, row in volunteers:
            key, name, *_ = row
            person = self._worker(batch, number, str(name))
            batch["account"].append(self._volunteer_account(key, name, person))
            batch["volunteer"].append(row)

    def add_residents(self, batch: Batch, people: Iterable[Resident]) -> None:
        """Elders and everything that the register knows of them into a batch."""
        for resident in people:
            first = numbers.of_elder(resident.index)
            elder_id = self._keys[first]
            batch["elder"].append(self._elder(elder_id, resident))
            conditions = self._conditions(elder_id, first + numbers.CONDITION, resident)
            batch["elder_condition"].extend(conditions)
            batch["elder_tag"].extend(self._tags(elder_id, resident))
            batch["contact"].extend(self._contacts(elder_id, first + numbers.CONTACT, resident))
            batch["device"].extend(self._devices(elder_id, first + numbers.DEVICE, resident))
            if resident.signs_in:
                number = first + numbers.ELDER_ACCOUNT
                person = self._persons.enter(batch, number, resident.name)
                row = self._account(number, resident.name, Role.ELDER, person, elder_id)
                batch["account"].append(row)
            if resident.relative:
                self._add_relative(batch, first, resident, resident.relative)

    def _add_relative(
        self, batch: Batch, first: int, resident: Resident, relative: Relative
    ) -> None:
        number, name = first + numbers.RELATIVE, relative.name
        person = self._persons.enter(batch, number, name, relative.phone)
        batch["account"].append(self._account(number, name, relative.role, person))
        batch["family_link"].append(self._link(first, relative))
        if relative.visits_others:
            key = self._keys[numbers.of_second_role(resident.index)]
            batch["account"].append(self._volunteer_account(key, name, person))
            rng = stream(resident.index, "second role")
            row = (key, name, resident.community.code, relative.linked_on)
            batch["volunteer"].append((*row, *standing(rng, self._today, plays=True)))

    def _worker(self, batch: Batch, number: int, name: str) -> UUID:
        return self._persons.enter(batch, number, name, workers_phone(number))

    def _account(
        self, number: int, name: str, role: Role, person: UUID, elder_id: UUID | None = None
    ) -> Row:
        """The account of an elder or of somebody in the family."""
        places = (None, elder_id, None, None, None)
        return self._keys[number], name, role.value, *places, person, self._since

    def _volunteer_account(self, key: object, name: object, person: UUID) -> Row:
        # Whoever lives in one street may visit in another, so the account covers the district.
        places = (DISTRICT, None, None, None, None)
        return key, name, Role.VOLUNTEER.value, *places, person, self._since

    def _tags(self, elder_id: UUID, resident: Resident) -> Iterator[Row]:
        for number, tag in enumerate(resident.tags, numbers.of_tags(resident.index)):
            row = (self._keys[number], elder_id, tag.tag.value, tag.since, tag.until, tag.source)
            yield (*row, at(tag.since, _NOON))

    def _elder(self, elder_id: UUID, resident: Resident) -> Row:
        vault, number, address = self._vault, resident.id_number, resident.address
        phone = resident.phone
        return (
            elder_id,
            resident.community.code,
            resident.name,
            spelled(resident.name),
            resident.vitals.gender.value,
            resident.vitals.birth_date,
            resident.vitals.care_level.value,
            masked_id_number(number),
            vault.digest(number, "elder.id_number_hash"),
            vault.seal(number, "elder.id_number_cipher"),
            vault.digest(number[-END_CHARACTERS:], END),
            masked_address(address),
            vault.seal(address, "elder.address_cipher"),
            phone and masked_phone(phone),
            phone and vault.digest(phone, "elder.phone_hash"),
            phone and vault.seal(phone, "elder.phone_cipher"),
            self._registered(resident.vitals.birth_date),
        )

    def _registered(self, born: date) -> datetime:
        """At sixty, or when the register was begun."""
        return max(self._since, at(months_later(born, 12 * _OLD_ENOUGH), _NOON))

    def _conditions(self, elder_id: UUID, first: int, resident: Resident) -> Iterator[Row]:
        for number, one in enumerate(resident.conditions, first):
            said = (
                self._vault.seal(text, place(f"elder_condition.{column}", elder_id))
                for column, text in (
                    ("code_cipher", one.disease.code),
                    ("name_cipher", one.disease.name),
                    ("source_cipher", _SAYS),
                )
            )
            digest = about(self._vault, "elder_condition", elder_id, one.disease.code)
            row = (self._keys[number], elder_id, one.since, digest, *said)
            yield (*row, at(one.since, _NOON))

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
