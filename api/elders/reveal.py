"""Personal data in full: for a purpose, by permission, and in the audit trail before the answer
leaves; so is who is refused."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import strawberry

from api.context import Context
from api.describe import enumeration
from domain.elders import models
from domain.errors import InvalidInput
from domain.reasons import Reason

MOST_NOTE = 200
"""Characters."""


class RevealedField(StrEnum):
    """What of an elder is shown in full."""

    PHONE = "PHONE"
    ID_NUMBER = "ID_NUMBER"
    ADDRESS = "ADDRESS"


class RevealPurpose(StrEnum):
    """What for (PIPL, articles 6 and 28)."""

    ALARM = "ALARM"
    CARE = "CARE"
    IDENTITY = "IDENTITY"
    ASSISTANCE = "ASSISTANCE"
    OWN_DATA = "OWN_DATA"
    OTHER = "OTHER"


enumeration(
    RevealedField,
    "Personal data that is masked.",
    name="ElderRevealedField",
    PHONE="电话 the mobile phone.",
    ID_NUMBER="身份证号 the citizen id number.",
    ADDRESS="住址 the address down to the door.",
)

enumeration(
    RevealPurpose,
    "What personal data is asked for.",
    name="ElderRevealPurpose",
    ALARM="应急处置 to answer a call for help.",
    CARE="照护服务 to arrange or give care.",
    IDENTITY="核实身份 to make sure who somebody is.",
    ASSISTANCE="办理救助 to decide about assistance.",
    OWN_DATA="查阅本人信息 to see what is known about oneself, or one's ward.",
    OTHER="其他 something else, which `note` says.",
)

_SEALED: dict[RevealedField, tuple[Any, str]] = {
    RevealedField.PHONE: (models.Elder.phone_cipher, "Elder.phone"),
    RevealedField.ID_NUMBER: (models.Elder.id_number_cipher, "Elder.idNumber"),
    RevealedField.ADDRESS: (models.Elder.address_cipher, "Elder.fullAddress"),
}
"""Column, and name in the trail."""

Purpose = Annotated[RevealPurpose, strawberry.argument(description="What for.")]
Note = Annotated[
    str | None,
    strawberry.argument(
        description=f"More about it, at most {MOST_NOTE} characters; needed for OTHER. The audit "
        "trail keeps it: name nobody."
    ),
]

ELDER_NEEDS = [models.Elder.id, *(column for column, _ in _SEALED.values())]


def reveal(
    elder: Any,
    context: Context,
    field: Annotated[RevealedField, strawberry.argument(description="Which.")],
    purpose: Purpose,
    note: Note = None,
) -> str | None:
    """A value of an elder's in full; None where none is known.

    Raises: InvalidInput(note).
    """
    _check(purpose, note)
    column, _ = _SEALED[field]
    return _opened(context, getattr(elder, column.key), f"elder.{column.key}")


def reveal_phone(contact: Any, context: Context, purpose: Purpose, note: Note = None) -> str | None:
    """A contact's phone in full. Raises: InvalidInput(note)."""
    _check(purpose, note)
    return _opened(context, contact.phone_cipher, "contact.phone_cipher")


def of_elder(arguments: Mapping[str, Any]) -> tuple[str, str]:
    """What the audit trail says of it: which field, and for what."""
    return _SEALED[RevealedField(arguments["field"])][1], _purpose(arguments)


def of_contact(arguments: Mapping[str, Any]) -> tuple[str, str]:
    """The same of a contact's phone."""
    return "Contact.phone", _purpose(arguments)


def _purpose(arguments: Mapping[str, Any]) -> str:
    purpose, note = RevealPurpose(arguments["purpose"]), arguments.get("note")
    return f"{purpose.value}: {note}" if note and _is_note(note) else purpose.value


def _check(purpose: RevealPurpose, note: str | None) -> None:
    needed = purpose is RevealPurpose.OTHER
    if needed if note is None else not _is_note(note):
        raise InvalidInput("note", reason=Reason.LENGTH, least=1, most=MOST_NOTE)


def _is_note(note: str) -> bool:
    return len(note.strip()) >= 1 and len(note) <= MOST_NOTE and note.isprintable()


def _opened(context: Context, sealed: bytes | None, column: str) -> str | None:
    """What was sealed; None for nothing, and for what has been erased."""
    return context.vault.open(sealed, column) or None if sealed is not None else None
