"""An elder's entry in the register, field by field: how each is read, written and remembered.

Whoever changes an entry goes through ``alter``, so that no change is without its line in the log.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.accounts.persons import person_name, phone_number
from domain.calendar import today, whole_years
from domain.crypto import Vault, masked_address, masked_id_number, masked_phone, place
from domain.elders.citizen_id import citizen_id
from domain.elders.models import Elder, ElderField, ElderLog, Gender
from domain.elders.search import END, END_CHARACTERS, WHOLE
from domain.elders.spelling import spelled
from domain.errors import InvalidInput
from domain.lines import line
from domain.reasons import Reason

YOUNGEST, OLDEST = 60, 130
"""Completed years of those who are in the register."""

MAX_ADDRESS = 200
"""Characters."""

_BEFORE = "elder_log.before_cipher"

Columns = dict[str, Any]


def alter(
    session: AsyncSession, vault: Vault, elder: Elder, wanted: Mapping[ElderField, Any], by: UUID
) -> None:
    """Write fields of a locked elder's entry, and what they were into the log; what is as it was,
    is no change.

    Parameters:
        wanted: values as ``checked`` gives them.
        by: whose account answers for it.
    """
    for field, value in wanted.items():
        one = FIELDS[field]
        before = one.read(elder, vault)
        if before == value:
            continue
        for name, content in one.columns(value, vault).items():
            setattr(elder, name, content)
        line = note(elder.id, by, field, _shown(one, before), _shown(one, value))
        line.before_cipher = _sealed(vault, elder.id, before)
        session.add(line)


def note(
    elder_id: UUID,
    by: UUID,
    field: ElderField | None = None,
    before: str | None = None,
    after: str | None = None,
) -> ElderLog:
    """A line of the log, not yet added; without a field of the entry itself.

    Parameters:
        before, after: as lists show it.
    """
    return ElderLog(elder_id=elder_id, account_id=by, field=field, before=before, after=after)


def new(entered: Mapping[ElderField, Any], vault: Vault) -> Elder:
    """A new entry, not yet added.

    Parameters:
        entered: a value for each of ``FIELDS``, as ``checked`` gives it.
    """
    columns: Columns = {}
    for field, value in entered.items():
        columns |= FIELDS[field].columns(value, vault)
    return Elder(**columns)


def checked(field: ElderField, given: Any) -> Any:
    """A field's value as it is kept.

    Raises: InvalidInput, of the field, for one that it cannot have.
    """
    return FIELDS[field].checked(given)


@dataclass(frozen=True)
class _Field:
    """One field.

    Parameters:
        checked: a value as it is kept. Raises InvalidInput.
        columns: what a value is in the row.
        shown: a value as lists show it.
    """

    checked: Callable[[Any], Any]
    read: Callable[[Elder, Vault], Any]
    columns: Callable[[Any, Vault], Columns]
    shown: Callable[[Any], str] = str


def _plain(name: str, checked: Callable[[Any], Any]) -> _Field:
    """A field that is a column."""
    return _Field(checked, lambda elder, _: getattr(elder, name), lambda value, _: {name: value})


def _birth_date(given: date) -> date:
    if not YOUNGEST <= whole_years(given, today()) <= OLDEST:
        raise InvalidInput("birth_date", reason=Reason.AGE, least=YOUNGEST, most=OLDEST)
    return given


def _address(given: str) -> str:
    return line("address", given, MAX_ADDRESS)


def _name_columns(name: str, _: Vault) -> Columns:
    return {"name": name, "spelling": spelled(name)}


def _id_number_columns(number: str, vault: Vault) -> Columns:
    return {
        "id_number_masked": masked_id_number(number),
        "id_number_hash": vault.digest(number, WHOLE),
        "id_number_cipher": vault.seal(number, "elder.id_number_cipher"),
        "id_number_end_hash": vault.digest(number[-END_CHARACTERS:], END),
    }


def _address_columns(address: str, vault: Vault) -> Columns:
    sealed = vault.seal(address, "elder.address_cipher")
    return {"address_masked": masked_address(address), "address_cipher": sealed}


def _read_phone(elder: Elder, vault: Vault) -> str | None:
    sealed = elder.phone_cipher
    return vault.open(sealed, "elder.phone_cipher") if sealed is not None else None


def _phone_columns(phone: str | None, vault: Vault) -> Columns:
    return {
        "phone_masked": phone and masked_phone(phone),
        "phone_hash": phone and vault.digest(phone, "elder.phone_hash"),
        "phone_cipher": phone and vault.seal(phone, "elder.phone_cipher"),
    }


def _shown(field: _Field, value: Any) -> str | None:
    return None if value is None else field.shown(value)


def _sealed(vault: Vault, elder_id: UUID, value: Any) -> bytes | None:
    return None if value is None else vault.seal(str(value), place(_BEFORE, elder_id))


FIELDS: dict[ElderField, _Field] = {
    ElderField.NAME: _Field(person_name, lambda elder, _: elder.name, _name_columns),
    ElderField.GENDER: _plain("gender", Gender),
    ElderField.BIRTH_DATE: _plain("birth_date", _birth_date),
    ElderField.REGION: _plain("region_code", str),
    ElderField.ID_NUMBER: _Field(
        citizen_id,
        lambda elder, vault: vault.open(elder.id_number_cipher, "elder.id_number_cipher"),
        _id_number_columns,
        masked_id_number,
    ),
    ElderField.ADDRESS: _Field(
        _address,
        lambda elder, vault: vault.open(elder.address_cipher, "elder.address_cipher"),
        _address_columns,
        masked_address,
    ),
    ElderField.PHONE: _Field(
        lambda given: None if given is None else phone_number(given),
        _read_phone,
        _phone_columns,
        masked_phone,
    ),
}
"""The fields of an entry; what else the register says has rows of its own."""
