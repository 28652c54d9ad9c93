"""What of the register can be corrected, and how (PIPL, article 46)."""

import re
from collections.abc import Callable
from datetime import date

from stdnum.iso7064 import mod_11_2

from domain.accounts.persons import phone_number
from domain.calendar import today
from domain.crypto import Vault, masked_address, masked_id_number, masked_phone
from domain.elders.models import Elder
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.rights.models import CorrectedField

MAX_WANTED = 200
"""Characters of a wanted value."""

_ID_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)


def check_wanted(field: CorrectedField, wanted: str) -> None:
    """Raises: InvalidInput(wanted) for a value that the field cannot have."""
    if not 1 <= len(wanted.strip()) <= MAX_WANTED:
        raise InvalidInput("wanted", reason=Reason.LENGTH, least=1, most=MAX_WANTED)
    fits = _FITS.get(field)
    if fits and not fits(wanted.strip()):
        raise InvalidInput("wanted", reason=Reason.WELL_FORMED)


def is_id_number(text: str) -> bool:
    """Whether a text is a citizen's id number, its check character included (GB 11643-1999)."""
    return bool(_ID_NUMBER.fullmatch(text)) and mod_11_2.is_valid(text)


def correct(elder: Elder, field: CorrectedField, wanted: str, vault: Vault) -> None:
    """Change a locked elder's register entry."""
    _CORRECT[field](elder, wanted.strip(), vault)


def _name(elder: Elder, wanted: str, _: Vault) -> None:
    elder.name = wanted


def _birth_date(elder: Elder, wanted: str, _: Vault) -> None:
    elder.birth_date = date.fromisoformat(wanted)


def _id_number(elder: Elder, wanted: str, vault: Vault) -> None:
    elder.id_number_masked = masked_id_number(wanted)
    elder.id_number_hash = vault.digest(wanted, "elder.id_number_hash")
    elder.id_number_cipher = vault.seal(wanted, "elder.id_number_cipher")


def _address(elder: Elder, wanted: str, vault: Vault) -> None:
    elder.address_masked = masked_address(wanted)
    elder.address_cipher = vault.seal(wanted, "elder.address_cipher")


def _phone(elder: Elder, wanted: str, vault: Vault) -> None:
    phone = phone_number(wanted)
    elder.phone_masked = masked_phone(phone)
    elder.phone_hash = vault.digest(phone, "elder.phone_hash")
    elder.phone_cipher = vault.seal(phone, "elder.phone_cipher")


_CORRECT: dict[CorrectedField, Callable[[Elder, str, Vault], None]] = {
    CorrectedField.NAME: _name,
    CorrectedField.BIRTH_DATE: _birth_date,
    CorrectedField.ID_NUMBER: _id_number,
    CorrectedField.ADDRESS: _address,
    CorrectedField.PHONE: _phone,
}


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day <= today() else None


def _is_phone(text: str) -> bool:
    try:
        phone_number(text)
    except InvalidInput:
        return False
    return True


_FITS: dict[CorrectedField, Callable[[str], bool]] = {
    CorrectedField.BIRTH_DATE: lambda wanted: _day(wanted) is not None,
    CorrectedField.ID_NUMBER: is_id_number,
    CorrectedField.PHONE: _is_phone,
}
"""What a value must look like; any text will do for the others."""
