"""What of the register can be corrected, and how (PIPL, article 46)."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.crypto import Vault
from domain.elders.entries import alter, checked
from domain.elders.models import Elder, ElderField
from domain.errors import InvalidInput
from domain.reasons import Reason
from domain.rights.models import CorrectedField

MAX_WANTED = 200
"""Characters of a wanted value."""


def check_wanted(field: CorrectedField, wanted: str) -> None:
    """Raises: InvalidInput(wanted) for a value that the field cannot have."""
    if not 1 <= len(wanted.strip()) <= MAX_WANTED:
        raise InvalidInput("wanted", reason=Reason.LENGTH, least=1, most=MAX_WANTED)
    try:
        _value(ElderField(field.value), wanted)
    except (InvalidInput, ValueError) as error:
        raise InvalidInput("wanted", reason=Reason.WELL_FORMED) from error


def correct(
    session: AsyncSession, vault: Vault, elder: Elder, field: CorrectedField, wanted: str, by: UUID
) -> None:
    """Change a locked elder's entry in the register.

    Parameters:
        by: who has decided it.
    """
    entered = ElderField(field.value)
    alter(session, vault, elder, {entered: _value(entered, wanted)}, by)


def _value(field: ElderField, wanted: str) -> Any:
    """Raises: InvalidInput, ValueError for what is no day."""
    text = wanted.strip()
    return checked(field, date.fromisoformat(text) if field is ElderField.BIRTH_DATE else text)
